"""Learns from examples what a taxonomy's words alone do not say.

A multinomial logistic regression whose prior is the description: the log odds of a theme are what its anchors say
(``anchors.py``) plus a correction learned from the examples, held back by a Gaussian prior on its weights. Without
examples the correction is zero; with a few it moves a little; with hundreds the examples decide. The objective is
convex, so the outcome does not depend on where the search begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from verbatim.domain import stable_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WEIGHT_PRECISION = 0.3  # of the Gaussian prior on the corrections
BIAS_PRECISION = 0.05
MOST_STEPS = 300
FOLDS = 5
GRID = np.round(np.arange(0.04, 0.71, 0.01), 2)
DEFAULT_THRESHOLD = 0.15  # where there is nothing to choose on
POOLED = 3.0  # how many average themes' worth of counts steady a theme's own threshold
FEWEST_EXAMPLES = 10  # under so many, thresholds are chosen on the unlabelled comments
FEWEST_UNLABELLED = 50


@dataclass(frozen=True, slots=True)
class Correction:
    """What the examples add to the anchors' log odds: ``weights`` (t, d) on centred vectors, ``bias`` (t,)."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    @classmethod
    def none(cls, themes: int, dimension: int) -> Correction:
        """The correction without examples."""
        return cls(np.zeros((themes, dimension)), np.zeros(themes))

    def apply(self, prior: NDArray[np.float64], centred: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log odds (n, t) from the anchors' ones and the centred vectors (n, d)."""
        return np.asarray(prior + centred @ self.weights.T + self.bias, dtype=np.float64)


def learn_correction(centred: NDArray[np.float32], prior: NDArray[np.float64], member: NDArray[np.bool_]) -> Correction:
    """Fit the correction to examples: centred vectors (n, d), anchors' log odds (n, t), membership (n, t).

    An example in several themes counts in equal parts; one in none tells that no theme stands out there. No examples
    give no correction.
    """
    themes, dimension = member.shape[1], centred.shape[1]
    if not len(centred):
        return Correction.none(themes, dimension)
    goal = member / np.maximum(member.sum(axis=1, keepdims=True), 1)
    goal[~member.any(axis=1)] = 1 / themes
    points = centred.astype(np.float64)

    def loss(packed: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = packed[:-themes].reshape(themes, dimension), packed[-themes:]
        logits = prior + points @ weights.T + bias
        normaliser = logsumexp(logits, axis=1)
        excess = np.exp(logits - normaliser[:, None]) - goal
        penalty = WEIGHT_PRECISION * np.square(weights).sum() + BIAS_PRECISION * np.square(bias).sum()
        slope = (excess.T @ points + WEIGHT_PRECISION * weights).ravel()
        value = float((normaliser - (goal * logits).sum(axis=1)).sum() + penalty / 2)
        return value, np.concatenate([slope, excess.sum(axis=0) + BIAS_PRECISION * bias])

    found = minimize(
        loss, np.zeros(themes * (dimension + 1)), jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS}
    )
    return Correction(found.x[:-themes].reshape(themes, dimension).round(6), found.x[-themes:].round(6))


def thresholds_from_examples(scores: NDArray[np.float64], member: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The score (t,) from which a comment counts to each theme, chosen where it maximises F1 on the examples.

    ``scores`` (n, t) must come from models that did not see the example (``fold_of``). Each theme's counts of hits,
    claims and members are joined by those of three average themes, so that few examples do not make wild thresholds.
    """
    claims = np.stack([(scores >= threshold).sum(axis=0) for threshold in GRID], axis=1).astype(np.float64)
    hits = np.stack([(member & (scores >= threshold)).sum(axis=0) for threshold in GRID], axis=1).astype(np.float64)
    members = member.sum(axis=0).astype(np.float64)[:, None]
    shared = [counts + POOLED * counts.mean(axis=0) for counts in (hits, claims, members)]
    f1 = 2 * shared[0] / np.maximum(shared[1] + shared[2], 1e-9)
    return np.asarray(GRID[f1.round(9).argmax(axis=1)], dtype=np.float64)


def threshold_from_unlabelled(scores: NDArray[np.float64]) -> float:
    """One threshold for all themes where there are too few examples: the one of the highest expected F1.

    The scores (n, t) of unlabelled comments are taken for probabilities (Lipton, Elkan and Naryanaswamy 2014).
    """
    if len(scores) < FEWEST_UNLABELLED:
        return DEFAULT_THRESHOLD
    flat = np.sort(scores, axis=None)
    above = np.concatenate([[0.0], np.cumsum(flat)])
    total = above[-1]
    places = np.searchsorted(flat, GRID)
    expected = 2 * (total - above[places]) / (total + len(flat) - places)
    return float(GRID[expected.round(9).argmax()])


def fold_of(texts: Sequence[str]) -> NDArray[np.int64]:
    """Which of ``FOLDS`` folds each text is in: a matter of the text alone, so that row order changes nothing."""
    return np.asarray([int(stable_key("fold", text)[:8], 16) % FOLDS for text in texts], dtype=np.int64)
