"""Gives themes a name and keywords, from phrases their own comments use.

Keywords: class-based TF-IDF (Grootendorst 2022) over words and phrases. Name: of the real phrases of two to five
words that several comments of the theme share, the one that is frequent in it, rare elsewhere, and nearest in
meaning to the theme's centre. No two themes get the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verbatim.themes.phrases import count_phrases, is_keyword, is_name, stems, usual_spelling

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Encoder
    from verbatim.themes.phrases import PhraseTable

KEYWORDS = 8
CANDIDATES = 40
SPELLED_IN = 400  # texts looked at for a phrase's spelling
WEIGHT_OF_MARGIN = 0.5  # lead over the nearest other centre, beside closeness to the own one
WEIGHT_OF_SHARE = 0.06  # per factor e in the share of the theme's comments that have the phrase
LENGTH_BONUS = {2: 0.0, 3: 0.03, 4: 0.03, 5: 0.0}


class PhraseNamer:
    """Implements ``protocols.Namer``; ``encoder`` must be the one that made the centroids."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def name(
        self, groups: Sequence[Sequence[str]], centroids: NDArray[np.float32], taken: Collection[str] = ()
    ) -> list[tuple[str, tuple[str, ...]]]:
        """One ``(name, keywords)`` a group, best keyword first; no name twice and none of ``taken``.

        ``groups`` hold distinct texts, ``centroids`` (len(groups), d) their unit-length mean directions.
        """
        labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        table = count_phrases([text for group in groups for text in group])
        inside = table.by_group(labels, len(groups))
        sizes = np.asarray([max(1, len(group)) for group in groups], dtype=np.float64)
        keywords = [_spell(_keywords(table, inside, sizes, row), groups[row]) for row in range(len(groups))]
        candidates = [_candidates(table, inside, sizes, row) for row in range(len(groups))]
        fitness = self._fitness(candidates, centroids)
        used = {_comparable(name) for name in taken}
        names: dict[int, str] = {}
        for row in sorted(range(len(groups)), key=lambda row: (-len(groups[row]), row)):
            ranked = sorted(zip(fitness[row], candidates[row], strict=True), key=lambda pair: (-pair[0], pair[1][0]))
            spelled = (usual_spelling(phrase, groups[row][:SPELLED_IN]) for _, (phrase, _) in ranked)
            names[row] = _first_free([*spelled, *_made_up(keywords[row])], used, row)
            used.add(_comparable(names[row]))
        return [(names[row], keywords[row]) for row in range(len(groups))]

    def _fitness(self, candidates: Sequence[Sequence[_Candidate]], centroids: NDArray[np.float32]) -> list[list[float]]:
        """How well each candidate names its group: close to its centre, far from the others, and frequent."""
        phrases = sorted({" ".join(phrase) for group in candidates for phrase, _ in group})
        if not phrases:
            return [[] for _ in candidates]
        cosines = self._encoder.encode(phrases) @ centroids.T
        place = {phrase: row for row, phrase in enumerate(phrases)}
        fitness = []
        for own, group in enumerate(candidates):
            rows = cosines[[place[" ".join(phrase)] for phrase, _ in group]]
            others = np.delete(rows, own, axis=1).max(axis=1, initial=-1.0) if len(centroids) > 1 else rows[:, own]
            shares = np.asarray([share for _, share in group])
            bonus = np.asarray([LENGTH_BONUS[len(phrase)] for phrase, _ in group])
            close = rows[:, own] + WEIGHT_OF_MARGIN * (rows[:, own] - others)
            fitness.append((close + WEIGHT_OF_SHARE * np.log(shares) + bonus).tolist())
        return fitness


_Candidate = tuple[tuple[str, ...], float]
"""A phrase and the share of the group's texts that have it."""


def _keywords(
    table: PhraseTable, inside: NDArray[np.float64], sizes: NDArray[np.float64], row: int
) -> list[tuple[str, ...]]:
    """The group's phrases by class-based TF-IDF, without those that repeat a better one."""
    scores = _weights(inside, sizes, row)
    rarest = max(1.0, min(2.0, sizes[row] / 5), 0.01 * sizes[row])
    order = np.argsort(-scores, kind="stable")
    chosen: list[tuple[str, ...]] = []
    said: list[frozenset[str]] = []
    for column in order:
        phrase = table.phrases[column]
        if scores[column] <= 0 or len(chosen) == KEYWORDS:
            break
        words = stems(phrase)
        if inside[row, column] < rarest or not is_keyword(phrase) or any(words <= old or old <= words for old in said):
            continue
        chosen.append(phrase)
        said.append(words)
    return chosen


def _candidates(
    table: PhraseTable, inside: NDArray[np.float64], sizes: NDArray[np.float64], row: int
) -> list[_Candidate]:
    """The phrases that could name the group: shared by several of its comments, and more usual in it than elsewhere."""
    scores = _weights(inside, sizes, row)
    rarest = 2 if sizes[row] >= 10 else 1
    usable = np.flatnonzero((inside[row] >= rarest) & (scores > 0))
    lift = (inside[row, usable] / sizes[row]) / (inside[:, usable].sum(axis=0) / sizes.sum())
    ranked = usable[lift >= 1][np.argsort(-scores[usable[lift >= 1]], kind="stable")]
    named = [column for column in ranked if is_name(table.phrases[column])][:CANDIDATES]
    return [(table.phrases[column], float(inside[row, column] / sizes[row])) for column in named]


def _weights(inside: NDArray[np.float64], sizes: NDArray[np.float64], row: int) -> NDArray[np.float64]:
    """Class-based TF-IDF of every phrase in one group; counts are of texts."""
    total = inside.sum(axis=0)
    rarity = np.log1p(sizes.mean() / np.where(total > 0, total, 1))
    return np.asarray(inside[row] / sizes[row] * rarity, dtype=np.float64)


def _spell(phrases: Sequence[tuple[str, ...]], texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(usual_spelling(phrase, texts[:SPELLED_IN]) for phrase in phrases)


def _made_up(keywords: Sequence[str]) -> list[str]:
    """Names of last resort, from the keywords: "A and B", "A, B and C" and so on."""
    if not keywords:
        return []
    longer = [f"{', '.join(keywords[: n - 1])} and {keywords[n - 1]}" for n in range(2, len(keywords) + 1)]
    return [*longer, keywords[0]]


def _first_free(names: Sequence[str], used: Collection[str | frozenset[str]], row: int) -> str:
    for name in names:
        if _comparable(name) not in used:
            return name[:1].upper() + name[1:]
    number = 1
    while _comparable(f"{names[0] if names else 'Theme'} ({number})") in used:
        number += 1
    return f"{names[0] if names else 'Theme'} ({number})"


def _comparable(name: str) -> str | frozenset[str]:
    """What two names share if a reader would take them for one: the stems of their meaningful words."""
    words = name.lower().split()
    return stems(words) or name.lower()
