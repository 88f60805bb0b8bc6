import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as known
from statsmodels.stats.proportion import proportion_confint

from models.judging.metrics import (
    Capacity,
    Figure,
    Ranking,
    at_capacity,
    brier,
    draws_by_group,
    ece,
    figure,
    log_loss,
    pr_auc,
    reliability,
    roc_auc,
    roc_auc_of,
)
from verbatim.errors import UserError


def rated(n=400, *, seed=3, decimals=2):
    rng = np.random.default_rng(seed)
    p = np.round(rng.beta(1.5, 6, n), decimals)  # rounded: many ties
    return (rng.random(n) < p).astype(int), p, rng.uniform(0.1, 3, n)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (roc_auc, known.roc_auc_score),
        (pr_auc, known.average_precision_score),
        (brier, known.brier_score_loss),
        (log_loss, known.log_loss),
    ],
)
def test_metrics_agree_with_scikit_learn(ours, theirs, weighted):
    y, p, w = rated()
    p = np.clip(p, 0.01, 0.99)
    weights = w if weighted else None
    assert ours(y, p, weights) == pytest.approx(theirs(y, p, sample_weight=weights), abs=1e-12)


def test_whole_weights_are_repeated_rows():
    y, p, _ = rated(60)
    times = np.random.default_rng(1).integers(0, 4, 60)
    for metric in (roc_auc, pr_auc, brier, log_loss, ece):
        assert metric(y, p, times) == pytest.approx(metric(np.repeat(y, times), np.repeat(p, times)), abs=1e-12)
    ours, repeated = at_capacity(y, p, 0.2, times), at_capacity(np.repeat(y, times), np.repeat(p, times), 0.2)
    assert ours == pytest.approx(repeated, abs=1e-12)


def test_a_certain_but_wrong_probability_has_a_finite_log_loss():
    assert log_loss([1, 0], [0.0, 1.0]) == pytest.approx(known.log_loss([1, 0], [0.0, 1.0]), rel=1e-6)


@pytest.mark.parametrize("y", [[], [0, 0, 0], [1, 1, 1]])
def test_one_class_or_no_rows_have_no_ranking(y):
    p = [0.1, 0.2, 0.3][: len(y)]
    assert roc_auc(y, p) is None
    assert pr_auc(y, p) is None


def test_no_rows_have_no_metrics_at_all():
    assert (brier([], []), log_loss([], []), ece([], []), reliability([], [])) == (None, None, None, ())
    assert at_capacity([], [], 0.1) == Capacity(None, None, None)


def test_without_cases_only_precision_is_known():
    assert at_capacity([0, 0], [0.1, 0.2], 0.5) == Capacity(None, 0.0, None)


def test_rows_that_weigh_nothing_are_not_there():
    assert roc_auc([0, 1, 1], [0.9, 0.5, 0.1], [1, 1, 0]) == 0.0
    assert roc_auc([0, 1], [0.9, 0.5], [0, 1]) is None
    assert brier([0, 1], [0.9, 0.5], [0, 0]) is None


def test_ties_at_the_cut_are_taken_in_part():
    # One row of 0.9 (a case), four of 0.5 with one case: the riskiest 40 % are the first and a quarter of the others.
    found = at_capacity([1, 1, 0, 0, 0], [0.9, 0.5, 0.5, 0.5, 0.5], 0.4)
    assert found == pytest.approx((1.25 / 2, 1.25 / 2, (1.25 / 2) / 0.4))


def test_all_tickets_are_all_cases():
    y, p, w = rated()
    assert at_capacity(y, p, 1.0, w) == pytest.approx((1.0, np.average(y, weights=w), 1.0))


@pytest.mark.parametrize("share", [0, -0.1, 1.1, float("nan")])
def test_an_impossible_capacity_is_refused(share):
    with pytest.raises(UserError, match="share"):
        at_capacity([0, 1], [0.1, 0.2], share)


@pytest.mark.parametrize(
    ("y", "p", "says"),
    [
        ([0, 2], [0.1, 0.2], "other than 0 and 1"),
        ([0, 1], [0.1, 1.2], "outside 0 to 1"),
        ([0, 1], [0.1, float("nan")], "outside 0 to 1"),
        ([0, 1], [0.1], "give one each"),
    ],
)
def test_what_cannot_be_judged_is_refused(y, p, says):
    with pytest.raises(UserError, match=says):
        brier(y, p)


def test_ece_of_two_bins_by_hand():
    # Lower half: predicted 0.2, observed 0.5; upper half: predicted 0.8, observed 1.
    assert ece([0, 1, 1, 1], [0.1, 0.3, 0.7, 0.9], bins=2) == pytest.approx((0.3 + 0.2) / 2)


def test_a_constant_at_the_base_rate_is_calibrated():
    assert ece([0, 0, 0, 1], [0.25] * 4) == pytest.approx(0)


def test_reliability_has_bins_of_equal_mass_with_wilson_intervals():
    y, p, _ = rated(1000, decimals=9)
    bins = reliability(y, p)
    assert [one.n for one in bins] == [100] * 10
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)
    lowest = np.argsort(p)[:100]
    assert (bins[0].predicted, bins[0].observed) == pytest.approx((p[lowest].mean(), y[lowest].mean()))
    for one in bins:
        ends = proportion_confint(round(one.observed * one.n), one.n, method="wilson")
        assert (one.low, one.high) == pytest.approx(ends, abs=1e-9)


def test_equal_probabilities_share_a_bin():
    assert len(reliability([0, 1] * 50, [0.3] * 100)) == 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0, 0.1, 0.5, 0.9, 1]), st.integers(1, 3)), min_size=1))
def test_the_order_of_rows_changes_nothing(rows):
    y, p, w = (np.array(column) for column in zip(*rows, strict=True))
    turned = [column[::-1] for column in (y, p, w)]
    for metric in (roc_auc, pr_auc, brier, log_loss, ece):
        ours, other = metric(y, p, w), metric(*turned)
        assert (ours is None) == (other is None)
        assert ours is None or ours == pytest.approx(other, abs=1e-9)
        assert ours is None or np.isfinite(ours)


def test_a_group_is_drawn_as_a_whole_and_the_same_in_any_order():
    groups = np.array(["b", "a", "b", "c"], dtype=object)
    blocks, counts = draws_by_group(groups, draws=20, seed=7)
    weights = counts[:, blocks]
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (counts.sum(axis=1) == 3).all()
    again, counted = draws_by_group(groups[::-1], draws=20, seed=7)
    np.testing.assert_array_equal(counted[:, again][:, ::-1], weights)


def test_the_interval_of_an_auc_covers_what_a_formula_gives():
    y, p, _ = rated(3000, decimals=9)
    blocks, counts = draws_by_group(np.arange(3000).astype(str).astype(object), draws=300, seed=7)
    ranking = Ranking(y, p)
    drawn = figure(roc_auc_of(ranking.tallies()), [roc_auc_of(ranking.tallies(one[blocks])) for one in counts])
    area, cases = drawn.value, int(y.sum())  # Hanley and McNeil 1982
    first, second = area / (2 - area), 2 * area**2 / (1 + area)
    others = 3000 - cases
    spread = area * (1 - area) + (cases - 1) * (first - area**2) + (others - 1) * (second - area**2)
    error = np.sqrt(spread / (cases * others))
    assert drawn.high - drawn.low == pytest.approx(2 * 1.96 * error, rel=0.25)


def test_groups_that_answer_alike_widen_the_interval():
    rng = np.random.default_rng(5)
    mood = rng.random(40)
    group = np.repeat(np.arange(40), 25)
    y, p = (rng.random(1000) < mood[group]).astype(int), np.clip(mood[group] + rng.normal(0, 0.4, 1000), 0, 1)
    widths = []
    for drawn_by in (group, np.arange(1000)):
        blocks, counts = draws_by_group(drawn_by.astype(str).astype(object), draws=200, seed=7)
        ranking = Ranking(y, p)
        interval = figure(roc_auc(y, p), [roc_auc_of(ranking.tallies(one[blocks])) for one in counts])
        widths.append(interval.high - interval.low)
    assert widths[0] > 1.5 * widths[1]


def test_an_interval_holds_its_value_and_needs_most_draws():
    assert figure(0.1, [0.2, 0.3, 0.4]).low == 0.1
    assert figure(None, [0.2]) == Figure(None)
    assert figure(0.3, [0.2, None, None]) == Figure(0.3)
