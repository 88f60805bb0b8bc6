"""Which answers a rule means: a span of values on each scale, so that whole columns are compared at once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from verbatim.domain import Metric
from verbatim.errors import InputError, ScaleError
from verbatim.scores.definitions import CATEGORIES, Definition, define
from verbatim.scores.scales import SCALES, Scale

COMPARED = re.compile(r"(?:score|rating)?\s*(<=|>=|==|=|<|>)\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
# Share of a scale's range, from its worst end, up to which an answer is low: 3 of 1–5 for CSAT, 3 of 1–7 for CES.
LOW = {Metric.CSAT: 0.5, Metric.CES: 1 / 3}
WORDS = {word: (metric, place) for metric, words in CATEGORIES.items() for place, word in enumerate(words)}


@dataclass(frozen=True, slots=True)
class When:
    """What a rule says of scores: a ``word`` ("low" or a category), or a comparison with ``bound``."""

    word: str | None = None
    sign: str = ""
    bound: float = 0.0


def read_when(text: str, metric: str | None) -> When:
    """Read "detractors", "low" or "score <= 3".

    Raises:
        InputError: it reads otherwise, or the category is one of another metric.
    """
    plain = text.strip().casefold()
    found = COMPARED.fullmatch(plain)
    if found:
        return When(sign="=" if found[1] == "==" else found[1], bound=float(found[2]))
    word = plain if plain == "low" or plain in WORDS else f"{plain}s"
    if word != "low" and word not in WORDS:
        raise InputError(f"'when' is {text!r}; write a category ({', '.join(WORDS)}), low, or like 'score <= 3'")
    if word != "low" and metric is not None and WORDS[word][0] != metric:
        raise InputError(f"'when' is {text!r}, which is said of {WORDS[word][0].value}, but 'metric' is {metric}")
    return When(word=word)


def span_on(when: When, metric: str, scale_name: str, definition: str | None = None) -> tuple[float, float] | None:
    """The values, both ends included, that ``when`` means on a scale; ``None``: none of them.

    ``definition`` is the organisation's own of the metric, used where it fits the scale. On a scale that is not known
    only comparisons say something.
    """
    if when.word is None:
        return _compared(when)
    scale = SCALES.get(scale_name)
    if scale is None or scale.metric != metric:
        return None
    if when.word == "low" and scale.metric in LOW:
        steps = math.floor(LOW[scale.metric] * (scale.high - scale.low) + 1e-9)
        return (scale.low, scale.low + steps) if scale.higher_is_better else (scale.high - steps, scale.high)
    wanted, place = WORDS["detractors" if when.word == "low" else when.word]
    if wanted is not scale.metric:
        return None
    counted = definition_on(scale, definition)
    spans = (counted.favourable, _between(counted), counted.unfavourable)
    low, high = spans[place]
    return (low, high) if low <= high else None


def band_on(metric: str, scale_name: str, value: float | None, definition: str | None = None) -> str | None:
    """The category of an answer in the singular ("detractor", "satisfied"); ``None`` without an answer or scale."""
    if value is None or scale_name not in SCALES:
        return None
    for word in CATEGORIES[Metric(metric)]:
        span = span_on(When(word=word), metric, scale_name, definition)
        if span is not None and span[0] <= value <= span[1]:
            return word.removesuffix("s") if metric == Metric.NPS else word
    return None


def definition_on(scale: Scale, text: str | None) -> Definition:
    """How ``scale`` is counted: as ``text`` says, or as usual where that is said of another scale."""
    try:
        return define(scale.metric, text, scale)
    except ScaleError:
        return define(scale.metric, None, scale)


def _between(counted: Definition) -> tuple[int, int]:
    low, high = sorted((counted.favourable, counted.unfavourable))
    return low[1] + 1, high[0] - 1


def _compared(when: When) -> tuple[float, float]:
    top = math.inf
    return {
        "<=": (-top, when.bound), "<": (-top, math.nextafter(when.bound, -top)), ">=": (when.bound, top),
        ">": (math.nextafter(when.bound, top), top), "=": (when.bound, when.bound),
    }[when.sign]  # fmt: skip
