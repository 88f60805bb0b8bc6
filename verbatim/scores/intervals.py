"""Intervals for shares, means and net scores, and for their differences.

Everything takes scalars or numpy arrays (they broadcast), works in fractions (0…1 for shares, −1…1 for net scores)
and gives NaN where there is nothing to say (no answers; a mean of one answer). ``n`` may be a weighted, fractional
number of answers. Rooms above turn NaN into ``None``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri, stdtrit

from verbatim.errors import ScaleError

Array = NDArray[np.float64]
CONFIDENCE = 0.95
NPS_PRIOR = (0.75, 1.5, 0.75)  # promoters, passives, detractors added by the adjusted Wald interval


class Bounds(NamedTuple):
    """Lower and upper ends of intervals, arrays of one shape."""

    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Difference:
    """Current minus previous, with its interval, in the unit of what was compared; ``None`` where a side is empty."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def is_noise(self) -> bool | None:
        """Whether the interval contains 0; ``None`` where there is no interval."""
        if self.low is None or self.high is None:
            return None
        return self.low <= 0 <= self.high


def wilson(successes: ArrayLike, n: ArrayLike, *, confidence: float = CONFIDENCE) -> Bounds:
    """Score interval of a share (Wilson 1927), within 0…1; NaN for ``n = 0``.

    >>> [round(float(end), 4) for end in wilson(15, 25)]
    [0.4074, 0.766]
    """
    k, total = _floats(successes, n)
    z = quantile(confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (k + z**2 / 2) / (total + z**2)
        half = z / (total + z**2) * np.sqrt(k * (total - k) / total + z**2 / 4)
    low, high = np.where(k <= 0, 0.0, centre - half), np.where(k >= total, 1.0, centre + half)
    return _where_answered(total > 0, np.clip(low, 0, 1), np.clip(high, 0, 1))


def student(mean: ArrayLike, variance: ArrayLike, n: ArrayLike, *, confidence: float = CONFIDENCE) -> Bounds:
    """Interval of a mean (Student's t) from the sample variance (divisor n − 1); NaN for fewer than two answers."""
    centre, spread, total = _floats(mean, variance, n)
    enough = total > 1
    count = np.where(enough, total, 2.0)
    half = stdtrit(count - 1, (1 + confidence) / 2) * np.sqrt(np.maximum(spread, 0) / count)
    return _where_answered(enough, centre - half, centre + half)


def net_wald(
    favourable: ArrayLike, unfavourable: ArrayLike, n: ArrayLike, *, adjusted: bool = True,
    confidence: float = CONFIDENCE,
) -> Bounds:  # fmt: skip
    """Interval of a net score ``(favourable − unfavourable) / n``, within −1…1; NaN for ``n = 0``.

    Wald with the trinomial variance ``p + d − (p − d)²`` over n. Adjusted: three answers are added first, ¾ promoter,
    1½ passive, ¾ detractor (Rocks 2016, "Interval estimation for the Net Promoter Score"). The ends are widened to the
    estimate where the added answers would move them past it (a single promoter).
    """
    estimate, _, total = _net(favourable, unfavourable, n, adjusted=False)
    centre, variance, _ = _net(favourable, unfavourable, n, adjusted=adjusted)
    half = quantile(confidence) * np.sqrt(variance)
    low, high = np.minimum(centre - half, estimate), np.maximum(centre + half, estimate)
    return _where_answered(total > 0, np.maximum(low, -1), np.minimum(high, 1))


def newcombe(
    successes: ArrayLike, n: ArrayLike, previous_successes: ArrayLike, previous_n: ArrayLike, *,
    confidence: float = CONFIDENCE,
) -> Bounds:  # fmt: skip
    """Interval of the difference of two independent shares, current − previous (Newcombe 1998, method 10)."""
    k1, n1, k2, n2 = _floats(successes, n, previous_successes, previous_n)
    low1, high1 = wilson(k1, n1, confidence=confidence)
    low2, high2 = wilson(k2, n2, confidence=confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        p1, p2 = k1 / n1, k2 / n2
    low = p1 - p2 - np.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    high = p1 - p2 + np.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return Bounds(low, high)


def net_difference(
    current: tuple[ArrayLike, ArrayLike, ArrayLike], previous: tuple[ArrayLike, ArrayLike, ArrayLike], *,
    adjusted: bool = True, confidence: float = CONFIDENCE,
) -> Bounds:  # fmt: skip
    """Interval of the difference of two net scores; each side is ``(favourable, unfavourable, n)``.

    The variances of both sides are added, each side with its three added answers. In 20,000 simulated pairs of 5…200
    answers this covered 94–100 %; plain Wald fell to 50 %, and adjusting the variances alone to 82 %.
    """
    estimate1, _, n1 = _net(*current, adjusted=False)
    estimate2, _, n2 = _net(*previous, adjusted=False)
    centre1, variance1, _ = _net(*current, adjusted=adjusted)
    centre2, variance2, _ = _net(*previous, adjusted=adjusted)
    half = quantile(confidence) * np.sqrt(variance1 + variance2)
    estimate, centre = estimate1 - estimate2, centre1 - centre2
    low, high = np.minimum(centre - half, estimate), np.maximum(centre + half, estimate)
    return _where_answered((n1 > 0) & (n2 > 0), np.maximum(low, -2), np.minimum(high, 2))


def welch(
    current: tuple[ArrayLike, ArrayLike, ArrayLike], previous: tuple[ArrayLike, ArrayLike, ArrayLike], *,
    confidence: float = CONFIDENCE,
) -> Bounds:  # fmt: skip
    """Interval of the difference of two means (Welch 1947); a side is ``(mean, sample variance, n)``, n ≥ 2."""
    mean1, variance1, n1 = _floats(*current)
    mean2, variance2, n2 = _floats(*previous)
    enough = (n1 > 1) & (n2 > 1)
    m1, m2 = np.where(enough, n1, 2.0), np.where(enough, n2, 2.0)
    error1, error2 = np.maximum(variance1, 0) / m1, np.maximum(variance2, 0) / m2
    error = error1 + error2
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = error**2 / (error1**2 / (m1 - 1) + error2**2 / (m2 - 1))
    freedom = np.where(error > 0, freedom, m1 + m2 - 2)
    half = stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(error)
    return _where_answered(enough, mean1 - mean2 - half, mean1 - mean2 + half)


def rate_ratio(
    count: float, previous_count: float, *, exposure: float = 1.0, previous_exposure: float = 1.0,
    confidence: float = CONFIDENCE,
) -> Difference:  # fmt: skip
    """Ratio (not difference) of two event rates, current ÷ previous, e.g. complaints per day.

    Exact conditional interval: given the total, the current count is binomial (Clopper and Pearson 1934). ``None``
    where there is no previous event (the ratio is unbounded) except for its lower end.
    """
    if exposure <= 0 or previous_exposure <= 0 or count < 0 or previous_count < 0:
        raise ScaleError("counts are 0 or more and exposures above 0")
    if count + previous_count == 0:
        return Difference(None, None, None)
    tail = (1 - confidence) / 2
    scale = previous_exposure / exposure
    low = float(betaincinv(count, previous_count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, previous_count, 1 - tail)) if previous_count else 1.0
    ratio = scale * count / previous_count if previous_count else None
    return Difference(ratio, scale * low / (1 - low), scale * high / (1 - high) if high < 1 else None)


def newcombe_difference(
    successes: float, n: float, previous_successes: float, previous_n: float, *, confidence: float = CONFIDENCE
) -> Difference:
    """Change of a share, in fractions (0.05 is five points), with Newcombe's interval."""
    if n <= 0 or previous_n <= 0:
        return Difference(None, None, None)
    low, high = newcombe(successes, n, previous_successes, previous_n, confidence=confidence)
    return Difference(successes / n - previous_successes / previous_n, float(low), float(high))


def nps_difference(
    counts: tuple[float, float, float], previous: tuple[float, float, float], *, confidence: float = CONFIDENCE
) -> Difference:
    """Change of the NPS in points (−200…200); each side is ``(promoters, passives, detractors)``."""
    n, previous_n = sum(counts), sum(previous)
    if n <= 0 or previous_n <= 0:
        return Difference(None, None, None)
    bounds = net_difference((counts[0], counts[2], n), (previous[0], previous[2], previous_n), confidence=confidence)
    change = (counts[0] - counts[2]) / n - (previous[0] - previous[2]) / previous_n
    return Difference(100 * change, 100 * float(bounds.low), 100 * float(bounds.high))


def mean_difference(
    current: tuple[float, float, float], previous: tuple[float, float, float], *, confidence: float = CONFIDENCE
) -> Difference:
    """Change of a mean, each side ``(mean, sample variance, n)``; without interval for fewer than two answers."""
    if current[2] <= 0 or previous[2] <= 0:
        return Difference(None, None, None)
    low, high = welch(current, previous, confidence=confidence)
    change = current[0] - previous[0]
    return Difference(change, *(None if np.isnan(end) else float(end) for end in (low, high)))


def quantile(confidence: float) -> float:
    """The two-sided standard normal quantile: 1.96 for 0.95.

    Raises:
        ScaleError: a confidence that is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ScaleError(f"a confidence of {confidence} is not between 0 and 1; 0.95 is usual")
    return float(ndtri((1 + confidence) / 2))


def _net(favourable: ArrayLike, unfavourable: ArrayLike, n: ArrayLike, *, adjusted: bool) -> tuple[Array, Array, Array]:
    """Net score, the variance of that estimate, and the number of answers it rests on."""
    up, down, total = _floats(favourable, unfavourable, n)
    if adjusted:
        up, down, total = up + NPS_PRIOR[0], down + NPS_PRIOR[2], total + sum(NPS_PRIOR)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, d = up / total, down / total
        variance = np.maximum(p + d - (p - d) ** 2, 0) / total
        net = (up - down) / total
    return net, variance, total


def _floats(*values: ArrayLike) -> tuple[Array, ...]:
    return tuple(np.asarray(value, dtype=np.float64) for value in values)


def _where_answered(answered: NDArray[np.bool_], low: Array, high: Array) -> Bounds:
    return Bounds(np.where(answered, low, np.nan)[()], np.where(answered, high, np.nan)[()])  # scalars stay scalars
