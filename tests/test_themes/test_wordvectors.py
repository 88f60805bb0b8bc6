from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from verbatim.themes.wordvectors import word_vectors


def test_vectors_of_texts_are_the_sums_of_those_of_their_words():
    draw = np.random.default_rng(1)
    presence = (draw.random((400, 12)) < 0.3).astype(float)
    words = draw.normal(size=(12, 5))
    vectors = (presence @ words).astype(np.float32)
    found = presence @ word_vectors(csr_array(presence), vectors)
    wanted = vectors - vectors.mean(axis=0)
    assert np.corrcoef((found - found.mean(axis=0)).ravel(), wanted.ravel())[0, 1] > 0.98


def test_no_texts_or_words_give_zeros():
    assert not word_vectors(csr_array((0, 3)), np.zeros((0, 4), np.float32)).any()
    assert word_vectors(csr_array((2, 0)), np.zeros((2, 4), np.float32)).shape == (0, 4)
