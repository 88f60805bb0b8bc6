from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from verbatim.sample.planted import NEW_THEME_STORY_MONTH, milestones
from verbatim.sample.span import after, span_ending, stamp


def test_twelve_months_end_before_the_month_given() -> None:
    span = span_ending(date(2026, 11, 1), 12)
    assert (span.start, span.end) == (datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    assert span.label(NEW_THEME_STORY_MONTH) == "2026-06"


def test_the_day_within_the_month_does_not_matter() -> None:
    assert span_ending(date(2026, 11, 17), 3) == span_ending(date(2026, 11, 1), 3)


@given(st.integers(1, 120), st.dates(date(2001, 1, 1), date(2100, 1, 1)))
def test_the_story_runs_forward_whatever_the_length(months: int, end: date) -> None:
    span = span_ending(end, months)
    told = [span.story_month(month) for month in range(span.months)]
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 11
    assert all(span.start <= one.at < span.end for one in milestones(span))
    assert all(span.month_at(start) == month for month, start in enumerate(span.starts[:-1]))


def test_times_are_written_to_the_second_in_utc() -> None:
    assert stamp(after(datetime(2026, 6, 1, tzinfo=UTC), hours=6.5)) == "2026-06-01T06:30:00Z"
    assert stamp(None) == ""
