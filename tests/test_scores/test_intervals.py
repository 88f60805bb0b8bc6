import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from tests.test_scores.properties import seeded
from verbatim.errors import ScaleError
from verbatim.scores import mean_difference, newcombe_difference, nps_difference, rate_ratio, wilson
from verbatim.scores.intervals import net_difference, net_wald, newcombe, quantile, student, welch

pairs = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
nets = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)).filter(sum)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (15, 25), (3, 200), (199, 200), (50_000, 80_000)])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_wilson_agrees_with_statsmodels(k, n, confidence):
    expected = proportion_confint(k, n, alpha=1 - confidence, method="wilson")
    assert wilson(k, n, confidence=confidence) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("k", "n", "k2", "n2"), [(15, 25, 20, 40), (0, 10, 5, 10), (9, 10, 10, 10), (700, 900, 500, 800)]
)
def test_newcombe_agrees_with_statsmodels(k, n, k2, n2):
    expected = confint_proportions_2indep(k, n, k2, n2, method="newcomb", compare="diff", correction=False)
    assert newcombe(k, n, k2, n2) == pytest.approx(expected, abs=1e-12)


def test_newcombe_reproduces_the_published_example():
    """Newcombe 1998, table II (a): 56/70 against 48/80, method 10."""
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_t_interval_of_a_mean_agrees_with_scipy():
    sample = np.array([5, 4, 5, 3, 4, 1, 2, 5])
    expected = stats.t.interval(0.95, len(sample) - 1, loc=sample.mean(), scale=stats.sem(sample))
    assert student(sample.mean(), sample.var(ddof=1), len(sample)) == pytest.approx(expected)


def test_welch_agrees_with_statsmodels():
    one, other = np.array([5, 4, 5, 3, 4, 1]), np.array([2, 3, 1, 2, 5, 5, 4, 3, 2])
    expected = CompareMeans(DescrStatsW(one), DescrStatsW(other)).tconfint_diff(usevar="unequal")
    sides = [(sample.mean(), sample.var(ddof=1), len(sample)) for sample in (one, other)]
    assert welch(*sides) == pytest.approx(expected)


def test_net_wald_agrees_with_the_variance_of_scores_of_plus_and_minus_one():
    scored = np.array([1] * 60 + [0] * 25 + [-1] * 15)
    half = stats.norm.ppf(0.975) * math.sqrt(scored.var() / len(scored))
    expected = (scored.mean() - half, scored.mean() + half)
    assert net_wald(60, 15, 100, adjusted=False) == pytest.approx(expected)


def test_poisson_rate_ratio_agrees_with_scipy_binomial():
    exact = stats.binomtest(30, 42).proportion_ci(method="exact")
    found = rate_ratio(30, 12)
    assert (found.low, found.high) == pytest.approx((exact.low / (1 - exact.low), exact.high / (1 - exact.high)))
    assert found.value == pytest.approx(2.5)
    assert rate_ratio(30, 12, exposure=2.5).value == pytest.approx(1.0)


def test_rate_ratio_from_nothing_is_unbounded_and_of_nothing_unknown():
    assert rate_ratio(9, 0).value is None
    assert rate_ratio(9, 0).low > 1
    assert rate_ratio(9, 0).high is None
    assert rate_ratio(0, 0).is_noise is None


def test_nothing_answered_has_no_interval():
    assert all(math.isnan(end) for end in wilson(0, 0))
    assert all(math.isnan(end) for end in net_wald(0, 0, 0))
    assert all(math.isnan(end) for end in student(4.0, 0.0, 1))
    assert newcombe_difference(0, 0, 5, 10).is_noise is None
    assert nps_difference((0, 0, 0), (1, 1, 1)).value is None
    assert mean_difference((4.0, 1.0, 1), (3.0, 1.0, 20)).is_noise is None


def test_a_large_change_is_not_noise_and_a_small_one_is():
    assert newcombe_difference(90, 100, 60, 100).is_noise is False
    assert newcombe_difference(9, 10, 8, 10).is_noise is True
    assert nps_difference((70, 20, 10), (30, 30, 40)).is_noise is False
    assert nps_difference((7, 2, 1), (6, 2, 2)).is_noise is True
    assert mean_difference((4.5, 0.5, 100), (3.5, 0.5, 100)).is_noise is False


def test_a_confidence_outside_0_and_1_is_an_error():
    with pytest.raises(ScaleError, match=r"0\.95"):
        quantile(95)


@seeded
@given(pairs)
def test_a_wilson_interval_contains_its_estimate_and_lies_within_0_and_1(pair):
    k, n = pair
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1


@seeded
@given(nets, st.booleans(), st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_a_net_interval_contains_its_estimate_and_lies_within_minus_1_and_1(parts, adjusted, confidence):
    up, _, down = parts
    n = sum(parts)
    low, high = net_wald(up, down, n, adjusted=adjusted, confidence=confidence)
    assert -1 <= low <= (up - down) / n <= high <= 1


@seeded
@given(pairs, pairs)
def test_a_difference_is_within_its_interval_and_turns_with_its_sides(one, other):
    low, high = newcombe(*one, *other)
    difference = one[0] / one[1] - other[0] / other[1]
    assert low - 1e-12 <= difference <= high + 1e-12
    assert newcombe(*other, *one) == pytest.approx((-high, -low))


@seeded
@given(nets, nets)
def test_a_net_difference_is_within_its_interval_and_turns_with_its_sides(one, other):
    sides = [(parts[0], parts[2], sum(parts)) for parts in (one, other)]
    low, high = net_difference(*sides)
    difference = (one[0] - one[2]) / sum(one) - (other[0] - other[2]) / sum(other)
    assert low <= difference <= high
    assert net_difference(*sides[::-1]) == pytest.approx((-high, -low))


@seeded
@given(pairs, st.integers(2, 5))
def test_more_answers_with_the_same_share_make_the_interval_narrower(pair, times):
    k, n = pair
    few, many = wilson(k, n), wilson(times * k, times * n)
    assert many.high - many.low < few.high - few.low


def test_arrays_give_what_scalars_give():
    low, high = wilson([15, 0, 3], [25, 0, 4])
    assert (low[0], high[0]) == pytest.approx(wilson(15, 25))
    assert np.isnan(low[1])
    assert (low[2], high[2]) == pytest.approx(wilson(3, 4))
