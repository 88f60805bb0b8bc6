from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from tests.test_findings.said import LAST, year
from verbatim.errors import EmptyError
from verbatim.findings import day_alarms
from verbatim.findings.moments import half_days

STEADY = {f"s{number}": 0.03 + 0.01 * number for number in range(6)}
DAY = datetime(2026, 10, 14, tzinfo=UTC)


def alarms(comments: pd.DataFrame, pairs: pd.DataFrame, **options: object) -> pd.DataFrame:
    themes = sorted(set(pairs["theme_id"]))
    found = day_alarms(comments, pairs, themes, LAST, permutations=199, **options)  # type: ignore[arg-type]
    return found[found["alarm"]]


def with_burst(
    people: int, *, start: datetime = DAY + timedelta(hours=9), minutes: int = 20, same: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """A year in which ``people`` customers speak of an outage one after another from ``start`` on."""
    comments, pairs = year(STEADY | {"outage": 0.01})
    more = pd.DataFrame(
        {
            "id": [f"burst{number}" for number in range(people)],
            "occurred_at": [pd.Timestamp(start + timedelta(minutes=minutes * number)) for number in range(people)],
            "contact_id": ["x" if same else f"x{number}" for number in range(people)],
        }
    )
    more["occurred_at"] = pd.to_datetime(more["occurred_at"], utc=True).dt.as_unit("us")
    on = pd.DataFrame({"comment_id": more["id"], "theme_id": "outage"})
    return pd.concat([comments, more], ignore_index=True), pd.concat([pairs, on], ignore_index=True)


def test_quiet_days_raise_no_alarm() -> None:
    assert alarms(*year(STEADY)).empty


def test_shuffled_dates_hardly_ever_raise_an_alarm() -> None:
    wrong = 0
    for seed in range(30):
        comments, pairs = year(STEADY, a_month=80, months=6, seed=seed)
        wrong += day_alarms(comments, pairs, list(STEADY), "2026-04", permutations=99)["alarm"].any()
    assert wrong <= 5  # at 5 %, more have a chance below 0.4 %


def test_several_customers_on_one_day_are_named() -> None:
    (row,) = alarms(*with_burst(8)).to_dict("records")
    assert row["theme_id"] == "outage"
    assert row["start"] <= DAY + timedelta(hours=9) < row["end"]
    assert row["end"] - row["start"] == timedelta(hours=24)
    assert 8 <= row["customers"] <= 9
    assert row["n"] >= 8
    assert row["expected"] < 1


def test_one_customer_eight_times_is_not_several() -> None:
    assert alarms(*with_burst(8, same=True)).empty


def test_contacts_of_one_account_are_one_customer() -> None:
    comments, pairs = with_burst(8)
    burst = comments["id"].str.startswith("burst")
    comments["account_id"] = np.where(burst, "one account", "c" + comments["contact_id"])
    assert alarms(comments, pairs).empty


def test_fewer_than_several_are_not_looked_at() -> None:
    assert not alarms(*with_burst(8), several=8).empty
    assert alarms(*with_burst(8), several=12).empty


def test_a_night_is_not_cut_in_two() -> None:
    (row,) = alarms(*with_burst(8, start=DAY + timedelta(hours=22), minutes=30)).to_dict("records")
    assert row["customers"] >= 8
    assert row["start"].hour == 12


def test_a_day_is_one_of_the_time_zone() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    (row,) = alarms(
        *with_burst(8, start=datetime(2026, 10, 14, 9, tzinfo=auckland), minutes=5), tz=auckland.key
    ).to_dict("records")
    assert row["start"].astimezone(auckland).hour in {0, 12}
    assert row["customers"] >= 8


def test_many_comments_on_a_day_are_no_burst_of_a_theme() -> None:
    comments, pairs = year(STEADY)
    rng = np.random.default_rng(2)
    last = np.flatnonzero(comments["occurred_at"] >= datetime(2026, 8, 1, tzinfo=UTC))
    moved = rng.choice(last, 120, replace=False)
    comments.loc[moved, "occurred_at"] = pd.Timestamp(DAY + timedelta(hours=10)).as_unit("us")
    assert alarms(comments, pairs).empty


def test_a_theme_of_mondays_is_no_alarm_on_a_monday() -> None:
    comments, pairs = year(STEADY, a_month=400)
    monday = comments["occurred_at"].dt.day_of_week == 0
    on = comments.loc[monday, "id"].sample(frac=0.5, random_state=1)
    assert alarms(comments, pd.concat([pairs, pd.DataFrame({"comment_id": on, "theme_id": "mondays"})])).empty


def test_a_theme_that_always_comes_in_batches_needs_a_larger_one() -> None:
    comments, pairs = year(STEADY, a_month=300)
    days = comments["occurred_at"].dt.floor("D")
    batches = days.isin(sorted(set(days))[5::9])
    on = comments.loc[batches, "id"].sample(frac=0.6, random_state=1)
    assert alarms(comments, pd.concat([pairs, pd.DataFrame({"comment_id": on, "theme_id": "batches"})])).empty


def test_several_rows_a_comment_count_once() -> None:
    comments, pairs = with_burst(8)
    pd.testing.assert_frame_equal(alarms(comments, pd.concat([pairs, pairs])), alarms(comments, pairs))


def test_nothing_said_in_the_month_is_an_error() -> None:
    comments, pairs = year(STEADY, months=6)
    with pytest.raises(EmptyError, match="2026-10"):
        day_alarms(comments, pairs, list(STEADY), "2026-10")


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_half_days_fit_together_where_the_clock_changes(day: str) -> None:
    times = pd.Series(pd.date_range(f"{day}T00:00", periods=49, freq="30min", tz="Europe/Berlin")).dt.tz_convert("UTC")
    slots, starts = half_days(pd.DataFrame({"occurred_at": times.dt.as_unit("us")}), "Europe/Berlin")
    assert starts == sorted(starts)
    local = times.dt.tz_convert("Europe/Berlin")
    assert [int(slot) % 2 for slot in slots] == [int(hour >= 12) for hour in local.dt.hour]
    assert all(starts[slot] <= at < starts[slot + 1] for slot, at in zip(slots, times, strict=True))


def test_a_day_on_which_few_accounts_write_much_is_no_burst() -> None:
    comments, pairs = year(STEADY, customers=15)
    last = np.flatnonzero(comments["occurred_at"] >= datetime(2026, 8, 1, tzinfo=UTC))
    moved = np.random.default_rng(2).choice(last, 120, replace=False)
    comments.loc[moved, "occurred_at"] = pd.Timestamp(DAY + timedelta(hours=10)).as_unit("us")
    assert alarms(comments, pairs).empty
