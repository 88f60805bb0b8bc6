from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from verbatim.business_hours import BusinessHours
from verbatim.errors import InputError
from verbatim.followups.due import due_at, read_due

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessHours(frozenset(range(5)), time(9), time(17), "Europe/Berlin", frozenset({date(2026, 12, 25)}))
ROUND = BusinessHours(frozenset(range(7)), time(0), time(0), "Europe/Berlin", frozenset())


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("due", "moment", "expected"),
    [
        ("same day", "2026-11-18T10:00", "2026-11-18T17:00"),
        ("same day", "2026-11-18T16:59", "2026-11-18T17:00"),
        ("same day", "2026-11-18T17:00", "2026-11-19T17:00"),  # closed: the next working day
        ("same day", "2026-11-18T07:00", "2026-11-18T17:00"),
        ("same day", "2026-11-20T18:00", "2026-11-23T17:00"),  # Friday evening
        ("same day", "2026-12-24T18:00", "2026-12-28T17:00"),  # Christmas, then a weekend
        ("same day", "2026-03-28T12:00", "2026-03-30T17:00"),  # the clock changes on Sunday
        ("2h", "2026-03-27T16:00", "2026-03-30T10:00"),
        ("2h", "2026-11-18T10:00", "2026-11-18T12:00"),
        ("24h", "2026-11-18T09:00", "2026-11-20T17:00"),  # business hours: three days of eight
        ("next business week", "2026-11-18T10:00", "2026-11-27T17:00"),
        ("next business week", "2026-11-22T23:30", "2026-11-27T17:00"),  # Sunday belongs to the week that ends
        ("next business week", "2026-11-23T00:30", "2026-12-04T17:00"),  # Monday by local time, Sunday in UTC
        ("next business week", "2026-12-16T10:00", "2026-12-24T17:00"),  # its Friday is a holiday
        ("next business week", "2026-10-20T10:00", "2026-10-30T17:00"),  # across the end of summer time
    ],
)
def test_due_times_follow_the_calendar(due: str, moment: str, expected: str) -> None:
    assert due_at(due, local(moment), OFFICE) == local(expected)


def test_the_same_day_around_the_clock_ends_at_local_midnight_also_on_the_day_of_25_hours() -> None:
    assert due_at("same day", local("2026-10-25T00:30"), ROUND) == local("2026-10-26T00:00")
    assert due_at("same day", local("2026-10-25T00:30"), ROUND) - local("2026-10-25T00:00").astimezone(
        UTC
    ) == timedelta(hours=25)


def test_a_week_of_holidays_is_skipped() -> None:
    week = frozenset(date(2026, 11, 23) + timedelta(days=day) for day in range(7))
    closed = BusinessHours(frozenset(range(5)), time(9), time(17), "Europe/Berlin", week)
    assert due_at("next business week", local("2026-11-18T10:00"), closed) == local("2026-12-04T17:00")


@pytest.mark.parametrize("text", ["soon", "", "0h", "4", "-2h", "9999h", None, 4])
def test_what_is_no_due_time_is_refused_with_examples(text: object) -> None:
    with pytest.raises(InputError, match="business hours like '4h'"):
        read_due(text)


def test_texts_of_due_times_read_back() -> None:
    for text in ("4h", "0.5h", "same day", "next business week"):
        assert str(read_due(text)) == text
    assert str(read_due("4 business hours")) == "4h"


@hypothesis_settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    st.sampled_from(["same day", "next business week", "2h"]),
    st.integers(0, 10_000),
)
def test_a_later_signal_is_never_due_earlier_and_always_in_working_time(
    moment: datetime, due: str, minutes: int
) -> None:
    first, second = due_at(due, moment, OFFICE), due_at(due, moment + timedelta(minutes=minutes), OFFICE)
    assert moment < first <= second
    clock = first.astimezone(BERLIN)
    assert clock.weekday() < 5 and time(9) < clock.time() <= time(17) and clock.date() not in OFFICE.holidays
