"""What rating a ticket's handling leads one to expect; what is left over is the customer's mood.

An account that rates badly because its tickets waited long is not an unhappy account. So moods
(`models.tickets.history`) are made of what ratings lie above or below this expectation: a fractional logistic
regression (Papke and Wooldridge 1996) of the rating (a share of its scale) on how the ticket stood when it was solved,
what it was about and how long it took, without anything known of the customer. ``worth`` says how many log odds of
dissatisfaction go with one log odd of the expected share; a mood, which is told in the same unit, is worth as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.special import expit

from models.learners.coding import Coding
from models.learners.logistic import Logistic, fit_logistic
from models.tickets.features import BY_NAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.learners.coding import Columns

    Floats = NDArray[np.float64]

PENALTY, LIGHT_PENALTY = 20.0, 1e-3
LEAST_TICKETS = 100
GROUPS = frozenset(
    {"waiting", "replies", "reopened", "handed over", "escalated", "channel", "priority", "topic", "words"}
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """``logistic`` gives the log odds of the expected share; see the module for ``worth``."""

    coding: Coding
    logistic: Logistic
    worth: float

    def shares(self, columns: Columns) -> Floats:
        """Expected shares of the scale (n,), within 0 … 1."""
        return np.asarray(expit(self.logistic.margins(self.coding.design(self.coding.codes(columns)))))

    def state(self) -> dict[str, Any]:
        """JSON-able."""
        return {"coding": self.coding.state(), "logistic": self.logistic.state(), "worth": self.worth}

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> Expectation:
        """What `state` gave."""
        return cls(Coding.of_state(state["coding"]), Logistic.of_state(state["logistic"]), float(state["worth"]))


def fit_expectation(columns: Columns, shares: Floats, y: NDArray[np.int8]) -> Expectation | None:
    """Learn from tickets as they stood when solved; ``None`` from too few.

    ``shares`` (n,) are their ratings as shares of the scale, ``y`` (n,) who is dissatisfied.
    """
    if len(shares) < LEAST_TICKETS:
        return None
    kept = {name: values for name, values in columns.items() if _of_the_ticket(name)}
    weights = np.ones(len(shares))
    coding = Coding.learn(kept, weights)
    design = coding.design(coding.codes(kept))
    logistic = fit_logistic(design, shares, weights, penalty=PENALTY, rising=np.zeros(design.shape[1], dtype=np.int8))
    return Expectation(coding, logistic, _worth(logistic.margins(design), y))


def _worth(expected: Floats, y: NDArray[np.int8]) -> float:
    """Log odds of dissatisfaction for one log odd of the expected share; at least 0."""
    alone = sparse.csr_matrix(-expected[:, None])
    found = fit_logistic(alone, y, np.ones(len(y)), penalty=LIGHT_PENALTY, rising=np.ones(1, dtype=np.int8))
    return float(found.coefficients[0])


def _of_the_ticket(name: str) -> bool:
    feature = BY_NAME.get(name)
    return (
        feature is not None and feature.group in GROUPS and feature.kind != "rating" and not name.startswith("later_")
    )
