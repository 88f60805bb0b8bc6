import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from models.learners.calibration import CASES_FOR_ISOTONIC, Calibration, fit_calibration


def drawn(n, *, slope=1.0, shift=0.0, seed=1):
    rng = np.random.default_rng(seed)
    margins = rng.normal(0, 1.5, n)
    return margins, (rng.random(n) < expit(slope * margins + shift)).astype(np.int8)


FEW = fit_calibration(*drawn(800, slope=0.6, shift=-0.4), np.ones(800))
MANY = fit_calibration(*drawn(6_000, slope=0.6, shift=-0.4), np.ones(6_000))


def test_few_cases_get_a_line_and_many_an_isotonic_curve():
    assert (FEW.method, MANY.method) == ("Platt", "isotonic")


def test_the_method_counts_tickets_not_snapshots():
    margins, y = drawn(6_000)
    assert fit_calibration(margins, y, np.full(6_000, 1 / 6)).method == "Platt"
    assert min(y.sum(), 6_000 - y.sum()) > CASES_FOR_ISOTONIC


def test_the_line_finds_the_slope_and_shift_that_were_planted():
    found = fit_calibration(*drawn(900, slope=0.6, shift=-0.4, seed=4), np.ones(900))
    assert (found.slope, found.shift) == (pytest.approx(0.6, abs=0.15), pytest.approx(-0.4, abs=0.2))


@pytest.mark.parametrize("curve", [FEW, MANY])
@given(margin=st.floats(-30, 30), more=st.floats(0, 30))
@settings(max_examples=60, deadline=None)
def test_probabilities_rise_with_the_margin_and_lie_between_0_and_1(curve, margin, more):
    low, high = curve.probabilities(np.array([margin, margin + more]))
    assert 0 < low <= high < 1


def test_the_isotonic_curve_ties_nothing_that_was_told_apart():
    assert (np.diff(MANY.probabilities(np.linspace(-4, 4, 400))) > 0).all()


@pytest.mark.parametrize("curve", [FEW, MANY])
def test_what_is_predicted_comes_true(curve):
    margins, y = drawn(20_000, slope=0.6, shift=-0.4, seed=9)
    chance = curve.probabilities(margins)
    for low, high in ((0.1, 0.3), (0.3, 0.5), (0.5, 0.8)):
        here = (chance > low) & (chance <= high)
        assert y[here].mean() == pytest.approx(chance[here].mean(), abs=0.05)


@pytest.mark.parametrize("curve", [FEW, MANY])
def test_it_survives_its_state_as_json(curve):
    assert Calibration.of_state(json.loads(json.dumps(curve.state()))) == curve


def test_margins_that_rank_the_wrong_way_round_are_flattened_not_turned():
    margins, y = drawn(500)
    found = fit_calibration(-margins, y, np.ones(500))
    assert found.slope > 0
    assert np.ptp(found.probabilities(np.array([-3.0, 3.0]))) < 0.05
