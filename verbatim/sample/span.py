"""The months a sample covers, and where on the planted twelve-month story each of them lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from verbatim.errors import UserError

STORY_MONTHS = 12
MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Span:
    """``starts[i]`` to ``starts[i + 1]`` is month ``i``, in UTC; the last entry is the (excluded) end."""

    starts: tuple[datetime, ...]

    @property
    def start(self) -> datetime:
        """The first moment covered."""
        return self.starts[0]

    @property
    def end(self) -> datetime:
        """The first moment no longer covered."""
        return self.starts[-1]

    @property
    def months(self) -> int:
        """How many calendar months are covered."""
        return len(self.starts) - 1

    def label(self, month: int) -> str:
        """``2026-06`` for the month at this index."""
        return f"{self.starts[month]:%Y-%m}"

    def story_month(self, month: int) -> int:
        """The month's place on the planted story, 0 … 11, whatever the length of the sample."""
        return int((month + 0.5) * STORY_MONTHS / self.months)

    def month_of_story(self, story_month: int) -> int | None:
        """The first month at or after a place on the story; ``None`` where the sample is too short for it."""
        return next((m for m in range(self.months) if self.story_month(m) >= story_month), None)

    def month_at(self, at: datetime) -> int:
        """Index of the month that holds a moment; moments outside belong to the nearest month."""
        months = (at.year - self.start.year) * 12 + at.month - self.start.month
        return min(max(months, 0), self.months - 1)


def span_ending(end: date, months: int) -> Span:
    """``months`` full calendar months before the month of ``end``, which is left out.

    Raises:
        UserError: fewer than 1 or more than 120 months.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise UserError(f"A sample covers 1 to {MOST_MONTHS} months, not {months}; give --months in that range")
    last = end.year * 12 + end.month - 1
    firsts = range(last - months, last + 1)
    return Span(tuple(datetime(first // 12, first % 12 + 1, 1, tzinfo=UTC) for first in firsts))


def stamp(at: datetime | None) -> str:
    """A time as ``2026-06-01T06:00:00Z``; empty for ``None``."""
    return "" if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def after(at: datetime, *, hours: float) -> datetime:
    """The moment some hours later, to the second, so that what is written equals what was calculated with."""
    return (at + timedelta(hours=hours)).replace(microsecond=0)
