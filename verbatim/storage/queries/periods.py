"""Days, weeks, months and quarters of the organisation's time zone, as an expression of SQL.

`verbatim.scores.periods` knows the local beginnings of periods and the changes of the clock; the database finds each
moment's period among them by halving. So one GROUP BY does the counting, and no row has to travel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import ColumnElement, case, func, literal, select

from verbatim.errors import UserError
from verbatim.scores import periods
from verbatim.storage.columns import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Column, Connection

MOST_PERIODS = 20_000
MOST_DAYS = {"day": MOST_PERIODS, "week": 7 * MOST_PERIODS}


@dataclass(frozen=True, slots=True)
class Periods:
    """``starts[i]`` to ``starts[i + 1]`` is period ``i``, in the organisation's time zone; the last has no end here."""

    starts: pd.DatetimeIndex

    def number_of(self, column: ColumnElement[Any]) -> ColumnElement[int]:
        """SQL: the index in ``starts`` of a moment's period; moments before the first belong to the first."""
        return _halving(column, list(self.starts.to_pydatetime()), 0, len(self.starts))

    def labels(self, numbers: pd.Series[int]) -> pd.DatetimeIndex:
        """The local beginnings of periods by their index."""
        return self.starts.take(numbers.to_numpy(dtype="int64"))


def periods_among(
    connection: Connection, column: Column[datetime], conditions: Sequence[Any], period: str, tz: str
) -> Periods:
    """The periods from the first to the last moment among rows; none where there is no row.

    Raises:
        UserError: an unknown period or time zone, or more than 20,000 periods.
    """
    name, zone = periods.checked_period(period), periods.checked_zone(tz)
    ends = [select(extreme(column)).where(*conditions) for extreme in (func.min, func.max)]
    first, last = (connection.execute(end).scalar() for end in ends)
    if first is None or last is None:
        return Periods(pd.DatetimeIndex([], dtype=f"datetime64[us, {zone.key}]"))
    if (last - first).days > MOST_DAYS.get(name, (last - first).days):
        raise UserError(
            f"the dates reach from {first:%Y-%m-%d} to {last:%Y-%m-%d}, more than {MOST_PERIODS:,} periods of a {name};"
            " give a start and an end, or a longer period"
        )
    return Periods(periods.edges(first, last, name, tz)[:-1].as_unit("us"))


def _halving(column: ColumnElement[Any], starts: Sequence[datetime], low: int, high: int) -> ColumnElement[int]:
    if high - low <= 1:
        return literal(low)
    middle = (low + high) // 2
    before = column < literal(starts[middle], UtcDateTime)
    return case((before, _halving(column, starts, low, middle)), else_=_halving(column, starts, middle, high))
