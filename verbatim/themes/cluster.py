"""Groups texts into layers: communities of the neighbour graph, then a tree over them.

Three views are joined: the encoder's vectors, its second reading, and the words (`verbatim.themes.views`). The fine
layer is the communities of the graph of nearest neighbours, at the resolution that describes the graph best
(`verbatim.themes.communities`); nothing stays outside. The coarse layer merges those communities by Ward's criterion,
weighted by size, so that themes at the top are of comparable breadth and every fine group lies in one. Of very many
texts a sample is grouped, and the others join the group whose centre is nearest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from verbatim.themes.communities import best_communities
from verbatim.themes.neighbours import arrange, fuzzy_graph, nearest_neighbours, plain_graph
from verbatim.themes.views import WordView, compressed, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import SecondReading

NEIGHBOURS = 45
SHARE_DESCRIBED = 2 / 3  # of the neighbours, the nearest: their edges judge the resolution
SHARE_SEARCHED = 0.45  # of the neighbours: in their graph it is sought first, which is three times as fast
NEIGHBOURS_BY_ROOT = 1.2  # few rows have at most so many neighbours, times the root of their number
MOST_GROUPED = 20_000  # distinct rows; of more, a sample of so many is grouped
FEWEST_AT_TOP, MOST_AT_TOP = 8, 30
ALL_AT_TOP = 12  # so few communities need no layer above them
GROWTH_AT_TOP = 2.5  # times the square root of the number of communities: about how many groups at the top
WEIGHT_OF_MOOD = 0.4  # of a point of mood, in the distance between groups that are merged at the top
MOOD_POINTS = 1_000
SMALLEST_SHARE = 0.0005  # of all rows: a smaller community joins the nearest one
SMALLEST_GROUP = 5
ROWS_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class LabelTree:
    """Layers of labels, fine to coarse; implements ``protocols.Tree``."""

    layers: tuple[NDArray[np.int64], ...]


@dataclass(frozen=True, slots=True)
class LeidenClusterer:
    """Implements ``protocols.Clusterer``.

    ``themes`` is the wished number of groups at the top; without it the gaps between merges decide, within 8–30.
    """

    themes: int | None = None
    seed: int = 7

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str] | None = None,
        second: SecondReading | None = None,
        *,
        mood: NDArray[np.float64] | None = None,
        usual: int | None = None,
    ) -> LabelTree:
        """Two layers for ``vectors`` (n, d), unit rows, and their ``texts``; every row has a label in both.

        The rows are put in an order of their own first, so that their order does not matter. Labels count from 0
        by size, largest first. No rows give two empty layers. Without ``texts`` and their ``second`` reading, which
        is asked for in at most 20,000 rows, the vectors alone are grouped. At the top, groups whose ``mood`` (n,) from
        -1 to 1 differs are kept apart longer, and there are as many as were ``usual``, unless that is far from what so
        many communities ask for.
        """
        if not len(vectors):
            empty = np.zeros(0, dtype=np.int64)
            return LabelTree((empty, empty))
        rows, inverse = canonical_rows(vectors)
        if texts is not None:
            rows = spoken_first(texts, inverse, rows)
        fine = self._fine(vectors, texts, rows, second)
        weights = np.bincount(inverse).astype(np.float64)
        sizes = np.bincount(fine, weights=weights).astype(np.float64)
        sums = group_sums(vectors, fine, len(sizes), weights, rows)
        if mood is not None:
            points = np.rint(MOOD_POINTS * np.nan_to_num(mood))  # whole numbers sum to the same in every order
            heard = np.bincount(fine[inverse], weights=points, minlength=len(sizes)) / MOOD_POINTS
            sums = np.column_stack([sums, WEIGHT_OF_MOOD * heard])
        merges = ward_merges(sums, sizes)
        coarse = cut(merges, fine, self._groups_at_top(merges, usual))
        return LabelTree((by_size(fine, inverse), by_size(coarse, inverse)))

    def _fine(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str] | None,
        rows: NDArray[np.int64],
        second: SecondReading | None,
    ) -> NDArray[np.int64]:
        """The fine layer of distinct ``rows`` in canonical order, which is as good as random: the first are a sample.

        The rest has no second reading and joins by the other two views.
        """
        if len(rows) < 2 * SMALLEST_GROUP:
            return np.zeros(len(rows), dtype=np.int64)
        sample = rows[:MOST_GROUPED]
        words = WordView([] if texts is None else [texts[row] for row in sample])
        labels = self._communities(
            compressed(joined(vectors[sample], None if second is None else second(sample), words.own))
        )
        if len(rows) <= MOST_GROUPED:
            return labels
        centres = group_centroids(joined(vectors[sample], None, words.own), labels, int(labels.max()) + 1)
        parts = [labels]
        for start in range(MOST_GROUPED, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            said = None if texts is None else words.of([texts[row] for row in part])
            parts.append(nearest_rows(joined(vectors[part], None, said), centres))
        return np.concatenate(parts)

    def _communities(self, vectors: NDArray[np.float32]) -> NDArray[np.int64]:
        count = len(vectors)
        k = min(NEIGHBOURS, max(5, round(NEIGHBOURS_BY_ROOT * count**0.5)), count - 1)
        cells = arrange(vectors)
        indices, cosines = nearest_neighbours(vectors[cells.order], k, cells)
        few, judged = max(2, round(SHARE_SEARCHED * k)), max(2, round(SHARE_DESCRIBED * k))
        found = best_communities(
            fuzzy_graph(indices, cosines),
            plain_graph(indices[:, :judged]),
            self.seed,
            rough=fuzzy_graph(indices[:, :few], cosines[:, :few]),
        )
        labels = np.empty(count, dtype=np.int64)
        labels[cells.order] = found.labels
        return join_small(vectors, labels, max(SMALLEST_GROUP, round(SMALLEST_SHARE * count)))

    def _groups_at_top(self, merges: Merges, usual: int | None) -> int:
        groups = len(merges.costs) + 1
        if self.themes is not None:
            return min(self.themes, groups)
        return natural_count(merges.costs, usual)


@dataclass(frozen=True, slots=True)
class Merges:
    """The merges of ``len(costs) + 1`` groups, cheapest first: ``pairs`` (m, 2) names the groups, the first absorbs."""

    pairs: NDArray[np.int64]
    costs: NDArray[np.float64]


def canonical_rows(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """An order of the distinct rows that depends on their values only.

    Gives the first place of each distinct row, in that order, and for every row the number of its distinct row.
    """
    digests = [hashlib.blake2b(row.tobytes(), digest_size=16).digest() for row in vectors]
    keys = np.frombuffer(b"".join(digests), dtype="S16")
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first.astype(np.int64), inverse.ravel().astype(np.int64)


def spoken_first(texts: Sequence[str], inverse: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each distinct row the place of the first of its texts in the alphabet: which came first must not matter."""
    chosen = first.tolist()
    for place, row in enumerate(inverse.tolist()):
        if texts[place] < texts[chosen[row]]:
            chosen[row] = place
    return np.asarray(chosen, dtype=np.int64)


def nearest_rows(vectors: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    """For each of ``vectors`` (n, d) the row of ``centres`` (g, d) with the largest product; shape ``(n,)``."""
    parts = [
        (vectors[at : at + ROWS_AT_ONCE] @ centres.T).argmax(axis=1) for at in range(0, len(vectors), ROWS_AT_ONCE)
    ]
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, dtype=np.int64)


def join_small(vectors: NDArray[np.float32], labels: NDArray[np.int64], smallest: int) -> NDArray[np.int64]:
    """``labels`` with every group under ``smallest`` rows dissolved, row by row, into the nearest larger group."""
    sizes = np.bincount(labels)
    large = np.flatnonzero(sizes >= smallest)
    if not len(large):
        large = np.asarray([sizes.argmax()])
    loose = ~np.isin(labels, large)
    if loose.any():
        centroids = group_centroids(vectors, labels, int(labels.max()) + 1)[large]
        labels = labels.copy()
        labels[loose] = large[(vectors[loose] @ centroids.T).argmax(axis=1)]
    return np.unique(labels, return_inverse=True)[1].ravel().astype(np.int64)


def ward_merges(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> Merges:
    """How groups merge by Ward's criterion (1963), given the sums of their vectors (g, d) and their sizes (g,).

    The cost of a merge is the growth of the sum of squared distances to the centroids.
    """
    groups, sizes = len(sizes), sizes.copy()
    means = sums / sizes[:, None]
    norms = np.square(means).sum(axis=1)
    squares = np.maximum(norms[:, None] + norms[None, :] - 2 * means @ means.T, 0)
    cost = squares * np.outer(sizes, sizes) / np.add.outer(sizes, sizes)
    np.fill_diagonal(cost, np.inf)
    pairs, costs = [], []
    for _ in range(groups - 1):
        first, second = sorted(divmod(int(cost.argmin()), groups))
        pairs.append((first, second))
        costs.append(float(cost[first, second]))
        total = sizes + sizes[first] + sizes[second]
        merged = (
            (sizes + sizes[first]) * cost[first] + (sizes + sizes[second]) * cost[second] - sizes * cost[first, second]
        ) / total  # Lance and Williams 1967
        merged[[first, second]] = np.inf
        cost[first], cost[:, first] = merged, merged
        cost[second], cost[:, second] = np.inf, np.inf
        sizes[first] += sizes[second]
    return Merges(np.asarray(pairs, dtype=np.int64).reshape(-1, 2), np.asarray(costs, dtype=np.float64))


def cut(merges: Merges, labels: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    """``labels`` after merging until ``groups`` are left."""
    target = np.arange(len(merges.costs) + 1)
    for first, second in merges.pairs[: max(0, len(target) - groups)]:
        target[target == second] = first
    return target[labels]


def natural_count(costs: NDArray[np.float64], usual: int | None = None) -> int:
    """How many groups to keep: as many as are ``usual``, else where the next merge costs most beyond the last one.

    ``costs`` are the costs of the merges, cheapest first. Few groups are all kept; of many there are 8–30, about in
    proportion to the root of their number, and a usual number beyond that is not kept.
    """
    groups = len(costs) + 1
    if groups <= ALL_AT_TOP:
        return groups
    expected = min(GROWTH_AT_TOP * groups**0.5, MOST_AT_TOP)
    lowest = max(FEWEST_AT_TOP, round(0.75 * expected))
    highest = min(MOST_AT_TOP, groups - 1, round(1.25 * expected))
    if usual is not None and lowest <= usual <= highest:
        return usual
    counts = np.arange(lowest, highest + 1)
    rise = np.log(costs[groups - counts]) - np.log(costs[groups - counts - 1])
    return int(counts[rise.argmax()])


def by_size(labels: NDArray[np.int64], inverse: NDArray[np.int64]) -> NDArray[np.int64]:
    """The labels of distinct rows spread to all rows and renumbered from 0, largest group first.

    Ties go to the label that was smaller, so ``labels`` must not depend on the order of the rows.
    """
    _, codes = np.unique(labels, return_inverse=True)
    spread = codes.ravel()[inverse]
    rank = np.empty(int(codes.max()) + 1, dtype=np.int64)
    rank[np.argsort(-np.bincount(spread), kind="stable")] = np.arange(len(rank))
    return rank[spread]


def group_centroids(
    vectors: NDArray[np.float32], labels: NDArray[np.int64], groups: int, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float32]:
    """The unit-length mean direction of each group, shape ``(groups, d)``; zeros for a group without rows."""
    sums = group_sums(vectors, labels, groups, np.ones(len(labels)) if weights is None else weights)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return (sums / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def group_sums(
    vectors: NDArray[np.float32],
    labels: NDArray[np.int64],
    groups: int,
    weights: NDArray[np.float64],
    rows: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """The weighted sum of the vectors of each group, shape ``(groups, d)``.

    ``labels`` and ``weights`` are those of ``rows`` of ``vectors``, or of all.
    """
    sums = np.zeros((groups, vectors.shape[1]))
    for start in range(0, len(labels), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        count = len(labels[part])
        members = csr_array((weights[part], (labels[part], np.arange(count))), shape=(groups, count))
        sums += members @ vectors[part if rows is None else rows[part]].astype(np.float64)
    return sums
