from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_findings.said import LAST, MONTHS, planted_comments, year
from verbatim.errors import EmptyError, UserError
from verbatim.findings import rate_alarms

STEADY = {f"s{number}": 0.03 + 0.01 * number for number in range(8)}


def alarms(comments: pd.DataFrame, pairs: pd.DataFrame, month: str = LAST, **options: object) -> pd.DataFrame:
    themes = sorted(set(pairs["theme_id"]))
    found = rate_alarms(comments, pairs, themes, month, permutations=199, **options)  # type: ignore[arg-type]
    return found[found["alarm"]].set_index("theme_id")


def only(month: int, rate: float, usual: float = 0.0) -> list[float]:
    """A rate that is ``usual`` until ``month`` and ``rate`` from it on."""
    return [usual] * month + [rate] * (12 - month)


def test_steady_themes_raise_no_alarm() -> None:
    assert alarms(*year(STEADY)).empty


def test_shuffled_dates_hardly_ever_raise_an_alarm() -> None:
    """40 organisations without any change: at 5 % a month, more than six with an alarm have a chance below 0.2 %."""
    wrong = sum(not alarms(*year(STEADY, a_month=60, months=8, seed=seed), month="2026-06").empty for seed in range(40))
    assert wrong <= 6


@pytest.mark.parametrize(
    ("story", "kind", "since"),
    [
        (only(11, 0.08), "new", "2026-10"),
        (only(9, 0.08), "new", "2026-08"),
        (only(11, 0.15, 0.05), "growing", "2026-10"),
        (only(9, 0.12, 0.05), "growing", "2026-08"),
        (only(8, 0.0, 0.08), "fading", "2026-07"),
        (only(9, 0.05, 0.15), "shrinking", "2026-08"),
    ],
)
def test_a_theme_that_moved_is_named_with_its_month(story: list[float], kind: str, since: str) -> None:
    found = alarms(*year(STEADY | {"moved": story}))
    assert list(found.index) == ["moved"]
    row = found.loc["moved"]
    assert (row["kind"], row["since"]) == (kind, since)
    assert row["n"] <= row["of"]
    assert row["rate"] == pytest.approx(100 * row["n"] / row["of"])
    assert (row["rate"] > row["rate_before"]) == (kind in {"new", "growing"})


def test_a_change_after_the_month_is_not_known_in_it() -> None:
    comments, pairs = year(STEADY | {"moved": only(11, 0.1)})
    assert alarms(comments, pairs, month=MONTHS[-2]).empty


def test_one_person_who_writes_often_is_one_voice() -> None:
    comments, pairs = year(STEADY)
    last = comments["occurred_at"] >= datetime(2026, 10, 1, tzinfo=UTC)
    angry = comments[last].head(40)
    more = pd.concat([pairs, pd.DataFrame({"comment_id": angry["id"], "theme_id": "angry"})])
    assert list(alarms(comments, more).index) == ["angry"]
    one = comments.assign(contact_id=comments["contact_id"].where(~comments["id"].isin(angry["id"]), "x"))
    assert alarms(one, more).empty


def test_one_account_behind_most_of_it_is_no_alarm_and_says_why() -> None:
    comments, pairs = year(STEADY | {"moved": only(11, 0.1)})
    spoken = comments["id"].isin(pairs.loc[pairs["theme_id"] == "moved", "comment_id"])
    comments = comments.assign(account_id=np.where(spoken, "giant", "c" + comments["id"].str[-3:]))
    few = comments[spoken].head(4).index
    comments.loc[few, "account_id"] = ["d1", "d2", "d3", "d4"]
    found = rate_alarms(comments, pairs, ["moved", *STEADY], LAST, permutations=199).set_index("theme_id")
    assert not found["alarm"].any()
    assert found.loc["moved", "why"] == "one customer is behind most of it"


def test_a_month_with_more_comments_is_no_growth() -> None:
    wrong = 0
    for seed in range(10):
        busy, pairs = year(STEADY, a_month=400, seed=seed)
        early = busy["occurred_at"] < datetime(2026, 9, 1, tzinfo=UTC)
        kept = busy[~early | (np.arange(len(busy)) % 4 == 0)]
        wrong += not alarms(kept, pairs[pairs["comment_id"].isin(kept["id"])]).empty
    assert wrong <= 2  # at 5 %, more have a chance below 1.2 %


def test_months_without_comments_are_no_fall() -> None:
    comments, pairs = year(STEADY)
    gap = comments["occurred_at"].between(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    assert alarms(comments[~gap], pairs).empty


def test_what_comes_every_year_is_not_new() -> None:
    season = [0.02] * 11 + [0.14] + [0.02] * 11 + [0.14]
    comments, pairs = year(STEADY | {"christmas": season}, months=24, a_month=150)
    assert alarms(comments, pairs, month=comments["occurred_at"].max().strftime("%Y-%m")).empty
    once = [0.02] * 23 + [0.14]
    comments, pairs = year(STEADY | {"christmas": once}, months=24, a_month=150)
    assert list(alarms(comments, pairs, month=comments["occurred_at"].max().strftime("%Y-%m")).index) == ["christmas"]


def test_a_restless_theme_has_to_move_more() -> None:
    restless = [0.02, 0.12, 0.03, 0.1, 0.02, 0.13, 0.02, 0.11, 0.03, 0.12, 0.02, 0.13]
    assert alarms(*year(STEADY | {"restless": restless})).empty


def test_everything_on_one_theme_has_not_moved() -> None:
    comments, _ = year(STEADY, a_month=50)
    assert alarms(comments, pd.DataFrame({"comment_id": comments["id"], "theme_id": "all"})).empty


def test_the_months_are_those_of_the_time_zone() -> None:
    comments, pairs = year(STEADY)
    late = comments.assign(occurred_at=pd.Timestamp("2026-09-30T23:30:00Z"))
    with pytest.raises(EmptyError, match="no comments with a date in 2026-10"):
        rate_alarms(late, pairs, list(STEADY), "2026-10")
    with pytest.raises(EmptyError, match="nothing to compare"):
        rate_alarms(late, pairs, list(STEADY), "2026-10", tz="Europe/Berlin")


def test_comments_without_a_date_are_left_out() -> None:
    comments, pairs = year(STEADY | {"moved": only(11, 0.1)})
    undated = comments.assign(id=comments["id"] + "x", occurred_at=pd.NaT)
    undated["occurred_at"] = pd.to_datetime(undated["occurred_at"], utc=True).dt.as_unit("us")
    both = pd.concat([comments, undated], ignore_index=True)
    pd.testing.assert_frame_equal(alarms(both, pairs), alarms(comments, pairs))


def test_one_month_has_nothing_to_be_compared_with() -> None:
    comments, pairs = year(STEADY, months=1)
    with pytest.raises(EmptyError, match="nothing to compare"):
        rate_alarms(comments, pairs, list(STEADY), "2025-11")


def test_a_month_must_be_one() -> None:
    with pytest.raises(UserError, match="YYYY-MM"):
        rate_alarms(*year(STEADY, months=2), list(STEADY), "October")


@given(st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_the_order_of_rows_and_repeated_pairs_change_nothing(seed: int) -> None:
    comments, pairs = year(STEADY | {"moved": only(11, 0.1)}, a_month=60)
    shuffled = pd.concat([pairs, pairs.head(30)]).sample(frac=1, random_state=seed)
    other = rate_alarms(comments.sample(frac=1, random_state=seed), shuffled, ["moved", "s1"], LAST, permutations=19)
    pd.testing.assert_frame_equal(other, rate_alarms(comments, pairs, ["s1", "moved"], LAST, permutations=19))


def test_other_names_change_no_figure() -> None:
    comments, pairs = year(STEADY | {"moved": only(11, 0.1)}, a_month=60)
    names = {"moved": "A", **{name: f"z{name}" for name in STEADY}}
    one, other = (
        rate_alarms(comments, own, sorted(set(own["theme_id"])), LAST, permutations=99)
        for own in (pairs, pairs.assign(theme_id=pairs["theme_id"].map(names)))
    )
    assert one["p"].tolist() == other["p"].tolist()
    assert one["theme_id"].map(names).tolist()[0] == other["theme_id"].tolist()[0] == "A"


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("2026-06", {"approval_routing": "new", "insights_workspace": "new", "mobile_sync": "fading"}),
        ("2026-10", {"approval_routing": "new", "insights_workspace": "new", "mobile_sync": "fading"}),
        ("2026-02", {"price_increase": "growing"}),
    ],
)
def test_the_planted_story_is_found(month: str, expected: dict[str, str]) -> None:
    comments, pairs = planted_comments()
    found = alarms(comments, pairs, month=month)["kind"]
    kinds = {"fading": {"fading", "shrinking"}, "growing": {"growing", "new"}, "new": {"new"}}
    assert all(found.get(theme) in kinds[kind] for theme, kind in expected.items()), dict(found)
    assert not set(found.index) & {"billing_errors", "handoffs", "role_permissions", "smooth_setup", "outdated_docs"}
