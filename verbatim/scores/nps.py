"""NPS: % promoters (9–10) − % detractors (0–6), −100…100, passives in the denominator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.domain import Metric
from verbatim.scores.definitions import Definition, define
from verbatim.scores.score import Score, score_answers

if TYPE_CHECKING:
    from collections.abc import Iterable


def nps(
    values: Iterable[object], *, definition: Definition | str | None = None,
    weights: Iterable[float] | None = None, baseline: float | None = None,
) -> Score:  # fmt: skip
    """Net Promoter Score of answers 0–10 with the adjusted Wald interval (``definition="interval=wald"`` for Wald).

    Raises:
        ScaleError: a value outside 0–10 or a fraction; nothing is rounded.

    >>> nps([10, 2, 7, 8, 6]).value
    -20.0
    """
    chosen = definition if isinstance(definition, Definition) else define(Metric.NPS, definition)
    return score_answers(values, chosen, weights=weights, baseline=baseline)
