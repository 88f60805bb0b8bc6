"""From the score room's results to the report's values: NaN becomes ``None``, figures get their unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verbatim.reports.model import Change, Figure
from verbatim.scores import intervals
from verbatim.scores.definitions import Figure as FigureKind

if TYPE_CHECKING:
    from verbatim.scores.score import Estimate, Score
    from verbatim.scores.trends import Comparison

UNITS = {FigureKind.SHARE: "percent", FigureKind.NET: "net", FigureKind.MEAN: "mean", FigureKind.INDEX: "index"}
ROUNDING = 4
FAMILY_ERROR = 0.05


def figure_of(value: float | None, low: float | None, high: float | None, n: int) -> Figure:
    """A figure of numbers that may be NaN, rounded so that every machine writes the same."""
    return Figure(_known(value), _known(low), _known(high), int(n))


def figure_of_score(score: Score) -> Figure:
    """The headline of a score."""
    return figure_of(score.value, score.low, score.high, score.n)


def figure_of_estimate(estimate: Estimate, n: int) -> Figure:
    """One of a score's further figures."""
    return figure_of(estimate.value, estimate.low, estimate.high, n)


def share_figure(part: float, whole: float) -> Figure:
    """``part`` of ``whole`` in percent, with Wilson's interval; nothing of nothing has no value."""
    if whole <= 0:
        return Figure(None, None, None, 0)
    low, high = intervals.wilson(part, whole)
    return figure_of(100 * part / whole, 100 * float(low), 100 * float(high), round(whole))


def mean_figure(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Figure:
    """The mean of ``values`` ``(n,)`` with a t interval; empty has no value, one value has no interval."""
    n = len(values)
    if not n:
        return Figure(None, None, None, 0)
    variance = float(values.var(ddof=1)) if n > 1 else 0.0
    low, high = intervals.student(float(values.mean()), variance, n)
    return figure_of(float(values.mean()), float(low), float(high), n)


def change_of(comparison: Comparison, against: str) -> Change | None:
    """A comparison of two scores, ``None`` where a side is empty or there is no interval."""
    found = comparison.change
    if found.value is None or found.low is None or found.high is None:
        return None
    before = figure_of_score(comparison.before)
    return _change(against, before, (found.value, found.low, found.high))


def share_change(
    now: tuple[float, float], before: tuple[float, float], against: str, confidence: float
) -> Change | None:
    """The change of a share, each side ``(part, whole)``, in points with Newcombe's interval."""
    if now[1] <= 0 or before[1] <= 0:
        return None
    found = intervals.newcombe_difference(*now, *before, confidence=confidence)
    if found.value is None or found.low is None or found.high is None:
        return None
    return _change(against, share_figure(*before), (100 * found.value, 100 * found.low, 100 * found.high))


def family_confidence(comparisons: int) -> float:
    """The confidence of each of several comparisons, so that one false alarm among all has a chance of 5 % at most.

    Bonferroni (Dunn 1961): the error is divided by their number.
    """
    return 1 - FAMILY_ERROR / max(1, comparisons)


def _change(against: str, before: Figure, ends: tuple[float, float, float]) -> Change:
    difference, low, high = (_exact(end) for end in ends)
    return Change(against, before, difference, low, high, real=not low <= 0 <= high)


def _known(number: float | None) -> float | None:
    return None if number is None or np.isnan(number) else _exact(number)


def _exact(number: float) -> float:
    return round(float(number), ROUNDING) + 0.0
