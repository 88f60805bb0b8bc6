import json

import numpy as np
import pytest

from models.expectation import LEAST_TICKETS, Expectation, fit_expectation
from tests.test_models.made import organisation


def handled(n=400, seed=1):
    rng = np.random.default_rng(seed)
    wait = rng.lognormal(1.0, 1.0, n)
    columns = {"longest_wait": wait, "requester_mood": rng.normal(size=n), "seats": rng.normal(size=n)}
    return columns, np.clip(0.9 - 0.15 * np.log1p(wait) + rng.normal(0, 0.1, n), 0, 1)


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
    columns, shares = handled(LEAST_TICKETS - 1)
    assert fit_expectation(columns, shares) is None


def test_it_survives_its_state_as_json():
    columns, shares = handled()
    found = fit_expectation(columns, shares)
    again = Expectation.of_state(json.loads(json.dumps(found.state())))
    assert np.array_equal(again.shares(columns), found.shares(columns))


def test_with_an_expectation_a_slow_ticket_says_less_of_the_customers_mood():
    seen = organisation(200).view()
    tickets, until = np.arange(200), np.full(200, seen.log.at.max())
    slow = seen.states.at(tickets, until)["longest_wait"]
    score = np.where(slow > np.median(slow), 0.0, 1.0)
    expectation = fit_expectation(seen.handling(tickets, until), score)
    plain = seen.features(tickets, until + 10**10)["account_mood"]
    fairer = seen.with_expectation(expectation, "csat").features(tickets, until + 10**10)["account_mood"]
    other = seen.with_expectation(expectation, "ces").features(tickets, until + 10**10)["account_mood"]
    assert np.array_equal(plain, other, equal_nan=True)
    assert not np.allclose(plain, fairer, equal_nan=True)
