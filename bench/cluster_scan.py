"""What other settings of the fine layer would give: where issue 3 starts from. Nothing here is what mining does today.

Neighbours × resolution of the present graph, alone and refined by spherical k-means from its communities on vectors
that are smoothed over their ten nearest neighbours (share ``w`` from the neighbours).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from bench.shared import shared_data
from bench.themes import CACHE, LABELLED
from verbatim.pipeline import encode
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.cluster import join_small, leiden
from verbatim.themes.encode import find_encoder
from verbatim.themes.neighbours import nearest_neighbours, neighbour_graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEIGHBOURS, RESOLUTIONS, SMOOTHED = (20, 30), (3.0, 4.0, 6.0), (0.0, 0.4, 0.6)
SMOOTHED_OVER, ROUNDS, SMALLEST_SHARE = 10, 10, 0.0025


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    if not shared_data().is_dir():
        return f"## Scan of the fine layer\n\nNot measured: {shared_data()} is missing.\n"
    encoder = CachedEncoder(find_encoder(), CACHE)
    found = {name: _scan(name, column, encoder) for name, column in LABELLED.items()}
    lines = [
        "## Scan of the fine layer",
        "",
        "NMI / ARI (groups), seed 0. Not what mining does: where to go from here.",
        "",
    ]
    lines += [f"| neighbours | resolution | refined | {' | '.join(found)} |", "|---|---|---|" + "---|" * len(found)]
    for key in next(iter(found.values())):
        lines.append(f"| {' | '.join(key)} | {' | '.join(cells[key] for cells in found.values())} |")
    return "\n".join([*lines, ""])


def _scan(name: str, column: str, encoder: CachedEncoder) -> dict[tuple[str, str, str], str]:
    frame = pd.read_csv(shared_data() / f"{name}.csv.gz").dropna(subset=["text", column])
    texts = sorted(set(frame["text"].astype(str)))
    vectors = encode(texts, encoder, lambda *_: None)
    place = {text: row for row, text in enumerate(texts)}
    rows, truth = frame["text"].astype(str).map(place).to_numpy(), frame[column].to_numpy()
    indices, cosines = nearest_neighbours(vectors, max(NEIGHBOURS))
    cells = {}
    for neighbours in NEIGHBOURS:
        graph = neighbour_graph(indices[:, :neighbours], cosines[:, :neighbours])
        for resolution in RESOLUTIONS:
            labels = join_small(vectors, leiden(graph, resolution, 0), max(5, round(SMALLEST_SHARE * len(vectors))))
            cells[str(neighbours), f"{resolution:g}", "no"] = _agreement(truth, labels[rows])
            for share in SMOOTHED:
                near = vectors[indices[:, :SMOOTHED_OVER]].mean(axis=1)
                refined = _k_means(_unit(vectors * (1 - share) + near * share), labels)
                cells[str(neighbours), f"{resolution:g}", f"k-means, w = {share:g}"] = _agreement(truth, refined[rows])
    return cells


def _agreement(truth: NDArray[np.object_], labels: NDArray[np.int64]) -> str:
    nmi, ari = normalized_mutual_info_score(truth, labels), adjusted_rand_score(truth, labels)
    return f"{nmi:.3f} / {ari:.3f} ({labels.max() + 1})"


def _k_means(vectors: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Spherical k-means that starts from ``labels``."""
    for _ in range(ROUNDS):
        sums = np.zeros((int(labels.max()) + 1, vectors.shape[1]), dtype=np.float32)
        np.add.at(sums, labels, vectors)
        nearest = (vectors @ _unit(sums).T).argmax(axis=1)
        if (nearest == labels).all():
            break
        labels = np.unique(nearest, return_inverse=True)[1].ravel().astype(np.int64)
    return labels


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


if __name__ == "__main__":
    print(main())
