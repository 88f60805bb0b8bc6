"""What a theme does to a score, by leaving out its answers: score of all minus score of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from verbatim.findings.resampling import spread, two_sided
from verbatim.scores.figures import Tally, estimate

if TYPE_CHECKING:
    from verbatim.findings.resampling import Codes, Flags
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


def left_out(
    points: Array, matrix: sparse.csr_matrix, blocks: Codes, draws: Array, usable: Flags, *, rng: np.random.Generator
) -> Impact:  # fmt: skip
    """Score of all answers minus that of the answers without each theme.

    ``points`` ``(n,)`` is what each answer adds to the score (mean = score), ``matrix`` ``(n, t)`` which themes it is
    on, ``blocks`` ``(n,)`` whose it is, ``draws`` ``(b, blocks)`` how often each block is drawn, ``usable`` ``(t,)``
    where not refused. In every draw each theme is lent one answer drawn from all: ten equal answers do not prove that
    the eleventh is equal, which drawing them again would say.
    """
    count = draws.shape[1]
    block_n = np.bincount(blocks, minlength=count).astype(np.float64)
    block_sum = np.bincount(blocks, weights=points, minlength=count)
    on_n, on_sum = block_sums(matrix, blocks, count), block_sums(sparse.diags_array(points) @ matrix, blocks, count)
    value = _impact(block_n.sum(), block_sum.sum(), on_n.sum(axis=0), on_sum.sum(axis=0))
    lent = points[rng.integers(0, len(points), size=(len(draws), matrix.shape[1]))]
    drawn_n, drawn_sum = draws @ on_n, draws @ on_sum
    drawn = _impact(
        (draws @ block_n)[:, None], (draws @ block_sum)[:, None], drawn_n, drawn_sum,
        mean=(drawn_sum + lent) / (drawn_n + 1),
    )  # fmt: skip
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


def _impact(n: Array, total: Array, on_n: Array, on_total: Array, *, mean: Array | None = None) -> Array:
    """Score of all minus score of the rest: share of the theme × (its mean − that of the rest); NaN without a rest."""
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(on_n > 0, on_total / on_n, 0.0) if mean is None else mean
        found: Array = np.where(n > on_n, on_n / n * (own - (total - on_total) / (n - on_n)), np.nan)
    return found
