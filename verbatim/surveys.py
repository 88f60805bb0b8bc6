"""The quality of the surveys behind a score: who was asked, who answered and when, and who may be asked now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from verbatim.answers import main_counts
from verbatim.domain import Metric, stable_key
from verbatim.errors import EmptyError, NotFoundError
from verbatim.scores.score import rounded
from verbatim.scores.segments import records
from verbatim.scores.stratified import PostStratified, post_stratify
from verbatim.scores.survey import answer_delays, respondents_table, response_table, summarise_delays
from verbatim.scores.throttle import Permission, Throttle, may_ask
from verbatim.storage import queries
from verbatim.storage.queries.restriction import TEAM, Restriction
from verbatim.storage.tables import contact as contact_table
from verbatim.storage.tables import survey_response, ticket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import Connection

    from verbatim.scores.survey import Delays
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

EVERYBODY = Restriction()
EVERYWHERE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class SurveyQuality:
    """``rates`` is `response_table`, ``delays`` are of all answers.

    Where a segment is asked for that tickets have too: ``respondents`` is `respondents_table` by it, ``weighted`` the
    score as answered beside the one weighted to all tickets.
    """

    metric: Metric
    rates: pd.DataFrame
    delays: Delays
    respondents: pd.DataFrame | None
    weighted: PostStratified | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "metric": self.metric.value,
            "rates": records(self.rates),
            "delays": self.delays.to_dict(),
            "respondents": None if self.respondents is None else records(self.respondents),
            "post_stratified": None if self.weighted is None else _weighted_as_json(self.weighted),
        }


def survey_quality(
    store: Store, settings: Settings, metric: Metric, *, by: tuple[str, ...] = (), period: str | None = None,
    start: datetime | None = None, end: datetime | None = None, where: Mapping[str, Any] = EVERYWHERE,
) -> SurveyQuality:  # fmt: skip
    """Response and comment rates by segment and period, delays, and the mix of answers against that of all tickets.

    With a ``where`` the mix is left out: which of all tickets it means is not known.

    Raises:
        EmptyError: nobody was asked.
        NotFoundError: a segment that does not exist.
    """
    sent = queries.surveys(store, metric.value, by=by, period=period, tz=settings.timezone, start=start, end=end,
                           where=where)  # fmt: skip
    if sent.empty:
        raise EmptyError(f"no {metric.value.upper()} surveys match; `verbatim ingest responses FILE` reads some")
    keys = [*by, *(["period_start"] if period else [])]
    rows = queries.answers(store, metric.value, by=(), start=start, end=end, where=where)
    answered = rows[rows["status"] == "answered"]
    solved = queries.tickets(store).set_index("id")["solved_at"]
    since = solved.reindex(answered["ticket_id"]).set_axis(answered.index).fillna(answered["asked_at"])
    timed = answered.assign(since=since.astype(answered["asked_at"].dtype))
    delays = summarise_delays(answer_delays(timed, since="since", late_after_days=settings.late_after_days))
    mix = (None, None) if where else _against_tickets(store, settings, metric, by, start, end)
    return SurveyQuality(metric, response_table(sent, keys), delays, *mix)


def may_be_asked(
    store: Store, settings: Settings, metric: Metric, contact: str, now: datetime, *, namespace: str = ""
) -> Permission:
    """Whether ``contact`` (the id that the source uses) may be sent a survey now; if not, why and from when on.

    Raises:
        NotFoundError: nobody of this id is known, so that nothing can be said.
    """
    found = permissions(store, settings, metric, [contact], now, namespace=namespace)[contact]
    if found is None:
        raise NotFoundError(f"no contact {contact!r}; `verbatim ingest contacts FILE` reads them")
    return found


def permissions(
    store: Store, settings: Settings, metric: Metric, contacts: Sequence[str], now: datetime, *, namespace: str = "",
    restriction: Restriction = EVERYBODY,
) -> dict[str, Permission | None]:  # fmt: skip
    """`may_be_asked` for many; ``None`` for those of whom nothing is known, or who are outside ``restriction``.

    Every survey counts, also those that the caller may not see: people are asked once, not once a team.
    """
    keys = {contact: stable_key("contact", namespace, contact) for contact in contacts}
    with store.reading() as connection:
        asked = _asked(connection, sorted(set(keys.values())))
        known = _known(connection, sorted(set(keys.values())), restriction)
    throttle = Throttle(settings.survey_every_days)
    return {
        contact: may_ask(metric.value, now, asked.get(key, ()), throttle=throttle) if key in known else None
        for contact, key in keys.items()
    }


def _asked(connection: Connection, keys: list[str]) -> dict[str, list[tuple[str, datetime]]]:
    """What each contact was sent and when, by the answers' own contact or that of their ticket."""
    row = survey_response.c
    at = func.coalesce(row.asked_at, row.occurred_at, type_=row.occurred_at.type)
    own = select(row.contact_id, row.metric, at).where(row.contact_id.in_(keys))
    through = (
        select(ticket.c.contact_id, row.metric, at)
        .join(ticket, ticket.c.id == row.ticket_id)
        .where(row.contact_id.is_(None), ticket.c.contact_id.in_(keys))
    )
    found: dict[str, list[tuple[str, datetime]]] = {}
    for statement in (own, through):
        for key, name, moment in connection.execute(statement):
            times = found.setdefault(key, [])
            if moment is not None:
                times.append((name, moment))
    return found


def _known(connection: Connection, keys: list[str], restriction: Restriction) -> set[str]:
    """Contacts that there are, or that answered or had a ticket, as far as ``restriction`` lets see them."""
    found: set[str] = set()
    allowed = restriction.where()
    for table in (contact_table, survey_response, ticket):
        key = table.c.id if table is contact_table else table.c.contact_id
        limits = [key.in_(keys)]
        if "account_id" in allowed:
            limits.append(table.c.account_id.in_(allowed["account_id"]))
        if TEAM in allowed:
            limits.append(table.c.segments[TEAM].as_string().in_(allowed[TEAM]))
        found.update(connection.execute(select(key).where(*limits).distinct()).scalars())
    return found


def _against_tickets(
    store: Store, settings: Settings, metric: Metric, by: tuple[str, ...], start: datetime | None, end: datetime | None
) -> tuple[pd.DataFrame | None, PostStratified | None]:
    """Those who answered against all tickets, by the first segment that tickets have too."""
    tickets = queries.tickets(store, start=start, end=end)
    known = tuple(name for name in by if name in tickets and tickets[name].notna().any())[:1]
    if not known:
        return None, None
    counts, definition = main_counts(store, settings, metric, by=known, start=start, end=end)
    answered = counts.groupby(list(known), dropna=False)["n"].sum().reset_index()
    everybody = tickets[list(known)]
    return respondents_table(answered, everybody, known), post_stratify(counts, everybody, definition, known)


def _weighted_as_json(found: PostStratified) -> dict[str, Any]:
    adjusted = found.adjusted
    return {
        "by": list(found.strata), "raw": found.raw.to_dict(), "coverage": rounded(found.coverage),
        "value": rounded(adjusted.value), "low": rounded(adjusted.low), "high": rounded(adjusted.high),
    }  # fmt: skip
