"""Communities of a graph, at the resolution that the graph itself tells.

Leiden (Traag, Waltman and van Eck 2019, native code of graspologic) finds communities at a given resolution. Which
resolution is right is decided by description length: the groups that let the neighbours be told in the fewest nats,
the cost of telling the groups included (Zhang and Peixoto 2020, planted partition). More groups explain more edges and
cost more to tell, so no number of groups has to be given, and no labels are needed.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import graspologic_native
import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

ITERATIONS = 2  # a third changes nothing that was measured
RESOLUTIONS = tuple(round(0.25 * 1.4**step, 3) for step in range(16))  # 0.25 … 38.9
FIRST_TRIED = (5, 8)  # places in RESOLUTIONS: 1.3 and 3.7
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Communities:
    """``labels`` (n,), counted from 0, found at ``resolution``; ``nats`` is their description length a row."""

    labels: NDArray[np.int64]
    resolution: float
    nats: float


def leiden(graph: csr_array, resolution: float, seed: int, iterations: int) -> NDArray[np.int64]:
    """Communities of a symmetric graph ``(n, n)`` by modularity at ``resolution``; shape ``(n,)``, from 0."""
    count = graph.shape[0]
    _, communities = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64, copy=False),
        graph.indices.astype(np.int32, copy=False),
        graph.data.astype(np.float64, copy=False),
        count,
        resolution=resolution,
        iterations=iterations,
        seed=seed,
    )
    return np.asarray([communities[row] for row in range(count)], dtype=np.int64)


def best_communities(graph: csr_array, neighbours: csr_array, seed: int, rough: csr_array | None = None) -> Communities:
    """The communities of ``graph`` at the resolution whose description of ``neighbours`` is the shortest.

    All are symmetric graphs ``(n, n)`` of the same rows; ``neighbours`` has edges of weight 1. The resolution is sought
    in ``rough``, which has fewer edges: those on both sides of the best are tried until it is between two that are
    worse. Since fewer edges ask for a little less of it, the next higher one is tried too in the end.
    """
    tried: dict[int, Communities] = {}
    wanted: Sequence[int] = FIRST_TRIED
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def communities(searched: csr_array, iterations: int) -> list[Communities]:
            return list(pool.map(lambda place: _at(searched, neighbours, place, seed, iterations), wanted))

        while wanted:
            tried |= dict(zip(wanted, communities(graph if rough is None else rough, 1), strict=True))
            best = min(tried, key=lambda place: (tried[place].nats, place))
            wanted = _around(best, tried)
        wanted = sorted({best, min(best + 1, len(RESOLUTIONS) - 1)})
        return min(communities(graph, ITERATIONS), key=lambda found: (found.nats, found.resolution))


def description_length(neighbours: csr_array, labels: NDArray[np.int64]) -> float:
    """Nats a row to tell the groups ``labels`` (n,) and then the edges of ``neighbours``, up to a constant.

    Edges fall within groups at one rate and between groups at another, times the degrees of their ends (the degree-
    corrected planted partition of Zhang and Peixoto, Phys. Rev. Research 2, 043271, 2020); the rates are integrated
    out, the groups are told by their number, sizes and members. No rows give 0.
    """
    count = len(labels)
    if not count:
        return 0.0
    rows = np.repeat(np.arange(count), np.diff(neighbours.indptr))
    inside = float((labels[rows] == labels[neighbours.indices]).sum()) / 2
    outside = len(rows) / 2 - inside
    groups = int(labels.max()) + 1
    degrees = np.bincount(labels, weights=np.diff(neighbours.indptr).astype(np.float64), minlength=groups)
    pairs_inside = float(np.square(degrees).sum()) / 2
    pairs_outside = max(float(degrees.sum()) ** 2 / 2 - pairs_inside, 1.0)
    edges = gammaln(inside + 1) + gammaln(outside + 1)
    edges -= inside * np.log(max(pairs_inside, 1.0)) + outside * np.log(pairs_outside)
    members = gammaln(groups + count) - gammaln(groups) - gammaln(np.bincount(labels) + 1).sum()
    return float((members - edges) / count)


def _at(graph: csr_array, neighbours: csr_array, place: int, seed: int, iterations: int) -> Communities:
    labels = leiden(graph, RESOLUTIONS[place], seed, iterations)
    return Communities(labels, RESOLUTIONS[place], round(description_length(neighbours, labels), 9))


def _around(best: int, tried: dict[int, Communities]) -> list[int]:
    """The places beside the best one that were not tried: first two steps away, then one."""
    last = len(RESOLUTIONS) - 1
    lower = max((place for place in tried if place < best), default=None)
    higher = min((place for place in tried if place > best), default=None)
    wanted = set()
    if lower is None:
        wanted.add(max(0, best - 2))
    elif best - lower > 1:
        wanted.add((best + lower) // 2)
    if higher is None:
        wanted.add(min(last, best + 2))
    elif higher - best > 1:
        wanted.add((best + higher + 1) // 2)
    return sorted(wanted - set(tried))
