"""What the words of a file give away where its headers do not: open questions, and answers that nobody named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from verbatim.domain import Metric
from verbatim.errors import ScaleError
from verbatim.scores.scales import scales_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.scores.scales import Scale

OPEN_QUESTION = re.compile(
    r"\b(why|what (?:is|was|are) the (?:main |primary )?reasons?|reason for your|comments?|tell us|in your own words|"
    r"(?:could|can|should) we (?:do|improve|have done)|anything else|please (?:explain|describe)|"
    r"warum|weshalb|grund für|anmerkung|kommentar|por qué|motivo|comentario)\b",
    re.IGNORECASE,
)
READABLE = 0.8  # share of the distinct values that a scale must read
FEWEST_WORDS = 2  # distinct answers in words that make a scale likely


def asks_openly(question: str) -> bool:
    """Whether a question wants an answer in one's own words."""
    return bool(OPEN_QUESTION.search(question))


def worded_metric(values: Sequence[str]) -> str | None:
    """The metric whose words ("Muy satisfecho", "Very easy") a column's values are; numbers alone tell nothing."""
    for metric in (Metric.CSAT, Metric.CES):
        for scale in scales_of(metric):
            said = [value for value in values if scale.knows_words_of(value)]
            if len(said) >= FEWEST_WORDS and sum(reads(scale, value) for value in values) >= READABLE * len(values):
                return metric.value
    return None


def reads(scale: Scale, value: str) -> bool:
    """Whether ``value`` is an answer on ``scale``."""
    try:
        scale.parse(value)
    except ScaleError:
        return False
    return True
