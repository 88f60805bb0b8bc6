"""Learning: the prior decides without examples, examples decide in the end, and thresholds maximise F1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.guided.learn import (
    DEFAULT_THRESHOLD,
    GRID,
    Correction,
    fold_of,
    learn_correction,
    threshold_from_unlabelled,
    thresholds_from_examples,
)


def points(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two groups of unit vectors, 3 dimensions, and their membership."""
    draw = np.random.default_rng(seed)
    theme = np.arange(count) % 2
    vectors = draw.normal(scale=0.1, size=(count, 3))
    vectors[np.arange(count), theme] += 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), np.eye(2, dtype=np.bool_)[theme]


def test_without_examples_there_is_no_correction() -> None:
    found = learn_correction(np.zeros((0, 3), np.float32), np.zeros((0, 2)), np.zeros((0, 2), np.bool_))
    assert np.array_equal(found.weights, Correction.none(2, 3).weights)
    assert found.apply(np.ones((1, 2)), np.ones((1, 3), np.float32)).tolist() == [[1.0, 1.0]]


def test_examples_overrule_a_prior_that_is_wrong_the_more_there_are() -> None:
    vectors, member = points(40)
    wrong = np.where(member, -1.0, 1.0)
    right = []
    for count in (2, 40):
        found = learn_correction(vectors[:count], wrong[:count], member[:count])
        logits = found.apply(wrong, vectors)
        right.append(float((logits[member] - logits[~member]).mean()))
    assert right[0] < right[1]
    assert right[1] > 0


def test_the_gradient_is_that_of_the_loss() -> None:
    vectors, member = points(12)
    prior = np.zeros((12, 2))
    best = learn_correction(vectors, prior, member)

    def loss(correction: Correction) -> float:
        logits = correction.apply(prior, vectors)
        shares = np.log(np.exp(logits).sum(axis=1)) - logits[member]
        return float(
            shares.sum() + 0.15 * np.square(correction.weights).sum() + 0.025 * np.square(correction.bias).sum()
        )

    draw = np.random.default_rng(1)
    for _ in range(20):
        nudged = Correction(best.weights + draw.normal(scale=0.05, size=(2, 3)), best.bias)
        assert loss(nudged) > loss(best)


def test_thresholds_separate_members_from_the_rest() -> None:
    draw = np.random.default_rng(0)
    member = draw.random((400, 2)) < 0.3
    scores = np.where(member, draw.uniform(0.4, 0.6, member.shape), draw.uniform(0.0, 0.3, member.shape))
    assert (
        (thresholds_from_examples(scores, member) >= 0.25) & (thresholds_from_examples(scores, member) <= 0.41)
    ).all()


def test_a_theme_with_many_examples_goes_its_own_way_and_one_with_few_follows_the_others() -> None:
    draw = np.random.default_rng(0)
    member = np.zeros((1000, 3), dtype=np.bool_)
    member[:400, 0], member[400:800, 1], member[800:802, 2] = True, True, True
    scores = draw.uniform(0, 0.1, member.shape)
    scores[:400, 0], scores[400:800, 1] = 0.2, 0.6
    scores[800:802, 2] = 0.05
    found = thresholds_from_examples(scores, member)
    assert found[1] > found[0] or found[1] >= 0.1
    assert found[2] >= 0.09


def test_one_threshold_serves_all_where_nothing_is_labelled() -> None:
    assert threshold_from_unlabelled(np.zeros((3, 4))) == DEFAULT_THRESHOLD
    clear = np.tile([0.9, 0.03, 0.03, 0.04], (100, 1))
    assert 0.04 < threshold_from_unlabelled(clear) <= 0.9


def test_the_expected_f1_is_at_its_best() -> None:
    scores = np.random.default_rng(0).dirichlet([0.4] * 5, size=200)
    chosen = threshold_from_unlabelled(scores)

    def expected(threshold: float) -> float:
        claimed = scores >= threshold
        return float(2 * scores[claimed].sum() / (scores.sum() + claimed.sum()))

    assert expected(chosen) == pytest.approx(max(expected(float(threshold)) for threshold in GRID))


@given(st.lists(st.text(max_size=20), max_size=30))
def test_a_fold_is_a_matter_of_the_text_alone(texts: list[str]) -> None:
    folds = fold_of(texts)
    assert folds[::-1].tolist() == fold_of(texts[::-1]).tolist()
    assert all(0 <= fold < 5 for fold in folds)
