"""A fitted model: columns in; probabilities with intervals, and exact additive contributions, out.

Members fitted on all rows give the margin (their mean); members each fitted on another draw of the accounts say how
unsure it is (their spread). A word that training did not know, or a column that is missing, makes the interval wider
by what that feature usually moves.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from models.learners.calibration import Calibration
    from models.learners.coding import Coding, Columns
    from models.learners.logistic import Logistic
    from models.learners.trees import Trees

    Floats = NDArray[np.float64]

SURE = 0.95
ROWS_AT_ONCE = 2_000
MOST_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Member:
    """One fit of each estimator that takes part."""

    logistic: Logistic | None
    trees: Trees | None


@dataclass(frozen=True, slots=True)
class Predicted:
    """Of each row (n,): probability of dissatisfaction with its interval, margin and expected score.

    The margin is in log odds, not calibrated.
    """

    p: Floats
    low: Floats
    high: Floats
    margin: Floats
    expected: Floats


@dataclass(frozen=True, slots=True)
class Explained:
    """Contributions (n, f) in log odds before calibration, and the base they start from (n,): together the margin."""

    names: tuple[str, ...]
    contributions: Floats
    base: float


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that scoring needs, and nothing else.

    ``background`` (b, f) are codes of training rows, which stand for a column that is missing; ``effect`` (f,) is the
    standard deviation of each feature's contributions; ``shift_sd`` how unsure the calibration is, in log odds;
    ``scale`` knots (probability → expected score).
    """

    coding: Coding
    members: tuple[Member, ...]
    draws: tuple[Member, ...]
    calibration: Calibration
    background: Floats
    effect: Floats
    shift_sd: float
    scale: tuple[tuple[float, float], ...]

    def missing(self, columns: Columns) -> tuple[str, ...]:
        """Columns that training had and these have not."""
        return tuple(name for name in self.coding.names if name not in columns)

    def absent(self, columns: Columns) -> list[int]:
        """Places of the columns that training had and these have not."""
        return [place for place, column in enumerate(self.coding.columns) if column.name not in columns]

    def codes(self, columns: Columns) -> Floats:
        """As `Coding.codes` gives them."""
        return self.coding.codes(columns)

    def look(self, columns: Columns, codes: Floats, *, explain: bool) -> tuple[Predicted, Explained | None]:
        """What `predict` and `explain` give; ``codes`` are those of ``columns``."""
        absent = self.absent(columns)
        return self._predict(columns, codes, absent), self._explain(codes, absent) if explain else None

    def predict(self, columns: Columns) -> Predicted:
        """Score rows. A missing column's effect is averaged over ``background``."""
        return self._predict(columns, self.coding.codes(columns), self.absent(columns))

    def chances(self, codes: Floats, absent: list[int]) -> Floats:
        """Probabilities of codes (n, f), of which the places ``absent`` are averaged over ``background``."""
        found = np.empty(len(codes))
        for rows, filled in self._filled(codes, absent):
            centre = margins(self.coding, self.members, filled).mean(axis=1)
            found[rows] = _mean_of_each(self.calibration.probabilities(centre), len(codes[rows]))
        return found

    def predicted(self, margin: Floats, chance: Floats | None, half: Floats) -> Predicted:
        """Probabilities and intervals of margins; ``half`` the interval's width in log odds."""
        p, low, high = self.calibration.probabilities(np.concatenate([margin, margin - half, margin + half])).reshape(
            3, -1
        )
        p = p if chance is None else chance
        return Predicted(p, np.minimum(low, p), np.maximum(high, p), margin, self.expected(p))

    def expected(self, p: Floats) -> Floats:
        """Expected score at each probability; NaN where no scores were given in training."""
        if not self.scale:
            return np.full(len(p), np.nan)
        x, score = np.asarray(self.scale).T
        return np.asarray(np.interp(p, x, score), dtype=np.float64)

    def explain(self, columns: Columns) -> Explained:
        """Exact contributions, averaged over the members (and over ``background`` for a missing column)."""
        return self._explain(self.coding.codes(columns), self.absent(columns))

    def _predict(self, columns: Columns, codes: Floats, absent: list[int]) -> Predicted:
        margin, chance, spread = self._margins(codes, absent)
        unsure = spread + self.coding.unseen(columns, codes) @ self.effect**2 + self.shift_sd**2
        half = float(stdtrit(len(self.draws) - 1, 0.5 + SURE / 2)) * np.sqrt(unsure)
        return self.predicted(margin, chance, half)

    def _explain(self, codes: Floats, absent: list[int]) -> Explained:
        total, base = np.zeros(codes.shape), 0.0
        for rows, filled in self._filled(codes, absent):
            for member in self.members:
                found, start = contributions(self.coding, member, filled)
                total[rows] += _mean_of_each(found, len(codes[rows])) / len(self.members)
                base += start * len(codes[rows]) / len(codes) / len(self.members)
        return Explained(self.coding.names, total, base)

    def _margins(self, codes: Floats, absent: list[int]) -> tuple[Floats, Floats | None, Floats]:
        """(n,) margins and their variance over the draws.

        With columns absent also mean probabilities, and the variance that the absence adds.
        """
        mean, spread, chance = (np.empty(len(codes)) for _ in range(3))
        for rows, filled in self._filled(codes, absent):
            count = len(codes[rows])
            centre = margins(self.coding, self.members, filled).mean(axis=1)
            mean[rows] = _mean_of_each(centre, count)
            drawn = margins(self.coding, self.draws, filled).var(axis=1, ddof=1)
            spread[rows] = _mean_of_each(drawn, count) + centre.reshape(-1, count).var(axis=0)
            chance[rows] = _mean_of_each(self.calibration.probabilities(centre), count)
        return mean, chance if absent else None, spread

    def _filled(self, codes: Floats, absent: list[int]) -> Iterator[tuple[slice, Floats]]:
        """Some of the rows at a time, each as often as there are rows of ``background`` to fill what is absent from."""
        if not absent and len(codes):
            yield slice(0, len(codes)), codes
            return
        for first in range(0, len(codes), ROWS_AT_ONCE):
            part = slice(first, min(first + ROWS_AT_ONCE, len(codes)))
            count = len(codes[part])
            filled = np.tile(codes[part], (len(self.background), 1))
            filled[:, absent] = np.repeat(self.background[:, absent], count, axis=0)
            yield part, filled


def _mean_of_each(values: Floats, count: int) -> Floats:
    """The mean over the fillings of each of ``count`` rows."""
    return np.asarray(values.reshape(-1, count, *values.shape[1:]).mean(axis=0))


def margins(coding: Coding, members: tuple[Member, ...], codes: Floats) -> Floats:
    """Log odds (n, members): the mean of the estimators that take part."""
    found = np.zeros((len(codes), len(members)))
    linear = [(place, member.logistic) for place, member in enumerate(members) if member.logistic is not None]
    if linear:
        places = [place for place, _ in linear]
        total = np.tile([one.intercept for _, one in linear], (len(codes), 1))
        for _, effect in coding.effects(codes, np.column_stack([one.coefficients for _, one in linear])):
            total += effect
        found[:, places] += total
    grown = _grown_margins([member.trees for member in members], codes)
    for place, member in enumerate(members):
        found[:, place] += grown[place]
        found[:, place] /= (member.logistic is not None) + (member.trees is not None)
    found += coding.given(codes).sum(axis=1)[:, None]
    return found


def _grown_margins(grown: list[Trees | None], codes: Floats) -> list[Floats | float]:
    """What each member's trees say, (n,), or 0 without any; many rows are shared out among threads."""

    def of(trees: Trees | None) -> Floats | float:
        return 0.0 if trees is None else trees.margins(codes)

    if len(codes) < ROWS_AT_ONCE:
        return [of(trees) for trees in grown]
    with ThreadPoolExecutor(min(MOST_WORKERS, os.cpu_count() or 1)) as workers:
        return list(workers.map(of, grown))


def contributions(coding: Coding, member: Member, codes: Floats) -> tuple[Floats, float]:
    """Contributions (n, f) and base of one member."""
    parts = []
    if member.logistic is not None:
        parts.append(member.logistic.contributions(codes, coding))
    if member.trees is not None:
        parts.append(member.trees.contributions(codes))
    total = np.stack([part for part, _ in parts]).sum(axis=0) / len(parts)
    return np.asarray(coding.given(codes) + total), sum(base for _, base in parts) / len(parts)
