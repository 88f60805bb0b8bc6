"""Gives themes a name and keywords, from phrases their own comments use.

Keywords: class-based TF-IDF (Grootendorst 2022) over words and phrases. Name: of the real phrases of two to five
words that several comments of the theme share, the one that is frequent in it, rare elsewhere, and nearest in
meaning to the theme's centre. No two themes get the same name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from verbatim.themes.phrases import (
    count_phrases,
    is_keyword,
    is_name,
    is_negation,
    stems,
    usual_spelling,
    without_verdict,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Encoder
    from verbatim.themes.phrases import PhraseTable

KEYWORDS = 8
CANDIDATES = 40
SPELLED_IN = 400  # texts looked at for a phrase's spelling
WEIGHT_OF_MARGIN = 0.5  # lead over the nearest other centre, beside closeness to the own one
WEIGHT_OF_SHARE = 0.12  # per factor e in the share of the theme's texts that have the phrase
LENGTH_BONUS = {2: 0.0, 3: 0.03, 4: 0.03, 5: 0.0}
PAIR_BONUS = -0.4  # "A and B" says less than a phrase people used, though more texts have one of the two
PAIRED = 4  # keywords that are paired
SMALLEST_SHARE = 0.015  # of a theme's texts must have a phrase that speaks for it
LEAST_LIFT = 1.25  # a keyword is at least so many times more usual in its theme than in the others
ALIKE = 0.87  # of letters: "Costumer support" is no other name than "Customer support"
FAIR_SHARE = 0.5  # "poor service" may name a theme only if half of those who say "service" say it so
FAIR_SHARE_OF_NEGATIONS = 1.0  # a bare phrase contains those of the negated one where they touch


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that a group could get, and the share of the group's texts that speak of it."""

    name: str
    share: float
    bonus: float


class PhraseNamer:
    """Implements ``protocols.Namer``; ``encoder`` must be the one that made the centroids.

    ``hidden`` words (lower case, names of agents say) are in no name and no keyword.
    """

    def __init__(self, encoder: Encoder, hidden: Collection[str] = ()) -> None:
        self._encoder = encoder
        self._hidden = frozenset(hidden)

    def name(
        self, groups: Sequence[Sequence[str]], centroids: NDArray[np.float32], taken: Collection[str] = ()
    ) -> list[tuple[str, tuple[str, ...]]]:
        """One ``(name, keywords)`` a group, best keyword first; no name twice and none of ``taken``.

        ``groups`` hold distinct texts, ``centroids`` (len(groups), d) their unit-length mean directions.
        """
        counts = GroupCounts.of(groups, self._hidden)
        words = [_keywords(counts, row) for row in range(len(groups))]
        keywords = [
            tuple(usual_spelling(word, groups[row][:SPELLED_IN]) for word in words[row]) for row in range(len(groups))
        ]
        candidates = [
            [*_phrases(counts, row, groups[row]), *_pairs(counts, row, words[row], keywords[row])]
            for row in range(len(groups))
        ]
        ranked = self._ranked(candidates, centroids)
        used = set(taken)
        names: dict[int, str] = {}
        for row in sorted(range(len(groups)), key=lambda row: (-len(groups[row]), row)):
            names[row] = _first_free([*ranked[row], *_made_up(keywords[row])], used)
            used.add(names[row])
        return [(names[row], keywords[row]) for row in range(len(groups))]

    def _ranked(self, candidates: Sequence[Sequence[Candidate]], centroids: NDArray[np.float32]) -> list[list[str]]:
        """The names of each group, best first: close to its centre, far from the others, and frequent."""
        phrases = sorted({candidate.name for group in candidates for candidate in group})
        cosines = self._encoder.encode(phrases) @ centroids.T
        place = {phrase: row for row, phrase in enumerate(phrases)}
        ranked = []
        for own, group in enumerate(candidates):
            scored = []
            for candidate in group:
                row = cosines[place[candidate.name]]
                lead = float(row[own] - np.delete(row, own).max(initial=-1.0)) if len(row) > 1 else 0.0
                fit: float = float(row[own]) + WEIGHT_OF_MARGIN * lead + WEIGHT_OF_SHARE * math.log(candidate.share)
                scored.append((-round(fit + candidate.bonus, 6), candidate.name))
            ranked.append([name for _, name in sorted(scored)])
        return ranked


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """How many texts of each group have each phrase, ``inside`` (groups, phrases), of ``sizes`` (groups,) texts."""

    table: PhraseTable
    column: Mapping[tuple[str, ...], int]
    inside: NDArray[np.float64]
    sizes: NDArray[np.float64]

    @classmethod
    def of(cls, groups: Sequence[Sequence[str]], hidden: Collection[str] = ()) -> GroupCounts:
        """Count the phrases of ``groups`` of texts; those with a ``hidden`` word count as never said."""
        labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        table = count_phrases([text for group in groups for text in group])
        column = {phrase: place for place, phrase in enumerate(table.phrases)}
        sizes = np.asarray([max(1, len(group)) for group in groups], dtype=np.float64)
        inside = table.by_group(labels, len(groups))
        inside[:, [place for phrase, place in column.items() if not set(hidden).isdisjoint(phrase)]] = 0
        return cls(table, column, inside, sizes)

    def weights(self, row: int) -> NDArray[np.float64]:
        """Class-based TF-IDF of every phrase in one group."""
        total = self.inside.sum(axis=0)
        rarity = np.log1p(self.sizes.mean() / np.where(total > 0, total, 1))
        return np.asarray(self.inside[row] / self.sizes[row] * rarity, dtype=np.float64)

    def lift(self, row: int) -> NDArray[np.float64]:
        """How many times more usual each phrase is in one group than in the others; infinite where only there."""
        outside = self.inside.sum(axis=0) - self.inside[row]
        others = self.sizes.sum() - self.sizes[row]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = (self.inside[row] / self.sizes[row]) / (outside / max(1.0, float(others)))
        return np.asarray(np.where(outside > 0, ratio, np.inf), dtype=np.float64)

    def rarest(self, row: int) -> float:
        """In how many texts of a group a phrase must be to speak for it."""
        size = float(self.sizes[row])
        return max(1.0, min(2.0, size / 5), SMALLEST_SHARE * size)


def _keywords(counts: GroupCounts, row: int) -> list[tuple[str, ...]]:
    """The group's phrases by class-based TF-IDF, without those that repeat a better one."""
    scores, rarest, lift = counts.weights(row), counts.rarest(row), counts.lift(row)
    chosen: list[tuple[str, ...]] = []
    said: list[frozenset[str]] = []
    for column in np.argsort(-scores, kind="stable"):
        phrase = counts.table.phrases[column]
        if scores[column] <= 0 or len(chosen) == KEYWORDS:
            break
        if counts.inside[row, column] < rarest or lift[column] < LEAST_LIFT or not is_keyword(phrase):
            continue
        words = stems(phrase)
        if not any(words <= old or old <= words for old in said):
            chosen.append(phrase)
            said.append(words)
    return chosen


def _phrases(counts: GroupCounts, row: int, texts: Sequence[str]) -> list[Candidate]:
    """The phrases that could name the group: shared by several of its texts, and more usual in it than elsewhere."""
    inside, size = counts.inside[row], counts.sizes[row]
    usable = np.flatnonzero((inside >= counts.rarest(row)) & (counts.lift(row) >= 1))
    ranked = usable[np.argsort(-counts.weights(row)[usable], kind="stable")]
    chosen: list[Candidate] = []
    for column in ranked:
        phrase = counts.table.phrases[column]
        if len(chosen) == CANDIDATES:
            break
        if is_name(phrase) and _is_fair(phrase, counts, row):
            spelled = usual_spelling(phrase, texts[:SPELLED_IN])
            chosen.append(Candidate(_capitalised(spelled), float(inside[column] / size), LENGTH_BONUS[len(phrase)]))
    return chosen


def _is_fair(phrase: tuple[str, ...], counts: GroupCounts, row: int) -> bool:
    """Whether a verdict or negation in ``phrase`` is how the group mostly speaks of what it is about."""
    bare = without_verdict(phrase)
    if len(bare) in (0, len(phrase)) or bare not in counts.column:
        return True
    wanted = FAIR_SHARE if not any(is_negation(word) for word in phrase) else FAIR_SHARE_OF_NEGATIONS
    return bool(counts.inside[row, counts.column[phrase]] >= wanted * counts.inside[row, counts.column[bare]])


def _pairs(counts: GroupCounts, row: int, words: Sequence[tuple[str, ...]], spelled: Sequence[str]) -> list[Candidate]:
    """Names of the form "A and B" from the best keywords, for groups that no single phrase covers."""
    pairs = []
    plain = [place for place, word in enumerate(words) if max(map(len, word)) > 2][:PAIRED]
    for first, second in combinations(plain, 2):
        shares = [counts.inside[row, counts.column[words[place]]] / counts.sizes[row] for place in (first, second)]
        either = 1 - (1 - shares[0]) * (1 - shares[1])
        pairs.append(Candidate(_capitalised(f"{spelled[first]} and {spelled[second]}"), float(either), PAIR_BONUS))
    return pairs


def _made_up(keywords: Sequence[str]) -> list[str]:
    """Names of last resort, from the keywords: "A and B", "A, B and C" and so on."""
    longer = [f"{', '.join(keywords[: n - 1])} and {keywords[n - 1]}" for n in range(2, len(keywords) + 1)]
    return [_capitalised(name) for name in (*keywords[:1], *longer)]


def _first_free(names: Sequence[str], used: Collection[str]) -> str:
    for name in names:
        if not any(_reads_alike(name, other) for other in used):
            return name
    stem, number = names[0] if names else "Theme", 2 if names else 1
    while f"{stem} {number}" in used:
        number += 1
    return f"{stem} {number}"


def _reads_alike(name: str, other: str) -> bool:
    """Whether a reader would take two names for one: the same stems, or nearly the same letters."""
    if _meaning(name) == _meaning(other):
        return True
    letters = SequenceMatcher(None, name.lower(), other.lower(), autojunk=False)
    return letters.real_quick_ratio() > ALIKE and letters.quick_ratio() > ALIKE and letters.ratio() > ALIKE


@lru_cache(maxsize=10_000)
def _meaning(name: str) -> str | frozenset[str]:
    return stems(name.lower().replace(",", "").split()) or name.lower()


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]
