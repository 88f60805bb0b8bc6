"""What a theme does to a score, by leaving out its answers: score of all minus score of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verbatim.findings.resampling import spread, two_sided
from verbatim.scores.figures import Tally, estimate

if TYPE_CHECKING:
    from scipy import sparse

    from verbatim.findings.resampling import Codes
    from verbatim.scores.definitions import Definition
    from verbatim.scores.figures import Estimates
    from verbatim.scores.intervals import Array

FEWEST = 10  # answers on a theme, and beside it
FEWEST_CUSTOMERS_ON = 5  # customers behind the answers on a theme
TOO_FEW = "fewer than 10 answers"
TOO_FEW_CUSTOMERS = "answers of fewer than 5 customers"
NOTHING_ELSE = "nearly all answers are on it"


@dataclass(frozen=True, slots=True)
class Impact:
    """Points of score, ``(t,)`` each, negative where a theme pulls the score down; NaN where refused.

    ``p`` is of each theme by itself.
    """

    value: Array
    low: Array
    high: Array
    p: Array


def left_out(points: Array, matrix: sparse.csr_matrix, blocks: Codes, draws: Array, usable: Array) -> Impact:
    """Score of all answers minus that of the answers without each theme.

    ``points`` ``(n,)`` is what each answer adds to the score (mean = score), ``matrix`` ``(n, t)`` which themes it is
    on, ``blocks`` ``(n,)`` whose it is, ``draws`` ``(b, blocks)`` how often each block is drawn, ``usable`` ``(t,)``
    where not refused.
    """
    count = draws.shape[1]
    block_n = np.bincount(blocks, minlength=count).astype(np.float64)
    block_sum = np.bincount(blocks, weights=points, minlength=count)
    on_n, on_sum = (block_sums(matrix.multiply(weights[:, None]).tocsr(), blocks, count) for weights in
                    (np.ones_like(points), points))  # fmt: skip
    value = _impact(block_n.sum(), block_sum.sum(), on_n.sum(axis=0), on_sum.sum(axis=0))
    drawn = _impact((draws @ block_n)[:, None], (draws @ block_sum)[:, None], draws @ on_n, draws @ on_sum)
    (low, high), deviation = spread(drawn[:, usable])
    impact = Impact(*(np.full(len(usable), np.nan) for _ in range(4)))
    impact.value[usable], impact.low[usable], impact.high[usable] = value[usable], low, high
    impact.p[usable] = two_sided(value[usable], deviation)
    return impact


def block_sums(matrix: sparse.csr_matrix, blocks: Codes, count: int) -> Array:
    """Sums of the rows of each block, ``(count, t)``."""
    sums = np.zeros((count, matrix.shape[1]))
    entries = matrix.tocoo()
    np.add.at(sums, (blocks[entries.row], entries.col), entries.data)
    return sums


def theme_scores(values: Array, matrix: sparse.csr_matrix, definition: Definition) -> Estimates:
    """The definition's figure of the answers on each theme, with its interval, arrays ``(t,)``."""
    levels, codes = np.unique(values, return_inverse=True)
    entries = matrix.tocoo()
    cells = np.bincount(entries.col * len(levels) + codes[entries.row], minlength=matrix.shape[1] * len(levels))
    counts = cells.astype(np.float64).reshape(matrix.shape[1], len(levels))
    return estimate(Tally(levels, counts), definition, definition.figure)


def refusals(on: Array, customers_on: Array, of: int) -> list[str | None]:
    """Why there is no impact of each theme: too few answers on it, or of too few customers, or hardly any other."""
    reasons: list[str | None] = []
    for n, customers in zip(on, customers_on, strict=True):
        too_few = TOO_FEW if n < FEWEST else TOO_FEW_CUSTOMERS if customers < FEWEST_CUSTOMERS_ON else None
        reasons.append(too_few or (NOTHING_ELSE if of - n < FEWEST else None))
    return reasons


def _impact(n: Array, total: Array, on_n: Array, on_total: Array) -> Array:
    """Score of all minus score of the rest; NaN where a draw leaves no rest."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > on_n, total / n - (total - on_total) / (n - on_n), np.nan)
