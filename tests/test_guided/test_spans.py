"""Spreading a comment over themes: the contract that mining relies on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from verbatim.guided.spans import CLAIM_MARGIN, Spread, claim_thresholds, spread, spread_many

OPEN = np.zeros(3)


def test_clauses_go_where_they_clearly_belong_and_neighbours_join() -> None:
    cosines = np.asarray([[0.6, 0.1, 0.0], [0.5, 0.2, 0.1], [0.1, 0.7, 0.0]])
    found = spread([(0, 10), (14, 20), (21, 30)], cosines, 0, OPEN)
    assert found == [((0, 20), 0, 0.6, 0.5), ((21, 30), 1, 0.7, 0.6)]


def test_a_clause_that_leads_by_too_little_stays_with_the_main_theme() -> None:
    cosines = np.asarray([[0.6, 0.1, 0.0], [0.5, 0.5 + CLAIM_MARGIN - 0.01, 0.1]])
    assert [theme for _, theme, _, _ in spread([(0, 5), (6, 9)], cosines, 0, OPEN)] == [0]


def test_a_clause_that_is_near_to_nothing_stays_with_the_main_theme() -> None:
    cosines = np.asarray([[0.6, 0.1, 0.0], [0.0, 0.2, 0.1]])
    assert [theme for _, theme, _, _ in spread([(0, 5), (6, 9)], cosines, 0, np.full(3, 0.3))] == [0]


def test_where_every_clause_went_away_the_closest_call_goes_back() -> None:
    cosines = np.asarray([[0.1, 0.7, 0.0], [0.2, 0.0, 0.5]])
    assert spread([(0, 5), (6, 9)], cosines, 0, OPEN) == [((0, 5), 1, 0.7, 0.6), ((6, 9), 0, 0.2, -0.3)]


def test_a_comment_of_one_clause_keeps_its_theme_and_says_if_another_is_nearer() -> None:
    assert spread([(2, 9)], np.asarray([[0.1, 0.7, 0.0]]), 0, OPEN) == [((2, 9), 0, 0.1, -0.6)]


def test_nothing_gives_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    found = spread_many(none, np.zeros((0, 2), dtype=np.int64), np.zeros((0, 3)), none, OPEN)
    assert len(found.owner) == 0


def test_thresholds_are_how_near_a_theme_s_own_comments_are() -> None:
    cosines = np.asarray([[0.5, 0.0], [0.6, 0.0], [0.7, 0.0], [0.8, 0.0], [0.9, 0.0], [0.0, 0.2]])
    found = claim_thresholds(cosines, np.asarray([0, 0, 0, 0, 0, 1]))
    assert found.tolist() == pytest.approx([0.6, 0.525])  # one comment is too few to speak for the second theme
    assert claim_thresholds(np.zeros((0, 2)), np.zeros(0, dtype=np.int64)).tolist() == [1.0, 1.0]


@st.composite
def commented(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    clauses = draw(st.lists(st.integers(1, 5), min_size=1, max_size=8))
    owner = np.repeat(np.arange(len(clauses)), clauses)
    places = np.concatenate([np.arange(count)[:, None] * 10 + np.asarray([0, 8]) for count in clauses])
    cosines = draw(arrays(np.float64, (len(owner), 4), elements=st.floats(-1, 1)))
    main = draw(arrays(np.int64, len(clauses), elements=st.integers(0, 3)))
    return owner, places, cosines, main, draw(arrays(np.float64, 4, elements=st.floats(-1, 1)))


@given(commented())
def test_every_comment_keeps_its_main_theme_and_its_spans_are_sorted_and_apart(
    given_: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    owner, places, cosines, main, thresholds = given_
    found: Spread = spread_many(owner, places, cosines, main, thresholds)
    for comment, theme in enumerate(main):
        own = np.flatnonzero(found.owner == comment)
        assert theme in found.theme[own]
        assert (found.start[own] < found.end[own]).all()
        assert (found.start[own][1:] >= found.end[own][:-1]).all()
        assert (found.theme[own][1:] != found.theme[own][:-1]).all()
        of_comment = owner == comment
        alone = spread([tuple(place) for place in places[of_comment]], cosines[of_comment], int(theme), thresholds)
        assert [span for span, *_ in alone] == list(zip(found.start[own], found.end[own], strict=True))
