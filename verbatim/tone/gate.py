"""Whether what was learned from the own ratings may be used: it must beat VADER and the written examples, out of fold.

Skill is the AUC: how often a comment from the high side scores above one from the low side. Its interval, and that of
its lead, come from a bootstrap over groups (accounts, or distinct texts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from verbatim.tone.own import Lessons

FEWEST_TEXTS = 200
FEWEST_OF_A_SIDE = 30
DRAWS = 400
CONFIDENCE = 0.95
BINS = 10


@dataclass(frozen=True, slots=True)
class Skill:
    """AUC of one source, with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate saw and decided; ``reason`` is a sentence for people.

    ``texts`` are distinct rated texts, ``low`` and ``high`` those of either side. ``skills`` (by source: "own ratings",
    "written examples", "vader") and ``lead`` (own ratings above the better of the others) are ``None`` where there was
    too little to measure. ``calibration_error`` (expected, 10 bins) and ``brier`` are those of ``satisfied``, out of
    fold, ``brier_constant`` that of always saying the share of satisfied. ``languages`` are those served.
    """

    passed: bool
    reason: str
    texts: int
    low: int
    high: int
    skills: dict[str, Skill] | None = None
    lead: Skill | None = None
    calibration_error: float | None = None
    brier: float | None = None
    brier_constant: float | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt's scaling of a logit to the probability that the author rated on the high side."""

    slope: float
    intercept: float

    def probability(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities, shape ``(n,)``."""
        return sigmoid(self.slope * logits + self.intercept)


def too_few(lessons: Lessons) -> str | None:
    """Why nothing can be learned from so little; ``None`` where there is enough."""
    n, low, high = len(lessons.texts), int(lessons.low.sum()), int(lessons.high.sum())
    if n < FEWEST_TEXTS:
        return f"{n} distinct rated comments; {FEWEST_TEXTS} are needed"
    if min(low, high) < FEWEST_OF_A_SIDE:
        side = "low" if low < high else "high"
        return f"{min(low, high)} comments with {side} ratings; {FEWEST_OF_A_SIDE} are needed"
    return None


def judge(
    lessons: Lessons,
    sources: dict[str, NDArray[np.float64]],
    learned: NDArray[np.float64],
    languages: tuple[str, ...],
    seed: int,
) -> GateReport:
    """Compare "own ratings" with the other ``sources``: logits, each ``(n,)``, by models that never saw the text.

    ``learned`` (n,) are the out-of-fold logits of the ratings alone, which the calibration is measured on.
    """
    skills, lead = compare(lessons, sources, seed)
    own = skills["own ratings"]
    passed = lead.low > 0 and own.low > 0.5 and bool(languages)
    better = (
        f"learned from own ratings, AUC {own.value:.3f} on comments not learned from, "
        f"{lead.value:+.3f} above the next best ({lead.low:+.3f} to {lead.high:+.3f})"
    )
    reason = better if passed else f"not used: {better}, which is not certain to be better"
    satisfied = out_of_fold_probability(lessons, learned)
    sided = lessons.low | lessons.high
    truth = lessons.high[sided].astype(float)
    return GateReport(
        passed,
        reason,
        len(lessons.texts),
        int(lessons.low.sum()),
        int(lessons.high.sum()),
        skills,
        lead,
        expected_calibration_error(truth, satisfied[sided]),
        float(np.mean((satisfied[sided] - truth) ** 2)),
        float(truth.mean() * (1 - truth.mean())),
        languages if passed else (),
    )


def compare(lessons: Lessons, logits: dict[str, NDArray[np.float64]], seed: int) -> tuple[dict[str, Skill], Skill]:
    """The skill of every source, and the lead of "own ratings" over the better of the others, over the same draws."""
    sided = lessons.low | lessons.high
    truth = lessons.high[sided]
    _, groups = np.unique(lessons.groups[sided], return_inverse=True)
    draw = np.random.default_rng(seed)
    size = int(groups.max()) + 1
    counts = [np.bincount(draw.integers(size, size=size), minlength=size)[groups].astype(float) for _ in range(DRAWS)]
    point, drawn = {}, {}
    for name, scores in logits.items():
        rank = _dense_ranks(scores[sided])
        point[name] = ranked_auc(truth, rank, np.ones(len(truth)))
        drawn[name] = np.asarray([ranked_auc(truth, rank, weights) for weights in counts])
    others = [name for name in logits if name != "own ratings"]
    best = max(others, key=lambda name: point[name])
    skills = {name: _skill(point[name], drawn[name]) for name in logits}
    return skills, _skill(point["own ratings"] - point[best], drawn["own ratings"] - drawn[best])


def auc(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """How often a score of the true side is above one of the other, ties counting half; ½ where a side is empty."""
    rank = _dense_ranks(scores)
    return ranked_auc(truth, rank, np.ones(len(truth)))


def ranked_auc(truth: NDArray[np.bool_], rank: NDArray[np.int64], weights: NDArray[np.float64]) -> float:
    """Weighted AUC from dense ranks, ties counting half; ½ where a side has no weight."""
    up = np.bincount(rank, weights * truth)
    down = np.bincount(rank, weights * ~truth)
    if not up.sum() or not down.sum():
        return 0.5
    below = np.cumsum(down) - down
    return float((up * (below + down / 2)).sum() / up.sum() / down.sum())


def fit_calibration(logits: NDArray[np.float64], high: NDArray[np.bool_]) -> Calibration:
    """Platt's scaling (1999) on out-of-fold logits of texts on either side."""
    model = LogisticRegression(C=100.0, max_iter=1_000).fit(logits[:, None], high)
    return Calibration(float(model.coef_[0, 0]), float(model.intercept_[0]))


def caution(lessons: Lessons, logits: NDArray[np.float64]) -> float:
    """By how much to stretch ``logits`` (n,), out of fold, so that as many are right as they promise; 1 at least.

    Both sides weigh alike. Never below 1: a rating may know less of the tone than the text says.
    """
    sided = lessons.low | lessons.high
    model = LogisticRegression(C=100.0, fit_intercept=False, class_weight="balanced", max_iter=1_000)
    return max(1.0, float(model.fit(logits[sided][:, None], lessons.high[sided]).coef_[0, 0]))


def out_of_fold_probability(lessons: Lessons, logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of the high side, each fold calibrated on the others; shape ``(n,)``."""
    sided = lessons.low | lessons.high
    found = np.full(len(logits), float(lessons.high[sided].mean()))
    for fold in np.unique(lessons.folds):
        others = sided & (lessons.folds != fold)
        if len(np.unique(lessons.high[others])) == 2:
            here = lessons.folds == fold
            found[here] = fit_calibration(logits[others], lessons.high[others]).probability(logits[here])
    return found


def expected_calibration_error(truth: NDArray[np.float64], probability: NDArray[np.float64]) -> float:
    """Mean gap between promised and seen shares over ten bins of equal width, weighted by their size."""
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, truth - probability, BINS)
    return float(np.abs(gaps).sum() / max(len(truth), 1))


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logits to probabilities, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(np.asarray(logits) / 2)), dtype=np.float64)


def _dense_ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.unique(scores.round(9), return_inverse=True)[1].astype(np.int64)


def _skill(value: float, drawn: NDArray[np.float64]) -> Skill:
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return Skill(round(value, 6), round(float(low), 6), round(float(high), 6))
