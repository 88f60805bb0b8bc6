"""The organisation's own ratings as teachers: comments, and what their authors answered in the same submission.

A rating becomes a target between 0 and 1 by the ends of its own scale: CSAT and CES linearly, 1 the favourable end; NPS
by its groups, detractor 0, passive ½, promoter 1. Below 0.4 is the low side, above 0.6 the high side, between is mid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.domain import Metric
from verbatim.errors import InputError
from verbatim.scores.scales import SCALES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LOW_SIDE, HIGH_SIDE = 0.4, 0.6
DEFAULT_SCALES = {Metric.CSAT: "csat-5", Metric.CES: "ces-7-ease"}
PASSIVE, PROMOTER = 7, 9


@dataclass(frozen=True, slots=True)
class RatedComments:
    """Comments and the ratings beside them; all of one length, in any order.

    ``ratings`` (n,) are 0 (worst) … 1 (best), NaN where there is none: such a comment teaches nothing. ``groups`` are
    what must not be split between learning and measuring (the account, say); ``None`` where not known.
    """

    texts: Sequence[str]
    vectors: NDArray[np.float32]
    ratings: NDArray[np.float64]
    languages: Sequence[str | None] | None = None
    groups: Sequence[str | None] | None = None

    def __post_init__(self) -> None:
        n = len(self.texts)
        lengths = {"vectors": len(self.vectors), "ratings": len(self.ratings)}
        lengths |= {name: len(rows) for name in ("languages", "groups") if (rows := getattr(self, name)) is not None}
        wrong = [f"{name} {length}" for name, length in lengths.items() if length != n]
        if wrong:
            raise InputError(f"{n} texts, but {', '.join(wrong)}; each text needs one row of each")
        given = self.ratings[~np.isnan(self.ratings)]
        if len(given) and (given.min() < 0 or given.max() > 1):
            raise InputError(f"ratings are between 0 and 1, not {given.min():g} … {given.max():g}; see rating_targets")


def rating_targets(frame: pd.DataFrame) -> NDArray[np.float64]:
    """The target of each row, shape ``(n,)``: the mean over the metrics answered, NaN where none was.

    ``frame`` may have ``csat``, ``ces`` and ``nps`` (values on their scales, NaN: none), with ``csat_scale`` and
    ``ces_scale`` (names of scales; without them 1–5 and 1–7 ease are taken). A value outside its scale does not count.
    """
    targets = np.full((len(frame), len(Metric)), np.nan)
    for column, metric in enumerate(Metric):
        if metric.value not in frame:
            continue
        values = pd.to_numeric(frame[metric.value], errors="coerce").to_numpy(dtype=float)
        if metric is Metric.NPS:
            targets[:, column] = _of_nps(values)
            continue
        key = f"{metric.value}_scale"
        names = list(frame[key]) if key in frame else [None] * len(frame)
        for row in np.flatnonzero(~np.isnan(values)):
            name = _or_none(names[int(row)]) or DEFAULT_SCALES[metric]
            targets[row, column] = _on_scale(float(values[row]), name)
    known = ~np.isnan(targets)
    sums = np.where(known, targets, 0).sum(axis=1)
    return np.asarray(np.where(known.any(axis=1), sums / np.maximum(known.sum(axis=1), 1), np.nan))


def _or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _of_nps(values: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        group = np.where(values >= PROMOTER, 1.0, np.where(values >= PASSIVE, 0.5, 0.0))
        return np.where((values >= 0) & (values <= 10), group, np.nan)


def _on_scale(value: float, name: str) -> float:
    scale = SCALES.get(name)
    if scale is None or not scale.low <= value <= scale.high:
        return float("nan")
    share = (value - scale.low) / (scale.high - scale.low)
    return share if scale.higher_is_better else 1 - share
