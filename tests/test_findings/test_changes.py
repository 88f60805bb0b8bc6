from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from verbatim.findings import share_changes


def side(name: str, n: int, customers: int | None = None) -> pd.DataFrame:
    who = [f"{name}c{number % (customers or n)}" for number in range(n)]
    return pd.DataFrame({"id": [f"{name}{number}" for number in range(n)], "contact_id": who})


def on(theme: str, name: str, places: range) -> pd.DataFrame:
    return pd.DataFrame({"comment_id": [f"{name}{number}" for number in places], "theme_id": theme})


def change(
    pairs: pd.DataFrame, now: pd.DataFrame, before: pd.DataFrame | None, themes: tuple[str, ...] = ("T",)
) -> pd.DataFrame:
    return share_changes(now, before, pairs, themes)


def test_shares_are_of_comments_and_changes_in_points() -> None:
    pairs = pd.concat([on("T", "n", range(30)), on("T", "b", range(10))])
    row = change(pairs, side("n", 100), side("b", 100)).iloc[0]
    assert (row["volume"], row["volume_before"]) == (30, 10)
    assert [row["share"], row["share_before"], row["change"]] == pytest.approx([30, 10, 20])
    assert row["change_low"] < 20 < row["change_high"]
    assert row["change_low"] > 0
    assert not row["change_is_noise"]


def test_the_p_lies_just_below_that_of_fishers_exact_test() -> None:
    pairs = pd.concat([on("T", "n", range(18)), on("T", "b", range(10))])
    row = change(pairs, side("n", 100), side("b", 100)).iloc[0]
    exact = fisher_exact([[18, 82], [10, 90]]).pvalue
    assert 0.6 * exact < row["change_p"] < exact


def test_several_rows_a_comment_count_once() -> None:
    pairs = pd.concat([on("T", "n", range(10)), on("T", "n", range(10))])
    assert change(pairs, side("n", 50), None).iloc[0]["volume"] == 10


def test_more_themes_make_the_same_change_less_sure() -> None:
    pairs = pd.concat([on("T", "n", range(24)), on("T", "b", range(10))])
    others = tuple(f"X{number}" for number in range(20))
    alone = change(pairs, side("n", 100), side("b", 100)).iloc[0]
    among = change(pairs, side("n", 100), side("b", 100), ("T", *others)).iloc[0]
    assert alone["change_p"] < 0.05 < among["change_p"]


def test_one_customer_who_writes_thirty_times_is_not_thirty_customers() -> None:
    pairs = pd.concat([on("T", "n", range(30)), on("T", "b", range(10))])
    now = side("n", 100)
    many = change(pairs, now, side("b", 100)).iloc[0]
    one = change(pairs, now.assign(contact_id=["x"] * 30 + [f"c{n}" for n in range(70)]), side("b", 100)).iloc[0]
    assert many["change_p"] < 0.01
    assert one["change_p"] > 0.05


def test_without_a_period_before_nothing_is_said_of_a_change() -> None:
    for before in (None, side("b", 0)):
        row = change(on("T", "n", range(5)), side("n", 20), before).iloc[0]
        assert row["share"] == 25
        assert np.isnan(row["change"])
        assert row["change_is_noise"] is pd.NA


def test_no_comments_at_all_have_no_share() -> None:
    row = change(on("T", "n", range(0)), side("n", 0), side("b", 10)).iloc[0]
    assert row["volume"] == 0
    assert np.isnan(row["share"])
