from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from verbatim.findings.resampling import BLOCKS, blocks_of, customers_of, draws_of, holm, spread, two_sided


def test_holm_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(3)
    for size in range(1, 30):
        p = np.round(rng.uniform(0, 1, size) ** 3, 2)  # small ones and ties among them
        assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_holm_does_not_count_what_is_unknown() -> None:
    assert holm(np.array([0.01, np.nan, 0.02]))[[0, 2]] == pytest.approx([0.02, 0.02])


def test_customers_are_accounts_else_contacts_else_submissions() -> None:
    rows = pd.DataFrame(
        {
            "account_id": [f"a{n}" for n in range(20)] + [None] * 3,
            "contact_id": [None] * 20 + ["p1", "p1", None],
            "submission_id": [f"s{n}" for n in range(23)],
        }
    )
    who, by = customers_of(rows)
    assert by == "account"
    assert who.iloc[20] == who.iloc[21]
    assert who.nunique() == 22


def test_one_giant_account_is_told_apart_by_its_people() -> None:
    rows = pd.DataFrame(
        {"account_id": ["big"] * 90 + [f"a{n}" for n in range(10)], "contact_id": [f"p{n % 50}" for n in range(100)]}
    )
    assert customers_of(rows)[1] == "contact"


def test_without_any_key_each_answer_stands_for_itself() -> None:
    who, by = customers_of(pd.DataFrame({"value": range(5)}))
    assert (by, who.nunique()) == ("answer", 5)


def test_many_customers_are_put_into_blocks_whole() -> None:
    customers = pd.Series([f"c{n % 2500}" for n in range(5000)])
    blocks, count = blocks_of(customers, np.random.default_rng(1))
    assert count == BLOCKS
    assert (pd.Series(blocks).groupby(customers).nunique() == 1).all()
    assert set(np.bincount(blocks)) == {4, 6}  # two or three customers of two answers each


def test_blocks_do_not_depend_on_the_order_of_the_rows() -> None:
    customers = pd.Series([f"c{n % 2500}" for n in range(5000)])
    order = np.random.default_rng(5).permutation(5000)
    there = blocks_of(customers, np.random.default_rng(1))[0]
    assert (blocks_of(customers.iloc[order], np.random.default_rng(1))[0] == there[order]).all()


def test_every_draw_has_as_many_customers_as_there_are() -> None:
    draws = draws_of(30, np.random.default_rng(1), draws=50)
    assert (draws.sum(axis=1) == 30).all()


def test_the_spread_of_normal_draws_is_that_of_the_distribution() -> None:
    (low, high), deviation = spread(np.random.default_rng(1).normal(size=(20_000, 1)))
    assert [float(low[0]), float(high[0]), float(deviation[0])] == pytest.approx([-1.96, 1.96, 1.0], abs=0.05)


def test_nothing_at_all_is_no_evidence() -> None:
    assert two_sided(np.array([0.0, 1.96]), np.array([0.0, 1.0])) == pytest.approx([1.0, 0.05], abs=1e-3)
