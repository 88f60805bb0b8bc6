from __future__ import annotations

import numpy as np
import pandas as pd

from tests.test_findings.said import LAST, year
from verbatim.findings import find_emerging
from verbatim.findings.emerging import once

STEADY = {f"s{number}": 0.04 + 0.01 * number for number in range(6)}
NEW = [0.0] * 11 + [0.1]


def test_nothing_beyond_noise_is_said_to_be_so() -> None:
    comments, pairs = year(STEADY)
    found = find_emerging(comments, pairs, list(STEADY), LAST, permutations=99)
    assert found.is_noise
    assert found.themes == 6
    assert len(found.candidates) == 6
    assert 0 < found.comments < 250


def test_a_month_of_shuffled_dates_hardly_ever_has_an_alarm_of_any_kind() -> None:
    wrong = 0
    for seed in range(25):
        comments, pairs = year(STEADY, a_month=50, months=7, seed=seed)
        rng = np.random.default_rng(seed)
        shuffled = comments.assign(occurred_at=rng.permutation(comments["occurred_at"].to_numpy()))
        shuffled["occurred_at"] = pd.to_datetime(shuffled["occurred_at"], utc=True).dt.as_unit("us")
        wrong += not find_emerging(shuffled, pairs, list(STEADY), "2026-05", permutations=99).is_noise
    assert wrong <= 4  # at 5 %, more have a chance below 0.9 %


def test_a_theme_and_its_sub_theme_are_named_once() -> None:
    comments, pairs = year(STEADY | {"child": NEW})
    both = pd.concat([pairs, pairs[pairs["theme_id"] == "child"].assign(theme_id="parent")])
    found = find_emerging(
        comments, both, [*STEADY, "child", "parent"], LAST, parents={"child": "parent"}, permutations=199
    )
    assert list(found.rates["theme_id"]) == ["parent"]
    assert not found.is_noise


def test_the_p_allows_for_rates_and_days_together() -> None:
    comments, pairs = year(STEADY | {"moved": NEW})
    found = find_emerging(comments, pairs, [*STEADY, "moved"], LAST, permutations=199)
    assert found.rates["p"].tolist() == [0.01]  # the least that 199 permutations can tell, twice


def test_the_surer_one_of_theme_and_sub_theme_stays() -> None:
    table = pd.DataFrame({"theme_id": ["A", "A1"], "kind": ["new", "new"], "p": [0.02, 0.01]})
    assert list(once(table, {"A1": "A"}, by=table["p"], same=["kind"])["theme_id"]) == ["A1"]
    other = table.assign(kind=["growing", "new"])
    assert len(once(other, {"A1": "A"}, by=table["p"], same=["kind"])) == 2
