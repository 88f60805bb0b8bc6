"""Days, weeks, months and quarters of an organisation's time zone, half-open, right across changes of the clock.

A period is known by its start: a timezone-aware timestamp of the local midnight at which it begins. Weeks begin on
Monday (ISO 8601). Where a clock change skips midnight, the day begins at the first moment after it; where midnight
comes twice, at the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from verbatim.errors import UserError

if TYPE_CHECKING:
    from datetime import datetime

PeriodName = Literal["day", "week", "month", "quarter"]
PERIODS: tuple[PeriodName, ...] = ("day", "week", "month", "quarter")
FREQUENCIES: dict[PeriodName, str] = {"day": "D", "week": "7D", "month": "MS", "quarter": "QS"}


def edges(first: datetime, last: datetime, period: str, tz: str = "UTC") -> pd.DatetimeIndex:
    """Starts of every ``period``, from the one that contains ``first`` to the one after that of ``last``.

    Aware timestamps in ``tz``; ``k`` periods have ``k + 1`` edges, the last of them exclusive.

    Raises:
        UserError: an unknown period or time zone, or a naive ``first`` or ``last``.

    >>> [str(edge.date()) for edge in edges(pd.Timestamp("2026-01-15T12Z"), pd.Timestamp("2026-02-01T00Z"), "month")]
    ['2026-01-01', '2026-02-01', '2026-03-01']
    """
    name, zone = checked_period(period), checked_zone(tz)
    start = _floor(_local(first, zone), name)
    end = _floor(_local(last, zone), name)
    length = {"day": 1, "week": 7, "month": 31, "quarter": 92}[name]
    days = pd.date_range(start, end + pd.Timedelta(days=length), freq=FREQUENCIES[name])
    beyond = int(np.searchsorted(days.to_numpy(), end.to_datetime64(), side="right"))
    return localise(days[: beyond + 1], zone)


def localise(days: pd.DatetimeIndex, zone: ZoneInfo) -> pd.DatetimeIndex:
    """Naive local midnights as aware timestamps in ``zone``."""
    first_of_two = np.ones(len(days), dtype=bool)
    return days.tz_localize(zone, nonexistent="shift_forward", ambiguous=first_of_two)


def starts_of(times: pd.Series, period: str, tz: str = "UTC") -> pd.Series:
    """The start of the period that contains each of ``times`` (aware; NaT stays NaT), in time zone ``tz``.

    Raises:
        UserError: naive times, an unknown period or time zone.
    """
    present = times.dropna()
    if not isinstance(times.dtype, pd.DatetimeTZDtype):
        raise UserError(f"{times.name or 'times'!r} has no time zone ({times.dtype}); use pd.to_datetime(…, utc=True)")
    if present.empty:
        converted: pd.Series = times.dt.tz_convert(checked_zone(tz))
        return converted
    bounds = edges(present.min(), present.max(), period, tz)
    positions = np.searchsorted(bounds.asi8, present.dt.as_unit(bounds.unit).astype("int64"), side="right") - 1
    return pd.Series(bounds[positions], index=present.index).reindex(times.index)


def following(start: pd.Timestamp, period: str, tz: str = "UTC") -> pd.Timestamp:
    """The start of the period after the one that begins at ``start``."""
    return edges(start, start, period, tz)[1]


def label(start: pd.Timestamp, period: str) -> str:
    """A period for people: 2026-10-05, 2026-W41, 2026-10 or 2026-Q4."""
    name = checked_period(period)
    if name == "day":
        return start.strftime("%Y-%m-%d")
    if name == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    return start.strftime("%Y-%m") if name == "month" else f"{start.year}-Q{(start.month + 2) // 3}"


def checked_period(period: str) -> PeriodName:
    """``period`` if it is one of ``PERIODS``.

    Raises:
        UserError: it is not.
    """
    if period not in PERIODS:
        raise UserError(f"{period!r} is not a period; the periods are {', '.join(PERIODS)}")
    return period


def checked_zone(tz: str) -> ZoneInfo:
    """The time zone called ``tz``.

    Raises:
        UserError: there is none.
    """
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UserError(f"{tz!r} is not an IANA time zone; one is Europe/Berlin") from error


def _local(moment: datetime, zone: ZoneInfo) -> pd.Timestamp:
    stamp = pd.Timestamp(moment)
    if stamp.tzinfo is None:
        raise UserError(f"{moment} has no time zone; every time here carries one")
    return stamp.tz_convert(zone).tz_localize(None).normalize()


def _floor(day: pd.Timestamp, period: PeriodName) -> pd.Timestamp:
    if period == "day":
        return day
    if period == "week":
        return day - pd.Timedelta(days=day.weekday())
    month = day.month if period == "month" else day.month - (day.month - 1) % 3
    return day.replace(day=1, month=month)
