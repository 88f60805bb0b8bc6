from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.domain import Theme
from verbatim.themes.track import (
    LEAST_COSINE,
    LEAST_LIKENESS,
    depths,
    likeness,
    match_one_to_one,
    match_themes,
    shared_comments,
    theme_id,
    upward,
)


def directions(count, seed=3, dimension=16):
    rows = np.random.default_rng(seed).normal(size=(count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def tree(*parents):
    """One theme an argument: the place of its parent, or ``None``."""
    return [
        Theme(theme_id(place + 1), "", (), (), 0, parent_id=None if parent is None else theme_id(parent + 1))
        for place, parent in enumerate(parents)
    ]


@given(st.integers(1, 12), st.randoms(use_true_random=False))
def test_the_same_centres_in_another_order_match_themselves(count, random):
    old = directions(count)
    order = list(range(count))
    random.shuffle(order)
    assert match_themes(old, old[order]) == order


def test_each_old_theme_is_continued_at_most_once():
    old = directions(1)
    near = (old + 0.1 * directions(1, seed=4)).astype(np.float32)
    near /= np.linalg.norm(near)
    assert match_themes(old, np.concatenate([near, old])) == [None, 0]


def test_centres_that_are_less_alike_are_different_themes():
    a, b = np.eye(2, dtype=np.float32)
    angle = np.arccos(LEAST_COSINE - 0.01)
    assert match_themes(a[None], (np.cos(angle) * a + np.sin(angle) * b)[None].astype(np.float32)) == [None]


def test_nothing_matches_nothing():
    assert match_themes(directions(0), directions(2)) == [None, None]
    assert match_themes(directions(2), directions(0)) == []


def test_a_pair_below_the_least_does_not_displace_one_above():
    assert match_one_to_one(np.asarray([[0.6, 0.49], [0.49, 0.0]])) == [0, None]


def test_themes_lie_below_all_themes_above_them():
    themes = tree(None, 0, 1, None)
    assert depths(themes).tolist() == [0, 1, 2, 0]
    assert upward(themes)[2].tolist() == [True, True, True, False]


def test_comments_of_sub_themes_count_for_the_themes_above():
    old, new = tree(None, 0, 0), tree(None, None, 1)
    pairs = np.asarray([1, 1, 2]), np.asarray([0, 2, 2]), np.asarray([5.0, 2.0, 1.0])
    assert shared_comments(old, new, pairs).tolist() == [[5, 3, 3], [5, 2, 2], [0, 1, 1]]


def test_without_comments_in_common_the_centres_decide():
    nothing = np.zeros((1, 1)), np.zeros(1), np.zeros(1)
    assert likeness(*nothing, np.asarray([[LEAST_COSINE]]))[0, 0] == pytest.approx(LEAST_LIKENESS)
    assert likeness(*nothing, np.asarray([[0.2]]))[0, 0] == 0
    assert likeness(*nothing, None)[0, 0] == 0


def test_many_comments_in_common_outweigh_the_centres():
    many = np.asarray([[900.0]]), np.asarray([1000.0]), np.asarray([900.0])
    assert likeness(*many, np.asarray([[0.0]]))[0, 0] > 0.9


@given(
    st.integers(0, 50), st.integers(0, 50), st.integers(0, 50),
    st.floats(-1, 1, allow_subnormal=False) | st.none(),
)  # fmt: skip
def test_likeness_is_a_share(shared, only_old, only_new, cosine):
    cosines = None if cosine is None else np.asarray([[cosine]])
    found = likeness(
        np.asarray([[float(shared)]]),
        np.asarray([float(shared + only_old)]),
        np.asarray([float(shared + only_new)]),
        cosines,
    )
    assert 0 <= found[0, 0] <= 1


def test_ids_count_with_three_digits():
    assert (theme_id(7), theme_id(1234)) == ("T007", "T1234")
