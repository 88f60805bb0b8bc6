"""The active model's themes with their figures, from the sums by day: fast over millions of comments."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import false, func, select, true

from verbatim.errors import NotFoundError
from verbatim.storage.columns import EPOCH
from verbatim.storage.queries.counting import within
from verbatim.storage.queries.frames import read
from verbatim.storage.queries.groups import Grouping
from verbatim.storage.tables import comment, theme, theme_day, theme_model
from verbatim.storage.tally import EVERY, UNDATED, counted_rows, day_number, day_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection, Select

    from verbatim.storage.queries.restriction import Restriction
    from verbatim.storage.store import Store

EVERYWHERE: Mapping[str, Any] = {}
OWN = ("id", "parent_id", "kind", "name", "keywords", "description", "pinned", "archived")
Conditions = list["ColumnElement[bool]"]


@dataclass(frozen=True, slots=True)
class _Figures:
    """Comments, spans with a sentiment, and the sum of these sentiments."""

    comments: int = 0
    felt: int = 0
    sentiment_sum: float = 0.0

    def __add__(self, other: _Figures) -> _Figures:
        total = self.sentiment_sum + other.sentiment_sum
        return _Figures(self.comments + other.comments, self.felt + other.felt, total)


def theme_overview(
    store: Store, *, start: datetime | None = None, end: datetime | None = None,
    where: Mapping[str, Any] = EVERYWHERE, restricted: Restriction | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Every theme of the active model with its figures in ``[start, end)``, largest first.

    Columns: ``id``, ``parent_id``, ``kind``, ``name``, ``keywords`` (list), ``description``, ``pinned``, ``archived``,
    ``n`` (comments on it or on its sub-themes, each once), ``of`` (comments of the model in the span, also those on no
    theme), ``share`` (``n`` of ``of``, NaN where there are none), ``sentiment`` (mean of the spans, -1 … 1), and, where
    both ``start`` and ``end`` are given, ``n_before`` and ``of_before`` in the span of equal length before, and
    ``change`` (difference of the shares); else these are empty. Without a model there are no rows.

    ``where`` (as in `answer_counts`) and ``restricted`` are counted row by row: exact too, but slower.

    Raises:
        NotFoundError: a segment that nothing is called.
    """
    with store.reading() as connection:
        model = connection.execute(select(theme_model.c.id, theme_model.c.tallied).where(theme_model.c.active)).first()
        model_id, tallied = (None, False) if model is None else model
        frame = read(connection, select(*(theme.c[name] for name in OWN)).where(theme.c.model_id == model_id))
        allowed = _allowed(connection, dict(where), restricted)
        before: dict[str, _Figures] = {}
        now: dict[str, _Figures] = {}
        if model_id is not None:
            by_day = tallied and not allowed
            now = _figures(connection, model_id, (start, end), allowed, by_day=by_day)
            if start is not None and end is not None:
                earlier = (start - (end - start), start)
                before = _figures(connection, model_id, earlier, allowed, by_day=by_day)
    bounded = start is not None and end is not None
    return _with_figures(frame, now, before if bounded else None)


def newest_day(store: Store) -> date | None:
    """The last day (of UTC) with a comment among those of the active model; ``None``: none has a time."""
    with store.reading() as connection:
        asked = select(theme_model.c.id, theme_model.c.tallied).where(theme_model.c.active)
        model = connection.execute(asked).first()
        if model is not None and model.tallied:
            of_all = (theme_day.c.model_id == model.id, theme_day.c.theme_id == EVERY, theme_day.c.day != UNDATED)
            found = connection.execute(select(func.max(theme_day.c.day)).where(*of_all)).scalar()
            return None if found is None else date.fromisoformat(found)
        newest = connection.execute(select(func.max(comment.c.occurred_at))).scalar()
    return None if newest is None else newest.astimezone(UTC).date()


def theme_months(
    store: Store, *, start: date, end: date, where: Mapping[str, Any] = EVERYWHERE,
    restricted: Restriction | None = None,
) -> pd.DataFrame:  # fmt: skip
    """How many comments each theme of the active model (sub-themes in it) has in each month of the days [start, end).

    Columns: ``theme_id`` (`EVERY`: all comments of the model, also those on no theme), ``month`` (``2026-01``), ``n``
    (each comment once) and ``sentiment`` (mean of the spans, -1 … 1, NaN where unknown), by theme and month; months
    without comments have no row. Months are those of UTC, whose days are summed up beforehand: a comment of the night
    between two months can be in the other one than on the organisation's clock.

    ``where`` (as in `answer_counts`) and ``restricted`` are counted row by row: slower.

    Raises:
        NotFoundError: a segment that nothing is called.
    """
    with store.reading() as connection:
        model = connection.execute(select(theme_model.c.id, theme_model.c.tallied).where(theme_model.c.active)).first()
        model_id, tallied = (None, False) if model is None else model
        allowed = _allowed(connection, dict(where), restricted)
        days = theme_day.c
        sums = (days.comments, days.felt, days.sentiment_sum)
        if tallied and not allowed:
            month = func.substr(days.day, 1, 7)
            rows = select(days.theme_id, month, *(func.sum(column) for column in sums)).where(
                days.model_id == model_id,
                days.day != UNDATED,
                days.day >= start.isoformat(),
                days.day < end.isoformat(),
            )
            found = [tuple(row) for row in connection.execute(rows.group_by(days.theme_id, month))]
        else:
            bounds = (datetime(one.year, one.month, one.day, tzinfo=UTC) for one in (start, end))
            counted = counted_rows(
                model_id or "", [*within(comment, *bounds), *allowed], day_number(connection).label("day")
            )
            found = [
                (row.theme_id, f"{EPOCH + timedelta(days=int(row.day)):%Y-%m}", row.comments, row.felt,
                 row.sentiment_sum) for row in connection.execute(counted)
            ]  # fmt: skip
    frame = pd.DataFrame(found, columns=["theme_id", "month", "n", "felt", "total"])
    frame = frame.astype({"n": "float64", "felt": "float64", "total": "float64"})
    summed = frame.groupby(["theme_id", "month"], as_index=False, sort=True)[["n", "felt", "total"]].sum()
    felt = summed["felt"].where(summed["felt"] > 0)
    return summed.assign(n=summed["n"].astype("int64"), sentiment=summed["total"] / felt).drop(
        columns=["felt", "total"]
    )


def _allowed(connection: Connection, where: dict[str, Any], restricted: Restriction | None) -> Conditions:
    """That a comment is one of those asked for; empty where all are."""
    limits = {} if restricted is None else restricted.where()
    if not where and not limits:
        return []
    grouping = Grouping(connection, comment)
    conditions = grouping.conditions(where)
    try:
        conditions += grouping.conditions(limits)
    except NotFoundError:
        return [false()]  # it names what no comment has
    ids: Select[Any] = select(comment.c.id).select_from(grouping.source).where(*conditions)
    return [comment.c.id.in_(ids)]


def _figures(
    connection: Connection,
    model_id: str,
    span: tuple[datetime | None, datetime | None],
    allowed: Conditions,
    *,
    by_day: bool,
) -> dict[str, _Figures]:
    """By theme, and of all comments under `EVERY`."""
    if not by_day:
        return _counted(connection, model_id, [*within(comment, *span), *allowed])
    start, end = span
    first = None if start is None else _midnight_after(start)
    last = None if end is None else _midnight_before(end)
    if first is not None and last is not None and first >= last:
        return _counted(connection, model_id, within(comment, start, end))
    total: dict[str, _Figures] = defaultdict(_Figures)
    for part in _parts(connection, model_id, (start, end), (first, last)):
        for theme_id, figures in part.items():
            total[theme_id] += figures
    return total


def _parts(
    connection: Connection,
    model_id: str,
    span: tuple[datetime | None, datetime | None],
    whole: tuple[datetime | None, datetime | None],
) -> Iterator[dict[str, _Figures]]:
    """The whole days of UTC, and what the span has before and after them."""
    (start, end), (first, last) = span, whole
    days = theme_day.c.day
    bounds = [
        true() if first is None else days >= day_text(first),
        true() if last is None else days < day_text(last),
        true() if start is None and end is None else days != UNDATED,
    ]
    sums = (func.sum(theme_day.c[name]) for name in ("comments", "felt", "sentiment_sum"))
    rows = select(theme_day.c.theme_id, *sums).where(theme_day.c.model_id == model_id, *bounds)
    yield {
        theme_id: _Figures(int(comments), int(felt), float(total))
        for theme_id, comments, felt, total in connection.execute(rows.group_by(theme_day.c.theme_id))
    }
    if start is not None and first is not None and start < first:
        yield _counted(connection, model_id, within(comment, start, first))
    if end is not None and last is not None and last < end:
        yield _counted(connection, model_id, within(comment, last, end))


def _counted(connection: Connection, model_id: str, conditions: Conditions) -> dict[str, _Figures]:
    rows = connection.execute(counted_rows(model_id, conditions))
    return {theme_id: _Figures(comments, felt, total or 0.0) for theme_id, comments, felt, total in rows}


def _midnight_before(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _midnight_after(moment: datetime) -> datetime:
    """The first midnight of UTC that is not before ``moment``."""
    before = _midnight_before(moment)
    return before if before == moment else before + timedelta(days=1)


def _with_figures(frame: pd.DataFrame, now: dict[str, _Figures], before: dict[str, _Figures] | None) -> pd.DataFrame:
    every = now.get(EVERY, _Figures())
    found = [now.get(key, _Figures()) for key in frame["id"]]
    frame["n"] = pd.Series([one.comments for one in found], dtype="int64")
    frame["of"] = pd.Series([every.comments] * len(found), dtype="int64")
    frame["share"] = _share(frame["n"], frame["of"])
    felt = [one.sentiment_sum / one.felt if one.felt else None for one in found]
    frame["sentiment"] = pd.Series(felt, dtype="float64")
    earlier = [None if before is None else before.get(key, _Figures()).comments for key in frame["id"]]
    of_earlier = None if before is None else before.get(EVERY, _Figures()).comments
    frame["n_before"] = pd.Series(earlier, dtype="Int64")
    frame["of_before"] = pd.Series([of_earlier] * len(found), dtype="Int64")
    frame["change"] = frame["share"] - _share(frame["n_before"], frame["of_before"])
    return frame.sort_values(["n", "id"], ascending=[False, True], kind="stable", ignore_index=True)


def _share(part: pd.Series[Any], whole: pd.Series[Any]) -> pd.Series[Any]:
    numbers, of = part.astype("Float64"), whole.astype("Float64")
    return (numbers / of.where(of > 0)).astype("float64")
