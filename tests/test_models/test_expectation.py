import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from models.learners.expectation import LEAST_TICKETS, Expectation, fit_expectation
from tests.test_models.made import organisation


def handled(n=400, seed=1):
    rng = np.random.default_rng(seed)
    wait = rng.lognormal(1.0, 1.0, n)
    columns = {"longest_wait": wait, "account_mood": rng.normal(size=n), "seats": rng.normal(size=n)}
    shares = np.clip(0.9 - 0.15 * np.log1p(wait) + rng.normal(0, 0.1, n), 0, 1)
    return columns, shares, (shares <= 0.5).astype(np.int8)


def test_longer_waits_lead_one_to_expect_worse_ratings():
    found = fit_expectation(*handled())
    shares = found.shares({"longest_wait": np.array([0.5, 5.0, 40.0])})
    assert shares[0] > shares[1] > shares[2]
    assert shares[1] == pytest.approx(0.9 - 0.15 * np.log1p(5.0), abs=0.08)


def test_nothing_known_of_the_customer_takes_part():
    assert fit_expectation(*handled()).coding.names == ("longest_wait",)


def test_shares_stay_within_the_scale():
    found = fit_expectation(*handled())
    shares = found.shares({"longest_wait": np.array([0.0, 1e12, np.nan])})
    assert ((shares >= 0) & (shares <= 1)).all()


def test_too_few_tickets_give_no_expectation():
    assert fit_expectation(*handled(LEAST_TICKETS - 1)) is None
    assert fit_expectation(*handled(LEAST_TICKETS)) is not None


def test_it_survives_its_state_as_json():
    columns, shares, y = handled()
    found = fit_expectation(columns, shares, y)
    again = Expectation.of_state(json.loads(json.dumps(found.state())))
    assert np.array_equal(again.shares(columns), found.shares(columns))
    assert again.worth == found.worth


def test_worth_is_the_slope_of_dissatisfaction_by_the_expected_share():
    columns, shares, _ = handled(4_000)
    found = fit_expectation(columns, shares, np.zeros(4_000, np.int8))
    expected = found.shares(columns)
    margin = np.log(expected / (1 - expected))
    for slope in (0.5, 2.0):
        y = (np.random.default_rng(5).random(4_000) < expit(-slope * margin - 0.5)).astype(np.int8)
        assert fit_expectation(columns, shares, y).worth == pytest.approx(slope, rel=0.15)


def test_worth_is_never_negative_though_the_ratings_say_the_reverse():
    columns, shares, y = handled()
    assert fit_expectation(columns, shares, y).worth > 1
    assert fit_expectation(columns, shares, (1 - y).astype(np.int8)).worth == 0


@pytest.mark.parametrize("answer", [0, 1])
def test_one_kind_of_answer_gives_a_finite_worth(answer):
    columns, shares, y = handled()
    worth = fit_expectation(columns, shares, np.full_like(y, answer)).worth
    assert np.isfinite(worth) and worth >= 0


def test_columns_that_say_nothing_give_the_mean_share():
    shares = np.linspace(0.2, 1.0, 200)
    found = fit_expectation({"longest_wait": np.full(200, np.nan)}, shares, (shares < 0.5).astype(np.int8))
    assert found.shares({"longest_wait": np.array([1.0, np.nan])}) == pytest.approx([0.6, 0.6], abs=1e-3)


def test_with_an_expectation_a_slow_ticket_says_less_of_the_customers_mood():
    seen = organisation(200).view()
    tickets, until = np.arange(200), np.full(200, seen.log.at.max())
    slow = seen.states.at(tickets, until)["longest_wait"]
    score = np.where(slow > np.median(slow), 0.0, 1.0)
    expectation = fit_expectation(seen.handling(tickets, until), score, (score < 0.5).astype(np.int8))

    def moods(view):
        codes = np.array([view.history.accounts[key] for key in view.log.account])
        return view.history.moods.of(codes, until + 10**10)

    plain, other = moods(seen), moods(seen.with_expectation(expectation, "ces"))
    assert np.array_equal(plain, other, equal_nan=True)
    assert not np.allclose(plain, moods(seen.with_expectation(expectation, "csat")), equal_nan=True)


def test_the_feature_is_the_mood_in_log_odds_of_dissatisfaction():
    seen = organisation(200).view()
    tickets, at = np.arange(200), np.full(200, seen.log.at.max() + 10**10)
    score = np.random.default_rng(3).random(200)
    fitted = fit_expectation(seen.handling(tickets, at), score, (score < 0.5).astype(np.int8))
    codes = np.array([seen.history.accounts[key] for key in seen.log.account])
    for worth in (0.7, 1.4):
        view = seen.with_expectation(replace(fitted, worth=worth), "csat")
        assert np.array_equal(
            view.features(tickets, at)["account_mood"], -worth * view.history.moods.of(codes, at), equal_nan=True
        )
    bare = seen.with_expectation(None, "csat").features(tickets, at)["account_mood"]
    assert not np.nan_to_num(bare).any()  # nobody knows what a mood is worth
