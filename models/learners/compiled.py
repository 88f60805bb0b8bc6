"""A fitted model made ready for few rows at a time: the same numbers as `models.learners.model`, a tenth of the time.

A row's numbers are exactly the same alone and among others: sums run over the last axis, or over the first of at least
two columns, which numpy adds one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from models.learners.coding import numbers
from models.learners.forest import Forest, Shares
from models.learners.model import SURE, Explained, Predicted
from models.learners.units import units_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from models.learners.coding import Coded, Coding, Columns
    from models.learners.model import Member, Model

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

AT_ONCE = 64  # rows; with more, what is looked up no longer fits into the processor's own memory


@dataclass(frozen=True, slots=True)
class Linear:
    """Logistic regressions (m,) as tables: of every column that has coefficients (c,) one row a step or word.

    ``table`` (m, c, levels), the last level being "unknown"; ``slope`` (m, c), 0 for words; ``edges`` (c, steps) end
    with infinities.
    """

    place: Places
    is_number: NDArray[np.bool_]
    edges: Floats
    centre: Floats
    spread: Floats
    table: Floats
    slope: Floats
    intercept: Floats

    @classmethod
    def of(cls, coding: Coding, intercept: Floats, coefficients: Floats) -> Linear:
        """Of intercepts (m,) and coefficients (Σ width, m) on the design of ``coding``."""
        ends = np.cumsum([column.width for column in coding.columns])
        kept = [place for place, column in enumerate(coding.columns) if column.width]
        columns = [coding.columns[place] for place in kept]
        steps = max((len(column.edges) for column in columns), default=0)
        levels = max((max(len(column.edges) + 1, len(column.words)) for column in columns), default=0) + 1
        table = np.zeros((len(intercept), len(kept), levels))
        slope = np.zeros((len(intercept), len(kept)))
        for row, (place, column) in enumerate(zip(kept, columns, strict=True)):
            own = coefficients[ends[place] - column.width : ends[place]]
            table[:, row, -1] = own[-1]
            if column.kind == "category":
                table[:, row, : len(column.words)] = own[:-1].T
                continue
            table[:, row, 1 : len(column.edges) + 1] = np.cumsum(own[: len(column.edges)], axis=0).T
            slope[:, row] = own[len(column.edges)]
        return cls(
            np.array(kept, dtype=np.int64), np.array([one.kind == "number" for one in columns], dtype=bool),
            np.array([[*one.edges, *[np.inf] * (steps - len(one.edges))] for one in columns]).reshape(len(kept), steps),
            np.array([one.centre for one in columns]), np.array([one.spread for one in columns]), table, slope,
            intercept,
        )  # fmt: skip

    def effects(self, codes: Floats) -> Floats:
        """What each column adds to the log odds of each regression, (m, n, c), for codes (n, f)."""
        values = np.ascontiguousarray(codes[:, self.place])
        unknown = np.isnan(values)
        level = (values[:, :, None] >= self.edges).sum(axis=2)
        level = np.where(self.is_number, level, _or_nothing(values)).astype(np.int64)
        level[unknown] = self.table.shape[2] - 1
        rise = np.where(unknown, 0.0, np.arcsinh((values - self.centre) / self.spread))
        found: Floats = self.table[:, np.arange(len(self.place)), level] + rise * self.slope[:, None]
        return found

    def margins(self, codes: Floats) -> Floats:
        """Log odds (m, n) of codes (n, f)."""
        found: Floats = np.ascontiguousarray(self.effects(codes)).sum(axis=2) + self.intercept[:, None]
        return found


@dataclass(frozen=True, slots=True)
class Group:
    """Several members: their trees and regressions, each counting a half where there are both."""

    forest: Forest | None
    linear: Linear | None
    half: Floats  # (m, 1): 1, or 1/2 where a member has trees and a regression


@dataclass(frozen=True, slots=True)
class Compiled:
    """Made by `compiled`."""

    model: Model
    members: Group
    draws: Group
    shares: Shares | None
    mean: Linear | None  # of the members, weighted, for contributions
    usual: Floats  # (f,): contributions start from these
    base: float
    given: tuple[int, ...]
    width: float  # of the interval, in standard deviations
    words: tuple[dict[str, float] | None, ...]
    names: tuple[str, ...]
    categories: Places

    @property
    def coding(self) -> Coding:
        """The columns."""
        return self.model.coding

    def codes(self, columns: Columns) -> Floats:
        """As `Coding.codes` gives them."""
        n = len(next(iter(columns.values()))) if columns else 0
        found = np.full((n, len(self.words)), np.nan)
        for place, (column, words) in enumerate(zip(self.coding.columns, self.words, strict=True)):
            values = columns.get(column.name)
            if values is None:
                continue
            if words is not None:
                found[:, place] = [words.get(value, np.nan) for value in values.tolist()]
            else:
                found[:, place] = values if values.dtype.kind == "f" else numbers(values)
        found[np.isinf(found)] = np.nan
        return found

    def absent(self, columns: Columns) -> list[int]:
        """As `Model.absent` gives them."""
        return [place for place, name in enumerate(self.names) if name not in columns]

    def look(self, columns: Columns, codes: Floats, *, explain: bool) -> tuple[Predicted, Explained | None]:
        """What `Model.predict` and `Model.explain` give."""
        model, absent, n = self.model, self.absent(columns), len(codes)
        margin, chance, spread = (np.empty(n) for _ in range(3))
        parts = np.zeros((n, codes.shape[1]))
        for rows, filled, count in self._filled(codes, absent):
            turned = np.ascontiguousarray(filled.T)
            patterns = None if self.members.forest is None else self.members.forest.patterns(turned)
            told = self._given(filled)
            centre = _rows(self._margins(self.members, filled, patterns).mean(axis=1) + told, count)
            drawn = None if self.draws.forest is None else self.draws.forest.patterns(turned)
            apart = _rows(self._margins(self.draws, filled, drawn).var(axis=1, ddof=1), count)
            margin[rows], spread[rows] = centre.mean(axis=1), apart.mean(axis=1) + centre.var(axis=1)
            if absent:
                chance[rows] = model.calibration.probabilities(centre).mean(axis=1)
            if explain:
                parts[rows] = _mean_of_each(self._contributions(filled, patterns), count)
        unsure = spread + self._strange(columns, codes) + model.shift_sd**2
        predicted = model.predicted(margin, chance if absent else None, self.width * np.sqrt(unsure))
        return predicted, Explained(self.names, parts, self.base) if explain else None

    def chances(self, codes: Floats, absent: list[int]) -> Floats:
        """Probabilities of codes (n, f), of which the places ``absent`` are averaged over."""
        found = np.empty(len(codes))
        for rows, filled, count in self._filled(codes, absent):
            patterns = None
            if self.members.forest is not None:
                patterns = self.members.forest.patterns(np.ascontiguousarray(filled.T))
            centre = self._margins(self.members, filled, patterns).mean(axis=1) + self._given(filled)
            found[rows] = self.model.calibration.probabilities(_rows(centre, count)).mean(axis=1)
        return found

    def _filled(self, codes: Floats, absent: list[int]) -> Iterator[tuple[slice, Floats, int]]:
        """Some rows at a time, at least two, each as often as there are rows to fill what is absent from."""
        background = self.model.background if absent else codes[:1]
        step = max(1, AT_ONCE // len(background)) if absent else AT_ONCE
        for first in range(0, len(codes), step):
            rows = slice(first, min(first + step, len(codes)))
            part = codes[rows] if rows.stop - rows.start > 1 else codes[[first, first]]
            if absent:
                part = np.repeat(part, len(background), axis=0)
                part[:, absent] = np.tile(background[:, absent], (len(part) // len(background), 1))
            yield rows, part, rows.stop - rows.start

    def _margins(self, group: Group, codes: Floats, patterns: NDArray[np.uint16] | None) -> Floats:
        """Log odds (n, members) without what is given."""
        total = np.zeros((len(group.half), len(codes)))
        if group.forest is not None and patterns is not None:
            total += group.forest.margins(patterns)
        if group.linear is not None:
            total += group.linear.margins(codes)
        return np.ascontiguousarray((total * group.half).T)

    def _contributions(self, codes: Floats, patterns: NDArray[np.uint16] | None) -> Floats:
        """(n, f)."""
        found = np.zeros(codes.shape)
        if self.shares is not None and patterns is not None:
            found += self.shares.contributions(patterns, codes.shape[1]).T
        if self.mean is not None:
            found[:, self.mean.place] += self.mean.effects(codes)[0]
        found -= self.usual
        for place in self.given:
            found[:, place] += _or_nothing(codes[:, place])
        return found

    def _given(self, codes: Floats) -> Floats:
        found = np.zeros(len(codes))
        for place in self.given:
            found += _or_nothing(codes[:, place])
        return found

    def _strange(self, columns: Columns, codes: Floats) -> Floats:
        """What words that training did not know add to the variance."""
        if not np.isnan(codes.take(self.categories, axis=1)).any():
            return np.zeros(len(codes))
        return np.asarray((self.coding.unseen(columns, codes) * self.model.effect**2).sum(axis=1))


def compiled(model: Model) -> Compiled | None:
    """``model`` made ready; ``None`` where its trees are not of the kind that tables can hold."""
    texts = [["" if one.trees is None else one.trees.text() for one in part] for part in (model.members, model.draws)]
    members, draws = (units_of(part) for part in texts)
    if members is None or draws is None:
        return None
    weights = np.array([1 / len(model.members) / _parts(one) for one in model.members])
    shares = Shares.of(*members, weights) if any(texts[0]) else None
    mean, usual, base = _mean(model.coding, model.members, weights)
    return Compiled(
        model, _group(model.coding, model.members, Forest.of(*members) if any(texts[0]) else None),
        _group(model.coding, model.draws, Forest.of(*draws) if any(texts[1]) else None),
        shares, mean, usual, base + (0.0 if shares is None else shares.base),
        tuple(np.flatnonzero(model.coding.is_given).tolist()),
        float(stdtrit(len(model.draws) - 1, 0.5 + SURE / 2)), tuple(map(_places, model.coding.columns)),
        model.coding.names, np.array(model.coding.categories, dtype=np.int64),
    )  # fmt: skip


def _group(coding: Coding, members: tuple[Member, ...], forest: Forest | None) -> Group:
    linear = None
    if any(one.logistic is not None for one in members):
        width = len(coding.owners())
        known = [(0.0, np.zeros(width)) if one.logistic is None else (one.logistic.intercept, one.logistic.coefficients)
                 for one in members]  # fmt: skip
        linear = Linear.of(coding, np.array([one for one, _ in known]), np.column_stack([one for _, one in known]))
    return Group(forest, linear, np.array([[1 / _parts(one)] for one in members]))


def _mean(coding: Coding, members: tuple[Member, ...], weights: Floats) -> tuple[Linear | None, Floats, float]:
    """The members' regressions as one, what it says of the mean of training, by column, and its base."""
    width = len(coding.owners())
    coefficients, usual, intercept = np.zeros(width), np.zeros(len(coding.columns)), 0.0
    known = [(one.logistic, weight) for one, weight in zip(members, weights.tolist(), strict=True) if one.logistic]
    for one, weight in known:
        coefficients += weight * one.coefficients
        intercept += weight * one.intercept
        usual += weight * np.bincount(coding.owners(), one.usual * one.coefficients, minlength=len(usual))
    mean = Linear.of(coding, np.array([intercept]), coefficients[:, None]) if known else None
    return mean, usual, intercept + float(usual.sum())


def _places(column: Coded) -> dict[str, float] | None:
    if column.kind != "category":
        return None
    return {word: float(place) for place, word in enumerate(column.words)}


def _or_nothing(values: Floats) -> Floats:
    """Zeros where nothing is known."""
    return np.where(np.isnan(values), 0.0, values)


def _parts(member: Member) -> int:
    return (member.logistic is not None) + (member.trees is not None)


def _rows(values: Floats, count: int) -> Floats:
    """(count, fillings), without the row that was only there to be a second."""
    fillings = len(values) // max(count, 2)
    return np.ascontiguousarray(values.reshape(-1, fillings)[:count])


def _mean_of_each(values: Floats, count: int) -> Floats:
    """The mean (count, f) over the fillings of each row."""
    fillings = len(values) // max(count, 2)
    by_row = values.reshape(-1, fillings, values.shape[1])[:count]
    return by_row[:, 0] if fillings == 1 else np.ascontiguousarray(by_row.transpose(0, 2, 1)).mean(axis=2)
