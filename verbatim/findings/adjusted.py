"""What a theme does to a score, adjusted for the other themes and for segments: ridge regression on sums.

An answer with a comment adds ``points`` to the score (100 or 0 for a share; 100, 0 or −100 for a net score; the value
for a mean). They are regressed on 0/1 columns, one a theme, with "No detail" and "on no theme" among them, and one a
level of each segment. Every column is shrunk towards nothing by the same strength λ, chosen by ten-fold
cross-validation over customers: that treats the effects as draws from one distribution of variance σ²/λ, so that a
theme of few answers is shrunk more (a theme of n answers keeps about n ÷ (n + λ) of its difference).

**The effect of a theme** is its coefficient minus the mean coefficient of all other mentions: how the answers would
differ had the comment been on another theme, drawn as often as it is mentioned. **The impact** is the effect times the
share of all answers that are on the theme: how the score would change if the theme's comments had been like the others.

Intervals come from drawing customers, and with each draw also the point that coefficients are shrunk to, from that
distribution ("perturb and MAP": Papandreou and Yuille 2010). Without the second they would be those of a shrunken,
biased figure, and too narrow for small themes. Everything works on sums of squares by block of customers, so that a
draw costs no more for a million answers than for a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verbatim.findings.leave_out import Impact
from verbatim.findings.resampling import spread, two_sided

if TYPE_CHECKING:
    from scipy import sparse

    from verbatim.findings.resampling import Codes
    from verbatim.scores.intervals import Array

FOLDS = 10
STRENGTHS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
FEWEST = 20  # answers with a comment on a theme
FEWEST_COMMENTED = 50
ALIKE = 0.9  # correlation of two columns from which their effects cannot be told apart
INFLATED = 5.0  # times the variance that a theme of its size would have by itself
CHUNK = 100
TOO_FEW = "fewer than 20 answers to adjust"


@dataclass(frozen=True, slots=True)
class Design:
    """The columns of the regression: ``matrix`` ``(n, p)``, the first ``themes`` of them the themes asked for.

    The first ``mentions`` columns are all that a comment can be on; segments follow.
    """

    matrix: sparse.csr_matrix
    themes: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Adjusted:
    """``impact`` and ``effect`` by theme; λ; the share (0…1) of the answers' variance explained on unseen customers.

    ``alike`` maps a theme's place to that of a column it cannot be told apart from (``None``: from several).
    """

    impact: Impact
    effect: Impact
    strength: float
    explained: float
    alike: dict[int, int | None]


@dataclass(frozen=True, slots=True)
class _Fit:
    """Coefficients ``(p + 1,)``, intercept first, and the residual variance."""

    coefficients: Array
    variance: float


def adjust(
    points: Array, design: Design, blocks: Codes, draws: Array, *, answers_of_block: Array, rng: np.random.Generator
) -> Adjusted:
    """The adjusted impact of each theme; the arguments as for `left_out`, rows being answers with comments.

    ``answers_of_block`` counts all answers of each block, with and without comments: what the impact is a share of.
    """
    count = draws.shape[1]
    grams = _grams(points, design.matrix, blocks, count)
    order = rng.permutation(count)
    folds = np.empty(count, dtype=np.int64)
    folds[order] = np.arange(count) % FOLDS
    whole = grams.sum(axis=0)
    strength, explained = _choose(grams, folds)
    fit = _fit(whole, strength)
    contrasts = _contrasts(whole, design)
    on = grams[:, 0, 1 : 1 + design.themes]
    effect, drawn_effect = _drawn(grams, fit, strength, contrasts, draws, rng)
    share = on.sum(axis=0) / answers_of_block.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn_share = (draws @ on) / (draws @ answers_of_block)[:, None]
    return Adjusted(
        _summary(share * effect, drawn_share * drawn_effect), _summary(effect, drawn_effect), strength, explained,
        _alike(whole, design, contrasts, strength),
    )  # fmt: skip


def _grams(points: Array, matrix: sparse.csr_matrix, blocks: Codes, count: int) -> Array:
    """``[1 X y]ᵀ [1 X y]`` of each block, ``(blocks, p + 2, p + 2)``."""
    size = matrix.shape[1] + 2
    grams = np.zeros((count, size, size))
    order = np.argsort(blocks, kind="stable")
    bounds = np.searchsorted(blocks[order], np.arange(count + 1))
    rows = matrix[order]
    for block in range(count):
        part = slice(bounds[block], bounds[block + 1])
        if bounds[block] < bounds[block + 1]:
            height = bounds[block + 1] - bounds[block]
            full = np.column_stack([np.ones(height), rows[part].toarray(), points[order[part]]])
            grams[block] = full.T @ full
    return grams


def _fit(gram: Array, strength: float) -> _Fit:
    penalty = np.full(len(gram) - 1, strength)
    penalty[0] = 0.0
    coefficients: Array = np.linalg.solve(gram[:-1, :-1] + np.diag(penalty), gram[:-1, -1]).astype(np.float64)
    return _Fit(coefficients, max(_squares(gram, coefficients), 0.0) / max(gram[0, 0] - 1, 1.0))


def _squares(gram: Array, coefficients: Array) -> float:
    """Sum of squared residuals."""
    fitted = coefficients @ gram[:-1, :-1] @ coefficients
    return float(gram[-1, -1] - 2 * coefficients @ gram[:-1, -1] + fitted)


def _choose(grams: Array, folds: Codes) -> tuple[float, float]:
    """The strength with the least error on customers that were not fitted; of equal ones the strongest."""
    whole = grams.sum(axis=0)
    parts = [grams[folds == fold].sum(axis=0) for fold in range(FOLDS)]
    parts = [part for part in parts if 0 < part[0, 0] < whole[0, 0]]
    if len(parts) < 2:
        return STRENGTHS[-1], 0.0
    errors = [sum(_squares(part, _fit(whole - part, s).coefficients) for part in parts) for s in STRENGTHS]
    best = min(range(len(STRENGTHS)), key=lambda i: (errors[i], -STRENGTHS[i]))
    means = [(whole - part)[0, -1] / (whole - part)[0, 0] for part in parts]
    usual = sum(part[-1, -1] - 2 * m * part[0, -1] + m**2 * part[0, 0] for part, m in zip(parts, means, strict=True))
    return STRENGTHS[best], max(1 - errors[best] / usual, 0.0) if usual > 0 else 0.0


def _contrasts(gram: Array, design: Design) -> Array:
    """One row a theme ``(t, p + 1)``: its coefficient minus the mean over all other mentions."""
    mentions = gram[0, 1 : 1 + design.mentions]
    contrasts = np.zeros((design.themes, len(gram) - 1))
    for theme in range(design.themes):
        others = mentions.copy()
        others[theme] = 0.0
        if others.sum() > 0:
            contrasts[theme, 1 : 1 + design.mentions] = -others / others.sum()
        contrasts[theme, 1 + theme] = 1.0
    return contrasts


def _drawn(
    grams: Array, fit: _Fit, strength: float, contrasts: Array, draws: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """The effects ``(t,)``, and those of every draw ``(b, t)``."""
    size = grams.shape[1]
    flat = grams.reshape(len(grams), -1)
    penalty = np.full(size - 1, strength)
    penalty[0] = 0.0
    centres = rng.normal(0.0, np.sqrt(fit.variance / strength), size=(len(draws), size - 1))
    drawn = np.empty((len(draws), len(contrasts)))
    for first in range(0, len(draws), CHUNK):
        part = slice(first, first + CHUNK)
        sums = (draws[part] @ flat).reshape(-1, size, size)
        left = sums[:, :-1, :-1] + np.diag(penalty)
        right = sums[:, :-1, -1] + penalty * centres[part]
        drawn[part] = np.linalg.solve(left, right[:, :, None])[:, :, 0] @ contrasts.T
    return contrasts @ fit.coefficients, drawn


def _summary(value: Array, drawn: Array) -> Impact:
    (low, high), deviation = spread(drawn)
    return Impact(value, low, high, two_sided(value, deviation))


def _alike(gram: Array, design: Design, contrasts: Array, strength: float) -> dict[int, int | None]:
    """Themes whose effect cannot be told from that of another column, or of several others together."""
    n, sums, inner = gram[0, 0], gram[0, 1:-1], gram[1:-1, 1:-1]
    centred = inner - np.outer(sums, sums) / n
    deviation = np.sqrt(np.maximum(np.diag(centred), 1e-12))
    correlation = np.abs(centred / np.outer(deviation, deviation))
    np.fill_diagonal(correlation, 0.0)
    penalty = np.full(len(gram) - 1, strength)
    penalty[0] = 0.0
    inverse = np.linalg.inv(gram[:-1, :-1] + np.diag(penalty))
    spreads = np.einsum("tp,pq,tq->t", contrasts, inverse, contrasts)
    alone = (contrasts[:, 1:] ** 2 / (sums + strength)).sum(axis=1)
    found: dict[int, int | None] = {}
    for theme in range(design.themes):
        nearest = int(np.argmax(correlation[theme])) if correlation.shape[1] > 1 else theme
        if correlation[theme, nearest] > ALIKE:
            found[theme] = nearest
        elif spreads[theme] > INFLATED * alone[theme]:
            found[theme] = None
    return found
