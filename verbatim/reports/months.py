"""The calendar of a report: the month, the six that end with it, and the six before those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from verbatim.domain import Period
from verbatim.reports.words import day_name, month_name

WINDOW = 6
ROLLING = 4
WEEKS_SHOWN = 13


@dataclass(frozen=True)
class Calendar:
    """Everything that follows from the month ``YYYY-MM`` in time zone ``tz``."""

    month: str
    tz: str

    @cached_property
    def period(self) -> Period:
        """The month itself."""
        return Period.of_month(self.month, self.tz)

    @cached_property
    def months(self) -> tuple[str, ...]:
        """Twelve months as ``YYYY-MM``, oldest first, the report's last."""
        year, number = int(self.month[:4]), int(self.month[5:7])
        ordinals = [year * 12 + number - 1 - back for back in range(2 * WINDOW - 1, -1, -1)]
        return tuple(f"{ordinal // 12:04d}-{ordinal % 12 + 1:02d}" for ordinal in ordinals)

    @property
    def window(self) -> tuple[str, ...]:
        """The six months that end with the report's."""
        return self.months[-WINDOW:]

    @cached_property
    def window_start(self) -> datetime:
        """The beginning of the six months."""
        return Period.of_month(self.window[0], self.tz).start

    @cached_property
    def year_start(self) -> datetime:
        """The beginning of the twelve months."""
        return Period.of_month(self.months[0], self.tz).start

    @cached_property
    def month_before(self) -> Period:
        """The month before the report's."""
        return Period.of_month(self.months[-2], self.tz)

    @cached_property
    def half(self) -> datetime:
        """The beginning of the last three of the six months."""
        return Period.of_month(self.months[-WINDOW // 2], self.tz).start

    @cached_property
    def weeks(self) -> Period:
        """Whole weeks (Monday to Sunday) that end inside the month, enough for the rolling line."""
        last = self.period.end.astimezone(self.zone)
        monday = (last - timedelta(days=last.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
        first = monday - timedelta(weeks=WEEKS_SHOWN + ROLLING - 1)
        return Period(first, monday)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.tz)

    @property
    def last_day(self) -> datetime:
        """The last moment of the month, local."""
        return (self.period.end - timedelta(microseconds=1)).astimezone(self.zone)

    @property
    def description(self) -> str:
        """The month in words: ``1 to 31 October 2026``."""
        return f"1 to {self.last_day.day} {month_name(self.month)}"

    def label(self, month: str) -> str:
        """A month's name, with the year where it is another than the report's."""
        name = month_name(month)
        return name.split()[0] if month[:4] == self.month[:4] else name

    def said_on(self, moment: datetime) -> str:
        """The month of a moment, as `label` writes it."""
        return self.label(moment.astimezone(self.zone).strftime("%Y-%m"))

    def day_label(self, moment: datetime) -> str:
        """A local day such as ``3 Jun 2026``."""
        day = moment.astimezone(self.zone).date()
        return f"{day_name(day)} {day.year}"
