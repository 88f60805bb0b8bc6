"""CSAT: satisfied answers ÷ valid answers × 100, with the mean rating as a second figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.domain import Metric
from verbatim.scores.definitions import Definition, define
from verbatim.scores.score import Score, score_answers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from verbatim.scores.scales import Scale


def csat(
    values: Iterable[object], *, scale: Scale | str | None = None, definition: Definition | str | None = None,
    weights: Iterable[float] | None = None, baseline: float | None = None,
) -> Score:  # fmt: skip
    """Customer satisfaction of answers given as numbers or raw cells; blanks and "n/a" are not answers.

    ``scale`` is 1–5 unless named; ``definition`` is text such as ``"satisfied=5"`` or ``"mean"``. No answers: value
    ``None``, n 0.

    Raises:
        ScaleError: a value that is not on the scale, or a definition that is not one.

    >>> csat([5] * 15 + [2] * 10).value
    60.0
    >>> csat([5, 3, "n/a", None]).n
    2
    """
    chosen = definition if isinstance(definition, Definition) else define(Metric.CSAT, definition, scale)
    return score_answers(values, chosen, weights=weights, baseline=baseline)
