"""From log odds to probabilities that come true: Platt's line for few cases, an isotonic curve for many.

Learnt on margins that the model gave to rows it had not seen. The isotonic curve (Zadrozny and Elkan 2002) is joined
by straight lines between the centres of its steps and leans a little to Platt's, so that it never ties what the model
told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CASES_FOR_ISOTONIC = 1_000  # of the rarer class, in tickets
FEW = 1e-4
LEAN = 0.1  # share of Platt's line in the isotonic curve


@dataclass(frozen=True, slots=True)
class Calibration:
    """``slope·margin + shift`` in log odds; with knots, the curve through them, leaning to the line."""

    slope: float = 1.0
    shift: float = 0.0
    knots: tuple[tuple[float, float], ...] = ()  # margin → probability, both rising

    @property
    def method(self) -> str:
        """Its name in a card."""
        return "isotonic" if self.knots else "Platt"

    def probabilities(self, margins: Floats) -> Floats:
        """Probability of every margin, in (0, 1); rises with the margin."""
        line = expit(self.slope * margins + self.shift)
        if not self.knots:
            return np.minimum(np.maximum(line, FEW), 1 - FEW)
        x, p = np.asarray(self.knots).T
        curve = np.asarray(np.interp(margins, x, p), dtype=np.float64)
        return np.clip((1 - LEAN) * curve + LEAN * line, FEW, 1 - FEW)

    def state(self) -> dict[str, Any]:
        """JSON-able."""
        return {"slope": self.slope, "shift": self.shift, "knots": [list(knot) for knot in self.knots]}

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> Calibration:
        """What `state` gave."""
        return cls(float(state["slope"]), float(state["shift"]), tuple((float(x), float(p)) for x, p in state["knots"]))


def fit_calibration(margins: Floats, y: NDArray[np.int8], weights: Floats) -> Calibration:
    """Fit on margins of unseen rows (n,); ``weights`` count tickets once."""
    platt = _platt(margins, y, weights)
    cases = float((weights * y).sum())
    if min(cases, float(weights.sum()) - cases) < CASES_FOR_ISOTONIC:
        return platt
    from sklearn.isotonic import IsotonicRegression

    steps = IsotonicRegression(out_of_bounds="clip").fit_transform(margins, y, sample_weight=weights)
    _, step = np.unique(steps, return_inverse=True)
    mass = np.bincount(step, weights)
    centres = np.bincount(step, weights * margins) / mass
    return Calibration(platt.slope, platt.shift, tuple(zip(centres.tolist(), np.unique(steps).tolist(), strict=True)))


def _platt(margins: Floats, y: NDArray[np.int8], weights: Floats) -> Calibration:
    """Platt 1999, with his correction of the targets for few cases; the slope stays positive."""
    cases = float((weights * y).sum())
    others = float(weights.sum()) - cases
    target = np.where(y == 1, (cases + 1) / (cases + 2), 1 / (others + 2))

    def loss(at: Floats) -> float:
        line = at[0] * margins + at[1]
        return float((weights * (np.logaddexp(0, line) - target * line)).sum() / weights.sum())

    start = np.array([1.0, logit((cases + 1) / (cases + others + 2)) - np.average(margins, weights=weights)])
    found = minimize(loss, start, method="L-BFGS-B", bounds=[(0.01, 5.0), (None, None)]).x
    return Calibration(float(found[0]), float(found[1]))
