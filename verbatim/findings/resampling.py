"""Intervals by drawing customers again, and what looking at many themes at once costs.

Answers of one customer are alike, so whole customers are drawn (cluster bootstrap: Davison and Hinkley 1997, 3.8).
More than `BLOCKS` customers are first put into that many blocks at random: a draw of blocks is as good for sums over
many customers, and costs the same for a thousand and a million of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtr

from verbatim.scores.intervals import CONFIDENCE, Array, Bounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Codes = NDArray[np.int64]
    Flags = NDArray[np.bool_]

BLOCKS = 1000
DRAWS = 1000
FEWEST_CUSTOMERS = 10  # worth as many equally large ones (Kish): below, intervals go by the next finer key
CUSTOMER_KEYS = ("account_id", "contact_id", "submission_id")


def customers_of(rows: pd.DataFrame) -> tuple[pd.Series, str]:
    """Who stands behind each row, and by which key: account, contact, submission, or each row by itself.

    A row without account is told by its contact, then its submission. The coarsest key is taken under which no few
    customers give nearly all rows, since intervals cannot rest on fewer than `FEWEST_CUSTOMERS`.
    """
    alone = pd.Series([f"row {label}" for label in rows.index], index=rows.index, dtype=object)
    present = [key for key in CUSTOMER_KEYS if key in rows and rows[key].notna().any()]
    for place, key in enumerate(present):
        who = alone
        for finer in reversed(present[place:]):
            named = rows[finer]
            who = (f"{finer} " + named.astype(str)).where(named.notna(), who)
        sizes = who.value_counts().to_numpy(dtype=np.float64)
        if sizes.size and sizes.sum() ** 2 / (sizes**2).sum() >= FEWEST_CUSTOMERS:
            return who, key.removesuffix("_id")
    return alone, "answer"


def blocks_of(customers: pd.Series, rng: np.random.Generator) -> tuple[Codes, int]:
    """The block of every row, 0 … ``count`` − 1, the same for a customer's rows whatever the order of the rows."""
    codes, names = pd.factorize(customers, sort=True)
    if len(names) <= BLOCKS:
        return codes.astype(np.int64), len(names)
    places = rng.permutation(len(names)) % BLOCKS
    return places[codes].astype(np.int64), BLOCKS


def draws_of(blocks: int, rng: np.random.Generator, *, draws: int = DRAWS) -> Array:
    """How often each block is in each draw, ``(draws, blocks)``, rows adding up to ``blocks``."""
    return rng.multinomial(blocks, np.full(blocks, 1 / max(blocks, 1)), size=draws).astype(np.float64)


def spread(drawn: Array, *, confidence: float = CONFIDENCE) -> tuple[Bounds, Array]:
    """Percentile interval and standard deviation of what was drawn, ``(draws, k)``; NaN draws are left out."""
    if drawn.size == 0:
        nothing = np.full(drawn.shape[1:], np.nan)
        return Bounds(nothing, nothing), nothing
    ends = np.nanquantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return Bounds(ends[0], ends[1]), np.nanstd(drawn, axis=0, ddof=1)


def two_sided(values: Array, deviations: Array) -> Array:
    """The p of a normal test that a value is 0; 1 where the value is 0, NaN where it or its deviation is not known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * ndtr(-np.abs(values) / deviations)
    return np.where(np.isnan(values), np.nan, np.where(values == 0, 1.0, p))


def holm(p: Array) -> Array:
    """The p allowing for all of them at once (Holm 1979); NaN stays NaN and does not count.

    >>> [round(float(one), 3) for one in holm(np.array([0.01, 0.04, 0.03, np.nan]))]
    [0.03, 0.06, 0.06, nan]
    """
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return adjusted
