"""Logistic regression with a ridge penalty on the design of `models.learners.coding`, monotone where it must be.

The steps of a number that may not lower the risk get coefficients of zero or more, which scikit-learn's cannot
promise; so the (convex) problem is solved by projected Newton steps (Bertsekas 1982), their curvature learnt from a
part of the rows: ten gradients where L-BFGS-B needs a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy import sparse

    from models.learners.coding import Coding

    Floats = NDArray[np.float64]

MOST_STEPS = 60
CLOSE = 1e-6  # mean loss that a step must still promise
ROWS_OF_CURVATURE = 6_000
CURVED = (0, 2, 5, 9, 14, 20, 30, 45)  # steps before which the curvature is learnt (again)
SMALLEST = 1e-3  # share of a Newton step


@dataclass(frozen=True, slots=True)
class Logistic:
    """``intercept + design @ coefficients`` is the margin (log odds). ``usual`` (c,) is the mean of each column."""

    intercept: float
    coefficients: Floats
    usual: Floats

    def margins(self, design: sparse.csr_matrix) -> Floats:
        """Log odds of every row, (n,)."""
        return self.intercept + np.asarray(design @ self.coefficients)

    def contributions(self, codes: Floats, coding: Coding) -> tuple[Floats, float]:
        """(n, f) log odds that each feature adds to the mean of training, and that mean: the margin, exactly."""
        found = np.zeros(codes.shape)
        for place, effect in coding.effects(codes, self.coefficients[:, None]):
            found[:, place] = effect[:, 0]
        usual = np.bincount(coding.owners(), self.usual * self.coefficients, minlength=codes.shape[1])
        return found - usual, float(self.intercept + usual.sum())

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
    y: NDArray[Any],
    weights: Floats,
    *,
    penalty: float,
    rising: NDArray[np.int8],
    start: Logistic | None = None,
    offset: Floats | None = None,
) -> Logistic:
    """Minimise Σ w·log-loss + penalty/2 · ‖coefficients‖² (the intercept is free).

    ``y`` are 0, 1 or shares between. Coefficients stay at least 0 where ``rising`` is 1, at most 0 where it is −1.
    ``start`` is a solution nearby (of another penalty), which saves steps; ``offset`` (n,) are log odds known
    beforehand, which `Logistic.margins` leaves out.
    """
    total = float(weights.sum())
    rate = float(np.clip((weights * y).sum() / total, 1e-6, 1 - 1e-6))
    at = np.zeros(design.shape[1] + 1)
    at[0] = np.log(rate / (1 - rate))
    if start is not None:
        at[0], at[1:] = start.intercept, start.coefficients
    given = np.zeros(len(y)) if offset is None else offset
    least = np.r_[-np.inf, np.where(rising > 0, 0.0, -np.inf)]
    most = np.r_[np.inf, np.where(rising < 0, 0.0, np.inf)]
    ridge = np.r_[0.0, np.full(design.shape[1], penalty)]
    backwards = design.T.tocsr()

    def look(at: Floats) -> tuple[float, Floats]:
        margins = given + at[0] + design @ at[1:]
        return float((weights * (np.logaddexp(0, margins) - y * margins)).sum() + (ridge * at) @ at / 2), margins

    value, margins = look(at)
    bend = np.zeros((0, 0))
    with threadpool_limits(limits=1, user_api="blas"):  # threads that wait for one another take ten times as long
        for number in range(MOST_STEPS):
            if number in CURVED:
                bend = _curvature(design, weights, margins)
            slack = weights * (expit(margins) - y)
            slope = np.r_[slack.sum(), backwards @ slack] + ridge * at
            held = ((at <= least) & (slope > 0)) | ((at >= most) & (slope < 0))
            step, before = _newton_step(bend, ridge, slope, free=~held), value
            at, value, margins = _walk(look, at, step, slope, (least, most), (value, margins))
            if before - value < CLOSE * total:
                break
    return Logistic(float(at[0]), at[1:], np.asarray(weights @ design).ravel() / total)


def _curvature(design: sparse.csr_matrix, weights: Floats, margins: Floats) -> Floats:
    """The second derivative of the loss (without the penalty), from every k-th row."""
    chosen = np.arange(0, design.shape[0], max(1, design.shape[0] // ROWS_OF_CURVATURE))
    chance = expit(margins[chosen])
    mass = weights[chosen] * chance * (1 - chance) * weights.sum() / weights[chosen].sum()
    part = np.column_stack([np.ones(len(chosen)), design[chosen].toarray()]).astype(np.float32)
    part *= np.sqrt(mass).astype(np.float32)[:, None]
    return np.asarray(part.T @ part, dtype=np.float64)


def _newton_step(bend: Floats, ridge: Floats, slope: Floats, *, free: NDArray[np.bool_]) -> Floats:
    """Down the slope, the curvature considered; coefficients that are not free stay."""
    inner = bend[np.ix_(free, free)]
    inner[np.diag_indices(len(inner))] += ridge[free] + 1e-6
    step = np.zeros(len(slope))
    step[free] = -cho_solve(cho_factor(inner, overwrite_a=True), slope[free])
    return step


def _walk(
    look: Callable[[Floats], tuple[float, Floats]], at: Floats, step: Floats, slope: Floats,
    bounds: tuple[Floats, Floats], here: tuple[float, Floats],
) -> tuple[Floats, float, Floats]:  # fmt: skip
    """The first of the whole step, its half, its quarter, … that lowers the loss enough (Armijo); or stay."""
    share = 1.0
    while share >= SMALLEST:
        there = np.clip(at + share * step, *bounds)
        value, margins = look(there)
        if value <= here[0] - 1e-4 * max(float(slope @ (at - there)), 0.0):
            return there, value, margins
        share /= 2
    return at, *here
