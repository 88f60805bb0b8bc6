"""Until when: due times on the organisation's calendar.

Hours are business hours: "2h" at four on a Friday ends on Monday morning, and "24h" is three days of eight. "Same day"
is the end of the working day in which the signal came; one that came outside working hours is due at the end of the
next working day. "Next business week" is the end of the last working day of the week (Monday to Sunday, in the
organisation's time zone) after that of the signal; a week of holidays is skipped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from verbatim.business_hours import EPOCH, BusinessHours
from verbatim.domain import local_midnight
from verbatim.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOURS = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)\s*(?:h|hours?|business hours?)")
SAME_DAY, NEXT_WEEK = "same day", "next business week"
MOST_HOURS = 2000.0
INSTANT = 1 / 3_600_000_000  # a microsecond, in hours
MOST_WEEKS = 520


@dataclass(frozen=True, slots=True)
class Due:
    """A time to do something: so many business hours, or by the calendar ("same day", "next business week")."""

    hours: float | None = None
    calendar: str = ""

    def __str__(self) -> str:
        return self.calendar if self.hours is None else f"{self.hours:g}h"


def read_due(text: Any) -> Due:  # noqa: ANN401
    """Read "4h", "same day" or "next business week".

    Raises:
        InputError: it reads otherwise.
    """
    plain = " ".join(str(text).casefold().replace("_", " ").split())
    if plain in (SAME_DAY, NEXT_WEEK):
        return Due(calendar=plain)
    found = HOURS.fullmatch(plain)
    if not found or not 0 < float(found[1]) <= MOST_HOURS:
        raise InputError(f"{text!r} is no due time; write business hours like '4h', '{SAME_DAY}' or '{NEXT_WEEK}'")
    return Due(hours=float(found[1]))


def due_at(due: Due | str, moment: datetime, hours: BusinessHours) -> datetime:
    """When something asked for at ``moment`` is due, in UTC; later than ``moment``, and a time at which work ends.

    Raises:
        UserError: a ``moment`` without time zone, or beyond the calendar.
        InputError: a text that `read_due` does not read.
    """
    wanted = _read(due) if isinstance(due, str) else due
    if wanted.hours is not None:
        return hours.add_hours(moment, wanted.hours)
    if wanted.calendar == SAME_DAY:
        # The first instant of work from here on lies in the working day that counts.
        day = hours.add_hours(moment, INSTANT).astimezone(ZoneInfo(hours.tz)).date()
        closing = _last_closing(day, day + timedelta(days=1), hours)
    else:
        day = moment.astimezone(ZoneInfo(hours.tz)).date()
        closing = _end_of_next_week(day - timedelta(days=day.weekday()), hours)
    return closing or hours.add_hours(moment, INSTANT)


_read = lru_cache(maxsize=64)(read_due)


@lru_cache(maxsize=512)
def _end_of_next_week(monday: date, hours: BusinessHours) -> datetime | None:
    for weeks in range(1, MOST_WEEKS):
        first = monday + timedelta(days=7 * weeks)
        closing = _last_closing(first, first + timedelta(days=7), hours)
        if closing is not None:
            return closing
    return None


@lru_cache(maxsize=512)
def _last_closing(first: date, following: date, hours: BusinessHours) -> datetime | None:
    """The last closing of the days ``[first, following)``; hours that end with a day end at its closing."""
    start, end = local_midnight(first, hours.tz), local_midnight(following, hours.tz)
    worked = float(hours.hours_between(_micro(start), _micro(end))[0])
    return hours.add_hours(start, worked) if worked else None


def _micro(moment: datetime) -> NDArray[np.int64]:
    return np.array([(moment - EPOCH) // timedelta(microseconds=1)], dtype=np.int64)
