from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from verbatim.themes.encode import unit_rows
from verbatim.themes.track import LEAST_COSINE, continue_ids, match_themes


def directions(count, seed=0):
    return unit_rows(np.random.default_rng(seed).normal(size=(count, 64)).astype(np.float32))


@given(st.integers(0, 12), st.integers(0, 50))
def test_the_same_themes_in_another_order_keep_their_ids(count, seed):
    old = directions(count)
    order = np.random.default_rng(seed).permutation(count)
    ids = [f"T{n:03d}" for n in range(1, count + 1)]
    assert continue_ids(ids, old, old[order], count + 1) == ([ids[place] for place in order], count + 1)


def test_new_themes_get_the_next_free_number_and_none_is_used_again():
    old, new = directions(2), directions(4, seed=1)
    assert continue_ids(["T001", "T007"], old, np.concatenate([new, old[1:]]), 9) == (
        ["T009", "T010", "T011", "T012", "T007"],
        13,
    )


def test_an_old_theme_is_continued_by_one_theme_only():
    old = directions(1)
    near = unit_rows(old + 0.02 * directions(1, seed=2))
    assert match_themes(old, np.concatenate([near, old])) == [None, 0]


def test_themes_that_are_not_alike_are_new():
    a, b = np.eye(2, dtype=np.float32)
    angle = np.arccos(LEAST_COSINE - 0.01)
    assert match_themes(a[None], (np.cos(angle) * a + np.sin(angle) * b)[None].astype(np.float32)) == [None]


def test_without_themes_nothing_matches():
    assert match_themes(directions(0), directions(2)) == [None, None]
    assert match_themes(directions(2), directions(0)) == []
