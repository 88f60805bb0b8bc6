"""Chooses the comments that show what a theme is about."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

QUOTES = 5
POOL = 80  # the comments nearest to the centre among which the quotes are chosen
READABLE_WORDS = (6, 60)
UNREADABLE_PENALTY = 0.4  # of similarity, at half or twice the bounds and beyond
DIVERSITY = 0.35  # weight of being unlike the quotes already chosen
NEAR_DUPLICATE = 0.92  # cosine
SHARED_WORDS = 0.7  # Jaccard index of the two sets of words


def choose_quotes(
    texts: Sequence[str], vectors: NDArray[np.float32], centroid: NDArray[np.float32], count: int = QUOTES
) -> list[int]:
    """At most ``count`` rows of ``texts``, best first: near the theme's centre, readable, unlike each other.

    ``texts`` are distinct, ``vectors`` (n, d) theirs. Maximal marginal relevance (Carbonell and Goldstein 1998);
    near-duplicates are never chosen together, so there can be fewer than ``count``. Ties go to the smaller text.
    """
    worth = (vectors @ centroid).astype(np.float64).round(6) - [_length_penalty(text) for text in texts]
    pool = sorted(range(len(texts)), key=lambda row: (-worth[row], texts[row]))[:POOL]
    chosen: list[int] = []
    while pool and len(chosen) < count:
        alike = (vectors[pool] @ vectors[chosen].T).max(axis=1) if chosen else np.zeros(len(pool))
        gain = (1 - DIVERSITY) * worth[pool] - DIVERSITY * alike.round(6)
        best = pool[int(gain.argmax())]
        chosen.append(best)
        pool = [row for row in pool if not _repeats(row, best, texts, vectors)]
    return chosen


def _length_penalty(text: str) -> float:
    fewest, most = READABLE_WORDS
    words = max(1, len(text.split()))
    outside = max(0.0, math.log2(fewest / words), math.log2(words / most))
    return UNREADABLE_PENALTY * min(1.0, outside)


def _repeats(row: int, other: int, texts: Sequence[str], vectors: NDArray[np.float32]) -> bool:
    if row == other or float(vectors[row] @ vectors[other]) > NEAR_DUPLICATE:
        return True
    words, others = _words(texts[row]), _words(texts[other])
    return len(words & others) > SHARED_WORDS * len(words | others)


def _words(text: str) -> set[str]:
    return set(text.lower().replace(".", " ").replace(",", " ").split())
