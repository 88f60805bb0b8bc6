"""Comments, the themes of a model, and which comment belongs to which theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Float, String, case, func, literal, or_, select

from verbatim.domain import Metric, Status
from verbatim.errors import NotFoundError
from verbatim.storage.queries.counting import Count, counted, within
from verbatim.storage.queries.frames import read, side_by_side
from verbatim.storage.queries.groups import Grouping
from verbatim.storage.tables import assignment, comment, survey_response, theme, theme_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, FromClause, Select
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

    from verbatim.storage.store import Store

EVERYWHERE: Mapping[str, Any] = {}
LINKS = ("ticket_id", "account_id", "contact_id")
said, given, answer = comment.c, assignment.c, survey_response.c


def comments(
    store: Store, *, start: datetime | None = None, end: datetime | None = None, question: str | None = None,
    informative: bool | None = None, where: Mapping[str, Any] = EVERYWHERE, by: Sequence[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """Comments, one row each.

    Columns: ``id``, ``text`` (redacted), ``text_key`` (equal for equal texts), ``question``, ``language``,
    ``informative``, ``occurred_at``, ``submission_id``, ``source``, ``ticket_id``, ``account_id``, ``contact_id``, and
    one a name of ``by`` (looked up as in `answer_counts`). Sorted by ``occurred_at`` and ``id``.

    ``start`` and ``end`` bound ``occurred_at``, half-open; ``None`` does not bound.

    Raises:
        NotFoundError: a name of ``by`` or ``where`` that nothing is called.
    """
    own = (
        "id", "text", "text_key", "question", "language", "informative", "occurred_at", "submission_id", "source",
        "external_id",
    )  # fmt: skip
    with store.reading() as connection:
        grouping = Grouping(connection, comment)
        columns = [*(said[name] for name in own), *(grouping.expression(link).label(link) for link in LINKS)]
        segments = [grouping.expression(name).label(f"key_{i}") for i, name in enumerate(by)]
        conditions = [*_spoken(start, end, question), *grouping.conditions(where)]
        if informative is not None:
            conditions.append(said.informative == informative)
        rows = select(*columns, *segments).select_from(grouping.source).where(*conditions)
        frame = read(connection, rows.order_by(said.occurred_at.is_(None), said.occurred_at, said.id))
    return side_by_side(frame.iloc[:, : len(columns)], frame.iloc[:, len(columns) :], by)


def themes(store: Store, model_id: str | None = None) -> pd.DataFrame:
    """The themes of a model (by default the active one), largest first.

    Columns: ``model_id``, ``id``, ``parent_id``, ``kind`` ("theme" or "no_detail"), ``name``, ``keywords`` and
    ``quotes`` (lists, best first; quotes are comment ids) and ``size`` (comments). Without any model there are no rows.

    Raises:
        NotFoundError: there is no such model.
    """
    with store.reading() as connection:
        rows = select(theme).where(theme.c.model_id == _model(connection, model_id))
        return read(connection, rows.order_by(theme.c.size.desc(), theme.c.id))


def theme_models(store: Store) -> pd.DataFrame:
    """The models kept, newest first.

    Columns: ``id``, ``created_at``, ``active``, ``encoder_id``, ``dimension``, ``comments``, ``parameters`` and
    ``quality`` (dictionaries).
    """
    with store.reading() as connection:
        return read(connection, select(theme_model).order_by(theme_model.c.created_at.desc(), theme_model.c.id))


def assignments(
    store: Store, model_id: str | None = None, *, start: datetime | None = None, end: datetime | None = None,
    question: str | None = None, where: Mapping[str, Any] = EVERYWHERE, by: Sequence[str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Which comment belongs to which theme of a model (by default the active one), with the scores given beside it.

    Columns: ``comment_id``, ``start`` and ``end`` (of the span in the text), ``theme_id`` (``None``: no theme),
    ``similarity``, ``margin``, ``sentiment`` (NaN: not known), ``text``, ``language``, ``question``, ``informative``,
    ``occurred_at``, ``submission_id``, ``ticket_id``, ``account_id``, ``contact_id``, then ``csat``, ``ces``, ``nps``
    (the answer in the same submission, of several the latest; NaN: none) with ``csat_scale`` and ``ces_scale``, and one
    column a name of ``by``, by default every name that occurs; a name that clashes becomes ``segment_<name>``.
    Sorted by ``occurred_at``, ``comment_id`` and ``start``. Without any model there are no rows.

    Raises:
        NotFoundError: there is no such model, or nothing is called as ``by`` or ``where`` says.
    """
    own = ("text", "language", "question", "informative", "occurred_at", "submission_id")
    with store.reading() as connection:
        grouping = Grouping(connection, comment)
        names = grouping.further_names() if by is None else list(by)
        kept = [given[name] for name in ("comment_id", "start", "end", "theme_id", "similarity", "margin", "sentiment")]
        columns = [*kept, *(said[name] for name in own), *(grouping.expression(link).label(link) for link in LINKS)]
        segments = [grouping.expression(name).label(f"key_{i}") for i, name in enumerate(names)]
        conditions = [
            given.model_id == _model(connection, model_id),
            *_spoken(start, end, question),
            *grouping.conditions(where),
        ]
        joined = _assigned(grouping.source)
        rows = select(*columns, *segments).select_from(joined).where(*conditions)
        frame = read(
            connection, rows.order_by(said.occurred_at.is_(None), said.occurred_at, given.comment_id, given.start)
        )
        scores = _scores(connection, select(said.submission_id).select_from(joined).where(*conditions))
    fixed, rest = frame.iloc[:, : len(columns)].copy(), frame.iloc[:, len(columns) :]
    for name, values in scores.items():
        known = values.to_dict()
        fixed[name] = pd.Series([known.get(one) for one in fixed["submission_id"]], dtype=values.dtype)
    return side_by_side(fixed, rest, names)


def theme_counts(
    store: Store, model_id: str | None = None, *, by: Sequence[str] = (), period: str | None = "month",
    tz: str = "UTC", start: datetime | None = None, end: datetime | None = None, question: str | None = None,
    where: Mapping[str, Any] = EVERYWHERE, under: Mapping[str | None, str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """How many comments each theme has, by period and segments, made by one GROUP BY.

    Columns: those of ``by``, with a ``period`` also ``period_start`` (as in `answer_counts`), ``theme_id`` (``None``:
    no theme), ``n`` (comments, each once) and ``sentiment`` (mean of their spans, -1 … 1, NaN where unknown).

    A comment can be on several themes, so ``n`` must not be added up over themes. ``under`` says what each theme
    (``None``: no theme) counts as, its parent or one name for all, say: a comment counts once there, and themes that
    it does not name are left out.

    Raises:
        NotFoundError: there is no such model, or nothing is called as ``by`` or ``where`` says.
        UserError: an unknown period or time zone.
    """
    with store.reading() as connection:
        span = _spoken(start, end, question)
        count = Count(
            by=by,
            keys={},
            values={"theme_id": given.theme_id if not under else _counts_as(under)},
            measures={"n": _comments, "sentiment": _mean_sentiment},
            inputs={"comment_id": given.comment_id, "sentiment": given.sentiment},
            conditions=[*span, given.model_id == _model(connection, model_id), *_named(under)],
            where=where,
            join=_assigned,
        )
        return counted(connection, Grouping(connection, comment), count, span=span, period=period, tz=tz)


def _counts_as(under: Mapping[str | None, str]) -> ColumnElement[Any]:
    return case(*((_is(theme_id), literal(name, String)) for theme_id, name in under.items()))


def _named(under: Mapping[str | None, str] | None) -> list[ColumnElement[bool]]:
    """That a row's theme is among those of ``under``, where there is any such wish."""
    if under is None:
        return []
    ids = [theme_id for theme_id in under if theme_id is not None]
    return [or_(given.theme_id.in_(ids), *([_is(None)] if None in under else []))]


def _is(theme_id: str | None) -> ColumnElement[bool]:
    return given.theme_id.is_(None) if theme_id is None else given.theme_id == theme_id


def _comments(rows: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[int]:
    return func.count(rows.comment_id.distinct())


def _mean_sentiment(rows: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[float]:
    return func.avg(rows.sentiment, type_=Float)


def _assigned(source: FromClause) -> FromClause:
    return source.join(assignment, given.comment_id == said.id)


def _spoken(start: datetime | None, end: datetime | None, question: str | None) -> list[ColumnElement[bool]]:
    return [*within(comment, start, end), *([] if question is None else [said.question == question])]


def _model(connection: Connection, model_id: str | None) -> str | None:
    if model_id is None:
        active: str | None = connection.execute(select(theme_model.c.id).where(theme_model.c.active)).scalar()
        return active
    if connection.execute(select(theme_model.c.id).where(theme_model.c.id == model_id)).scalar() is None:
        known = connection.execute(select(theme_model.c.id).order_by(theme_model.c.created_at.desc())).scalars().all()
        raise NotFoundError(f"there is no theme model {model_id!r}; there are {', '.join(known) or 'none'}")
    return model_id


def _scores(connection: Connection, submissions: Select[Any]) -> dict[str, pd.Series[Any]]:
    """Column → values by ``submission_id``: value and scale of the latest answer to each metric."""
    rows = select(answer.submission_id, answer.metric, answer.scale, answer.value).where(
        answer.submission_id.in_(submissions), answer.status == Status.ANSWERED
    )
    found = read(connection, rows.order_by(answer.occurred_at.is_not(None), answer.occurred_at, answer.id))
    latest = found.drop_duplicates(["submission_id", "metric"], keep="last").set_index("submission_id")
    columns = {}
    for metric in Metric:
        of_metric = latest[latest["metric"] == metric.value]
        columns[metric.value] = of_metric["value"]
        if metric is not Metric.NPS:
            columns[f"{metric.value}_scale"] = of_metric["scale"]
    return columns
