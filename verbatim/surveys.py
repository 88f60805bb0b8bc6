"""The quality of the surveys behind a score: who was asked, who answered and when, and who may be asked now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from verbatim.answers import main_counts
from verbatim.domain import Metric, stable_key
from verbatim.errors import EmptyError, NotFoundError
from verbatim.scores.score import rounded
from verbatim.scores.segments import records
from verbatim.scores.stratified import PostStratified, post_stratify
from verbatim.scores.survey import answer_delays, respondents_table, response_table, summarise_delays
from verbatim.scores.throttle import Permission, Throttle, may_ask
from verbatim.storage import queries

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from verbatim.scores.survey import Delays
    from verbatim.settings import Settings
    from verbatim.storage.store import Store


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
    start: datetime | None = None, end: datetime | None = None,
) -> SurveyQuality:  # fmt: skip
    """Response and comment rates by segment and period, delays, and the mix of answers against that of all tickets.

    Raises:
        EmptyError: nobody was asked.
        NotFoundError: a segment that does not exist.
    """
    sent = queries.surveys(store, metric.value, by=by, period=period, tz=settings.timezone, start=start, end=end)
    if sent.empty:
        raise EmptyError(f"no {metric.value.upper()} surveys match; `verbatim ingest responses FILE` reads some")
    keys = [*by, *(["period_start"] if period else [])]
    rows = queries.answers(store, metric.value, by=(), start=start, end=end)
    answered = rows[rows["status"] == "answered"]
    solved = queries.tickets(store).set_index("id")["solved_at"]
    since = solved.reindex(answered["ticket_id"]).set_axis(answered.index).fillna(answered["asked_at"])
    timed = answered.assign(since=since.astype(answered["asked_at"].dtype))
    delays = summarise_delays(answer_delays(timed, since="since", late_after_days=settings.late_after_days))
    return SurveyQuality(
        metric, response_table(sent, keys), delays, *_against_tickets(store, settings, metric, by, start, end)
    )


def may_be_asked(
    store: Store, settings: Settings, metric: Metric, contact: str, now: datetime, *, namespace: str = ""
) -> Permission:
    """Whether ``contact`` (the id that the source uses) may be sent a survey now; if not, why and from when on.

    Raises:
        NotFoundError: nobody of this id is known, so that nothing can be said.
    """
    key = stable_key("contact", namespace, contact)
    rows = queries.answers(store, where={"contact_id": key}, by=())
    if rows.empty and not (queries.contacts(store)["id"] == key).any():
        raise NotFoundError(f"no contact {contact!r}; `verbatim ingest contacts FILE` reads them")
    asked = rows["asked_at"].fillna(rows["occurred_at"])
    history = [(str(name), at.to_pydatetime()) for name, at in zip(rows["metric"], asked, strict=True) if at == at]
    return may_ask(metric.value, now, history, throttle=Throttle(settings.survey_every_days))


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
