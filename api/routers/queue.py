"""The queue of tickets at risk, what people say of it, and what they did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.access.allowed import Reader, Scorer
from api.idempotency import Repeats
from api.paging import cursor, uncursor
from api.problems import documented, misfit
from api.routers.predictions import Predicted
from api.shapes import After, Answer, Body, Id, Limit, Moment, Name, Page, PlainText
from api.wiring import SettingsDep, StoreDep
from verbatim.errors import NotFoundError
from verbatim.ingest.texts import TextDesk
from verbatim.storage import queries
from verbatim.storage.predictions import add_feedback, add_intervention, withdraw_intervention
from verbatim.storage.queries.at_risk import RiskFilter, at_risk, open_tickets
from verbatim.storage.queries.restriction import Restriction, ticket_key
from verbatim.storage.store import Store

router = APIRouter(tags=["predictions"])

Order = Literal["-risk", "-value", "-opened"]
KINDS_OF_FEEDBACK = ("agree", "disagree", "snooze", "withdrawn")


class KeptReason(Answer):
    """A statement, and what it added to the risk."""

    statement: str = Field(examples=["waiting for us: 4.0 h, usual for email 1.2 h"])
    points: float = Field(description="percentage points of risk", examples=[7.3])


class AtRisk(Answer):
    """An open ticket with its newest prediction."""

    ticket: str | None = Field(description="your id of it", examples=["T-100017"])
    metric: str = Field(examples=["csat"])
    predictor: str | None = Field(examples=["csat-1"])
    at: datetime = Field(description="the moment that was scored")
    stage: str = Field(examples=["first_reply"])
    probability: float = Field(examples=[0.41])
    low: float
    high: float
    expected_score: float | None
    band: str = Field(examples=["high"])
    reasons: list[KeptReason]
    next_step: str | None = Field(
        description="what the strongest reason calls for", examples=["reply now, and say when the answer comes"]
    )
    subject: str | None = Field(description="redacted", examples=["Export fails again"])
    status: str | None = Field(examples=["open"])
    priority: str | None = Field(examples=["high"])
    channel: str | None = Field(examples=["email"])
    team: str | None = Field(examples=["Technical"])
    agent: str | None = Field(examples=["agent-7"])
    opened_at: datetime | None
    account: str | None = Field(description="your id of the account", examples=["A-0007"])
    account_name: str | None
    tier: str | None = Field(examples=["enterprise"])
    value: float | None = Field(description="yearly value of the account, in its currency", examples=[48000.0])
    currency: str | None = Field(examples=["EUR"])
    owner: str | None = Field(description="who owns the account")
    said: str | None = Field(description="newest feedback: agree, disagree or snooze", examples=[None])
    said_until: datetime | None = Field(description="when a snooze ends", examples=[None])
    acted: str | None = Field(description="the newest thing that somebody did about it", examples=[None])


class RiskQueue(Page):
    """Open tickets, those that need somebody most first."""

    open: int = Field(description="how many tickets are open", examples=[42])
    capacity: int | None = Field(description="how many the team said it can look at", examples=[10])
    tickets: list[AtRisk]


class Feedback(Body):
    """What somebody says of a prediction, or did about the ticket."""

    ticket: Name = Field(description="your id of the ticket", examples=["T-100017"])
    kind: Literal["agree", "disagree", "snooze", "withdrawn", "acted"] = Field(
        description="`acted`: somebody stepped in, `action` says how; `withdrawn` takes back what was said, or what "
        "you did last",
        examples=["snooze"],
    )
    until: Moment | None = Field(None, description="when a snooze ends", examples=["2026-11-02T08:00:00Z"])
    action: Name | None = Field(None, description="what was done: call, discount, escalation …", examples=[None])
    note: Annotated[PlainText, Field(max_length=2_000)] | None = Field(None, description="personal data is redacted")


class FeedbackOut(Answer):
    """What was noted."""

    ticket: str
    metric: str
    kind: str
    at: datetime
    until: datetime | None
    note: str | None


class PastPrediction(Answer):
    """What was predicted at a moment."""

    at: datetime
    made_at: datetime
    predictor_id: str
    stage: str
    probability: float
    low: float
    high: float
    expected_score: float | None
    band: str
    reasons: list[KeptReason]


class PastPredictions(Answer):
    """Oldest first."""

    predictions: list[PastPrediction]


@router.get("/predictions")
def list_at_risk(
    caller: Reader, store: StoreDep, metric: Predicted = "csat",
    open: Annotated[bool, Query(description="false: also tickets that are over")] = True,  # noqa: A002
    order: Annotated[Order, Query(description="by risk, by risk times the account's value, or newest first")] = "-risk",
    team: Annotated[PlainText | None, Query(max_length=200)] = None,
    account: Annotated[PlainText | None, Query(max_length=200, description="your id of the account")] = None,
    band: Annotated[list[Literal["usual", "raised", "high"]] | None, Query(max_length=3)] = None,
    least_risk: Annotated[float | None, Query(ge=0, le=1)] = None,
    least_value: Annotated[float | None, Query(ge=0, le=1e15)] = None,
    capacity: Annotated[int | None, Query(ge=1, le=1000, description="only as many as the team can look at")] = None,
    waiting: Annotated[bool, Query(description="without what was snoozed, doubted or acted on")] = True,
    limit: Limit = 50, after: After = None,
) -> RiskQueue:  # fmt: skip
    """List the at-risk queue: open tickets with their newest prediction, reasons, account, and what was said of it."""
    wanted = RiskFilter(
        metric, open=open, team=team, account=account, bands=tuple(band or ()), least_risk=least_risk,
        least_value=least_value, waiting=waiting, restricted=caller.restriction,
    )  # fmt: skip
    kind = datetime if order == "-opened" else float
    place = None if after is None else uncursor(after, kind, str)
    rows = limit if capacity is None else min(limit, capacity)
    page = at_risk(store, wanted, now=datetime.now(UTC), order=order, after=place, limit=rows)
    more = page.after is not None and capacity is None
    return RiskQueue(
        open=open_tickets(store, caller.restriction), capacity=capacity, tickets=[_shown(row) for row in page.rows],
        next=cursor(*page.after) if more and page.after is not None else None,
    )  # fmt: skip


@router.post(
    "/predictions/{metric}/feedback", status_code=201, response_model=FeedbackOut,
    responses=documented("not-found", "conflict"),
)  # fmt: skip
def give_feedback(
    metric: Predicted, said: Feedback, caller: Scorer, repeats: Repeats, store: StoreDep, settings: SettingsDep
) -> Response:
    """Say whether a prediction is right, put a ticket off, or note that somebody stepped in.

    What is snoozed, doubted or acted on leaves the queue until the snooze ends or a newer prediction follows. Tickets
    that somebody stepped in on are left out when the next predictor is trained. Sent twice, it is noted twice, unless
    both have the same Idempotency-Key.
    """
    key = _visible(store, said.ticket, caller.restriction)
    now = datetime.now(UTC)
    if said.kind == "snooze" and (said.until is None or said.until <= now):
        raise misfit("body.until", "a snooze needs `until`, a moment that is still to come")
    if said.kind == "acted" and not (said.action or "").strip():
        raise misfit("body.action", "say in `action` what was done, for example call")
    note = TextDesk(settings).redacted(said.note) if said.note else None
    row: dict[str, Any] = {"ticket_id": key, "at": now, "person": caller.person, "note": note}

    def note_it(store: Store) -> tuple[FeedbackOut, int]:
        if said.kind == "acted":
            add_intervention(store, {**row, "kind": said.action})
        elif said.kind != "withdrawn" or not withdraw_intervention(store, key, person=caller.person, metric=metric):
            until = said.until if said.kind == "snooze" else None
            add_feedback(store, {**row, "metric": metric, "kind": said.kind, "until": until, "predictor_id": None})
        noted = FeedbackOut(ticket=said.ticket, metric=metric, kind=said.kind, at=now, until=said.until, note=note)
        return noted, 201

    return repeats.once(caller, note_it)


@router.get("/tickets/{ticket}/predictions", responses=documented("not-found"))
def list_past_predictions(ticket: Id, caller: Reader, store: StoreDep, metric: Predicted = "csat") -> PastPredictions:
    """List what was predicted of one ticket, moment by moment."""
    key = _visible(store, ticket, caller.restriction)
    rows = queries.predictions(store, metric=metric, ticket_ids=[key]).to_dict("records")
    return PastPredictions(
        predictions=[
            PastPrediction.model_validate({**row, "expected_score": _number(row["expected_score"]),
                                           "reasons": _reasons(row["reasons"])})
            for row in rows
        ]
    )  # fmt: skip


def _visible(store: StoreDep, ticket: str, restricted: Restriction) -> str:
    """The key of a ticket that the caller may see.

    Raises:
        NotFoundError: there is none.
    """
    from api.live.stored import stored_tickets

    if ticket not in stored_tickets(store, [ticket], restricted):
        raise NotFoundError(f"there is no ticket {ticket[:60]!r} here")
    return ticket_key(ticket)


def _shown(row: dict[str, Any]) -> AtRisk:
    return AtRisk.model_validate(
        {**row, "predictor": row["version"], "value": row["arr"], "reasons": _reasons(row["reasons"]),
         "next_step": _next_step(row["reasons"])}
    )  # fmt: skip


def _next_step(kept: list[dict[str, Any]]) -> str | None:
    """``None`` for predictions of versions that did not keep what their reasons are about."""
    from models.explain import next_step

    told = [(str(one["group"]), float(one["points"])) for one in kept if "group" in one]
    return next_step(told) if told else None


def _reasons(kept: list[dict[str, Any]]) -> list[KeptReason]:
    return [KeptReason(statement=one["statement"], points=round(100 * one["points"], 1)) for one in kept]


def _number(value: float) -> float | None:
    return None if value != value else float(value)
