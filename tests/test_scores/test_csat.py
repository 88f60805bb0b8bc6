import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scores.properties import seeded
from verbatim.errors import ScaleError
from verbatim.scores import csat

answers = st.lists(st.sampled_from([1, 2, 3, 4, 5, None]), max_size=60)


def test_no_answers_are_none_and_never_zero_or_nan():
    score = csat([])
    assert (score.value, score.low, score.high, score.mean, score.band, score.n) == (None, None, None, None, None, 0)
    assert set(score.shares.values()) == {None}
    assert "NaN" not in json.dumps(score.to_dict())


def test_one_answer_has_a_wide_interval_and_no_interval_for_its_mean():
    score = csat([5])
    assert (score.value, score.mean, score.mean_low) == (100.0, 5.0, None)
    assert score.low == pytest.approx(20.65, abs=0.01)


def test_few_answers_are_marked_as_uncertain():
    assert csat([5] * 29).uncertain
    assert not csat([5] * 30).uncertain


def test_series_arrays_lists_and_raw_cells_give_the_same_score():
    kinds = [
        [5, 4, 1],
        np.array([5, 4, 1]),
        pd.Series([5.0, 4.0, 1.0, np.nan]),
        pd.Series([5, 4, 1, None], dtype="Int64"),
        ["5", "Satisfied", "1 - very dissatisfied", "n/a"],
        pd.Series(["5", "4", "1"]),
        iter([5, 4, 1]),
    ]
    assert {json.dumps(csat(kind).to_dict()) for kind in kinds} == {json.dumps(csat([5, 4, 1]).to_dict())}


def test_a_value_off_the_scale_is_an_error_that_names_both():
    with pytest.raises(ScaleError, match=r"'7' is outside csat-5"):
        csat([5, 7])
    with pytest.raises(ScaleError, match="fraction"):
        csat(pd.Series([4.5]))


def test_the_score_carries_the_definition_that_produced_it():
    score = csat([5, 4], definition="satisfied=5")
    assert score.value == 50.0
    assert score.to_dict()["definition"]["name"] == "csat-5: satisfied=5, dissatisfied=1-2, figure=share"


def test_a_reversed_scale_counts_its_low_answers_as_satisfied():
    score = csat([1, 2, 5], scale="csat-5-reversed")
    assert score.value == pytest.approx(200 / 3)
    assert score.mean == pytest.approx(8 / 3)  # as asked: lower is better


def test_equal_weights_change_nothing_but_rest_on_the_same_number_of_answers():
    plain, weighted = csat([5, 4, 1, 3]), csat([5, 4, 1, 3], weights=[2, 2, 2, 2])
    assert (weighted.value, weighted.n, weighted.effective_n) == (plain.value, 4, 4.0)
    assert (weighted.low, weighted.high, weighted.mean_low) == pytest.approx((plain.low, plain.high, plain.mean_low))


def test_unequal_weights_widen_the_interval():
    even, uneven = csat([5, 5, 1, 1], weights=[1, 1, 1, 1]), csat([5, 5, 1, 1], weights=[9, 1, 9, 1])
    assert even.value == uneven.value == 50
    assert uneven.high - uneven.low > even.high - even.low
    assert uneven.effective_n == pytest.approx(20**2 / (81 + 1 + 81 + 1))


@pytest.mark.parametrize("weights", [[1], [1, -1], [1, float("nan")]])
def test_weights_that_do_not_fit_are_errors(weights):
    with pytest.raises(ScaleError, match="weight"):
        csat([5, 4], weights=weights)


def test_a_baseline_stands_beside_the_score():
    score = csat([5, 5, 1, 5], baseline=80)
    assert (score.value, score.baseline, score.above_baseline) == (75.0, 80, -5.0)
    assert csat([], baseline=80).above_baseline is None


@seeded
@given(answers, st.randoms())
def test_the_order_of_answers_changes_nothing(values, random):
    shuffled = values.copy()
    random.shuffle(shuffled)
    assert csat(shuffled) == csat(values)


@seeded
@given(answers.filter(lambda values: any(values)))
def test_intervals_contain_their_estimates_and_shares_add_up_to_100(values):
    score = csat(values)
    assert 0 <= score.low <= score.value <= score.high <= 100
    assert sum(score.shares.values()) == pytest.approx(100)
    for figure in score.figures.values():
        assert figure.low is None or figure.low <= figure.value <= figure.high


@seeded
@given(answers)
def test_mirrored_answers_on_the_reversed_scale_have_the_same_share_and_interval(values):
    mirrored = [None if value is None else 6 - value for value in values]
    one, other = csat(values), csat(mirrored, scale="csat-5-reversed")
    assert (one.value, one.low, one.high) == (other.value, other.low, other.high)
