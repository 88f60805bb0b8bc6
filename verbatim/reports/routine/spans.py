"""Days, weeks and runs of months in a time zone: their words, their moments, and what came before them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from verbatim.domain import Period, local_midnight
from verbatim.errors import UserError
from verbatim.reports.words import MONTHS, day_name, month_name

if TYPE_CHECKING:
    from datetime import datetime

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Days:
    """The local days ``[first, after)`` in the time zone ``tz``."""

    first: date
    after: date
    tz: str

    @property
    def period(self) -> Period:
        """The moments from the first midnight to the last."""
        return Period(local_midnight(self.first, self.tz), local_midnight(self.after, self.tz))

    @property
    def last(self) -> date:
        """The last day of them."""
        return self.after - timedelta(days=1)

    def before(self, days: int) -> Days:
        """As many days that end where these begin."""
        return Days(self.first - timedelta(days=days), self.first, self.tz)

    def said_on(self, moment: datetime) -> str:
        """A local day: ``Thu 29 Oct``."""
        day = self.local_day(moment)
        return f"{WEEKDAYS[day.weekday()][:3]} {day_name(day)}"

    def clock(self, moment: datetime) -> str:
        """A local time of day: ``14:05``."""
        return f"{moment.astimezone(ZoneInfo(self.tz)):%H:%M}"

    def local_day(self, moment: datetime) -> date:
        """The day of a moment here."""
        return moment.astimezone(ZoneInfo(self.tz)).date()

    @property
    def words(self) -> str:
        """The days in words: ``26 October to 1 November 2026``."""
        first, last = self.first, self.last
        end = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
        if first == last:
            return end
        year = f" {first.year}" if first.year != last.year else ""
        month = f" {MONTHS[first.month - 1]}" if year or first.month != last.month else ""
        return f"{first.day}{month}{year} to {end}"


def day_span(day: str, tz: str) -> Days:
    """The day ``YYYY-MM-DD``.

    Raises:
        UserError: it is no day.
    """
    found = _day(day)
    return Days(found, found + timedelta(days=1), tz)


def week_span(week: str, tz: str) -> Days:
    """The ISO 8601 week ``YYYY-Www``, Monday to Sunday.

    Raises:
        UserError: it is no week.
    """
    match = re.fullmatch(r"(\d{4})-W(\d{2})", week)
    try:
        if match is None:
            raise ValueError(week)
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return Days(monday, monday + timedelta(days=7), tz)
    except (ValueError, OverflowError) as error:
        raise UserError(f"{week!r} is not a week; write it as YYYY-Www, for example 2026-W44") from error


def months_span(start: str, end: str, tz: str) -> Days:
    """The months from ``start`` to ``end``, both ``YYYY-MM`` and both whole.

    Raises:
        UserError: one is no month, or the end is before the start.
    """
    for month in (start, end):
        if not "0001-02" <= month <= "9999-10":
            raise UserError(f"{month!r} is not a month; write it as YYYY-MM, for example 2026-10")
        Period.of_month(month)  # refuses what is none
    if end < start:
        raise UserError(f"the review would end in {end}, before it begins in {start}; give the earlier month first")
    first, last = (date.fromisoformat(f"{month}-01") for month in (start, end))
    return Days(first, date.fromisoformat(f"{shifted(f'{last:%Y-%m}', 1)}-01"), tz)


def months_of(days: Days) -> list[str]:
    """The months ``YYYY-MM`` that run of whole months consists of."""
    found = [f"{days.first:%Y-%m}"]
    while shifted(found[-1], 1) < f"{days.after:%Y-%m}":
        found.append(shifted(found[-1], 1))
    return found


def shifted(month: str, by: int) -> str:
    """The month ``by`` months later.

    >>> shifted("2026-12", 1), shifted("2026-01", -1)
    ('2027-01', '2025-12')
    """
    ordinal = int(month[:4]) * 12 + int(month[5:7]) - 1 + by
    return f"{ordinal // 12:04d}-{ordinal % 12 + 1:02d}"


def week_of(day: date) -> str:
    """The ISO week of a day: ``2026-W44``."""
    year, number, _ = day.isocalendar()
    return f"{year:04d}-W{number:02d}"


def day_title(day: date) -> str:
    """``Saturday 31 October 2026``."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def months_title(start: str, end: str) -> str:
    """``August to October 2026``."""
    if start == end:
        return month_name(start)
    first = month_name(start)
    return f"{first.split()[0] if start[:4] == end[:4] else first} to {month_name(end)}"


def _day(day: str) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
            raise ValueError(day)
        found = date.fromisoformat(day)
        if not 1 < found.year < 9999:
            raise ValueError(day)
        return found
    except ValueError as error:
        raise UserError(f"{day!r} is not a day; write it as YYYY-MM-DD, for example 2026-10-31") from error
