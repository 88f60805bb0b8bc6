"""One GROUP BY: rows of a table to measures by segments and period."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import func, select

from verbatim.errors import UserError
from verbatim.storage.queries.frames import in_order, read
from verbatim.storage.queries.periods import periods_among

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, FromClause, Table
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

    from verbatim.storage.queries.groups import Grouping

    Measure = Callable[[ReadOnlyColumnCollection[str, Any]], ColumnElement[Any]]

    Conditions = Sequence[ColumnElement[bool]]

PERIOD = "period_start"


@dataclass(frozen=True, slots=True)
class Count:
    """What to count.

    ``keys`` (before the period) and ``values`` (after it) are expressions over a row that group with ``by``;
    ``inputs`` are expressions for the ``measures``, which are made from the columns of the rows. ``join`` widens the
    FROM clause.
    """

    by: Sequence[str]
    keys: Mapping[str, ColumnElement[Any]]
    measures: Mapping[str, Measure]
    values: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    inputs: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    conditions: Conditions = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    join: Callable[[FromClause], FromClause] = lambda source: source


def within(table: Table, start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    """That a row's ``occurred_at`` lies in ``[start, end)``, as far as either is given."""
    at = table.c.occurred_at
    return [*([] if start is None else [at >= start]), *([] if end is None else [at < end])]


def counted(
    connection: Connection, grouping: Grouping, count: Count, *, span: Conditions, period: str | None, tz: str
) -> pd.DataFrame:
    """Columns: ``by``, the keys, ``period_start``, the values, the measures; sorted by all but these.

    ``span`` are those of the conditions that tell which times there are. Rows without a time are in no period.

    Raises:
        NotFoundError: a name of ``by`` or ``where`` that nothing is called.
        UserError: an unknown period or time zone, or a segment called like another column of the result.
    """
    _refuse_clash(count)
    at = grouping.base.c.occurred_at
    columns = {name: grouping.expression(name) for name in count.by} | dict(count.keys)
    conditions = [*count.conditions, *grouping.conditions(count.where)]
    calendar = None if period is None else periods_among(connection, at, span, period, tz)
    if calendar is not None:
        columns[PERIOD] = calendar.number_of(at)
        conditions.append(at.is_not(None))
    columns |= count.values
    # Numbered, since a segment may be called anything; inside, since to PostgreSQL two parameters are never the same.
    keyed = [expression.label(f"key_{i}") for i, expression in enumerate(columns.values())]
    inputs = [expression.label(name) for name, expression in count.inputs.items()]
    rows = select(*keyed, *inputs).select_from(count.join(grouping.source)).where(*conditions).subquery()
    keys = [rows.c[key.name] for key in keyed]
    measures = [measure(rows.c).label(name) for name, measure in count.measures.items()]
    frame = read(connection, select(*keys, *measures).group_by(*keys))
    frame.columns = pd.Index([*columns, *count.measures], dtype=object)
    if calendar is not None:
        frame[PERIOD] = calendar.labels(frame[PERIOD])
    return in_order(frame, list(columns))


def _refuse_clash(count: Count) -> None:
    taken = {PERIOD, *count.values, *count.measures}
    clashing = sorted(taken.intersection(count.by))
    if clashing:
        raise UserError(f"a segment called {clashing[0]!r} cannot be grouped by; give it another name on ingest")


def number(_rows: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[int]:
    """How many rows."""
    return func.count()
