"""When the team works, and how many of its hours lie between two moments.

A table of the opening and closing moments of every working day (Unix time) makes both directions a look-up: hours
between moments, and the moment some hours later. Changes of the clock are in the table: hours that pass are counted,
not the difference of the hands. Where a clock change skips the opening or closing, it is the first moment after;
where it comes twice, the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd

from verbatim.errors import UserError
from verbatim.settings import WEEKDAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from verbatim.settings import Settings

UNKNOWN = np.iinfo(np.int64).min  # what NaT is as a whole number
MICROSECONDS_AN_HOUR = 3_600_000_000
MOST_HOURS = 1e8  # more than all the years of a table have
LONG_AGO = np.int64(UNKNOWN // 2)
FIRST_YEAR, LAST_YEAR = 1900, 2199  # the hours of other years do not count
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """The working hours of a week: ``days`` (0 = Monday) from ``opens`` to ``closes`` in time zone ``tz``.

    ``closes`` of 00:00 is the midnight at the end of the day, so that 00:00 to 00:00 is around the clock. On
    ``holidays`` nobody works.

    Moments are int64 arrays of microseconds since 1970 in UTC; ``UNKNOWN``, the value of NaT, is no moment.

    Raises:
        UserError: no day, a day outside 0 to 6, closing that is not after opening, or an unknown time zone.

    >>> office = BusinessHours(frozenset(range(5)), time(9), time(17), "Europe/Berlin", frozenset())
    >>> office.add_hours(datetime(2026, 3, 27, 15, tzinfo=UTC), 2).isoformat()  # Friday 16:00; the clock changes
    '2026-03-30T08:00:00+00:00'
    """

    days: frozenset[int]
    opens: time
    closes: time
    tz: str
    holidays: frozenset[date]

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(7)):
            raise UserError(f"working days {sorted(self.days)}: give at least one, 0 (Monday) to 6 (Sunday)")
        if self.closes <= self.opens and self.closes != time(0):
            raise UserError(f"closing at {self.closes:%H:%M} is not after opening at {self.opens:%H:%M}")
        if self.tz not in available_timezones():
            raise UserError(f"{self.tz!r} is not an IANA time zone; one is Europe/Berlin")

    @classmethod
    def from_settings(cls, settings: Settings) -> BusinessHours:
        """The hours that the settings ``business_…``, ``holidays`` and ``timezone`` describe."""
        closes = settings.business_closes
        return cls(
            days=frozenset(WEEKDAYS.index(day) for day in settings.business_days),
            opens=time.fromisoformat(settings.business_opens),
            closes=time(0) if closes == "24:00" else time.fromisoformat(closes),
            tz=settings.timezone,
            holidays=frozenset(settings.holidays),
        )

    def hours_between(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
        """Working hours from each of ``start`` to the same of ``end`` (one shape, or one that broadcasts).

        0 where ``end`` lies before ``start``; NaN where either is ``UNKNOWN``.
        """
        start, end = np.broadcast_arrays(start, end)
        known = (start != UNKNOWN) & (end != UNKNOWN)
        hours = np.full(start.shape, np.nan)
        first, last = start[known], end[known]
        if first.size:
            table = self._table_of(min(first.min(), last.min()), max(first.max(), last.max()))
            hours[known] = np.maximum(table.worked(last) - table.worked(first), 0) / MICROSECONDS_AN_HOUR
        return hours

    def is_open(self, moments: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of ``moments`` lies in working hours, ``[opens, closes)``; False where it is ``UNKNOWN``."""
        moments = np.asarray(moments)
        known = moments != UNKNOWN
        found = np.zeros(moments.shape, dtype=np.bool_)
        if known.any():
            table = self._table_of(moments[known].min(), moments[known].max())
            found = known & (moments < table.closes[table.day_of(moments)])
        return found

    def add_hours(self, moment: datetime, hours: float) -> datetime:
        """The first moment, in UTC, by which ``hours`` working hours have passed since ``moment``.

        Hours that end with a day end at its closing, not at the next opening; 0 hours give ``moment`` itself.

        Raises:
            UserError: a ``moment`` without time zone, hours that are negative or no number, or more than there are.
        """
        if moment.tzinfo is None:
            raise UserError(f"{moment} has no time zone; every time here carries one")
        if not 0 <= hours < float("inf"):
            raise UserError(f"{hours} hours cannot be added; give a number from 0")
        start = (moment - EPOCH) // timedelta(microseconds=1)
        wanted = round(min(hours, MOST_HOURS) * MICROSECONDS_AN_HOUR)
        if wanted == 0:
            return moment.astimezone(UTC)
        first, years = _year(start) - 1, 2
        while True:
            table = _table(self, first, min(first + years, LAST_YEAR))
            goal = int(table.worked(np.array([start]))[0]) + wanted
            day = int(np.searchsorted(table.totals, goal, side="left"))
            if day < len(table.totals):
                before_closing = int(table.totals[day]) - goal
                return EPOCH + timedelta(microseconds=int(table.closes[day]) - before_closing)
            if first + years >= LAST_YEAR:
                raise UserError(f"{hours} working hours after {moment} are not over before the year {LAST_YEAR + 1}")
            years *= 2

    def _table_of(self, first: np.int64, last: np.int64) -> _Table:
        return _table(self, _year(first) - 1, _year(last) + 1)


class _Table(NamedTuple):
    """The working days of some years, in order: Unix microseconds, and what was worked by the end of each.

    Before the first stands one of no length, so that every moment has a day that began before.
    """

    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    totals: NDArray[np.int64]

    def day_of(self, moments: NDArray[np.int64]) -> NDArray[np.intp]:
        """The last day that opens at or before each moment."""
        return np.maximum(np.searchsorted(self.opens, moments, side="right") - 1, 0)

    def worked(self, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        """Microseconds worked from the beginning of the table until each moment."""
        day = self.day_of(moments)
        left: NDArray[np.int64] = np.maximum(self.closes[day] - moments, 0)
        return np.asarray(self.totals[day] - left)


@lru_cache(maxsize=16)
def _table(hours: BusinessHours, first_year: int, last_year: int) -> _Table:
    """The table of whole years, also of both ends."""
    first, last = max(first_year, FIRST_YEAR), min(last_year, LAST_YEAR)
    days = np.arange(np.datetime64(f"{first}-01-01"), np.datetime64(f"{last + 1}-01-01"))
    weekday = (days.astype(np.int64) + 3) % 7  # 1970 began on a Thursday
    working = np.isin(weekday, sorted(hours.days)) & ~np.isin(days, np.array(sorted(hours.holidays), days.dtype))
    days = days[working]
    opens = np.append(LONG_AGO, _unix(days, hours.opens, hours.tz))
    closes = np.append(LONG_AGO, _unix(days + 1 if hours.closes == time(0) else days, hours.closes, hours.tz))
    return _Table(opens, closes, np.cumsum(closes - opens))


def _unix(days: NDArray[np.datetime64], clock: time, tz: str) -> NDArray[np.int64]:
    """The moment of each day at which the clocks of ``tz`` show ``clock``."""
    since_midnight = (datetime.combine(date.min, clock) - datetime.min) // timedelta(microseconds=1)
    local = pd.DatetimeIndex(days.astype("datetime64[us]") + np.timedelta64(since_midnight, "us"))
    first_of_two = np.ones(len(local), dtype=bool)
    aware = local.tz_localize(ZoneInfo(tz), nonexistent="shift_forward", ambiguous=first_of_two)
    return np.asarray(aware.as_unit("us").asi8)


def _year(moment: np.int64 | int) -> int:
    """The year of Unix microseconds, kept within those of the table."""
    year = int(np.datetime64(int(moment), "us").astype("datetime64[Y]").astype(np.int64)) + 1970
    return min(max(year, FIRST_YEAR), LAST_YEAR)
