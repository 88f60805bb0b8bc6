"""The graph of nearest neighbours, which communities are found in.

Up to 6,000 rows the neighbours are exact. Beyond that the rows are put into cells (k-means) and each row is compared
with those in the cells around its own: nearly all of the true neighbours, in time that grows like n log n. The rows
must come in canonical order, since the cells begin from the first rows. They are then arranged by cell, so that
neighbours lie together in memory, which makes communities a quarter faster to find; ties go to the earlier row.
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Rows in an order in which those of one cell stand together.

    ``order`` (n,) are the rows by their place; a cell is a slice of places, from one of ``starts`` (cells + 1,) to the
    next. ``centres`` (cells, d).
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    centres: NDArray[np.float32]


def arrange(vectors: NDArray[np.float32]) -> Arrangement:
    """The cells of unit rows (n, d) by spherical k-means, begun from the first rows; few rows are one cell."""
    if len(vectors) <= MOST_EXACT:
        return Arrangement(np.arange(len(vectors)), np.asarray([0, len(vectors)]), vectors[:1])
    matrix = torch.from_numpy(np.ascontiguousarray(vectors))
    centres = matrix[: len(matrix) // CELL_ROWS].clone()
    cells = torch.empty(len(matrix), dtype=torch.int64)
    for turn in range(CELL_ROUNDS + 1):
        for start in range(0, len(matrix), 8 * BLOCK_ROWS):
            part = slice(start, start + 8 * BLOCK_ROWS)
            cells[part] = (matrix[part] @ centres.T).argmax(dim=1)
        if turn < CELL_ROUNDS:
            sums = torch.zeros_like(centres).index_add_(0, cells, matrix)
            empty = sums.norm(dim=1) < 1e-9
            centres = torch.where(empty[:, None], centres, torch.nn.functional.normalize(sums, dim=1))
    sizes = torch.bincount(cells, minlength=len(centres)).numpy()
    return Arrangement(
        torch.argsort(cells, stable=True).numpy(), np.concatenate([[0], np.cumsum(sizes)]), centres.numpy()
    )


def nearest_neighbours(
    vectors: NDArray[np.float32], k: int, cells: Arrangement
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The ``k`` rows nearest to each row by cosine, itself excluded, nearest first: indices and cosines ``(n, k)``.

    ``vectors`` (n, d) has unit rows in the order of ``cells``; ``k`` < n. Exact within the cells around each cell.
    """
    indices, cosines = np.empty((len(vectors), k), dtype=np.int64), np.empty((len(vectors), k), dtype=np.float32)
    matrix = torch.from_numpy(np.ascontiguousarray(vectors))
    for rows, compared in _comparisons(cells, k):
        similarity = matrix[rows] @ matrix[compared].T
        own = np.searchsorted(compared.numpy(), np.arange(rows.start, rows.stop))
        similarity[np.arange(len(own)), own] = -2.0
        nearest, where = torch.topk(similarity, k, dim=1)
        cosines[rows] = nearest.numpy()
        indices[rows] = compared[where].numpy()
    return indices, cosines


def _comparisons(cells: Arrangement, k: int) -> Iterator[tuple[slice, torch.Tensor]]:
    """Rows, and the rows they are compared with, which those are among."""
    sizes = np.diff(cells.starts)
    around = np.argsort(-(cells.centres @ cells.centres.T), axis=1, kind="stable")
    for cell in np.flatnonzero(sizes).tolist():
        near = around[cell]
        enough = int(np.searchsorted(sizes[near].cumsum(), max(COMPARED, k + 1))) + 1
        kept = sorted({cell, *near[:enough].tolist()})
        compared = torch.cat([torch.arange(cells.starts[one], cells.starts[one + 1]) for one in kept])
        for start in range(cells.starts[cell], cells.starts[cell + 1], BLOCK_ROWS):
            yield slice(start, min(start + BLOCK_ROWS, cells.starts[cell + 1])), compared


def fuzzy_graph(indices: NDArray[np.int64], cosines: NDArray[np.float32]) -> csr_array:
    """The symmetric weighted graph ``(n, n)`` of neighbours, each row's distances measured on its own scale.

    The weights of the fuzzy union of McInnes, Healy and Melville (UMAP, 2018, section 3): exp(−(d − ρ)/σ) with the
    distance ρ of the nearest neighbour, and σ such that the weights of a row's k edges sum to log2 k. Themes that are
    dense and themes that are loose so become alike; nothing is projected.
    """
    k = indices.shape[1]
    beyond = (1.0 - cosines).astype(np.float64)
    beyond = np.maximum(beyond - beyond[:, :1], 0.0)
    weights = np.exp(-beyond / _bandwidths(beyond, np.log2(max(2, k))))
    directed = _directed(indices, np.maximum(weights.ravel(), SMALLEST_WEIGHT))
    back = csr_array(directed.T)
    graph = csr_array(directed + back - directed.multiply(back))
    graph.sort_indices()
    return graph


def plain_graph(indices: NDArray[np.int64]) -> csr_array:
    """The symmetric graph ``(n, n)`` with an edge of weight 1 where either row is among the other's neighbours."""
    directed = _directed(indices, np.ones(indices.size, dtype=np.float32))
    graph = csr_array(directed.maximum(directed.T))
    graph.sort_indices()
    return graph


def _directed(indices: NDArray[np.int64], weights: NDArray[np.floating]) -> csr_array:
    """The edges from each row to its neighbours; small integers keep it small."""
    count, k = indices.shape
    starts = np.arange(0, count * k + 1, k, dtype=np.int32)
    graph = csr_array((weights, indices.ravel().astype(np.int32), starts), shape=(count, count))
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
