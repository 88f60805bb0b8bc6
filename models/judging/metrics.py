"""How good probabilities are: weighted metrics, and their intervals by drawing accounts again.

Every metric reads a `Tallies`: rows of one probability are one entry, so that equal probabilities are shared and the
order of rows changes nothing. Rows are sorted once (`Ranking`); a draw of the bootstrap adds up other weights, O(n).
``None`` stands where a metric is not defined (no rows; one class), never NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from verbatim.errors import UserError
from verbatim.findings.resampling import blocks_of, draws_of
from verbatim.scores.intervals import CONFIDENCE, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

BINS = 10
FEWEST_DRAWS = 0.8  # of all draws have to have a value: an interval of the lucky ones would be too narrow


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval; ``None`` where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Capacity(NamedTuple):
    """What the riskiest share of rows holds, as fractions; lift is precision over the base rate."""

    recall: float | None
    precision: float | None
    lift: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of about the same probability: mean predicted, observed share with its Wilson interval, sum of weights."""

    predicted: float
    observed: float
    n: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tallies:
    """Distinct probabilities in ascending order with the weight and the weight of cases at each, all ``(g,)``."""

    p: Array
    weight: Array
    cases: Array


class Ranking:
    """Rows sorted by probability once, to be counted with many weights.

    ``y`` of 0 and 1 and finite ``p`` in 0…1, both ``(n,)``; anything else is a `UserError`.
    """

    def __init__(self, y: ArrayLike, p: ArrayLike) -> None:
        self._p, answers = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
        check(answers, self._p)
        self._order = np.argsort(self._p, kind="stable")
        sorted_p = self._p[self._order]
        self._y = answers[self._order]
        self._starts = np.flatnonzero(np.diff(sorted_p, prepend=np.nan) != 0)
        self._distinct = sorted_p[self._starts]

    def tallies(self, w: ArrayLike | None = None) -> Tallies:
        """What stands at each probability, for weights ``(n,)`` ≥ 0 in the order of the rows as given."""
        if not self._order.size:
            return Tallies(self._distinct, self._distinct, self._distinct)
        weights = np.ones(self._order.size) if w is None else np.asarray(w, dtype=np.float64)[self._order]
        return Tallies(
            self._distinct,
            np.add.reduceat(weights, self._starts),
            np.add.reduceat(weights * self._y, self._starts),
        )


def check(y: Array, p: Array) -> None:
    """That answers and probabilities can be judged at all."""
    if y.shape != p.shape or y.ndim != 1:
        raise UserError(f"cannot judge {p.shape} probabilities against {y.shape} answers: give one each")
    if not np.isin(y, (0, 1)).all():
        raise UserError("cannot judge answers other than 0 and 1: turn scores into cases first")
    if not (np.isfinite(p).all() and (p >= 0).all() and (p <= 1).all()):
        raise UserError("cannot judge probabilities outside 0 to 1: look at what the predictor gave")


def roc_auc(y: ArrayLike, p: ArrayLike, w: ArrayLike | None = None) -> float | None:
    """Area under the ROC curve: how often a case ranks above a non-case, ties counting half (Mann–Whitney).

    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    return roc_auc_of(Ranking(y, p).tallies(w))


def pr_auc(y: ArrayLike, p: ArrayLike, w: ArrayLike | None = None) -> float | None:
    """Average precision: the sum of precision times the step in recall, without interpolation."""
    return pr_auc_of(Ranking(y, p).tallies(w))


def brier(y: ArrayLike, p: ArrayLike, w: ArrayLike | None = None) -> float | None:
    """Mean squared difference of probability and what happened (Brier 1950); 0 is best."""
    return brier_of(Ranking(y, p).tallies(w))


def log_loss(y: ArrayLike, p: ArrayLike, w: ArrayLike | None = None) -> float | None:
    """Mean negative log-likelihood in nats; probabilities are kept one machine epsilon off 0 and 1."""
    tallies = Ranking(y, p).tallies(w)
    p_kept = np.clip(tallies.p, np.finfo(np.float64).eps, 1 - np.finfo(np.float64).eps)
    surprise = tallies.cases * np.log(p_kept) + (tallies.weight - tallies.cases) * np.log1p(-p_kept)
    return _over(-surprise.sum(), tallies.weight.sum())


def ece(y: ArrayLike, p: ArrayLike, w: ArrayLike | None = None, bins: int = BINS) -> float | None:
    """Expected calibration error over bins of equal weight (Naeini et al. 2015); 0 is best, and noise lifts it."""
    return ece_of(Ranking(y, p).tallies(w), bins)


def at_capacity(y: ArrayLike, p: ArrayLike, share: float, w: ArrayLike | None = None) -> Capacity:
    """What the riskiest ``share`` (0 < share ≤ 1) of rows holds; rows that tie at the cut are taken in part.

    >>> at_capacity([1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1], 0.5)
    Capacity(recall=0.75, precision=0.75, lift=1.5)
    """
    if not 0 < share <= 1:
        raise UserError(f"cannot look at a share of {share:g} of the tickets: give one above 0, at most 1")
    return capacity_of(Ranking(y, p).tallies(w), share)


def reliability(y: ArrayLike, p: ArrayLike, w: ArrayLike | None = None, bins: int = BINS) -> tuple[Bin, ...]:
    """At most ``bins`` bins of about equal weight, from low to high risk.

    The Wilson intervals take the weights of a bin as so many independent rows: weigh the snapshots of a ticket to 1.
    """
    return reliability_of(Ranking(y, p).tallies(w), bins)


def roc_auc_of(tallies: Tallies) -> float | None:
    """See `roc_auc`."""
    others = tallies.weight - tallies.cases
    below = np.cumsum(others) - others / 2
    return _over(tallies.cases @ below, tallies.cases.sum() * others.sum())


def pr_auc_of(tallies: Tallies) -> float | None:
    """See `pr_auc`."""
    found, seen = np.cumsum(tallies.cases[::-1]), np.cumsum(tallies.weight[::-1])
    if not found.size or found[-1] <= 0 or found[-1] >= seen[-1]:
        return None
    precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
    return _over(tallies.cases[::-1] @ precision, found[-1])


def brier_of(tallies: Tallies) -> float | None:
    """See `brier`."""
    loss = tallies.cases @ (1 - tallies.p) ** 2 + (tallies.weight - tallies.cases) @ tallies.p**2
    return _over(loss, tallies.weight.sum())


def constant_brier_of(tallies: Tallies, rate: float) -> float | None:
    """The Brier score of saying ``rate`` of every row."""
    cases, total = tallies.cases.sum(), tallies.weight.sum()
    return _over(cases * (1 - rate) ** 2 + (total - cases) * rate**2, total)


def ece_of(tallies: Tallies, bins: int = BINS) -> float | None:
    """See `ece`."""
    weight, cases, predicted = _binned(tallies, bins)
    return _over(np.abs(predicted - cases).sum(), weight.sum())


def capacity_of(tallies: Tallies, share: float) -> Capacity:
    """See `at_capacity`; between two distinct probabilities cases grow in a line, which is sharing the ties."""
    seen = np.concatenate(([0.0], np.cumsum(tallies.weight[::-1])))
    found = np.concatenate(([0.0], np.cumsum(tallies.cases[::-1])))
    taken = share * seen[-1]
    cases = float(np.interp(taken, seen, found))
    precision = _over(cases, taken)
    return Capacity(_over(cases, found[-1]), precision, _over(cases * seen[-1], taken * found[-1]))


def reliability_of(tallies: Tallies, bins: int = BINS) -> tuple[Bin, ...]:
    """See `reliability`."""
    weight, cases, predicted = _binned(tallies, bins)
    filled = weight > 0
    weight, cases, predicted = weight[filled], np.minimum(cases[filled], weight[filled]), predicted[filled]
    bounds = wilson(cases, weight)
    columns = (predicted / weight, cases / weight, weight, bounds.low, bounds.high)
    return tuple(Bin(*(float(one) for one in row)) for row in zip(*columns, strict=True))


def draws_by_group(groups: NDArray[np.object_], *, draws: int, seed: int) -> tuple[NDArray[np.int64], Array]:
    """The block of every row, ``(n,)``, and how often each block is in each draw, ``(draws, blocks)``.

    A draw's weights are ``counts[draw][blocks]``. A seed gives a group the same draws in any order of rows.
    """
    rng = np.random.default_rng(seed)
    blocks, count = blocks_of(pd.Series(groups, dtype=object), rng)
    return blocks, draws_of(count, rng, draws=draws)


def figure(value: float | None, drawn: Sequence[float | None]) -> Figure:
    """The percentile interval of what was drawn, widened to the value where the draws are biased (as ECE's are).

    No interval where less than four fifths of the draws have a value.
    """
    known = np.array([one for one in drawn if one is not None], dtype=np.float64)
    if value is None or known.size == 0 or known.size < FEWEST_DRAWS * len(drawn):
        return Figure(value)
    low, high = np.quantile(known, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Figure(value, min(float(low), value), max(float(high), value))


def _binned(tallies: Tallies, bins: int) -> tuple[Array, Array, Array]:
    """Weight, cases and the sum of probabilities of each bin; a probability lies in one bin, by its middle."""
    total = tallies.weight.sum()
    if total <= 0:
        return np.zeros(bins), np.zeros(bins), np.zeros(bins)
    middle = (np.cumsum(tallies.weight) - tallies.weight / 2) / total
    places = np.minimum((middle * bins).astype(np.int64), bins - 1)
    sums = (tallies.weight, tallies.cases, tallies.weight * tallies.p)
    weight, cases, predicted = (np.bincount(places, one, minlength=bins).astype(np.float64) for one in sums)
    return weight, cases, predicted


def _over(above: float | np.floating | Array, below: float | np.floating) -> float | None:
    """A quotient, ``None`` over nothing."""
    return float(above / below) if below > 0 else None
