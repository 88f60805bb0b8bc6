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
