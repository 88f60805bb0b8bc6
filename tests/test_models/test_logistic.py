import json

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from models.learners.coding import Coding
from models.learners.logistic import Logistic, fit_logistic
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
    assert found.margins(design) == pytest.approx(theirs.decision_function(design), abs=1e-3)
    assert found.coefficients == pytest.approx(theirs.coef_[0], abs=1e-3)
    assert found.intercept == pytest.approx(theirs.intercept_[0], abs=1e-3)


def solved(design, y, weights, penalty, ways, offset):
    """The same problem, slowly: L-BFGS-B to the last digit; intercept and coefficients."""
    whole = np.column_stack([np.ones(len(y)), design.toarray()])
    ridge = np.r_[0.0, np.full(design.shape[1], penalty)]

    def look(at):
        margins = offset + whole @ at
        loss = weights @ (np.logaddexp(0, margins) - y * margins) + (ridge * at) @ at / 2
        return loss, whole.T @ (weights * (expit(margins) - y)) + ridge * at

    bounds = [(None, None)] + [(0 if way > 0 else None, 0 if way < 0 else None) for way in ways]
    exact = {"maxiter": 20_000, "maxfun": 50_000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 30}
    return minimize(look, np.zeros(len(ridge)), jac=True, bounds=bounds, method="L-BFGS-B", options=exact).x


@pytest.mark.parametrize("way", [0, 1, -1])
@pytest.mark.parametrize("offset", [0.0, 1.5])
@pytest.mark.parametrize("kind", ["classes", "shares"])
def test_it_finds_the_optimum_with_bounds_offset_and_shares(problem, way, offset, kind):
    coding, design, y, weights = problem
    rng = np.random.default_rng(6)
    wanted = y if kind == "classes" else np.clip(0.1 + 0.8 * y + rng.normal(0, 0.1, len(y)), 0, 1)
    known = rng.normal(0, 1, len(y)) * offset
    ways = (way * coding.rising()).astype(np.int8)
    found = fit_logistic(design, wanted, weights, penalty=2.0, rising=ways, offset=known)
    slow = solved(design, wanted, weights, 2.0, ways, known)
    assert np.r_[found.intercept, found.coefficients] == pytest.approx(slow, abs=1e-3)
    assert (found.coefficients * ways >= 0).all()


def test_shares_are_fitted_as_rows_of_both_classes_with_their_weights(problem):
    _, design, _, weights = problem
    shares = np.random.default_rng(2).random(len(weights))
    found = fit_logistic(design, shares, weights, penalty=5.0, rising=free(design))
    twice = sparse.csr_matrix(sparse.vstack([design, design]))
    both = np.repeat([1, 0], len(shares))
    theirs = LogisticRegression(C=0.2, tol=1e-10, max_iter=5_000).fit(
        twice, both, sample_weight=np.r_[weights * shares, weights * (1 - shares)]
    )
    assert found.margins(design) == pytest.approx(theirs.decision_function(design), abs=1e-3)


def test_log_odds_known_beforehand_are_left_to_whoever_adds_them(problem):
    _, design, y, weights = problem
    plain = fit_logistic(design, y, weights, penalty=5.0, rising=free(design))
    raised = fit_logistic(design, y, weights, penalty=5.0, rising=free(design), offset=np.full(len(y), 2.0))
    assert raised.margins(design) + 2.0 == pytest.approx(plain.margins(design), abs=1e-3)


def test_given_log_odds_are_not_learnt_from():
    columns, y = planted()
    mood = np.random.default_rng(5).normal(size=len(y)) + y  # it tells the class
    weights = np.ones(len(y))
    coding = Coding.learn(columns | {"account_mood": mood}, weights)
    alone = Coding.learn(columns, weights)
    codes = coding.codes(columns | {"account_mood": mood})
    assert np.array_equal(coding.design(codes).toarray(), alone.design(alone.codes(columns)).toarray())
    found = fit_logistic(coding.design(codes), y, weights, penalty=5.0, rising=coding.rising())
    parts, base = found.contributions(codes, coding)
    assert parts.shape == codes.shape and not parts[:, coding.names.index("account_mood")].any()
    assert base + parts.sum(axis=1) == pytest.approx(found.margins(coding.design(codes)), abs=1e-9)


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
    parts, base = found.contributions(coding.codes(planted()[0]), coding)
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
