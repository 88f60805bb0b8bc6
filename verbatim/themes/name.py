"""Gives themes a name and keywords, from phrases their own comments use.

A name is the real phrase of a theme's comments that is frequent in it, rare elsewhere, reads well, and lies nearest in
meaning to the theme's centre, and nearer to it than to any other theme's. A linear model of the vectors ranks the
candidates; only the best few are encoded. No two themes get the same name.
"""

from __future__ import annotations

import math
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from verbatim.themes.candidates import GroupCounts, candidates, keywords
from verbatim.themes.naming import Group, Naming
from verbatim.themes.spelling import capitalised, listed, usual_spelling
from verbatim.themes.wording import stems
from verbatim.themes.wordvectors import word_vectors

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Encoder
    from verbatim.themes.candidates import Candidate

TEXTS_READ = 16_000  # of all groups together; a larger group is read in an even sample
FEWEST_READ = 60  # of a group
WEIGHT_OF_MARGIN = 0.5  # lead over the nearest other centre, beside closeness to the own one
WEIGHT_OF_SHARE = 0.14  # per factor e in the share of the theme's texts that have the phrase
WEIGHT_OF_SHARE_OF_WORD = 0.2  # the same for a single word, which says less
ROUNDS = (2, 4, 10, 24)  # candidates of a group that are encoded: more, if none so far is nearest to its own centre
MOST_ENCODED = 5  # candidates a group, over all groups, after which no more are tried
ALIKE = 0.87  # of letters: "Costumer support" is no other name than "Customer support"


class PhraseNamer:
    """Implements ``protocols.Namer`` and ``naming.GroupNamer``; ``encoder`` must be the one that made the centroids.

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
        whole = [
            Group(tuple(texts), None, centroid, len(texts)) for texts, centroid in zip(groups, centroids, strict=True)
        ]
        return [(naming.name, naming.keywords) for naming in self.name_groups(whole, taken)]

    def name_groups(self, groups: Sequence[Group], taken: Collection[str] = ()) -> list[Naming]:
        """One ``Naming`` a group, no name twice and none of ``taken``."""
        if not groups:
            return []
        most = max(FEWEST_READ, TEXTS_READ // len(groups))
        read = [group.sample(most) for group in groups]
        known: Collection[str] = getattr(self._encoder, "vocabulary", frozenset())
        moods = [group.mood for group in read]
        counts = GroupCounts.of([group.texts for group in read], self._hidden, known, moods)
        best = [keywords(counts, row) for row in range(len(groups))]
        finalists = Finalists(counts, self._encoder, np.stack([group.centroid for group in groups]))
        ranked = finalists.ranked(candidates(counts, best), _word_vectors(counts, read))
        used = set(taken)
        names: dict[int, str] = {}
        spelled = [tuple(usual_spelling(counts.table, column) for column in row) for row in best]
        for row in sorted(range(len(groups)), key=lambda row: (-groups[row].size, row)):
            names[row] = _first_free([*ranked[row], *_made_up(spelled[row])], used)
            used.add(names[row])
        return [Naming(names[row], spelled[row]) for row in range(len(groups))]


class Finalists:
    """Ranks candidates by the linear model, encodes the best, and ranks those by what the encoder says."""

    def __init__(self, counts: GroupCounts, encoder: Encoder, centroids: NDArray[np.float32]) -> None:
        self._counts = counts
        self._encoder = encoder
        self._centroids = centroids

    def ranked(self, pools: Sequence[Sequence[Candidate]], words: NDArray[np.float32]) -> list[list[str]]:
        """The best names of each group, best first: close to its centre, far from the others, frequent, readable."""
        guessed = self._guessed(pools, words)
        scored: list[list[tuple[bool, float, str]]] = [[] for _ in pools]
        done, left = 0, MOST_ENCODED * len(pools)
        for more in ROUNDS:
            missed = [row for row in range(len(pools)) if all(far for far, _, _ in scored[row])]
            chosen = [(row, candidate) for row in missed for candidate in guessed[row][done : done + more]][:left]
            for (row, _), entry in zip(chosen, self._measured(chosen), strict=True):
                scored[row].append(entry)
            done, left = done + more, left - len(chosen)
        return [[name for _, _, name in sorted(entries)] for entries in scored]

    def _guessed(self, pools: Sequence[Sequence[Candidate]], words: NDArray[np.float32]) -> list[list[Candidate]]:
        """Each pool, best first by the linear model."""
        centres = _unit(self._centroids - self._centroids.mean(axis=0))
        said = [[word for column in entry.columns for word in self._words(column)] for pool in pools for entry in pool]
        rows = np.repeat(np.arange(len(said)), [len(spoken) for spoken in said])
        spoken = np.asarray([word for spoken in said for word in spoken], dtype=np.int64)
        used, spoken = np.unique(spoken, return_inverse=True)
        sums = csr_array((np.ones(len(rows), np.float32), (rows, spoken)), shape=(len(said), len(used))) @ words[used]
        owners = np.repeat(np.arange(len(pools)), [len(pool) for pool in pools])
        near, lead = _closeness(_unit(sums), centres, owners)
        ordered, start = [], 0
        for pool in pools:
            fits = [_fit(near[start + at], lead[start + at], entry) for at, entry in enumerate(pool)]
            ordered.append([pool[at] for at in sorted(range(len(pool)), key=lambda at: (-fits[at], pool[at].columns))])
            start += len(pool)
        return ordered

    def _measured(self, chosen: Sequence[tuple[int, Candidate]]) -> list[tuple[bool, float, str]]:
        """For each candidate of a group: whether another centre is nearer, how ill it fits, and its spelling."""
        names = [self._spelled(candidate) for _, candidate in chosen]
        phrases = sorted(set(names))
        place = {phrase: row for row, phrase in enumerate(phrases)}
        vectors = self._encoder.encode(phrases)[[place[name] for name in names]]
        near, lead = _closeness(vectors, self._centroids, np.asarray([own for own, _ in chosen], dtype=np.int64))
        return [
            (bool(lead[at] <= 0) and len(self._centroids) > 1, -_fit(near[at], lead[at], candidate), name)
            for at, ((_, candidate), name) in enumerate(zip(chosen, names, strict=True))
        ]

    def _spelled(self, candidate: Candidate) -> str:
        return capitalised(listed([usual_spelling(self._counts.table, column) for column in candidate.columns]))

    def _words(self, column: int) -> list[int]:
        level = next(level for level in reversed(self._counts.table.levels) if level.first <= column)
        return list(level.words[column - level.first].tolist())


def _word_vectors(counts: GroupCounts, groups: Sequence[Group]) -> NDArray[np.float32]:
    """The vector of every word of the table, from the texts' vectors or, where there are none, from the centres."""
    table = counts.table
    width = len(groups[0].centroid)
    found = np.zeros((len(table.tokens.words), width), dtype=np.float32)
    if not table.levels:
        return found
    shared = table.levels[0].words[:, 0]
    vectors = [group.vectors for group in groups if group.vectors is not None]
    if len(vectors) == len(groups):
        found[shared] = word_vectors(csr_array(table.counts[:, : len(shared)]), np.concatenate(vectors))
    else:
        shares = csr_array(counts.inside[:, : len(shared)].multiply(1 / counts.sizes[:, None]))
        found[shared] = word_vectors(shares, np.stack([group.centroid for group in groups]))
    return found


def _closeness(
    vectors: NDArray[np.float32], centres: NDArray[np.float32], owners: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The cosine of each row to the centre of its owner, and its lead over the nearest other; 0 with one centre."""
    cosines = (vectors @ centres.T).astype(np.float64)
    rows = np.arange(len(cosines))
    near = cosines[rows, owners]
    if len(centres) < 2:
        return near, np.zeros(len(near))
    cosines[rows, owners] = -np.inf
    return near, near - cosines.max(axis=1, initial=-np.inf)


def _fit(near: float, lead: float, candidate: Candidate) -> float:
    weight = WEIGHT_OF_SHARE if candidate.words > 1 else WEIGHT_OF_SHARE_OF_WORD
    said = weight * math.log(candidate.share)
    return round(float(near) + WEIGHT_OF_MARGIN * float(lead) + said + candidate.bonus, 5)


def _made_up(words: Sequence[str]) -> list[str]:
    """Names of last resort, from the keywords: "A", "A and B", "A, B and C" and so on."""
    return [capitalised(listed(words[:count])) for count in range(1, len(words) + 1)]


def _first_free(names: Sequence[str], used: Collection[str]) -> str:
    for name in names:
        if not any(reads_alike(name, other) for other in used):
            return name
    stem, number = names[0] if names else "Theme", 2 if names else 1
    while f"{stem} {number}" in used:
        number += 1
    return f"{stem} {number}"


def reads_alike(name: str, other: str) -> bool:
    """Whether a reader would take two names for one: the same stems, or nearly the same letters."""
    if _meaning(name) == _meaning(other):
        return True
    letters = SequenceMatcher(None, name.lower(), other.lower(), autojunk=False)
    return letters.real_quick_ratio() > ALIKE and letters.quick_ratio() > ALIKE and letters.ratio() > ALIKE


@lru_cache(maxsize=10_000)
def _meaning(name: str) -> str | frozenset[str]:
    return stems(name.lower().replace(",", "").split()) or name.lower()


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), dtype=np.float32)
