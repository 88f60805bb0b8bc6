"""The arithmetic: a matrix of counts in, headline, mean and shares with their intervals out.

One implementation for one group and for a hundred thousand: rows are groups, columns are the values of the scale.
Results are arrays in display units (per cent, points, or the scale's own) with NaN where a group has no answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from verbatim.scores import intervals
from verbatim.scores.definitions import Definition, Figure, within
from verbatim.scores.intervals import CONFIDENCE, Array


class Estimates(NamedTuple):
    """One figure of every group with its interval, arrays ``(g,)``."""

    value: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of equal answers: ``counts[g, v]`` answers of group g are ``values[v]``.

    ``counts`` may be weighted; ``effective`` is then the number of equally weighted answers worth as much
    (Kish 1965, ``(Σw)² ÷ Σw²``), else ``None``.
    """

    values: Array
    counts: Array
    effective: Array | None = None

    @property
    def totals(self) -> Array:
        """Answers (or weight) of every group, ``(g,)``."""
        totals: Array = self.counts.sum(axis=1)
        return totals

    def scaled(self) -> Array:
        """Counts that add up to the number of answers that intervals may rest on."""
        if self.effective is None:
            return self.counts
        totals = self.totals
        ratio = np.divide(self.effective, totals, out=np.zeros_like(totals), where=totals > 0)
        return self.counts * ratio[:, None]


def estimate(tally: Tally, definition: Definition, figure: Figure, *, confidence: float = CONFIDENCE) -> Estimates:
    """One figure with its interval: Wilson for a share, (adjusted) Wald for a net score, t for a mean or an index.

    The ends of a mean's interval are kept on its scale.
    """
    counts = tally.scaled()
    n = counts.sum(axis=1)
    value, variance = moments(counts, _as(definition, figure).points(tally.values))
    if figure is Figure.SHARE:
        favourable = counts @ within(tally.values, definition.favourable)
        low, high = intervals.wilson(favourable, n, confidence=confidence)
        return _around(value, 100 * low, 100 * high)
    if figure is Figure.NET:
        up = counts @ within(tally.values, definition.net_favourable)
        down = counts @ within(tally.values, definition.unfavourable)
        low, high = intervals.net_wald(up, down, n, adjusted=definition.adjusted, confidence=confidence)
        return _around(value, 100 * low, 100 * high)
    low, high = intervals.student(value, variance, n, confidence=confidence)
    least, most = (0, 100) if figure is Figure.INDEX else (definition.scale.low, definition.scale.high)
    return _around(value, np.clip(low, least, most), np.clip(high, least, most))


def change(current: Tally, previous: Tally, definition: Definition, *, confidence: float = CONFIDENCE) -> Estimates:
    """Headline of ``current`` minus headline of ``previous``, group by group (both ``(g, v)`` over the same values).

    Newcombe for a share, the sum of both variances for a net score, Welch for a mean or an index.
    """
    points = definition.points(current.values)
    now, before = current.scaled(), previous.scaled()
    n, previous_n = now.sum(axis=1), before.sum(axis=1)
    (value, variance), (previous_value, previous_variance) = moments(now, points), moments(before, points)
    if definition.figure is Figure.SHARE:
        up = within(current.values, definition.favourable)
        low, high = intervals.newcombe(now @ up, n, before @ up, previous_n, confidence=confidence)
        return Estimates(value - previous_value, 100 * low, 100 * high)
    if definition.figure is Figure.NET:
        up, down = within(current.values, definition.net_favourable), within(current.values, definition.unfavourable)
        low, high = intervals.net_difference(
            (now @ up, now @ down, n),
            (before @ up, before @ down, previous_n),
            adjusted=definition.adjusted,
            confidence=confidence,
        )
        return Estimates(value - previous_value, 100 * low, 100 * high)
    low, high = intervals.welch(
        (value, variance, n), (previous_value, previous_variance, previous_n), confidence=confidence
    )
    return Estimates(value - previous_value, low, high)


def moments(counts: Array, points: Array) -> tuple[Array, Array]:
    """Mean and sample variance (divisor n − 1) of ``points`` over the counts ``(g, v)``; NaN for no answers."""
    n = counts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (counts @ points) / n
        squares = (counts * (points[None, :] - mean[:, None]) ** 2).sum(axis=1)
        variance = squares / np.where(n > 1, n - 1, 1)
    return mean, variance


def category_shares(tally: Tally, definition: Definition) -> Array:
    """Per cent favourable, between and unfavourable, ``(g, 3)``; rows add up to 100, or are NaN."""
    up = tally.counts @ within(tally.values, definition.favourable)
    down = tally.counts @ within(tally.values, definition.unfavourable)
    n = tally.totals
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.column_stack([100 * up / n, 100 * (n - up - down) / n, 100 * down / n])


def _around(value: Array, low: Array, high: Array) -> Estimates:
    """Ends that include the value also where rounding of the last digit put them past it."""
    return Estimates(value, np.minimum(low, value), np.maximum(high, value))


def _as(definition: Definition, figure: Figure) -> Definition:
    """The same definition with another headline."""
    return definition if definition.figure is figure else definition.headed(figure)
