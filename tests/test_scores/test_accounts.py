import json

import pandas as pd
import pytest
from scipy import stats

from verbatim.errors import UserError
from verbatim.scores import Variant, account_figures, account_table, define, nps

NPS = define("nps")
ROWS = [  # account, contact, role, value, n
    ("big", "b1", "end user", 0.0, 4), ("big", "b2", "decision maker", 10.0, 1),
    ("mid", "m1", "champion", 9.0, 1), ("mid", "m2", "end user", 7.0, 1),
    ("small", "s1", "decision maker", 10.0, 1), (None, "x", "end user", 10.0, 2),
]  # fmt: skip
COUNTS = pd.DataFrame(ROWS, columns=["account_id", "contact_id", "role", "value", "n"])
ACCOUNTS = pd.DataFrame({"id": ["big", "mid", "small"], "arr": [90_000.0, 10_000.0, None], "currency": "EUR"})


def test_three_variants_answer_three_questions():
    figures = account_figures(COUNTS, NPS, ACCOUNTS)
    big, mid, small = -60.0, 50.0, 100.0
    assert figures[Variant.POOLED].value == nps([0] * 4 + [10, 9, 7, 10, 10, 10]).value
    assert figures[Variant.MEAN_OF_ACCOUNTS].value == pytest.approx((big + mid + small) / 3)
    assert figures[Variant.WEIGHTED].value == pytest.approx(0.9 * big + 0.1 * mid)


def test_every_figure_says_how_many_answers_contacts_and_accounts_are_behind_it():
    figures = account_figures(COUNTS, NPS, ACCOUNTS)
    assert figures[Variant.POOLED].behind == "10 answers from 6 contacts in 3 accounts"
    assert figures[Variant.MEAN_OF_ACCOUNTS].behind == "8 answers from 5 contacts in 3 accounts"
    weighted = figures[Variant.WEIGHTED]
    assert (weighted.accounts, weighted.left_out) == (2, 1)  # one account's value is not known
    assert "NaN" not in json.dumps(weighted.to_dict())


def test_without_contacts_their_number_is_not_known():
    figure = account_figures(COUNTS.drop(columns="contact_id"), NPS)[Variant.POOLED]
    assert figure.contacts is None
    assert figure.behind == "10 answers from 3 accounts"


def test_figures_can_be_limited_to_roles():
    figures = account_figures(COUNTS, NPS, ACCOUNTS, roles=["decision maker"])
    assert {figure.value for figure in figures.values()} == {100.0}
    assert figures[Variant.MEAN_OF_ACCOUNTS].accounts == 2
    assert figures[Variant.POOLED].to_dict()["roles"] == ["decision maker"]
    nobody = account_figures(COUNTS, NPS, ACCOUNTS, roles=["cook"])
    assert {figure.value for figure in nobody.values()} == {None}
    with pytest.raises(UserError, match="no column 'job'"):
        account_figures(COUNTS, NPS, roles=["cook"], role_column="job")


def test_the_interval_of_the_mean_of_accounts_is_t_over_the_accounts():
    figure = account_figures(COUNTS, NPS)[Variant.MEAN_OF_ACCOUNTS]
    expected = stats.t.interval(0.95, 2, loc=30.0, scale=stats.sem([-60, 50, 100]))
    assert (figure.low, figure.high) == (max(expected[0], -100), min(expected[1], 100))
    assert figure.low <= figure.value <= figure.high


def test_one_account_has_no_interval():
    one = COUNTS[COUNTS["account_id"] == "big"]
    figures = account_figures(one, NPS, ACCOUNTS)
    assert figures[Variant.MEAN_OF_ACCOUNTS].low is None
    assert figures[Variant.WEIGHTED].low is None


def test_equal_values_weight_like_the_mean_of_accounts():
    equal = ACCOUNTS.assign(arr=5.0)
    figures = account_figures(COUNTS, NPS, equal)
    mean, weighted = figures[Variant.MEAN_OF_ACCOUNTS], figures[Variant.WEIGHTED]
    assert (weighted.value, weighted.low, weighted.high) == pytest.approx((mean.value, mean.low, mean.high))


def test_values_in_several_currencies_need_rates():
    mixed = ACCOUNTS.assign(currency=["EUR", "USD", "EUR"])
    with pytest.raises(UserError, match="EUR and USD"):
        account_figures(COUNTS, NPS, mixed)
    with pytest.raises(UserError, match="no rate for USD"):
        account_figures(COUNTS, NPS, mixed, rates={"EUR": 1.0})
    figure = account_figures(COUNTS, NPS, mixed, rates={"EUR": 1.0, "USD": 9.0})[Variant.WEIGHTED]
    assert figure.value == pytest.approx(0.5 * -60 + 0.5 * 50)


def test_negative_values_are_an_error_that_names_the_account():
    with pytest.raises(UserError, match="'big' has a negative arr"):
        account_figures(COUNTS, NPS, ACCOUNTS.assign(arr=[-1.0, 1.0, 1.0]))


def test_the_table_by_account_has_contacts_and_the_accounts_columns():
    table = account_table(COUNTS, NPS, ACCOUNTS).set_index("account_id")
    assert table["contacts"].to_dict() == {"big": 2, "mid": 2, "small": 1}
    assert table.loc["big", ["score", "arr"]].tolist() == [-60.0, 90_000.0]
    assert table["uncertain"].all()
