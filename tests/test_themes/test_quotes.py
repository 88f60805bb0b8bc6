from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.quotes import NEAR_DUPLICATE, choose_quotes

ENCODER = HashingEncoder()


def chosen(texts, count=5):
    vectors = ENCODER.encode(texts)
    centre = vectors.mean(axis=0) if len(texts) else np.zeros(ENCODER.dimension, np.float32)
    return [texts[quote.row] for quote in choose_quotes(texts, vectors, centre, count)]


def test_near_duplicates_are_never_quoted_together():
    texts = ["My refund has still not arrived", "My refund has still not arrived!", "my refund has still not arrived."]
    assert len(chosen([*texts, "The refund went to a wrong account of mine"])) == 2


def test_readable_lengths_come_first():
    texts = ["refund", "refund late", "the refund came two weeks later than was promised to me", "refund bad " * 90]
    assert chosen(texts, 1) == ["the refund came two weeks later than was promised to me"]


def test_no_texts_give_no_quotes():
    assert chosen([]) == []


@settings(max_examples=40)
@given(st.lists(st.text(alphabet="abc def", min_size=1, max_size=30), unique=True, max_size=15), st.integers(1, 6))
def test_quotes_are_distinct_and_dissimilar_whatever_the_order(texts, count):
    found = chosen(texts, count)
    assert len(found) == len(set(found)) <= count
    assert bool(found) == bool(texts)
    vectors = ENCODER.encode(found)
    alike = vectors @ vectors.T - 2 * np.eye(len(found))
    assert (alike <= NEAR_DUPLICATE + 1e-5).all()


def kinds(texts, **known):
    vectors = ENCODER.encode(texts)
    quotes = choose_quotes(texts, vectors, vectors.mean(axis=0), **known)
    return {quote.kind.value: texts[quote.row] for quote in quotes}, quotes


def varied(count=40):
    words = ("slow", "late", "lost", "wrong", "twice", "gone", "stuck", "again")
    return [
        f"the refund number {n} was {words[n % 8]} and support {words[n // 8]} said case {n * 37}" for n in range(count)
    ]


def test_the_extremes_and_a_recent_comment_follow_the_typical_ones():
    texts = varied()
    mood = np.zeros(len(texts))
    mood[::3], mood[1::3] = -0.9, 0.8
    found, quotes = kinds(texts, recency=np.arange(len(texts)) / len(texts), mood=mood)
    assert set(found) == {"representative", "recent", "most_critical", "most_positive"}
    assert mood[texts.index(found["most_critical"])] == -0.9
    assert mood[texts.index(found["most_positive"])] == 0.8
    assert texts.index(found["recent"]) >= 0.85 * len(texts)
    assert [quote.kind.value for quote in quotes[:2]] == ["representative", "representative"]


def test_mild_moods_are_no_extremes_and_unknown_ones_no_mood():
    texts = varied()
    mood = np.full(len(texts), 0.1)
    mood[5] = np.nan
    assert set(kinds(texts, mood=mood)[0]) == {"representative"}


def test_comments_of_one_moment_have_no_recent_one():
    texts = varied()
    assert set(kinds(texts, recency=np.full(len(texts), 0.5))[0]) == {"representative"}


def test_redacted_and_shouted_comments_come_last():
    texts = [
        "my refund has not arrived after two weeks",
        "MY REFUND HAS NOT ARRIVED IN TWO WEEKS",
        "my refund of [ID] to [IBAN] has not arrived, write to [EMAIL]",
    ]
    assert chosen(texts, 1) == [texts[0]]
