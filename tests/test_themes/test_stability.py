from __future__ import annotations

import numpy as np
import pytest

from tests.test_themes.planted import sentences
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.stability import compare, measure_stability


def texts(*values):
    return np.asarray(values, dtype=object)


def test_what_is_found_again_keeps_all_pairs():
    kept, overlap, pairs = compare(texts("A", "A", "B", "B", "B"), np.asarray([7, 7, 2, 2, 2]))
    assert (kept, overlap, pairs) == ({"A": 1.0, "B": 1.0}, {"A": 1.0, "B": 1.0}, 1.0)


def test_a_theme_torn_in_two_keeps_the_pairs_within_its_parts():
    kept, overlap, pairs = compare(texts("A", "A", "A", "A", "B", "B"), np.asarray([0, 0, 1, 1, 2, 2]))
    assert kept == {"A": pytest.approx(2 / 6), "B": 1.0}
    assert overlap == {"A": 0.5, "B": 1.0}
    assert pairs == pytest.approx(3 / 7)


def test_joining_themes_keeps_pairs_but_not_the_overlap():
    kept, overlap, _ = compare(texts("A", "A", "B", "B"), np.asarray([0, 0, 0, 0]))
    assert kept == {"A": 1.0, "B": 1.0}
    assert overlap == {"A": 0.5, "B": 0.5}


def test_a_single_text_has_no_pairs():
    kept, overlap, _ = compare(texts("A", "B", "B"), np.asarray([0, 1, 1]))
    assert set(kept) == {"B"}
    assert set(overlap) == {"A", "B"}


def test_planted_themes_are_stable_and_shuffled_ones_are_not():
    pairs = sentences()
    vectors = HashingEncoder().encode([text for _, text in pairs])
    planted = np.asarray([theme for theme, _ in pairs], dtype=object)
    shuffled = np.random.default_rng(0).permutation(planted)
    found = measure_stability(
        vectors, {"top": planted, "fine": shuffled}, lambda seed: LeidenClusterer(themes=6, seed=seed), runs=3
    )
    assert found["top"].runs == 3
    assert found["top"].pairs_kept > 0.9
    assert found["top"].agreement > 0.9
    assert min(found["top"].kept.values()) > 0.8
    assert found["fine"].agreement < 0.1
    assert max(found["fine"].kept.values()) < 0.5


def test_one_text_has_no_stability():
    found = measure_stability(np.eye(1, dtype=np.float32), {"top": texts("A")}, lambda seed: LeidenClusterer(seed=seed))
    assert (found["top"].runs, found["top"].pairs_kept, found["top"].kept) == (0, None, {})
