"""What is predicted: "score <= 3", read and applied to ratings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verbatim.domain import Metric
from verbatim.errors import UserError
from verbatim.scores.scales import SCALES

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WRITTEN = re.compile(r"\s*(?:score|rating)?\s*(<=|>=|<|>|==|=)\s*(\d+(?:\.\d+)?)\s*", re.IGNORECASE)
# Shares of the scale up to which an answer counts: 3 of 1–5 for CSAT, 3 of 1–7 for CES.
_UP_TO = {Metric.CSAT: 0.5, Metric.CES: 1 / 3}
CASES = {Metric.CSAT: "dissatisfied", Metric.CES: "high effort"}


@dataclass(frozen=True, slots=True)
class Target:
    """Which ratings count as a case, for example ``score <= 3``."""

    sign: str
    bound: float

    def __str__(self) -> str:
        return f"score {self.sign} {self.bound:g}"

    def of(self, scores: NDArray[np.float64]) -> NDArray[np.int8]:
        """1 where a rating is a case, else 0, (n,)."""
        compared = {"<=": scores <= self.bound, "<": scores < self.bound, ">=": scores >= self.bound,
                    ">": scores > self.bound, "=": scores == self.bound}[self.sign]  # fmt: skip
        return np.asarray(compared, dtype=np.int8)


def read_target(text: str) -> Target:
    """Read "score <= 3".

    Raises:
        UserError: it reads otherwise.

    >>> str(read_target("score<=3"))
    'score <= 3'
    """
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise UserError(f"the target {text!r} cannot be read; write it like 'score <= 3'")
    return Target("=" if found[1] == "==" else found[1], float(found[2]))


def refuse_praise(target: Target, scale: str) -> None:
    """Refuse a target that counts the best answer as a case: predictors look for what went wrong.

    Raises:
        UserError: it does.
    """
    known = SCALES.get(scale)
    if known is not None and target.of(np.array([float(known.best)]))[0]:
        raise UserError(
            f"the target {str(target)!r} counts the best answer of {scale} ({known.best}) as a case; say which answers "
            f"are bad, for example {str(usual_target(known.metric, scale))!r}"
        )


def usual_target(metric: Metric, scale: str) -> Target:
    """What counts as dissatisfied, or as high effort, on a scale: up to 3 of 1–5, up to 3 of 1–7.

    Raises:
        UserError: an unknown scale, or a metric that is not predicted.
    """
    if metric not in _UP_TO:
        raise UserError(f"{metric.value.upper()} is not predicted; csat and ces are")
    known = SCALES.get(scale)
    if known is None:
        raise UserError(f"the scale {scale!r} is not known, so say what counts as a case, like --target 'score <= 3'")
    steps = np.floor(_UP_TO[metric] * (known.high - known.low) + 1e-9)
    return Target("<=", known.low + steps) if known.higher_is_better else Target(">=", known.high - steps)
