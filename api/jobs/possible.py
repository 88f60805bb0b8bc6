"""Whether a job can come to anything: what would fail for sure is refused when it is asked for, with the reason.

Each check is a look or two into the store, less than the job would take to find out. What they let pass can still fail,
since the store goes on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, or_, select

from api.jobs import kinds
from api.jobs.reporting import check_receivers
from api.plain import FIRST, LAST
from api.problems import Refusal, about, misfit
from verbatim.domain import local_midnight
from verbatim.errors import NotFoundError
from verbatim.storage.queries.groups import Grouping
from verbatim.storage.queries.recent import is_empty
from verbatim.storage.tables import account, comment, survey_response, ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from sqlalchemy import ColumnElement, Connection

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

LATEST = "latest"
ARGUMENTS = "body.arguments"


def demand_possible(
    store: Store, settings: Settings, kind: str, arguments: Mapping[str, Any], *, place: str = ARGUMENTS
) -> None:
    """Pass a job that may succeed; ``place`` is where the request has its arguments.

    Raises:
        Refusal: an argument that fits nothing here (422), nothing to work on or no model (409).
        NotFoundError: an upload or a receiver that is not there.
        UserError: arguments that do not fit the kind.
    """
    check = CHECKS.get(kind)
    if check is not None:
        check(store, settings, kinds.read_arguments(kinds.kind_of(kind), arguments), place)


def checked_report(
    settings: Settings, told: kinds.ReportRequest, *, place: str = "body", now: datetime | None = None
) -> kinds.ReportRequest:
    """What is asked for, if it can be: its period is of its kind, and it has the arguments that its kind takes.

    Without a period it is of the last whole one.

    Raises:
        Refusal: it does not fit.
    """
    from verbatim.reports.kinds import checked_period, latest_complete

    if told.by is not None and told.kind != "monthly":
        raise misfit(f"{place}.by", f"a {told.kind} report is broken down by nothing; leave it out")
    if (told.account is not None) != (told.kind == "account"):
        needs = "needs the external id of its account" if told.kind == "account" else "is of no single account"
        raise misfit(f"{place}.account", f"a report of kind {told.kind!r} {needs}")
    if told.period in {None, LATEST}:
        last = latest_complete(told.kind, now or datetime.now(UTC), settings.timezone)
        return told.model_copy(update={"period": last})
    try:
        with about(f"{place}.period"):
            span = checked_period(told.kind, str(told.period), settings.timezone)
    except (ValueError, OverflowError) as error:
        raise misfit(f"{place}.period", f"period {told.period!r} is in no calendar") from error
    if not FIRST <= span.start < span.end <= LAST:
        raise misfit(f"{place}.period", f"period {told.period!r} is not between 1970 and 2200")
    return told


def demand_account(store: Store, told: kinds.ReportRequest, *, place: str = "body") -> None:
    """Pass a report of an account that is there, by its id or its name.

    Raises:
        Refusal: there is none, or there are several.
    """
    if told.account is None:
        return
    wanted, row = told.account.strip(), account.c
    with store.reading() as connection:
        named = or_(row.id == wanted, row.external_id == wanted)
        if connection.execute(select(row.id).where(named).limit(1)).first() is not None:
            return
        names = connection.execute(select(row.name).where(row.name.is_not(None))).scalars()
        found = sum(name.strip().casefold() == wanted.casefold() for name in names)
    if found != 1:
        why = "there is no such account" if not found else f"{found} accounts are called so"
        raise misfit(f"{place}.account", f"{why}; send the id of one, as its own system has it")


def _report(store: Store, settings: Settings, told: Any, place: str) -> None:  # noqa: ANN401 (of its kind)
    from verbatim.reports.kinds import checked_period

    told = checked_report(settings, told, place=place)
    demand_account(store, told, place=place)
    with store.reading() as connection:
        with about(f"{place}.deliver_to"):
            check_receivers(connection, told.deliver_to)
        if told.kind != "monthly":
            return
        _demand_segments(Grouping(connection, survey_response), told.by or (), f"{place}.by")
        span = checked_period(told.kind, told.period, settings.timezone)
        said = _any(connection, comment, _within(comment, span.start, span.end))
        if not said and not _any(connection, survey_response, _within(survey_response, span.start, span.end)):
            raise Refusal("conflict", f"there are neither answers nor comments of {told.period}; choose another month")


def _mine(store: Store, settings: Settings, told: Any, place: str) -> None:  # noqa: ANN401
    _demand_order(told.start, told.end, place)
    with store.reading() as connection:
        if not _any(connection, comment, []):
            raise Refusal("conflict", "there are no comments yet; bring some in first: POST /v1/responses")
        asked = [] if told.question is None else [comment.c.question == told.question]
        if not _any(connection, comment, asked):
            raise misfit(f"{place}.question", "no comment answers this question; send it as it was stored")
        start, end = (_midnight(day, settings) for day in (told.start, told.end))
        if not _any(connection, comment, [*asked, *_within(comment, start, end)]):
            raise Refusal("conflict", "there are no comments in these days; choose others, or leave start and end out")


def _train(store: Store, settings: Settings, told: Any, place: str) -> None:  # noqa: ANN401
    from models.learners.targets import read_target, refuse_praise

    answer = survey_response.c
    rated = select(answer.scale, func.count(answer.ticket_id.distinct())).where(
        answer.metric == told.metric, answer.value.is_not(None), answer.ticket_id == ticket.c.id
    )
    with store.reading() as connection:
        scales = {scale: number for scale, number in connection.execute(rated.group_by(answer.scale))}
    metric, least = told.metric.upper(), settings.predictor_minimum_tickets
    if told.target is not None:
        with about(f"{place}.target"):
            target = read_target(told.target)
            if scales:
                refuse_praise(target, max(scales, key=lambda scale: scales[scale]))
    if sum(scales.values()) < least:
        raise Refusal(
            "conflict", f"{sum(scales.values())} stored tickets have a rating of {metric}, and at least {least} are "
            "needed (predictor_minimum_tickets); bring tickets and their ratings in first",
        )  # fmt: skip


def _score_open(store: Store, settings: Settings, told: Any, place: str) -> None:  # noqa: ANN401
    from models.registry import resolve

    try:
        resolve(store, told.metric)
    except NotFoundError as error:
        raise Refusal("no-active-model", str(error)) from error


def _export(store: Store, settings: Settings, told: Any, place: str) -> None:  # noqa: ANN401
    _demand_order(told.start, told.end, place)
    if told.query is not None:
        _demand_query(store, settings, told, place)
        return
    if told.what == "predictions":
        for name in ("where", "question"):
            if getattr(told, name):
                raise misfit(
                    f"{place}.{name}", f"predictions are exported whole, or by metric and days; leave {name} out"
                )
        if told.metric == "nps":
            raise misfit(f"{place}.metric", "nothing predicts NPS; send csat or ces, or leave metric out")
    with store.reading() as connection:
        base = comment if told.what == "comments" else survey_response
        metric = told.metric or "" if told.what == "scores" else ""
        _demand_segments(Grouping(connection, base, metric), told.where, f"{place}.where")


def _demand_query(store: Store, settings: Settings, told: Any, place: str) -> None:  # noqa: ANN401
    from api.jobs.filtered import asked_filter
    from verbatim.storage.queries import comment_page

    for name in ("start", "end", "metric", "question", "where"):
        if getattr(told, name):
            raise misfit(f"{place}.{name}", f"leave {name} out: `query` says it")
    if told.what != "comments":
        raise misfit(f"{place}.query", f"`query` chooses comments; leave it out to export {told.what}")
    with about(f"{place}.query"):
        comment_page(store, asked_filter(store, settings, told.query, agents=True), limit=1)


def _ingest_file(store: Store, settings: Settings, told: Any, place: str) -> None:  # noqa: ANN401
    from api.jobs.uploads import plan_upload

    with about(place):
        plan_upload(settings, told.upload, told)


def _sample(store: Store, settings: Settings, told: Any, place: str) -> None:  # noqa: ANN401
    if not is_empty(store):
        raise Refusal("conflict", "something is stored here already; the sample organisation goes into an empty store")


CHECKS: Mapping[str, Callable[[Store, Settings, Any, str], None]] = {
    "ingest_file": _ingest_file, "mine": _mine, "train": _train, "score_open": _score_open, "report": _report,
    "export": _export, "sample": _sample,
}  # fmt: skip


def _demand_order(start: date | None, end: date | None, place: str) -> None:
    if start is not None and end is not None and start >= end:
        raise misfit(f"{place}.end", f"{end} is not after {start}; end is the day after the last")


def _demand_segments(grouping: Grouping, names: Iterable[str], place: str) -> None:
    """Pass names that answers or comments can be grouped by."""
    for name in names:
        try:
            grouping.expression(name)
        except NotFoundError as error:
            raise misfit(place, str(error)) from error


def _within(table: Any, start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:  # noqa: ANN401
    at = table.c.occurred_at
    return [*([] if start is None else [at >= start]), *([] if end is None else [at < end])]


def _any(connection: Connection, table: Any, conditions: list[ColumnElement[bool]]) -> bool:  # noqa: ANN401
    return bool(connection.execute(select(exists().select_from(table).where(*conditions))).scalar())


def _midnight(day: date | None, settings: Settings) -> datetime | None:
    return None if day is None else local_midnight(day, settings.timezone)
