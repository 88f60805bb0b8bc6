"""How a score is counted: which answers are favourable, which figure is the headline, which interval.

The field disagrees with itself, so a ``Definition`` is always an argument and always part of the result. People write
one as text (``satisfied=5``, ``easy=4-5``, ``net``, ``interval=wald``); ``Definition.name`` is that text in full.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from verbatim.domain import Metric
from verbatim.errors import ScaleError
from verbatim.scores.scales import Scale, scale_named, scales_of

if TYPE_CHECKING:
    from verbatim.scores.intervals import Array

Span = tuple[int, int]
NO_SPAN: Span = (1, 0)

CATEGORIES = {  # favourable, between, unfavourable
    Metric.CSAT: ("satisfied", "neutral", "dissatisfied"),
    Metric.CES: ("easy", "neither", "difficult"),
    Metric.NPS: ("promoters", "passives", "detractors"),
}
DEFAULT_SCALE = {Metric.CSAT: "csat-5", Metric.CES: "ces-7-ease", Metric.NPS: "nps"}
# favourable, unfavourable, and what counts as favourable in the net figure
SPANS: dict[str, tuple[Span, Span, Span]] = {
    "csat-5": ((4, 5), (1, 2), (4, 5)),
    "csat-5-excellent": ((4, 5), (1, 2), (4, 5)),
    "csat-5-amazing": ((4, 5), (1, 2), (4, 5)),
    "csat-5-reversed": ((1, 2), (4, 5), (1, 2)),
    "csat-7": ((6, 7), (1, 3), (6, 7)),
    "csat-10": ((9, 10), (1, 4), (9, 10)),
    "csat-3": ((3, 3), (1, 1), (3, 3)),
    "csat-2": ((1, 1), (0, 0), (1, 1)),
    "ces-7-ease": ((5, 7), (1, 3), (6, 7)),
    "ces-5-ease": ((4, 5), (1, 2), (4, 5)),
    "ces-5-effort": ((1, 2), (4, 5), (1, 2)),
    "nps": ((9, 10), (0, 6), (9, 10)),
}


class Figure(StrEnum):
    """What the headline is."""

    SHARE = "share"  # % favourable, 0…100
    NET = "net"  # % favourable − % unfavourable, −100…100
    MEAN = "mean"  # on the scale as asked
    INDEX = "index"  # 0…100, linear, 100 = best answer: the only figure that crosses scales


@dataclass(frozen=True, slots=True)
class Definition:
    """One way to count a metric on one scale; spans are inclusive."""

    scale: Scale
    figure: Figure
    favourable: Span
    unfavourable: Span
    net_favourable: Span
    adjusted: bool = True  # net figures: adjusted Wald, else plain Wald

    @property
    def metric(self) -> Metric:
        """The metric of the scale."""
        return self.scale.metric

    @property
    def categories(self) -> tuple[str, str, str]:
        """The names of favourable, middle and unfavourable answers."""
        return CATEGORIES[self.metric]

    @property
    def has_shares(self) -> bool:
        """Whether answers fall into categories; on the index 0–100 they do not."""
        return self.favourable[0] <= self.favourable[1]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures this metric is reported with, the index for CES only."""
        if not self.has_shares:
            return (Figure.INDEX,)
        usual = (Figure.SHARE, Figure.NET, Figure.MEAN)
        crossing = self.metric is Metric.CES or self.figure is Figure.INDEX
        return (*usual, Figure.INDEX) if crossing else usual

    def headed(self, figure: Figure) -> Definition:
        """The same counting with another headline."""
        return replace(self, figure=figure)

    @property
    def higher_is_better(self) -> bool:
        """Direction of the headline: only a mean on a reversed scale is better when lower."""
        return self.figure is not Figure.MEAN or self.scale.higher_is_better

    @property
    def name(self) -> str:
        """The definition as text that ``parse_definition`` reads back."""
        return _name(self)

    @property
    def text(self) -> str:
        """One sentence for people."""
        return _text(self)

    def points(self, values: Array) -> Array:
        """What each answer adds to the headline: the score is the mean of these over the answers."""
        if self.figure is Figure.MEAN:
            return values
        if self.figure is Figure.INDEX:
            shares = (values - self.scale.low) / (self.scale.high - self.scale.low)
            return 100 * (shares if self.scale.higher_is_better else 1 - shares)
        if self.figure is Figure.SHARE:
            return 100.0 * within(values, self.favourable)
        return 100.0 * within(values, self.net_favourable) - 100.0 * within(values, self.unfavourable)


def ease_index_definition() -> Definition:
    """The ease index as a scale of its own, 0–100: what answers of several CES scales are compared on."""
    scale = Scale("ease-index", Metric.CES, 0, 100, wording="linear over the scale asked, 100 = easiest")
    return Definition(scale, Figure.INDEX, NO_SPAN, NO_SPAN, NO_SPAN)


def within(values: Array, span: Span) -> Array:
    """1.0 where a value lies in the inclusive span, else 0.0."""
    return ((values >= span[0]) & (values <= span[1])).astype(np.float64)


def default_definition(scale: Scale | str) -> Definition:
    """The default of ``scores.md`` for a scale: share for CSAT and CES, net for NPS.

    Raises:
        ScaleError: a scale without a default (one of your own): name the spans with ``parse_definition``.
    """
    chosen = scale_named(scale) if isinstance(scale, str) else scale
    if chosen.name not in SPANS:
        raise ScaleError(f"scale {chosen.name!r} has no default definition; build a Definition for it")
    figure = Figure.NET if chosen.metric is Metric.NPS else Figure.SHARE
    return Definition(chosen, figure, *SPANS[chosen.name])


def define(metric: str | Metric, text: str | None = None, scale: Scale | str | None = None) -> Definition:
    """The definition of ``metric`` on ``scale`` (default: the metric's usual scale), changed as ``text`` says.

    ``text`` is a list of ``satisfied=4-5`` / ``top=5`` / ``easy=5-7`` / ``promoters=9-10``, ``dissatisfied=…`` /
    ``difficult=…`` / ``detractors=…``, ``net=6-7``, ``figure=share|net|mean|index`` (or the bare word),
    ``interval=wald``, and may begin with the scale (``csat-7: satisfied=5-7``).

    Raises:
        ScaleError: an unknown word, a span outside the scale, spans that overlap, a scale of another metric.

    >>> define("csat", "top=5").name
    'csat-5: satisfied=5, dissatisfied=1-2, figure=share'
    """
    wanted = Metric(scales_of(metric)[0].metric)
    head, colon, rest = (text or "").rpartition(":")
    chosen = scale if scale is not None else DEFAULT_SCALE[wanted]
    if colon:
        chosen = scale_named(head.strip())
        if scale is not None and chosen.name != (scale if isinstance(scale, str) else scale.name):
            raise ScaleError(f"definition {text!r} is for {chosen.name}, but the answers are on another scale")
    base = default_definition(chosen)
    if base.metric is not wanted:
        raise ScaleError(f"{base.scale.name} is not a scale of {wanted.value}")
    for item in re.split(r"[,;]\s*|\s+", rest.strip()):
        if item:
            base = _change(base, item, text or "")
    return _checked(base)


def _change(base: Definition, item: str, text: str) -> Definition:
    key, _, value = item.casefold().partition("=")
    good, _, bad = base.categories
    if not value and key in set(Figure):
        return replace(base, figure=Figure(key))
    if key == "figure" and value in set(Figure):
        return replace(base, figure=Figure(value))
    if key == "interval" and value in {"wald", "adjusted"}:
        return replace(base, adjusted=value == "adjusted")
    span = _span(value, text)
    if key in {good, "top"}:
        follows = base.net_favourable == base.favourable
        return replace(base, favourable=span, net_favourable=span if follows else base.net_favourable)
    if key in {bad, "bottom"}:
        return replace(base, unfavourable=span)
    if key == "net":
        return replace(base, net_favourable=span)
    example = f"{good}={_span_text(base.favourable)}"
    raise ScaleError(f"{item!r} is not part of a {base.metric.value} definition; write for example {example}")


def _span(value: str, text: str) -> Span:
    match = re.fullmatch(r"(\d{1,2})(?:[-–](\d{1,2}))?", value)
    if not match:
        raise ScaleError(f"definition {text!r}: {value or 'nothing'!r} is not a span of answers such as 4-5 or 5")
    low, high = int(match[1]), int(match[2] or match[1])
    return (low, high) if low <= high else (high, low)


def _checked(definition: Definition) -> Definition:
    scale = definition.scale
    for span in (definition.favourable, definition.unfavourable, definition.net_favourable):
        if span[0] < scale.low or span[1] > scale.high:
            raise ScaleError(f"answers {_span_text(span)} are not all on {scale.describe()}")
    for up in (definition.favourable, definition.net_favourable):
        if up[0] <= definition.unfavourable[1] and definition.unfavourable[0] <= up[1]:
            raise ScaleError(
                f"answers {_span_text(up)} cannot count as {definition.categories[0]} and {definition.categories[2]} "
                f"at once ({_span_text(definition.unfavourable)}); name both spans"
            )
    return definition


@lru_cache(maxsize=1000)
def _name(definition: Definition) -> str:
    figure, scale = definition.figure, definition.scale
    if not definition.has_shares:
        return f"{scale.name}: figure={figure.value}"
    good, _, bad = definition.categories
    parts = [f"{good}={_span_text(definition.favourable)}", f"{bad}={_span_text(definition.unfavourable)}"]
    if definition.net_favourable != definition.favourable:
        parts.append(f"net={_span_text(definition.net_favourable)}")
    parts.append(f"figure={figure.value}")
    if figure is Figure.NET and not definition.adjusted:
        parts.append("interval=wald")
    return f"{scale.name}: {', '.join(parts)}"


@lru_cache(maxsize=1000)
def _text(definition: Definition) -> str:
    good, _, bad = definition.categories
    figure, scale = definition.figure, definition.scale
    asked = f"on the {scale.low}–{scale.high} scale ({'higher' if scale.higher_is_better else 'lower'} is better)"
    up, down = _span_text(definition.favourable), _span_text(definition.unfavourable)
    if figure is Figure.SHARE:
        return f"% {good} = answers {up} ÷ valid answers, {asked}; Wilson interval"
    if figure is Figure.MEAN:
        return f"mean answer {asked}; t interval"
    if figure is Figure.INDEX:
        best = "easiest" if definition.metric is Metric.CES else "best answer"
        return f"index 0–100, linear over the scale asked, 100 = {best}, mean of all answers; t interval"
    method = "adjusted Wald interval" if definition.adjusted else "Wald interval"
    return f"% {good} ({_span_text(definition.net_favourable)}) − % {bad} ({down}), {asked}; {method}"


def _span_text(span: Span) -> str:
    return str(span[0]) if span[0] == span[1] else f"{span[0]}-{span[1]}"
