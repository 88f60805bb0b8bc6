from __future__ import annotations

import numpy as np
import pytest

from tests.test_identity.places import Places, mined, said, theme_of, topics_of
from verbatim.identity.grouping import MOST_GROWTH, known_themes, why_refit
from verbatim.identity.leaning import lean
from verbatim.themes.prototypes import finest_rows

TOPICS = dict(refund=60, login=50, parcel=40, search=30)


@pytest.fixture(scope="module")
def first():
    return mined(said(**TOPICS))


def test_what_was_placed_stays_when_comments_are_added(first):
    more = said(refund=70, login=55, parcel=45, search=36)
    grown = mined(more, previous=first)
    before, after = theme_of(first), theme_of(grown)
    assert {comment: after[comment] for comment in before} == before
    assert len(after) == len(more)
    assert grown.fitted == first.fitted == 180
    assert "26 different comments were new" in grown.told


def test_new_comments_join_the_theme_they_are_near(first):
    grown = mined(said(refund=70, login=55, parcel=45, search=36), previous=first)
    topics = topics_of(first)
    assert {topics[theme] == comment.split()[0] for comment, theme in theme_of(grown).items()} == {True}


def test_the_same_comments_again_change_nothing(first):
    again = mined(said(**TOPICS), previous=first)
    assert again.assignments == first.assignments
    assert again.themes == first.themes
    assert again.next_number == first.next_number
    assert np.array_equal(again.centroids, first.centroids)


def test_sizes_follow_comments_that_go(first):
    fewer = said(refund=60, login=50, parcel=10, search=30)
    grown = mined(fewer, previous=first)
    assert sum(theme.size for theme in grown.themes if theme.parent_id is None) == len(fewer)
    before = theme_of(first)
    assert all(before[comment] == theme for comment, theme in theme_of(grown).items())


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (dict(TOPICS, refund=60 + 92), "272 different comments now, and were 180"),
        (dict(refund=40), "only 40 of the 180"),
        (dict(TOPICS, zebra=33), "33 of 33 new comments fit no theme"),
    ],
    ids=["much more", "much less", "elsewhere"],
)
def test_themes_are_fitted_anew_when_they_no_longer_fit(first, counts, reason):
    refitted = mined(said(**counts), previous=first)
    assert "anew" in refitted.told
    assert reason in refitted.told
    assert refitted.fitted == sum(counts.values())


def test_growth_up_to_the_bound_is_no_reason(first):
    count = round(MOST_GROWTH * 180)
    frame = said(**dict(TOPICS, refund=60 + count))
    texts = frame["text"].tolist()
    assert why_refit(Places().encode(texts), known_themes(texts, first), first) is None


def test_a_reason_given_is_told(first):
    assert "since that was asked for" in mined(said(**TOPICS), previous=first, refit="that was asked for").told


def test_another_encoder_means_a_fit_that_does_not_lean(first):
    other = mined(said(**TOPICS), previous=first, encoder=Places(id="other"))
    assert "the encoder was places and is other" in other.told
    assert theme_of(other) == theme_of(first)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("refit", [None, "the test wants it"])
def test_the_order_of_the_rows_changes_nothing(first, seed, refit):
    frame = said(refund=70, login=55, parcel=45, search=36, zebra=12)
    one = mined(frame, previous=first, refit=refit)
    other = mined(frame.sample(frac=1, random_state=seed), previous=first, refit=refit)
    assert (one.themes, one.assignments, one.links) == (other.themes, other.assignments, other.links)
    assert one.centroids.tobytes() == other.centroids.tobytes()


def test_leaning_moves_known_texts_to_their_theme_and_others_not_at_all(first):
    vectors = Places().encode(["refund 1", "refund 1000"])
    row = int(finest_rows(first.themes)[0])
    moved = lean(vectors, np.asarray([row, -1]), first)
    assert np.array_equal(moved[1], vectors[1])
    assert moved[0] @ first.centroids[row] > vectors[0] @ first.centroids[row]
    assert np.allclose(np.linalg.norm(moved, axis=1), 1, atol=1e-6)


def test_a_refit_that_leans_keeps_more_than_one_that_does_not():
    blurred = Places(spread=2.0)
    early, late = said(**dict.fromkeys("abcdefghij", 40)), said(**dict.fromkeys("abcdefghij", 42))
    first = mined(early, encoder=blurred)
    leaning = theme_of(mined(late, encoder=blurred, previous=first, refit="the test wants it"))
    same = np.mean([leaning[comment] == theme for comment, theme in theme_of(first).items()])
    assert same > 0.9
