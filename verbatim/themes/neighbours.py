"""The graph of nearest neighbours, which communities are found in.

Up to 6,000 rows the neighbours are exact. Beyond that the rows are put into cells (k-means) and each row is compared
with those in the cells around its own: about 98 % of the true neighbours, in time that grows like n log n. The rows
must come in canonical order: ties go to the earlier row, and the cells begin from the first rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

MOST_EXACT = 6_000
BLOCK_ROWS = 512
CELL_ROWS = 120  # rows in a cell, on average
COMPARED = 5_000  # rows of the cells around, which each row of a cell is compared with, at least
CELL_ROUNDS = 4  # of k-means
BANDWIDTH_ROUNDS = 32
SMALLEST_WEIGHT = 1e-6


def nearest_neighbours(vectors: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The ``k`` rows nearest to each row by cosine, itself excluded, nearest first: indices and cosines ``(n, k)``.

    ``vectors`` (n, d) has unit rows; ``k`` < n. Exact for few rows, else as the module says.
    """
    count = len(vectors)
    matrix = torch.from_numpy(np.ascontiguousarray(vectors))
    indices, cosines = np.empty((count, k), dtype=np.int64), np.empty((count, k), dtype=np.float32)
    everyone = torch.arange(count)
    for rows, compared in _comparisons(matrix, everyone):
        similarity = matrix[rows] @ (matrix if compared is everyone else matrix[compared]).T
        similarity[compared[None, :] == rows[:, None]] = -2.0
        nearest, where = torch.topk(similarity, k, dim=1)
        cosines[rows.numpy()] = nearest.numpy()
        indices[rows.numpy()] = compared[where].numpy()
    return indices, cosines


def _comparisons(matrix: torch.Tensor, everyone: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Rows, and the rows they are compared with."""
    if len(matrix) <= MOST_EXACT:
        for start in range(0, len(matrix), BLOCK_ROWS):
            yield everyone[start : start + BLOCK_ROWS], everyone
        return
    cells, centres = _cells(matrix)
    members = [torch.nonzero(cells == cell).ravel() for cell in range(len(centres))]
    sizes = torch.tensor([len(rows) for rows in members])
    around = torch.argsort(centres @ centres.T, dim=1, descending=True, stable=True)
    for cell, rows in enumerate(members):
        enough = int(torch.searchsorted(sizes[around[cell]].cumsum(0), COMPARED)) + 1
        compared = torch.sort(torch.cat([members[int(near)] for near in around[cell][:enough]]))[0]
        for start in range(0, len(rows), BLOCK_ROWS):
            yield rows[start : start + BLOCK_ROWS], compared


def _cells(matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The cell of each row, by spherical k-means from the first rows, and the centres of the cells."""
    centres = matrix[: max(1, len(matrix) // CELL_ROWS)].clone()
    cells = torch.empty(len(matrix), dtype=torch.int64)
    for turn in range(CELL_ROUNDS + 1):
        for start in range(0, len(matrix), 8 * BLOCK_ROWS):
            part = slice(start, start + 8 * BLOCK_ROWS)
            cells[part] = (matrix[part] @ centres.T).argmax(dim=1)
        if turn < CELL_ROUNDS:
            sums = torch.zeros_like(centres).index_add_(0, cells, matrix)
            empty = sums.norm(dim=1) < 1e-9
            centres = torch.where(empty[:, None], centres, torch.nn.functional.normalize(sums, dim=1))
    return cells, centres


def fuzzy_graph(indices: NDArray[np.int64], cosines: NDArray[np.float32]) -> csr_array:
    """The symmetric weighted graph ``(n, n)`` of neighbours, each row's distances measured on its own scale.

    The weights of the fuzzy union of McInnes, Healy and Melville (UMAP, 2018, section 3): exp(−(d − ρ)/σ) with the
    distance ρ of the nearest neighbour, and σ such that the weights of a row's k edges sum to log2 k. Themes that are
    dense and themes that are loose so become alike; nothing is projected.
    """
    count, k = indices.shape
    beyond = (1.0 - cosines).astype(np.float64)
    beyond = np.maximum(beyond - beyond[:, :1], 0.0)
    weights = np.exp(-beyond / _bandwidths(beyond, np.log2(max(2, k))))
    directed = csr_array(
        (np.maximum(weights.ravel(), SMALLEST_WEIGHT), (np.repeat(np.arange(count), k), indices.ravel())),
        shape=(count, count),
    )
    back = csr_array(directed.T)
    graph = csr_array(directed + back - directed.multiply(back))
    graph.sort_indices()
    return graph


def plain_graph(indices: NDArray[np.int64]) -> csr_array:
    """The symmetric graph ``(n, n)`` with an edge of weight 1 where either row is among the other's neighbours."""
    count, k = indices.shape
    directed = csr_array((np.ones(count * k), (np.repeat(np.arange(count), k), indices.ravel())), shape=(count, count))
    graph = csr_array(directed.maximum(directed.T))
    graph.sort_indices()
    return graph


def _bandwidths(beyond: NDArray[np.float64], wanted: float) -> NDArray[np.float64]:
    """For each row the σ at which exp(−beyond/σ) sums to ``wanted``, by bisection; shape ``(n, 1)``."""
    low, high = np.full((len(beyond), 1), 1e-6), np.full((len(beyond), 1), 64.0)
    for _ in range(BANDWIDTH_ROUNDS):
        middle = np.sqrt(low * high)
        above = np.exp(-beyond / middle).sum(axis=1, keepdims=True) > wanted
        high, low = np.where(above, middle, high), np.where(above, low, middle)
    return np.asarray(np.sqrt(low * high), dtype=np.float64)
