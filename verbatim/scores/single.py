"""One score at a time, for a service that is asked thousands of times a second: `figures` in plain numbers.

Arrays cost ten times what a handful of answers does. The tests hold both against each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from scipy.special import stdtrit

from verbatim.domain import Status
from verbatim.scores.bands import band_of, bands_for
from verbatim.scores.definitions import Definition, Figure
from verbatim.scores.intervals import CONFIDENCE, NPS_PRIOR, quantile
from verbatim.scores.score import SMALL_GROUP, Estimate, Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from verbatim.scores.bands import Bands
    from verbatim.scores.definitions import Span
    from verbatim.scores.scales import Scale

Z = quantile(CONFIDENCE)
NOTHING = Estimate(None, None, None)


def tally_cells(cells: Iterable[tuple[object, int]], scale: Scale) -> dict[int, int]:
    """How often each value of ``scale`` was answered, from (cell, how many); blanks and "n/a" are left out.

    Raises:
        ScaleError: a cell that is not on the scale.
    """
    found: dict[int, int] = {}
    low, high = scale.low, scale.high
    for cell, n in cells:
        if type(cell) is int and low <= cell <= high:
            value = cell
        else:
            answer = scale.parse(cell)
            if answer.status is not Status.ANSWERED or answer.value is None:
                continue
            value = int(answer.value)
        found[value] = found.get(value, 0) + n
    return found


@dataclass(frozen=True, slots=True)
class _Plan:
    """What does not depend on the answers."""

    figures: tuple[Figure, ...]
    bands: Bands
    mean_bands: Bands
    categories: tuple[str, ...]
    spans: frozenset[Span]


@lru_cache(maxsize=1000)
def _plan(definition: Definition) -> _Plan:
    return _Plan(
        definition.figures, bands_for(definition, definition.figure), bands_for(definition, Figure.MEAN),
        definition.categories if definition.has_shares else (),
        frozenset((definition.favourable, definition.unfavourable, definition.net_favourable)),
    )  # fmt: skip


def score_few(counts: Mapping[int, int], definition: Definition, *, small_group: int = SMALL_GROUP) -> Score:
    """The score of ``counts`` (value of the definition's scale → answers), as `score_tally` gives it."""
    plan = _plan(definition)
    there = sorted([(value, n) for value, n in counts.items() if n])
    n = sum([times for _, times in there])
    within = {
        span: sum([times for value, times in there if span[0] <= value <= span[1]]) for span in plan.spans
    }  # fmt: skip
    figures = {figure: _estimate(there, within, n, definition, figure) for figure in plan.figures}
    head, mean = figures[definition.figure], figures.get(Figure.MEAN, NOTHING)
    return Score(
        value=head.value, low=head.low, high=head.high, n=n,
        mean=mean.value, mean_low=mean.low, mean_high=mean.high,
        band=band_of(head.value, plan.bands),
        mean_band=band_of(mean.value, plan.mean_bands),
        uncertain=n < small_group,
        definition=definition,
        shares=_shares(within, n, definition, plan.categories),
        figures={figure.value: found for figure, found in figures.items()},
        counts={float(value): float(times) for value, times in there},
    )  # fmt: skip


def _estimate(
    there: list[tuple[int, int]], within: Mapping[Span, int], n: int, definition: Definition, figure: Figure
) -> Estimate:
    if not n:
        return NOTHING
    if figure is Figure.SHARE:
        up = within[definition.favourable]
        return _around(100 * up / n, *_wilson(up, n))
    if figure is Figure.NET:
        up, down = within[definition.net_favourable], within[definition.unfavourable]
        return _around(100 * (up - down) / n, *_net_wald(up, down, n, adjusted=definition.adjusted))
    scale = definition.scale
    least, most = (0.0, 100.0) if figure is Figure.INDEX else (float(scale.low), float(scale.high))
    points = there if figure is Figure.MEAN else [(_index(value, scale), times) for value, times in there]
    mean = sum([point * times for point, times in points]) / n
    if n < 2:
        return Estimate(mean, None, None)
    variance = sum([times * (point - mean) ** 2 for point, times in points]) / (n - 1)
    half = _student(n - 1) * math.sqrt(variance / n)
    return _around(mean, min(max(mean - half, least), most), min(max(mean + half, least), most))


def _index(value: int, scale: Scale) -> float:
    share = (value - scale.low) / (scale.high - scale.low)
    return 100 * (share if scale.higher_is_better else 1 - share)


def _wilson(up: int, n: int) -> tuple[float, float]:
    """Per cent; see `intervals.wilson`."""
    centre = (up + Z**2 / 2) / (n + Z**2)
    half = Z / (n + Z**2) * math.sqrt(up * (n - up) / n + Z**2 / 4)
    low = 0.0 if up <= 0 else centre - half
    high = 1.0 if up >= n else centre + half
    return 100 * min(max(low, 0.0), 1.0), 100 * min(max(high, 0.0), 1.0)


def _net_wald(up: int, down: int, n: int, *, adjusted: bool) -> tuple[float, float]:
    """Net points; see `intervals.net_wald`."""
    ups, downs, total = (
        (up + NPS_PRIOR[0], down + NPS_PRIOR[2], n + sum(NPS_PRIOR)) if adjusted else (float(up), float(down), float(n))
    )
    p, d = ups / total, downs / total
    half = Z * math.sqrt(max(p + d - (p - d) ** 2, 0.0) / total)
    centre, estimate = p - d, (up - down) / n
    return 100 * max(min(centre - half, estimate), -1.0), 100 * min(max(centre + half, estimate), 1.0)


def _shares(
    within: Mapping[Span, int], n: int, definition: Definition, categories: tuple[str, ...]
) -> dict[str, float | None]:
    if not n or not categories:
        return dict.fromkeys(categories)
    up, down = within[definition.favourable], within[definition.unfavourable]
    return dict(zip(categories, (100 * up / n, 100 * (n - up - down) / n, 100 * down / n), strict=True))


def _around(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, min(low, value), max(high, value))


@lru_cache(maxsize=10_000)
def _student(freedom: int) -> float:
    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))
