from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from verbatim.tone.gate import auc, expected_calibration_error, ranked_auc, sigmoid


@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=2, max_size=40))
def test_auc_is_that_of_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    truth = np.asarray([row[0] for row in rows])
    scores = np.asarray([float(row[1]) for row in rows])
    if 0 < truth.sum() < len(truth):
        assert auc(truth, scores) == pytest.approx(roc_auc_score(truth, scores))
    else:
        assert auc(truth, scores) == 0.5


def test_weights_count_rows_as_often() -> None:
    truth, rank = np.asarray([True, False, True, False]), np.asarray([1, 0, 0, 2])
    weights = np.asarray([2.0, 1.0, 3.0, 1.0])
    times = weights.astype(int)
    repeated = ranked_auc(np.repeat(truth, times), np.repeat(rank, times), np.ones(times.sum()))
    assert ranked_auc(truth, rank, weights) == pytest.approx(repeated)


def test_calibration_error_is_0_where_shares_are_as_promised() -> None:
    promised = np.repeat([0.25, 0.75], 4)
    assert expected_calibration_error(np.asarray([1, 0, 0, 0, 1, 1, 1, 0.0]), promised) == pytest.approx(0)
    assert expected_calibration_error(np.ones(8), promised) == pytest.approx(0.5)


def test_sigmoid_does_not_overflow() -> None:
    assert sigmoid(np.asarray([-1e6, 0, 1e6])).tolist() == [0, 0.5, 1]
