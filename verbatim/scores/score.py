"""One score of one group: value, interval, n, the definition that produced it. ``None`` where there is no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from verbatim.domain import Status
from verbatim.errors import ScaleError
from verbatim.scores.bands import BANDS, Bands, band_of, bands_for
from verbatim.scores.definitions import Definition, Figure
from verbatim.scores.figures import Tally, category_shares, estimate
from verbatim.scores.intervals import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from verbatim.scores.intervals import Array
    from verbatim.scores.scales import Scale

SMALL_GROUP = 30
DECIMALS = 6  # of JSON: enough for every use, and the same on every machine


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval; all ``None`` without answers, no interval for the mean of one answer."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """A score and everything needed to read it.

    ``value``, ``low`` and ``high`` are in the unit of the definition's figure: per cent (0…100), net points
    (−100…100), the scale's own (mean) or index points (0…100). ``shares`` are per cent by category. ``figures`` holds
    the other figures by name (``share``, ``net``, ``mean``, and ``index`` for CES). ``uncertain`` marks small groups.
    ``baseline`` is the organisation's own earlier value, if given.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    mean: float | None
    mean_low: float | None
    mean_high: float | None
    band: str | None
    mean_band: str | None
    uncertain: bool
    definition: Definition
    shares: Mapping[str, float | None]
    figures: Mapping[str, Estimate]
    baseline: float | None = None
    effective_n: float | None = None
    confidence: float = CONFIDENCE
    counts: Mapping[float, float] = field(default_factory=dict)

    @property
    def above_baseline(self) -> float | None:
        """Value minus baseline, in the figure's unit."""
        return None if self.value is None or self.baseline is None else self.value - self.baseline

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, rounded to six decimals; the definition both as text for people and by name."""
        definition = self.definition
        return {
            "metric": definition.metric.value,
            "figure": definition.figure.value,
            "value": rounded(self.value), "low": rounded(self.low), "high": rounded(self.high),
            "n": self.n,
            "mean": rounded(self.mean), "mean_low": rounded(self.mean_low), "mean_high": rounded(self.mean_high),
            "band": self.band,
            "mean_band": self.mean_band,
            "uncertain": self.uncertain,
            "baseline": rounded(self.baseline),
            "confidence": self.confidence,
            "effective_n": rounded(self.effective_n),
            "shares": {name: rounded(share) for name, share in self.shares.items()},
            "figures": {
                name: {"value": rounded(e.value), "low": rounded(e.low), "high": rounded(e.high)}
                for name, e in self.figures.items()
            },
            "counts": {f"{value:g}": rounded(n) for value, n in self.counts.items()},
            "definition": {"name": definition.name, "text": definition.text},
        }  # fmt: skip


def score_answers(
    values: Iterable[object], definition: Definition, *, weights: Iterable[float] | None = None,
    baseline: float | None = None, confidence: float = CONFIDENCE, bands: Mapping[str, Bands] = BANDS,
    small_group: int = SMALL_GROUP,
) -> Score:  # fmt: skip
    """Score answers given as numbers or raw cells ("5", "Very satisfied", "n/a", ``None``).

    ``weights`` (one per value, not negative) make a weighted score, its interval resting on the effective number of
    answers.

    Raises:
        ScaleError: a value that is not on the definition's scale, or weights that do not fit.
    """
    numbers = read_answers(values, definition.scale)
    answered = ~np.isnan(numbers)
    load = np.ones(len(numbers)) if weights is None else _checked_weights(weights, len(numbers))
    possible = np.array(definition.scale.values, dtype=np.float64)
    positions = (numbers[answered] - definition.scale.low).astype(np.int64)
    row = np.bincount(positions, weights=load[answered], minlength=len(possible)).astype(np.float64)
    squares = float((load[answered] ** 2).sum())
    effective = None if weights is None or not squares else np.array([row.sum() ** 2 / squares])
    tally = Tally(possible, row[None, :], effective)
    return score_tally(
        tally, definition, n=int(answered.sum()), baseline=baseline, confidence=confidence, bands=bands,
        small_group=small_group,
    )  # fmt: skip


def score_tally(
    tally: Tally, definition: Definition, *, n: int | None = None, baseline: float | None = None,
    confidence: float = CONFIDENCE, bands: Mapping[str, Bands] = BANDS, small_group: int = SMALL_GROUP,
) -> Score:  # fmt: skip
    """The score of the first row of ``tally``; ``n`` is the number of answers where the counts are weighted."""
    figures = {
        figure: first(estimate(tally, definition, figure, confidence=confidence)) for figure in definition.figures
    }
    head, mean = figures[definition.figure], figures.get(Figure.MEAN, Estimate(None, None, None))
    shares = category_shares(tally, definition)[0]
    answers = round(float(tally.totals[0])) if n is None else n
    return Score(
        value=head.value, low=head.low, high=head.high, n=answers,
        mean=mean.value, mean_low=mean.low, mean_high=mean.high,
        band=band_of(head.value, bands_for(definition, definition.figure, bands)),
        mean_band=band_of(mean.value, bands_for(definition, Figure.MEAN, bands)),
        uncertain=answers < small_group,
        definition=definition,
        shares=dict(zip(definition.categories, map(or_none, shares), strict=True)) if definition.has_shares else {},
        figures={figure.value: found for figure, found in figures.items()},
        baseline=baseline,
        effective_n=None if tally.effective is None else float(tally.effective[0]),
        confidence=confidence,
        counts={float(v): float(count) for v, count in zip(tally.values, tally.counts[0], strict=True) if count},
    )  # fmt: skip


def read_answers(values: Iterable[object], scale: Scale) -> Array:
    """Numbers on ``scale``, NaN for blank and "not applicable"; raw cells are parsed, each distinct one once.

    Raises:
        ScaleError: a value that is not on the scale, named.
    """
    series = values if isinstance(values, pd.Series) else pd.Series(_listed(values), dtype=object)
    if not pd.api.types.is_numeric_dtype(series.dtype) or pd.api.types.is_bool_dtype(series.dtype):
        codes, cells = pd.factorize(series.astype(object))
        read = [scale.parse(cell) for cell in cells]
        table = np.array(
            [a.value if a.status is Status.ANSWERED else np.nan for a in read] + [np.nan], dtype=np.float64
        )
        return table[codes]
    numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
    off = ~np.isnan(numbers) & ((numbers < scale.low) | (numbers > scale.high) | (numbers != np.floor(numbers)))
    if off.any():
        scale.parse(float(numbers[off][0]))  # raises, with the reason
    return numbers


def or_none(number: float) -> float | None:
    """``number`` as a float, ``None`` for NaN."""
    return None if np.isnan(number) else float(number)


def rounded(number: float | None) -> float | None:
    """``number`` to six decimals, never −0.0."""
    return None if number is None else round(number, DECIMALS) + 0.0


def first(estimates: tuple[Array, Array, Array]) -> Estimate:
    """The first group of arrays of estimates."""
    return Estimate(*(or_none(end[0]) for end in estimates))


def _listed(values: Iterable[object]) -> list[object]:
    if isinstance(values, np.ndarray):
        return list(values.tolist())
    return list(values)


def _checked_weights(weights: Iterable[float], n: int) -> Array:
    load = np.asarray(list(weights), dtype=np.float64)
    if len(load) != n:
        raise ScaleError(f"{len(load)} weights for {n} answers; give one weight an answer")
    if not np.isfinite(load).all() or (load < 0).any():
        raise ScaleError("a weight is negative or not a number; weights are 0 or more")
    return load
