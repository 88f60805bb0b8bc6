"""Logistic regression with a ridge penalty on the design of `models.coding`, monotone where it must be.

The steps of a number that may not lower the risk get coefficients of zero or more, which scikit-learn's cannot
promise; so the (convex) problem is given to L-BFGS-B (Byrd et al. 1995) with bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from models.coding import Coding

    Floats = NDArray[np.float64]

MOST_STEPS = 300


@dataclass(frozen=True, slots=True)
class Logistic:
    """``intercept + design @ coefficients`` is the margin (log odds). ``usual`` (c,) is the mean of each column."""

    intercept: float
    coefficients: Floats
    usual: Floats

    def margins(self, design: sparse.csr_matrix) -> Floats:
        """Log odds of every row, (n,)."""
        return self.intercept + np.asarray(design @ self.coefficients)

    def contributions(self, design: sparse.csr_matrix, coding: Coding) -> tuple[Floats, float]:
        """(n, f) log odds that each feature adds to the mean of training, and that mean: the margin, exactly."""
        owners = coding.owners()
        gather = np.zeros((len(owners), len(coding.columns)))
        gather[np.arange(len(owners)), owners] = self.coefficients
        usual = self.usual @ gather
        return np.asarray(design @ gather) - usual, float(self.intercept + usual.sum())

    def state(self) -> dict[str, Any]:
        """JSON-able; ``Logistic.of_state`` reads it."""
        return {"intercept": self.intercept, "coefficients": self.coefficients.tolist(), "usual": self.usual.tolist()}

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> Logistic:
        """What `state` gave."""
        return cls(
            float(state["intercept"]), np.asarray(state["coefficients"], float), np.asarray(state["usual"], float)
        )


def fit_logistic(
    design: sparse.csr_matrix,
    y: NDArray[np.int8],
    weights: Floats,
    *,
    penalty: float,
    rising: NDArray[np.int8],
    start: Logistic | None = None,
) -> Logistic:
    """Minimise Σ w·log-loss + penalty/2 · ‖coefficients‖² (the intercept is free).

    Coefficients stay at least 0 where ``rising`` is 1, at most 0 where it is −1.
    ``start`` is a solution nearby (of another penalty), which saves steps.
    """
    total = weights.sum()
    rate = float(np.clip((weights * y).sum() / total, 1e-6, 1 - 1e-6))
    guess = np.zeros(design.shape[1] + 1)
    guess[0] = np.log(rate / (1 - rate))
    if start is not None:
        guess[0], guess[1:] = start.intercept, start.coefficients
    backwards = design.T.tocsr()

    def loss(at: Floats) -> tuple[float, Floats]:
        margins = at[0] + design @ at[1:]
        slack = weights * (expit(margins) - y)
        value = float((weights * (np.logaddexp(0, margins) - y * margins)).sum() + penalty / 2 * at[1:] @ at[1:])
        return value / total, np.r_[slack.sum(), backwards @ slack + penalty * at[1:]] / total

    bounds = [(None, None), *[(0.0 if way > 0 else None, 0.0 if way < 0 else None) for way in rising.tolist()]]
    found = minimize(
        loss, guess, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": MOST_STEPS, "ftol": 1e-9}
    ).x
    usual = np.asarray(weights @ design).ravel() / total
    return Logistic(float(found[0]), found[1:], usual)
