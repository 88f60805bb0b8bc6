"""Prototypes that tell a theme's texts again, where the centre alone does not.

Themes are communities of neighbours, not balls around a centre: one text in ten is nearer to the centre of another
theme. So prototypes are added where the centres are wrong until nearly every text is nearest to its own theme
(condensed nearest neighbours: Hart 1968; here means of texts that lie together rather than single ones).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

AGREEMENT = 0.985  # of the texts learned from, nearest to a prototype of their own theme
MOST_LEARNED = 25_000  # texts; of more, every second, third … is learned from
MOST_ROUNDS = 12
TOGETHER = 4  # misplaced texts that share a new prototype


def learn_prototypes(
    vectors: NDArray[np.float32], labels: NDArray[np.int64], centroids: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Prototypes (p, d), unit rows, and the label of each, (p,): the ``centroids`` (t, d) first.

    ``vectors`` (n, d) are unit rows with ``labels`` (n,), rows of ``centroids``. The order of the rows matters only
    between texts that are equally central. Without rows the centres are the prototypes.
    """
    if not len(vectors):
        return centroids, np.arange(len(centroids), dtype=np.int64)
    step = -(-len(vectors) // MOST_LEARNED)
    learned, wanted = vectors[::step], labels[::step]
    prototypes, owners = [centroids], [np.arange(len(centroids), dtype=np.int64)]
    best = np.full(len(learned), -np.inf, dtype=np.float32)
    found = np.full(len(learned), -1, dtype=np.int64)
    for _ in range(MOST_ROUNDS):
        cosines = learned @ prototypes[-1].T
        nearest = cosines.argmax(axis=1)
        closest = cosines[np.arange(len(learned)), nearest]
        nearer = closest > best
        best[nearer], found[nearer] = closest[nearer], owners[-1][nearest[nearer]]
        wrong = np.flatnonzero(found != wanted)
        if len(wrong) <= (1 - AGREEMENT) * len(learned):
            break
        added = [(label, _covering(learned[wrong[wanted[wrong] == label]])) for label in np.unique(wanted[wrong])]
        prototypes.append(np.concatenate([rows for _, rows in added]))
        owners.append(np.concatenate([np.full(len(rows), label, dtype=np.int64) for label, rows in added]))
    return np.concatenate(prototypes), np.concatenate(owners)


def _covering(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit rows that stand for ``vectors`` (m, d): the most central, with those nearest to it, first."""
    cosines = (vectors @ vectors.T).round(5)
    left = np.arange(len(vectors))
    rows: list[NDArray[np.float32]] = []
    while len(left):
        chosen = left[int(cosines[np.ix_(left, left)].mean(axis=1).argmax())]
        together = left[np.argsort(-cosines[chosen, left], kind="stable")[:TOGETHER]]
        mean = vectors[together].mean(axis=0)
        rows.append((mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32))
        left = np.setdiff1d(left, together)
    return np.stack(rows)
