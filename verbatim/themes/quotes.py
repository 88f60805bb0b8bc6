"""Chooses the comments that show what a theme is about: typical ones first, then a recent one and the extremes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

QUOTES = 5
POOL = 80  # the comments among which the quotes are chosen
CLOSEST = 300  # the comments nearest to the centre that are looked at
READABLE_WORDS = (6, 60)
UNREADABLE_PENALTY = 0.4  # of similarity, at half or twice the bounds and beyond
SHOUTED_PENALTY, TAG_PENALTY = 0.1, 0.05  # for capitals throughout; for each redacted tag
DIVERSITY = 0.35  # weight of being unlike the quotes already chosen
NEAR_DUPLICATE = 0.92  # cosine
SHARED_WORDS = 0.7  # Jaccard index of the two sets of words
TRIED = 20  # comments that are tried for a recent or extreme one that repeats no other quote
RECENT = 0.9  # share of the theme's comments that a recent one is newer than
STRONG_MOOD = 0.3  # an extreme is at least so far from neutral

_TAG = re.compile(r"\[[A-Z][A-Z0-9_ ]{0,30}\]")


class QuoteKind(StrEnum):
    """Why a comment is quoted."""

    REPRESENTATIVE = "representative"
    RECENT = "recent"
    MOST_CRITICAL = "most_critical"
    MOST_POSITIVE = "most_positive"


@dataclass(frozen=True, slots=True)
class Quote:
    """A chosen comment: its row, and why it was chosen."""

    row: int
    kind: QuoteKind


def choose_quotes(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    centroid: NDArray[np.float32],
    count: int = QUOTES,
    *,
    recency: NDArray[np.float64] | None = None,
    mood: NDArray[np.float64] | None = None,
) -> list[Quote]:
    """At most ``count`` of ``texts``, best first: near the theme's centre, readable, unlike each other.

    ``texts`` are distinct, ``vectors`` (n, d) theirs; ``recency`` (n,) goes from 0 (oldest) to 1, ``mood`` (n,) from
    -1 (most critical) to 1, NaN where unknown. Where they are given, one quote of the newest tenth and the strongest
    ones either way follow the typical ones, of which there are two at least. Maximal marginal relevance (Carbonell
    and Goldstein 1998); near-duplicates are never chosen together, so there can be fewer than ``count``. Ties go to
    the smaller text.
    """
    near = (vectors @ centroid).astype(np.float64).round(6)
    worth = {row: near[row] - _penalty(texts[row]) for row in _closest(near, texts)}
    special = {QuoteKind.RECENT: _newest(worth, recency), **_extremes(near, mood, texts)}
    wanted = sum(bool(rows) for rows in special.values())
    chosen = _Chosen(texts, vectors)
    _add_typical(chosen, worth, min(count, max(2, count - wanted)))
    for kind, rows in special.items():
        fresh = next((row for row in rows if not chosen.has_like(row)), None)
        if fresh is not None and len(chosen.quotes) < count:
            chosen.add(Quote(fresh, kind))
    _add_typical(chosen, worth, count)
    return chosen.quotes


class _Chosen:
    """The quotes so far, and whether another comment repeats one of them."""

    def __init__(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        self.quotes: list[Quote] = []
        self._texts = texts
        self._vectors = vectors
        self._words: dict[int, set[str]] = {}

    def add(self, quote: Quote) -> None:
        self.quotes.append(quote)

    def likeness(self, rows: Sequence[int]) -> NDArray[np.float64]:
        """The largest cosine of each of ``rows`` to a quote; zeros where there are none."""
        if not self.quotes:
            return np.zeros(len(rows))
        own = self._vectors[[quote.row for quote in self.quotes]]
        return np.asarray((self._vectors[list(rows)] @ own.T).max(axis=1), dtype=np.float64).round(6)

    def has_like(self, row: int) -> bool:
        return any(self._repeats(row, quote.row) for quote in self.quotes)

    def _repeats(self, row: int, other: int) -> bool:
        if row == other or float(self._vectors[row] @ self._vectors[other]) > NEAR_DUPLICATE:
            return True
        words, others = self._words_of(row), self._words_of(other)
        return len(words & others) > SHARED_WORDS * len(words | others)

    def _words_of(self, row: int) -> set[str]:
        if row not in self._words:
            self._words[row] = set(self._texts[row].lower().replace(".", " ").replace(",", " ").split())
        return self._words[row]


def _add_typical(chosen: _Chosen, worth: dict[int, float], wanted: int) -> None:
    """Add typical comments until there are ``wanted`` quotes."""
    pool = [row for row in sorted(worth, key=lambda row: -worth[row])[:POOL] if not chosen.has_like(row)]
    while pool and len(chosen.quotes) < wanted:
        gain = (1 - DIVERSITY) * np.asarray([worth[row] for row in pool]) - DIVERSITY * chosen.likeness(pool)
        chosen.add(Quote(pool[int(gain.argmax())], QuoteKind.REPRESENTATIVE))
        pool = [row for row in pool if not chosen.has_like(row)]


def _closest(near: NDArray[np.float64], texts: Sequence[str]) -> list[int]:
    """The rows nearest to the centre, in the order of their texts where they are equally near."""
    rows = np.arange(len(near))
    if len(rows) > CLOSEST:
        rows = rows[near >= np.partition(near, -CLOSEST)[-CLOSEST]]
    return sorted(rows.tolist(), key=lambda row: (-near[row], texts[row]))


def _newest(worth: dict[int, float], recency: NDArray[np.float64] | None) -> list[int]:
    """The newest tenth of the comments near the centre, best first; none where all are equally new."""
    if recency is None or not worth:
        return []
    newest = float(np.quantile(recency, RECENT))
    fresh = [row for row in worth if recency[row] >= newest > float(recency.min())]
    return sorted(fresh, key=lambda row: -worth[row])[:TRIED]


def _extremes(
    near: NDArray[np.float64], mood: NDArray[np.float64] | None, texts: Sequence[str]
) -> dict[QuoteKind, list[int]]:
    """The most critical and the most positive readable comments of the half nearer to the centre, strongest first."""
    if mood is None or not len(near):
        return {}
    core = np.flatnonzero((near >= np.median(near)) & ~np.isnan(mood))
    found = {}
    for sign, kind in ((-1, QuoteKind.MOST_CRITICAL), (1, QuoteKind.MOST_POSITIVE)):
        strong = core[sign * mood[core] >= STRONG_MOOD]
        ranked = sorted(strong.tolist(), key=lambda row: (-round(sign * float(mood[row]), 2), -near[row], texts[row]))
        found[kind] = [row for row in ranked[:POOL] if not _penalty(texts[row])][:TRIED]
    return found


def _penalty(text: str) -> float:
    """What a comment loses for being too short or too long to read, for capitals throughout and for redacted tags."""
    fewest, most = READABLE_WORDS
    words = max(1, len(text.split()))
    outside = max(0.0, math.log2(fewest / words), math.log2(words / most))
    shouted = SHOUTED_PENALTY if words > 2 and text.isupper() else 0.0
    return UNREADABLE_PENALTY * min(1.0, outside) + shouted + TAG_PENALTY * len(_TAG.findall(text))
