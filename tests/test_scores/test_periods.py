from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scores.properties import seeded
from verbatim.errors import UserError
from verbatim.scores import periods

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/Havana",
                         "America/Sao_Paulo", "Australia/Lord_Howe"])  # fmt: skip


def test_months_begin_at_local_midnight_across_the_change_of_the_clock():
    edges = periods.edges(datetime(2026, 3, 15, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), "month", "Europe/Berlin")
    assert [edge.tz_convert("UTC").isoformat() for edge in edges] == [
        "2026-02-28T23:00:00+00:00", "2026-03-31T22:00:00+00:00", "2026-04-30T22:00:00+00:00",
    ]  # fmt: skip


def test_the_day_the_clock_changes_has_23_or_25_hours():
    spring, autumn = (datetime(2026, month, day, 12, tzinfo=UTC) for month, day in [(3, 29), (10, 25)])
    for moment, hours in [(spring, 23), (autumn, 25)]:
        start, end = periods.edges(moment, moment, "day", "Europe/Berlin")
        assert end - start == pd.Timedelta(hours=hours)


def test_a_day_without_midnight_begins_at_its_first_moment():
    start = periods.edges(*[datetime(2018, 11, 4, 12, tzinfo=UTC)] * 2, "day", "America/Sao_Paulo")[0]
    assert start.isoformat() == "2018-11-04T01:00:00-02:00"


def test_a_day_with_two_midnights_begins_at_the_first():
    start = periods.edges(*[datetime(2026, 11, 1, 12, tzinfo=UTC)] * 2, "day", "America/Havana")[0]
    assert start.isoformat() == "2026-11-01T00:00:00-04:00"


def test_weeks_begin_on_monday_and_quarters_in_january_april_july_october():
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
    assert periods.edges(moment, moment, "week")[0].isoformat() == "2026-11-16T00:00:00+00:00"
    assert periods.edges(moment, moment, "quarter")[0].isoformat() == "2026-10-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("period", "text"), [("day", "2027-01-01"), ("week", "2026-W53"), ("month", "2027-01"), ("quarter", "2027-Q1")]
)
def test_periods_have_names_for_people(period, text):
    assert periods.label(pd.Timestamp("2027-01-01", tz="UTC"), period) == text


def test_starts_of_keeps_missing_times_missing():
    times = pd.Series(pd.to_datetime(["2026-10-31T23:30:00Z", None], utc=True))
    starts = periods.starts_of(times, "month", "Europe/Berlin")
    assert starts[0].isoformat() == "2026-11-01T00:00:00+01:00"  # half past midnight in Berlin
    assert pd.isna(starts[1])


def test_naive_times_unknown_periods_and_zones_are_errors():
    with pytest.raises(UserError, match="no time zone"):
        periods.edges(datetime(2026, 1, 1), datetime(2026, 1, 1), "day")
    with pytest.raises(UserError, match="no time zone"):
        periods.starts_of(pd.Series(pd.to_datetime(["2026-01-01"])), "day")
    with pytest.raises(UserError, match="fortnight"):
        periods.checked_period("fortnight")
    with pytest.raises(UserError, match="Europe/Berlin"):
        periods.checked_zone("Mars/Olympus")


@seeded
@given(MOMENTS, ZONES, st.sampled_from(periods.PERIODS))
def test_every_moment_lies_in_exactly_the_half_open_period_it_is_given(moment, zone, period):
    edges = periods.edges(moment, moment, period, zone)
    assert len(edges) == 2
    assert edges[0] <= moment < edges[1]
    again = periods.edges(edges[0], edges[0], period, zone)
    assert list(again) == list(edges)
    assert periods.following(edges[0], period, zone) == edges[1]
