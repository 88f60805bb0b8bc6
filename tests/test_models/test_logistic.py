import json

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from models.coding import Coding
from models.logistic import Logistic, fit_logistic
from tests.test_models.made import planted


@pytest.fixture(scope="module")
def problem():
    columns, y = planted()
    weights = np.random.default_rng(1).uniform(0.2, 1.0, len(y))
    coding = Coding.learn(columns, weights, {"wait": 1})
    return coding, coding.design(coding.codes(columns)), y, weights


def free(design):
    return np.zeros(design.shape[1], dtype=np.int8)


@pytest.mark.parametrize("penalty", [0.5, 20.0])
def test_without_bounds_it_is_the_ridge_regression_of_scikit_learn(problem, penalty):
    _, design, y, weights = problem
    found = fit_logistic(design, y, weights, penalty=penalty, rising=free(design))
    theirs = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=5_000).fit(design, y, sample_weight=weights)
    assert found.margins(design) == pytest.approx(theirs.decision_function(design), abs=0.02)


def test_no_step_away_from_the_solution_lowers_the_loss(problem):
    _, design, y, weights = problem
    found = fit_logistic(design, y, weights, penalty=5.0, rising=free(design))

    def loss(intercept, coefficients):
        margins = intercept + design @ coefficients
        return (weights * (np.logaddexp(0, margins) - y * margins)).sum() + 2.5 * coefficients @ coefficients

    best = loss(found.intercept, found.coefficients)
    for step in np.random.default_rng(0).normal(0, 0.05, (30, design.shape[1] + 1)):
        assert loss(found.intercept + step[0], found.coefficients + step[1:]) > best


def test_coefficients_keep_to_their_directions(problem):
    coding, design, y, weights = problem
    against = fit_logistic(design, 1 - y, weights, penalty=1.0, rising=coding.rising())
    assert (against.coefficients[coding.rising() > 0] >= 0).all()
    assert (fit_logistic(design, 1 - y, weights, penalty=1.0, rising=free(design)).coefficients[
        coding.rising() > 0] < 0).any()  # fmt: skip
    falling = fit_logistic(design, y, weights, penalty=1.0, rising=(-coding.rising()).astype(np.int8))
    assert (falling.coefficients[coding.rising() > 0] <= 0).all()


def test_contributions_add_up_to_the_margin(problem):
    coding, design, y, weights = problem
    found = fit_logistic(design, y, weights, penalty=5.0, rising=coding.rising())
    parts, base = found.contributions(design, coding)
    assert parts.shape == (len(y), len(coding.columns))
    assert base + parts.sum(axis=1) == pytest.approx(found.margins(design), abs=1e-10)
    assert weights @ parts == pytest.approx(np.zeros(len(coding.columns)), abs=1e-8)


def test_a_start_nearby_leads_to_the_same_place(problem):
    coding, design, y, weights = problem
    near = fit_logistic(design, y, weights, penalty=20.0, rising=coding.rising())
    cold = fit_logistic(design, y, weights, penalty=6.0, rising=coding.rising())
    warm = fit_logistic(design, y, weights, penalty=6.0, rising=coding.rising(), start=near)
    assert expit(warm.margins(design)) == pytest.approx(expit(cold.margins(design)), abs=2e-3)


def test_one_class_gives_finite_margins():
    design = sparse.csr_matrix(np.eye(4))
    found = fit_logistic(design, np.ones(4, np.int8), np.ones(4), penalty=1.0, rising=free(design))
    assert np.isfinite(found.margins(design)).all()


def test_it_survives_its_state_as_json(problem):
    _, design, y, weights = problem
    found = fit_logistic(design, y, weights, penalty=5.0, rising=free(design))
    again = Logistic.of_state(json.loads(json.dumps(found.state())))
    assert np.array_equal(again.margins(design), found.margins(design))
