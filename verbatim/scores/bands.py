"""Words for a score's level, as customary in guides; editable, and no substitute for one's own baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verbatim.domain import Metric
from verbatim.scores.definitions import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from verbatim.scores.definitions import Definition


@dataclass(frozen=True, slots=True)
class Band:
    """``name`` holds for values above ``limit``, or from it on where ``inclusive``."""

    name: str
    limit: float
    inclusive: bool = True

    def holds(self, value: float) -> bool:
        """Whether ``value`` reaches this band."""
        return value > self.limit or (self.inclusive and value == self.limit)


Bands = tuple[Band, ...]  # best first; below the last limit no band holds

BANDS: Mapping[str, Bands] = {
    "csat share": (
        Band("excellent", 90),
        Band("good", 80, inclusive=False),
        Band("typical", 75),
        Band("below typical", 70),
        Band("bad", 0),
    ),
    "csat mean 1-5": (Band("good", 4.0, inclusive=False), Band("typical", 3.5), Band("bad", 1.0)),
    "ces mean 1-5": (Band("good", 4.0, inclusive=False), Band("typical", 3.0), Band("bad", 1.0)),
    "nps net": (
        Band("world class", 70, inclusive=False),
        Band("excellent", 50, inclusive=False),
        Band("good", 30, inclusive=False),
        Band("positive", 10),
        Band("low", 0),
        Band("bad", -100),
    ),
}


def bands_for(definition: Definition, figure: Figure, bands: Mapping[str, Bands] = BANDS) -> Bands:
    """The bands of ``figure`` under ``definition``; empty where guides name none (7-point CES, say)."""
    if definition.metric is Metric.NPS:
        return bands.get("nps net", ()) if figure is Figure.NET else ()
    if figure is Figure.SHARE and definition.metric is Metric.CSAT:
        return bands.get("csat share", ())
    scale = definition.scale
    if figure is Figure.MEAN and (scale.low, scale.high, scale.higher_is_better) == (1, 5, True):
        return bands.get(f"{definition.metric.value} mean 1-5", ())
    return ()


def band_of(value: float | None, bands: Bands) -> str | None:
    """The first band that holds, or ``None`` for no value or no bands."""
    if value is None:
        return None
    return next((band.name for band in bands if band.holds(value)), None)
