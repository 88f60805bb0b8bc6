"""What rating a ticket's handling leads one to expect; what is left over is the customer's mood.

An account that rates badly because its tickets waited long is not an unhappy account. So moods (`models.history`) are
made of what ratings lie above or below this expectation: a ridge regression of the rating (a share of its scale) on
how the ticket stood when it was solved, what it was about and how long it took, without anything known of the customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.coding import Coding
from models.features import BY_NAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.coding import Columns

    Floats = NDArray[np.float64]

RIDGE = 5.0
LEAST_TICKETS = 100
GROUPS = frozenset(
    {"waiting", "replies", "reopened", "handed over", "escalated", "channel", "priority", "topic", "words"}
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """``intercept + design @ coefficients`` is the expected share of the scale."""

    coding: Coding
    intercept: float
    coefficients: Floats

    def shares(self, columns: Columns) -> Floats:
        """Expected shares of the scale (n,), within 0 … 1."""
        design = self.coding.design(self.coding.codes(columns))
        return np.clip(self.intercept + np.asarray(design @ self.coefficients), 0.0, 1.0)

    def state(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "coding": self.coding.state(), "intercept": self.intercept, "coefficients": self.coefficients.tolist(),
        }  # fmt: skip

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> Expectation:
        """What `state` gave."""
        coding = Coding.of_state(state["coding"])
        return cls(coding, float(state["intercept"]), np.asarray(state["coefficients"], dtype=np.float64))


def fit_expectation(columns: Columns, shares: Floats) -> Expectation | None:
    """Learn from tickets as they stood when solved, and their ratings (n,); ``None`` from too few."""
    if len(shares) < LEAST_TICKETS:
        return None
    kept = {name: values for name, values in columns.items() if _of_the_ticket(name)}
    weights = np.ones(len(shares))
    coding = Coding.learn(kept, weights)
    design = coding.design(coding.codes(kept))
    centre, usual = float(shares.mean()), np.asarray(design.mean(axis=0)).ravel()
    square = (design.T @ design).toarray() - len(shares) * np.outer(usual, usual)
    pull = design.T @ (shares - centre)
    found = np.linalg.solve(square + RIDGE * np.eye(len(usual)), pull)
    return Expectation(coding, centre - float(usual @ found), found)


def _of_the_ticket(name: str) -> bool:
    feature = BY_NAME.get(name)
    return feature is not None and feature.group in GROUPS and feature.kind != "rating"
