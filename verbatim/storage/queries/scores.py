"""Answers, counted and one by one: what the scores are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Integer, and_, case, exists, false, func, literal_column, select

from verbatim.domain import Status
from verbatim.storage.queries.counting import Count, counted, number, within
from verbatim.storage.queries.frames import read, side_by_side
from verbatim.storage.queries.groups import Grouping
from verbatim.storage.tables import comment, survey_response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

    from verbatim.storage.queries.counting import Measure
    from verbatim.storage.store import Store

EVERYWHERE: Mapping[str, Any] = {}
STATES = {status.value: status for status in (Status.ANSWERED, Status.NOT_APPLICABLE, Status.UNANSWERED)}
INDEX_SHARE = 0.1
answer = survey_response.c
ALWAYS = {"scale": answer.scale, "step": answer.step}  # answers that must not be averaged together stay apart


def answer_counts(
    store: Store, metric: str, *, by: Sequence[str] = (), period: str | None = None, tz: str = "UTC",
    start: datetime | None = None, end: datetime | None = None, where: Mapping[str, Any] = EVERYWHERE,
    scale: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """How often each value was answered: the counts frame of `verbatim.scores`, made by one GROUP BY.

    Columns: those of ``by`` (text, ``None`` where a row has none; names as in `segment_names`), ``scale``, ``step``,
    with a ``period`` also ``period_start`` (the local beginning, aware, in ``tz``), ``value`` (float) and ``n``.
    Sorted by all but ``n``; no answers, no rows.

    ``start`` and ``end`` bound ``occurred_at``, half-open; answers without a time are in no span and no period.
    ``where`` maps names to a value, to several of them, or to ``None`` for "has none".

    Raises:
        NotFoundError: nothing is called that; the message lists what there is.
        UserError: an unknown period or time zone.
    """
    conditions = [answer.status == Status.ANSWERED, answer.value.is_not(None)]
    if scale is not None:
        conditions.append(answer.scale == scale)
    span = _asked(metric, start, end)
    with store.reading() as connection:
        count = Count(
            by=by,
            keys=ALWAYS,
            values={"value": answer.value},
            measures={"n": number},
            conditions=[*_read(connection, span), *conditions],
            where=where,
        )
        grouping = Grouping(connection, survey_response, metric)
        return counted(connection, grouping, count, span=span, period=period, tz=tz)


def surveys(
    store: Store, metric: str, *, by: Sequence[str] = (), period: str | None = None, tz: str = "UTC",
    start: datetime | None = None, end: datetime | None = None, where: Mapping[str, Any] = EVERYWHERE,
) -> pd.DataFrame:  # fmt: skip
    """What became of the surveys sent, for response and comment rates.

    Columns: those of ``by``, ``scale``, ``step``, with a ``period`` also ``period_start``, and the numbers ``sent``
    (the sum of the next three), ``answered``, ``not_applicable``, ``unanswered``, and ``commented`` (answered, and with
    a comment in the same submission). Arguments, order and errors as for `answer_counts`; an unanswered survey
    belongs to the period in which it was asked.
    """
    spoken = exists().where(comment.c.submission_id == answer.submission_id)
    commented = case((and_(answer.status == Status.ANSWERED, spoken), 1), else_=0)
    span = _asked(metric, start, end)
    with store.reading() as connection:
        count = Count(
            by=by,
            keys=ALWAYS,
            measures={"sent": number, **{name: _in_state(name) for name in STATES}, "commented": _commented},
            inputs={"status": answer.status, "commented": commented},
            conditions=_read(connection, span),
            where=where,
        )
        grouping = Grouping(connection, survey_response, metric)
        return counted(connection, grouping, count, span=span, period=period, tz=tz)


def answers(
    store: Store, metric: str | None = None, *, start: datetime | None = None, end: datetime | None = None,
    where: Mapping[str, Any] = EVERYWHERE, by: Sequence[str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Every survey question asked, one row each, answered or not, of one metric or of all.

    Columns: ``id``, ``submission_id``, ``metric``, ``scale``, ``step``, ``question``, ``status``, ``value`` (NaN where
    not answered), ``asked_at``, ``answered_at``, ``occurred_at``, ``source``, ``ticket_id``, ``account_id``,
    ``contact_id``, ``comment`` (what was said in the same submission, several comments joined by a line break) and one
    column a name of ``by``, by default all of `segment_names`; a name that clashes becomes ``segment_<name>``.
    Sorted by ``occurred_at`` and ``id``. Arguments and errors as for `answer_counts`.
    """
    fixed = ("id", "submission_id", "metric", *ALWAYS, "question", "status", "value")
    times = ("asked_at", "answered_at", "occurred_at", "source")
    with store.reading() as connection:
        grouping = Grouping(connection, survey_response, metric or "")
        names = grouping.further_names() if by is None else list(by)
        links = [grouping.expression(link).label(link) for link in ("ticket_id", "account_id", "contact_id")]
        columns = [*(answer[name] for name in (*fixed, *times)), *links]
        segments = [grouping.expression(name).label(f"key_{i}") for i, name in enumerate(names)]
        conditions = [*_read(connection, _asked(metric, start, end)), *grouping.conditions(where)]
        rows = select(*columns, *segments).select_from(grouping.source).where(*conditions)
        frame = read(connection, rows.order_by(answer.occurred_at.is_(None), answer.occurred_at, answer.id))
        chosen = select(answer.submission_id).select_from(grouping.source).where(*conditions)
        said = _said(connection, chosen)
    known, looked_up = frame.iloc[:, : len(columns)].copy(), frame.iloc[:, len(columns) :]
    known["comment"] = pd.Series([said.get(one) for one in known["submission_id"]], dtype=object)
    return side_by_side(known, looked_up, names)


def segment_names(store: Store, metric: str | None = None) -> list[str]:
    """What answers can be grouped by, in order of name.

    These are the segments that occur in answers to ``metric`` (or to any), in tickets, contacts and accounts, and the
    columns such as ``tier``, ``role`` or ``priority`` that are filled in. All of ``BUILT_IN`` can be grouped by too.
    """
    with store.reading() as connection:
        return Grouping(connection, survey_response, metric or "").names()


def _asked(metric: str | None, start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    of_metric = [] if metric is None else [answer.metric == str(metric)]
    return [*of_metric, *within(survey_response, start, end)]


def _read(connection: Connection, span: list[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """The conditions ``span`` for reading rows: on SQLite, for more than a tenth of them, without their index.

    SQLite takes an index wherever there is one. Reading 1,000,000 rows through it took ten times as long as reading
    the table from front to back; counting in the index, to know, takes next to nothing.
    """
    if connection.dialect.name != "sqlite" or not span:
        return span
    found = connection.execute(select(func.count()).select_from(survey_response).where(*span)).scalar_one()
    last = connection.execute(select(func.max(literal_column("rowid"))).select_from(survey_response)).scalar() or 0
    if found <= INDEX_SHARE * last:
        return span
    return [func.coalesce(condition, false()) for condition in span]  # the same, but hidden from the planner


def _in_state(name: str) -> Measure:
    return lambda rows: func.coalesce(func.sum(case((rows.status == STATES[name], 1), else_=0)), 0, type_=Integer)


def _commented(rows: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[int]:
    return func.sum(rows.commented, type_=Integer)


def _said(connection: Connection, submissions: Select[Any]) -> dict[str, str]:
    """The comments of submissions, by ``submission_id``."""
    texts = select(comment.c.submission_id, comment.c.text).where(comment.c.submission_id.in_(submissions))
    by_submission: dict[str, list[str]] = {}
    for submission, text in connection.execute(texts.order_by(comment.c.submission_id, comment.c.id)):
        by_submission.setdefault(submission, []).append(text)
    return {submission: "\n".join(found) for submission, found in by_submission.items()}
