"""Working hours between moments, known by hand, and by counting minutes on the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from numpy.typing import NDArray

from verbatim.business_hours import UNKNOWN, BusinessHours
from verbatim.errors import UserError
from verbatim.settings import Settings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2025, 12, 1), datetime(2026, 12, 1), timezones=st.just(UTC))


def hours_of(**given: Any) -> BusinessHours:
    usual = {
        "days": frozenset(range(5)), "opens": time(9), "closes": time(17), "tz": "Europe/Berlin",
        "holidays": frozenset(),
    }  # fmt: skip
    return BusinessHours(**(usual | given))


def micros(*moments: datetime) -> NDArray[np.int64]:
    return np.array([(moment - EPOCH) // timedelta(microseconds=1) for moment in moments], dtype=np.int64)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def between(hours: BusinessHours, start: datetime, end: datetime) -> float:
    return float(hours.hours_between(micros(start), micros(end))[0])


def minutes_on_the_clock(hours: BusinessHours, start: datetime, end: datetime) -> int:
    """Slow and plain: whole minutes of which the local clock shows a working time."""
    counted, moment, zone = 0, start, ZoneInfo(hours.tz)
    while moment < end:
        local = moment.astimezone(zone)
        until = hours.closes if hours.closes != time(0) else time.max
        works = local.weekday() in hours.days and local.date() not in hours.holidays
        counted += works and hours.opens <= local.time() < until
        moment += timedelta(minutes=1)
    return counted


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-06-01T10:00", "2026-06-01T12:30", 2.5),  # a Monday
        ("2026-06-01T07:00", "2026-06-01T20:00", 8.0),
        ("2026-06-01T16:00", "2026-06-02T10:00", 2.0),
        ("2026-06-05T16:30", "2026-06-08T09:15", 0.75),  # over a weekend
        ("2026-06-06T00:00", "2026-06-07T23:59", 0.0),
        ("2026-06-01T00:00", "2026-06-29T00:00", 160.0),
        ("2026-06-01T12:00", "2026-06-01T10:00", 0.0),  # the wrong way round
        ("2026-06-01T17:00", "2026-06-02T09:00", 0.0),
    ],
)
def test_hours_known_by_hand(start: str, end: str, expected: float) -> None:
    assert between(hours_of(), berlin(start), berlin(end)) == pytest.approx(expected, abs=1e-9)


def test_a_change_of_the_clock_moves_the_opening_in_utc() -> None:
    friday, monday = datetime(2026, 3, 27, 15, tzinfo=UTC), datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert between(hours_of(), friday, monday) == pytest.approx(2.0)  # 16:00 to 17:00, and 9:00 to 10:00


@pytest.mark.parametrize(("day", "expected"), [("2026-03-29", 23.0), ("2026-10-25", 25.0), ("2026-06-01", 24.0)])
def test_around_the_clock_a_day_has_the_hours_it_has(day: str, expected: float) -> None:
    always = hours_of(days=frozenset(range(7)), opens=time(0), closes=time(0))
    start = berlin(f"{day}T00:00")
    assert between(always, start, start + timedelta(days=1)) == pytest.approx(expected)  # wall-clock arithmetic


def test_the_hour_that_the_clock_skips_is_not_worked() -> None:
    night = hours_of(days=frozenset({6}), opens=time(1), closes=time(4))
    assert between(night, berlin("2026-03-29T00:00"), berlin("2026-03-29T12:00")) == pytest.approx(2.0)
    assert between(night, berlin("2026-10-25T00:00"), berlin("2026-10-25T12:00")) == pytest.approx(4.0)


def test_an_opening_that_the_clock_skips_is_the_moment_after() -> None:
    night = hours_of(days=frozenset({6}), opens=time(2, 30), closes=time(4))
    assert between(night, berlin("2026-03-29T00:00"), berlin("2026-03-29T12:00")) == pytest.approx(1.0)
    skipped = hours_of(days=frozenset({6}), opens=time(2, 10), closes=time(2, 50))
    assert between(skipped, berlin("2026-03-29T00:00"), berlin("2026-03-29T12:00")) == 0


def test_nobody_works_on_a_holiday() -> None:
    christmas = hours_of(holidays=frozenset({date(2026, 12, 25)}))
    start, end = berlin("2026-12-24T16:00"), berlin("2026-12-28T10:00")
    assert between(christmas, start, end) == pytest.approx(2.0)
    assert between(hours_of(), start, end) == pytest.approx(10.0)


def test_an_unknown_moment_gives_no_hours_and_is_not_open() -> None:
    now = micros(berlin("2026-06-01T10:00"))[0]
    found = hours_of().hours_between(np.array([UNKNOWN, now, now]), np.array([now, UNKNOWN, now]))
    assert np.isnan(found).tolist() == [True, True, False]
    assert hours_of().is_open(np.array([UNKNOWN, now])).tolist() == [False, True]
    assert np.isnan(hours_of().hours_between(np.array([UNKNOWN]), np.array([UNKNOWN]))).all()
    assert np.datetime64("NaT", "us").astype(np.int64) == UNKNOWN


def test_one_moment_against_many() -> None:
    starts = micros(berlin("2026-06-01T10:00"), berlin("2026-06-01T11:00"))
    assert hours_of().hours_between(starts, micros(berlin("2026-06-01T12:00"))) == pytest.approx([2.0, 1.0])
    assert hours_of().hours_between(starts[:0], starts[:0]).shape == (0,)
    assert hours_of().is_open(starts[:0]).shape == (0,)


def test_open_from_opening_until_just_before_closing() -> None:
    times = ("2026-06-01T08:59:59", "2026-06-01T09:00", "2026-06-01T16:59:59", "2026-06-01T17:00", "2026-06-06T12:00")
    assert hours_of().is_open(micros(*map(berlin, times))).tolist() == [False, True, True, False, False]


def test_moments_of_other_centuries_cost_nothing_and_add_nothing() -> None:
    old, far = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    hours = hours_of(tz="UTC")
    assert between(hours, old, datetime(1900, 1, 1, 12, tzinfo=UTC)) == pytest.approx(3.0)  # a Monday
    assert between(hours, datetime(2199, 12, 31, 12, tzinfo=UTC), far) == pytest.approx(5.0)  # a Tuesday
    assert hours.is_open(micros(old, far)).tolist() == [False, False]


def test_a_team_that_never_works_has_no_hours() -> None:
    mondays = frozenset(date(2024, 12, 30) + timedelta(weeks=week) for week in range(300))
    never = hours_of(days=frozenset({0}), holidays=mondays)
    assert between(never, berlin("2026-06-01T00:00"), berlin("2026-12-01T00:00")) == 0
    assert not never.is_open(micros(berlin("2026-06-01T12:00")))[0]


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-06-01T10:00", 2.0, "2026-06-01T12:00"),
        ("2026-06-01T16:00", 4.0, "2026-06-02T12:00"),
        ("2026-06-05T16:00", 1.0, "2026-06-05T17:00"),  # ends with the day, not on Monday
        ("2026-06-05T16:00", 1.5, "2026-06-08T09:30"),
        ("2026-06-06T12:00", 0.5, "2026-06-08T09:30"),
        ("2026-06-06T12:00", 0.0, "2026-06-06T12:00"),
        ("2026-03-27T16:00", 2.0, "2026-03-30T10:00"),  # the clock changes between
    ],
)
def test_due_times_known_by_hand(start: str, hours: float, expected: str) -> None:
    found = hours_of().add_hours(berlin(start), hours)
    assert found == berlin(expected)
    assert found.tzinfo is UTC


def test_a_due_time_years_away_is_found_and_one_beyond_all_years_refused() -> None:
    start = berlin("2026-06-01T09:00")
    far = hours_of().add_hours(start, 40_000.0)  # a thousand weeks
    assert far == berlin("2045-07-28T17:00")
    for hours in (1e7, 1e300):
        with pytest.raises(UserError, match="not over before the year 2200"):
            hours_of().add_hours(start, hours)


@pytest.mark.parametrize("hours", [-1.0, float("nan"), float("inf")])
def test_hours_that_cannot_be_added_are_refused(hours: float) -> None:
    with pytest.raises(UserError, match="cannot be added"):
        hours_of().add_hours(berlin("2026-06-01T09:00"), hours)


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(UserError, match="no time zone"):
        hours_of().add_hours(datetime(2026, 6, 1, 9), 1.0)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"days": frozenset()}, "at least one"),
        ({"days": frozenset({7})}, r"\[7\]"),
        ({"opens": time(17), "closes": time(9)}, "09:00 is not after opening at 17:00"),
        ({"closes": time(9)}, "not after opening"),
        ({"tz": "Mars/Olympus"}, "'Mars/Olympus'"),
    ],
)
def test_hours_that_make_no_sense_are_refused(given: dict[str, Any], named: str) -> None:
    with pytest.raises(UserError, match=named):
        hours_of(**given)


def test_the_settings_say_when_the_team_works() -> None:
    settings = Settings(
        timezone="Europe/Berlin", business_days=["sat", "mon"], business_opens="08:30", business_closes="24:00",
        holidays=[date(2026, 12, 25)],
    )  # fmt: skip
    assert BusinessHours.from_settings(settings) == hours_of(
        days=frozenset({0, 5}), opens=time(8, 30), closes=time(0), holidays=frozenset({date(2026, 12, 25)})
    )
    assert BusinessHours.from_settings(Settings()) == hours_of(tz="UTC")


@given(st.lists(MOMENTS, min_size=3, max_size=3), st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns"]))
@profile(max_examples=50)
def test_hours_add_up(moments: list[datetime], tz: str) -> None:
    a, b, c = sorted(moments)
    hours = hours_of(tz=tz)
    assert between(hours, a, b) + between(hours, b, c) == pytest.approx(between(hours, a, c), abs=1e-6)
    assert 0 <= between(hours, a, c) <= (c - a).total_seconds() / 3600 + 1e-6


@given(st.lists(st.tuples(MOMENTS, MOMENTS), min_size=1, max_size=8), st.randoms(use_true_random=False))
@profile(max_examples=30)
def test_the_order_of_rows_changes_nothing(pairs: list[tuple[datetime, datetime]], random: Any) -> None:
    order = list(range(len(pairs)))
    random.shuffle(order)
    start, end = micros(*(pair[0] for pair in pairs)), micros(*(pair[1] for pair in pairs))
    assert np.array_equal(
        hours_of().hours_between(start, end)[order], hours_of().hours_between(start[order], end[order])
    )
    assert np.array_equal(hours_of().is_open(start)[order], hours_of().is_open(start[order]))


@given(
    st.integers(0, 200_000), st.integers(0, 3 * 24 * 60),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
)  # fmt: skip
@profile(max_examples=20)
def test_hours_are_the_minutes_one_counts_on_the_clock(first: int, length: int, tz: str) -> None:
    hours = hours_of(tz=tz, days=frozenset({0, 2, 4, 6}), opens=time(8, 15), holidays=frozenset({date(2026, 3, 30)}))
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=first)
    end = start + timedelta(minutes=length)
    assert between(hours, start, end) * 60 == pytest.approx(minutes_on_the_clock(hours, start, end), abs=1e-6)


@given(MOMENTS, st.floats(0.001, 500))
@profile(max_examples=50)
def test_the_due_time_is_so_many_hours_later(moment: datetime, hours: float) -> None:
    due = hours_of().add_hours(moment, hours)
    assert between(hours_of(), moment, due) == pytest.approx(hours, abs=1e-6)
    assert hours_of().is_open(micros(due - timedelta(microseconds=1)))[0]
