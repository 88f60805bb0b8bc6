from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.jobs import records, schedules
from api.jobs.schedules import next_time
from verbatim.errors import NotFoundError, UserError
from verbatim.storage.store import Store

NOW = datetime(2026, 10, 24, 12, tzinfo=UTC)  # the day before the clocks go back in Berlin
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC")
kinds_and_days = st.one_of(
    st.tuples(st.just("daily"), st.none()),
    st.tuples(st.just("weekly"), st.integers(1, 7)),
    st.tuples(st.just("monthly"), st.integers(1, 28)),
)
clocks = st.builds(lambda hour, minute: f"{hour:02d}:{minute:02d}", st.integers(0, 23), st.integers(0, 59))
moments = st.datetimes(datetime(2011, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))


def daily(store: Store, **more: Any) -> schedules.Schedule:
    asked = {"kind": "daily", "clock": "08:00", "timezone": "Europe/Berlin", "person": "Ada", "now": NOW} | more
    return schedules.create(store, **asked)


def test_a_day_has_the_same_clock_before_and_after_the_clocks_change() -> None:
    before = next_time("daily", "08:00", None, "Europe/Berlin", after=NOW)
    after = next_time("daily", "08:00", None, "Europe/Berlin", after=before)
    assert (before, after) == (datetime(2026, 10, 25, 7, tzinfo=UTC), datetime(2026, 10, 26, 7, tzinfo=UTC))


def test_an_hour_that_is_skipped_counts_an_hour_later_and_one_that_comes_twice_counts_once() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert next_time("daily", "02:30", None, "Europe/Berlin", after=spring) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    autumn = next_time("daily", "02:30", None, "Europe/Berlin", after=NOW)
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_time("daily", "02:30", None, "Europe/Berlin", after=autumn) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@given(kind_day=kinds_and_days, clock=clocks, zone=st.sampled_from(ZONES), after=moments)
@settings(max_examples=200)
def test_the_next_time_is_the_first_that_fits(
    kind_day: tuple[str, int | None], clock: str, zone: str, after: datetime
) -> None:
    kind, day = kind_day
    found = next_time(kind, clock, day, zone, after=after)
    assert found > after
    local = found.astimezone(ZoneInfo(zone))
    exists = datetime.combine(local.date(), local.time()).strftime("%H:%M")
    shown = timedelta(hours=int(exists[:2]), minutes=int(exists[3:]))
    wanted = timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))
    assert shown - wanted in (timedelta(0), timedelta(hours=1), timedelta(minutes=30), timedelta(hours=-23)) or (
        zone == "Pacific/Apia"  # a whole day was skipped there
    )
    # Nothing that fits lies between: a moment just before gives the same, and a span later gives another.
    assert next_time(kind, clock, day, zone, after=found - timedelta(microseconds=1)) == found
    middle = after + (found - after) / 2
    assert next_time(kind, clock, day, zone, after=middle) == found
    longest = {"daily": 2, "weekly": 8, "monthly": 32}[kind]
    assert found - after <= timedelta(days=longest)


def test_a_schedule_that_is_due_makes_one_job_for_many_workers(store: Store) -> None:
    made = daily(store, formats=["html", "json"])
    assert made.next_at == datetime(2026, 10, 25, 7, tzinfo=UTC)
    assert schedules.run_due(store, now=made.next_at - timedelta(seconds=1)) == []
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            job for found in pool.map(lambda _: schedules.run_due(store, now=made.next_at), range(4)) for job in found
        ]
    assert [job.arguments for job in jobs] == [{"kind": "daily", "formats": ["html", "json"], "schedule_id": made.id}]
    assert [job.id for job in records.page(store)] == [jobs[0].id]
    after = schedules.get(store, made.id)
    assert (after.next_at, after.last_at) == (datetime(2026, 10, 26, 7, tzinfo=UTC), made.next_at)


def test_what_was_missed_in_a_standstill_is_made_once(store: Store) -> None:
    made = daily(store)
    later = NOW + timedelta(days=10)
    assert len(schedules.run_due(store, now=later)) == 1
    assert schedules.run_due(store, now=later) == []
    assert schedules.get(store, made.id).next_at == datetime(2026, 11, 4, 7, tzinfo=UTC)


def test_a_schedule_that_is_off_makes_nothing_and_one_put_on_again_starts_from_now(store: Store) -> None:
    made = daily(store)
    off = schedules.change(store, made.id, {"active": False}, now=NOW)
    assert off.next_at is None
    assert schedules.run_due(store, now=NOW + timedelta(days=3)) == []
    on = schedules.change(store, made.id, {"active": True, "clock": "09:30"}, now=NOW + timedelta(days=3))
    assert on.next_at == datetime(2026, 10, 28, 8, 30, tzinfo=UTC)


def test_a_schedule_runs_when_asked_beside_its_times(store: Store) -> None:
    made = daily(store)
    jobs = {schedules.run_now(store, made.id, person="Bo").id for _ in range(2)}
    assert len(jobs) == 2
    assert schedules.get(store, made.id).next_at == made.next_at
    schedules.note_outcome(store, made.id, "nothing came in")
    assert schedules.get(store, made.id).last_problem == "nothing came in"
    schedules.remove(store, made.id)
    with pytest.raises(NotFoundError):
        schedules.run_now(store, made.id, person="Bo")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("clock", "8:00", "HH:MM"),
        ("timezone", "Berlin", "Europe/Berlin"),
        ("day", 3, "a daily report has none"),
        ("kind", "yearly", "daily, weekly, monthly, account"),
        ("formats", ["exe"], "formats"),
        ("options", {"by": "x" * 3}, "by"),
        ("deliver_to", ["f" * 32], "no endpoint"),
        ("deliver_to", ["ada@example.com\nBcc: all@example.com"], "mail"),
    ],
)
def test_a_field_that_does_not_fit_is_named(store: Store, field: str, value: object, said: str) -> None:
    with pytest.raises(UserError, match=said):
        daily(store, **{field: value})
    assert schedules.page(store) == []


def test_days_of_the_week_and_the_month_have_bounds(store: Store) -> None:
    for kind, day in (("weekly", 8), ("weekly", None), ("monthly", 29), ("monthly", 0)):
        with pytest.raises(UserError, match="needs one from 1 to"):
            daily(store, kind=kind, day=day)
    with pytest.raises(UserError, match="external id of its account"):
        daily(store, kind="account", day=1)
