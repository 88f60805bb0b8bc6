"""From a ticket in a request to its risk: what may be sent, the batches, and how a risk is shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, StringConstraints
from pydantic_core import to_json

from api.live.gathering import Gatherer
from api.problems import Refusal
from api.shapes import Body, Moment, Name, PlainText
from models.arriving import LiveTicket
from verbatim.errors import UserError
from verbatim.storage.queries.restriction import account_key, contact_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.access.caller import Caller
    from api.live.beside import Beside
    from api.live.shelf import Loaded, PredictorShelf
    from api.observing.metrics import Meters
    from models.live import LiveRisk
    from verbatim.storage.queries.restriction import Restriction

LONGEST_TEXT = 100_000
Text = Annotated[PlainText, StringConstraints(max_length=LONGEST_TEXT)]
Value = Annotated[float, Field(allow_inf_nan=False)] | bool | Name | None


class EventNow(Body):
    """Something that happened to the ticket."""

    at: Moment = Field(examples=["2026-10-30T11:02:00Z"])
    kind: Name = Field(description="as your helpdesk calls it", examples=["agent replied"])
    from_value: Name | None = Field(None, description="before a change", examples=[None])
    to_value: Name | None = Field(None, description="after a change", examples=[None])
    actor: Name | None = Field(None, description="who did it", examples=["agent-7"])
    text: Text | None = Field(None, description="what a customer wrote", examples=[None])


class TicketNow(Body):
    """A ticket as it stands; nothing of it is kept."""

    id: Name | None = Field(None, examples=["T-100017"])
    created_at: Moment = Field(examples=["2026-10-30T09:15:00Z"])
    account_id: Name | None = Field(None, description="your id of the account", examples=["ACC-1161"])
    contact_id: Name | None = Field(None, description="your id of the person", examples=[None])
    subject: Text | None = Field(None, examples=["Export fails again"])
    body: Text | None = Field(None, examples=["The export has failed three times now and nobody answers."])
    channel: Name | None = Field(None, examples=["email"])
    priority: Name | None = Field(None, examples=["high"])
    issue_type: Name | None = Field(None, examples=["bug"])
    product: Name | None = Field(None, examples=[None])
    team: Name | None = Field(None, examples=["Technical"])
    agent: Name | None = Field(None, examples=[None])
    columns: dict[Name, Value] = Field(
        default_factory=dict, max_length=200, description="the organisation's own columns", examples=[{}]
    )


class TicketIn(Body):
    """A ticket to predict for, and what happened to it so far."""

    ticket: TicketNow
    events: list[EventNow] = Field(default_factory=list, max_length=5_000)
    at: Moment | None = Field(None, description="the moment to predict for; now unless given", examples=[None])
    reasons: bool = Field(True, description="false is quicker: the risk without reasons", examples=[True])


@dataclass(frozen=True, slots=True)
class Question:
    """A ticket to score, with the predictor that was in use when it came."""

    loaded: Loaded
    ticket: LiveTicket
    at: datetime | None
    reasons: bool
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The body of a request as it came, the version that should answer it, and what its caller may see."""

    metric: str
    version: str
    body: bytes
    restriction: Restriction


class Scoring:
    """Scores tickets of requests, those that come together in one batch."""

    def __init__(self, shelf: PredictorShelf, meters: Meters, beside: Beside | None = None) -> None:
        self.shelf = shelf
        self._meters = meters
        self._beside = beside
        self._gatherer: Gatherer[Question, LiveRisk] = Gatherer(answer_all)

    def start(self) -> None:
        """Begin to load."""
        self.shelf.start()
        if self._beside is not None:
            self._beside.start()

    def says(self) -> dict[str, str]:
        """What is in use, or why nothing is; a process beside is never waited for."""
        if self._beside is None or not self.shelf.loaded:
            return self.shelf.says()
        return {**self.shelf.says(), "scoring process": "ok" if self._beside.ready else "being started"}

    async def one(self, metric: str, asked: TicketIn, caller: Caller) -> bytes:
        """The answer for one ticket, as JSON.

        Raises:
            Refusal: no model is active, or the ticket is not one that the caller may ask about.
            UserError: the ticket does not fit.
        """
        demand_allowed(caller.restriction, asked.ticket)
        question = Question(
            self.shelf.take(metric), live_ticket(asked), asked.at, asked.reasons, asked.ticket.id
        )  # fmt: skip
        risk = await self._gatherer.ask(question)
        self._meters.scored.labels(metric, risk.band).inc()
        return told(metric, question, risk, restricted=caller.restricted)

    async def ahead(self, metric: str, body: bytes, caller: Caller) -> bytes | None:
        """The same of a body that nobody has looked at yet, where a process beside this one can give it.

        Raises:
            Refusal: no model is active.
        """
        if self._beside is None or not self._beside.ready:
            return None
        version = self.shelf.take(metric).version.id
        found = await self._beside.answer(Asked(metric, version, body, caller.restriction))
        if found is None:
            return None
        answer, band = found
        self._meters.scored.labels(metric, band).inc()
        return answer

    def many(self, metric: str, asked: Sequence[TicketIn | UserError]) -> tuple[Loaded, list[LiveRisk | Exception]]:
        """The risks of many tickets, in a thread of the caller's; what is an error already stays one."""
        loaded = self.shelf.take(metric)
        found: list[LiveRisk | Exception] = [one for one in asked if isinstance(one, UserError)]
        found = answer_all(
            [
                one if isinstance(one, UserError) else Question(loaded, live_ticket(one), one.at, one.reasons)
                for one in asked
            ]
        )
        for risk in found:
            if not isinstance(risk, Exception):
                self._meters.scored.labels(metric, risk.band).inc()
        return loaded, found

    def close(self) -> None:
        """End the threads, and the process beside."""
        self._gatherer.close()
        if self._beside is not None:
            self._beside.close()


def answer_all(asked: Sequence[Question | UserError]) -> list[LiveRisk | Exception]:
    """Score in as few calls as there are predictors, moments and wishes for reasons."""
    found: list[LiveRisk | Exception | None] = [one if isinstance(one, UserError) else None for one in asked]
    alike: dict[tuple[int, datetime | None, bool], list[int]] = defaultdict(list)
    for place, one in enumerate(asked):
        if not isinstance(one, UserError):
            alike[id(one.loaded), one.at, one.reasons].append(place)
    for (_, at, reasons), places in alike.items():
        questions = [one for one in (asked[place] for place in places) if not isinstance(one, UserError)]
        risks = questions[0].loaded.scorer.score_many([one.ticket for one in questions], at=at, reasons=reasons)
        for place, risk in zip(places, risks, strict=True):
            found[place] = risk
    return [one for one in found if one is not None]


def live_ticket(asked: TicketIn) -> LiveTicket:
    """A ticket of a request as the models take it: accounts and people by the keys of the store."""
    ticket: dict[str, Any] = dict(asked.ticket)
    own = ticket.pop("columns")
    if ticket["account_id"] is not None:
        ticket["account_id"] = account_key(ticket["account_id"])
    if ticket["contact_id"] is not None:
        ticket["contact_id"] = contact_key(ticket["contact_id"])
    return LiveTicket({**own, **ticket}, [dict(event) for event in asked.events])


def demand_allowed(limits: Restriction, ticket: TicketNow) -> None:
    """Pass a ticket that the caller may ask about: the history of its account is part of the answer.

    Raises:
        Refusal: it is of an account or team that the key is not for.
    """
    if limits.accounts and ticket.account_id not in limits.accounts:
        raise Refusal("not-allowed", f"this key is limited to the accounts {', '.join(limits.accounts)[:200]}")
    if limits.teams and ticket.team not in limits.teams:
        raise Refusal("not-allowed", f"this key is limited to the teams {', '.join(limits.teams)[:200]}")


def told(metric: str, question: Question, risk: LiveRisk, *, restricted: bool) -> bytes:
    """The answer to a question, as JSON."""
    return as_json(shown(metric, question.loaded, question.name, risk, restricted=restricted))


def as_json(value: object) -> bytes:
    """``value`` as JSON, as `json.dumps` writes it but in a fraction of the time."""
    return to_json(value, inf_nan_mode="null")


def shown(metric: str, loaded: Loaded, name: str | None, risk: LiveRisk, *, restricted: bool) -> dict[str, Any]:
    """A risk as an answer shows it; shares to four decimals. Similar tickets are only for who may see all."""
    reasons = risk.reasons
    return {
        "metric": metric, "predictor": loaded.version.name, "target": loaded.version.target, "ticket": name,
        "probability": round(risk.probability, 4), "low": round(risk.low, 4), "high": round(risk.high, 4),
        "band": risk.band, "expected_score": None if risk.expected_score is None else round(risk.expected_score, 2),
        "stage": risk.stage, "features_hash": risk.features_hash, "not_known": risk.missing,
        "usual": None if reasons is None else round(reasons.usual, 4),
        "reasons": [] if reasons is None else [
            {"statement": one.statement, "points": round(100 * one.points, 1)} for one in reasons.reasons
        ],
        "other_points": None if reasons is None else round(100 * reasons.rest, 1),
        "next_step": None if reasons is None else reasons.next_step,
        "levers": [] if reasons is None else [
            {"what": one.what, "probability": round(one.risk, 4)} for one in reasons.levers
        ],
        "similar": [] if reasons is None or restricted else [
            {"ticket": loaded.names.get(one.ticket, one.ticket), "score": one.score} for one in reasons.similar
        ],
    }  # fmt: skip
