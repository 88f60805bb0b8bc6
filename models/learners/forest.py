"""Many small trees at once, in numpy: every split is asked once, and what a tree says is read off a table.

LightGBM walks through one tree after the other, and its exact contributions (TreeSHAP) take milliseconds a row. A tree
of few leaves knows few answers: with the answers of its splits as bits of a number, its margin, and the exact Shapley
value of each of its features, stand in tables made beforehand (`models.learners.units`). Sums are taken in an order
that does not depend on how many rows there are, so that a row has the same numbers in any batch. Rows are picked with
``take``, which for few columns is several times as fast as an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.learners.units import shares_of, values_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from models.learners.units import Split, Unit

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]
    Bits = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Questions:
    """All distinct splits: of numbers (feature, cut, where unknown goes), then of words (feature, a row of a table)."""

    feature: Places
    cut: Floats
    unknown: NDArray[np.bool_]
    word_feature: Places
    words: NDArray[np.bool_]  # (splits, words + 1): the last is "unknown", which goes to the right

    @classmethod
    def of(cls, splits: Sequence[Split]) -> Questions:
        """Of ``splits``, those of numbers first."""
        numbers = [one for one in splits if one.words is None]
        others = [one for one in splits if one.words is not None]
        width = max((max(one.words or (0,), default=0) + 1 for one in others), default=0)
        table = np.zeros((len(others), width + 1), dtype=bool)
        for row, one in enumerate(others):
            table[row, list(one.words or ())] = True
        return cls(
            np.array([one.feature for one in numbers], dtype=np.int64),
            np.array([one.cut for one in numbers], dtype=np.float64),
            np.array([one.unknown_left for one in numbers], dtype=bool),
            np.array([one.feature for one in others], dtype=np.int64),
            table,
        )

    def answers(self, codes: Floats) -> NDArray[np.uint8]:
        """1 where a row goes to the left: (splits, n) of codes (f, n)."""
        unknown = np.isnan(codes)
        found = np.empty((len(self.feature) + len(self.word_feature), codes.shape[1]), dtype=np.uint8)
        numbers = found[: len(self.feature)]
        np.less_equal(codes.take(self.feature, axis=0), self.cut[:, None], out=numbers, casting="unsafe")
        numbers |= unknown.take(self.feature, axis=0) & self.unknown[:, None]
        if len(self.word_feature):
            width = self.words.shape[1]
            asked = codes.take(self.word_feature, axis=0)
            known = (asked >= 0) & (asked < width - 1)  # not where it is unknown
            said = np.where(known, asked, width - 1).astype(np.int64)
            said += np.arange(0, self.words.size, width)[:, None]
            found[len(self.feature) :] = self.words.ravel().take(said)
        return found


@dataclass(frozen=True, slots=True)
class Forest:
    """Several ensembles of trees, cut into units of few splits, the units with the most splits first.

    Unit u has the bits ``bits[u]`` (places of questions) and its table from ``start[u]`` on; ``asked[j]`` units have a
    j-th bit. Units from ``first[s]`` on are a segment, of ensemble ``owner[s]``.
    """

    questions: Questions
    bits: Places
    asked: tuple[int, ...]
    start: Places
    table: Floats
    first: Places
    owner: Places
    constant: Floats

    @classmethod
    def of(cls, units: Sequence[Unit], constant: Floats) -> Forest:
        """Of units of ``len(constant)`` ensembles, sorted by `models.learners.units.in_order`."""
        splits = sorted({one for unit in units for one in unit.splits}, key=lambda one: one.words is not None)
        place = {one: number for number, one in enumerate(splits)}
        deepest = max((len(unit.splits) for unit in units), default=0)
        bits = np.zeros((len(units), deepest), dtype=np.int64)
        for row, unit in enumerate(units):
            bits[row, : len(unit.splits)] = [place[one] for one in unit.splits]
        sizes = np.array([len(unit.splits) for unit in units], dtype=np.int64)
        segment = [(len(unit.splits), unit.ensemble) for unit in units]
        first = [row for row in range(len(units)) if row == 0 or segment[row] != segment[row - 1]]
        return cls(
            Questions.of(splits), bits, tuple(int((sizes > bit).sum()) for bit in range(deepest)),
            np.concatenate([[0], np.cumsum(1 << sizes)])[: len(units)].astype(np.int64), values_of(units),
            np.array(first, dtype=np.int64), np.array([segment[row][1] for row in first], dtype=np.int64), constant,
        )  # fmt: skip

    def patterns(self, codes: Floats) -> Bits:
        """What each unit's splits answer to rows of codes (f, n), as bits: (units, n)."""
        found = np.zeros((len(self.bits), codes.shape[1]), dtype=np.uint8 if len(self.asked) <= 8 else np.uint16)
        answers = self.questions.answers(codes).astype(found.dtype, copy=False)
        for bit, count in enumerate(self.asked):
            found[:count] |= answers.take(self.bits[:count, bit], axis=0) << bit
        return found

    def margins(self, patterns: Bits) -> Floats:
        """Log odds of each ensemble, (ensembles, n), of at least two rows: with one, numpy adds in another order."""
        total = np.repeat(self.constant[:, None], patterns.shape[1], axis=1)
        if len(self.first):
            said = self.table.take(patterns + self.start[:, None])
            parts = np.add.reduceat(said, self.first, axis=0)
            for owner, part in zip(self.owner.tolist(), parts, strict=True):
                total[owner] += part
        return total


@dataclass(frozen=True, slots=True)
class Shares:
    """Exact Shapley values of a forest's units, (unit, feature) by feature: entries from ``first[k]`` on are of one."""

    unit: Places
    start: Places
    table: Floats
    first: Places
    feature: Places
    base: float

    @classmethod
    def of(cls, units: Sequence[Unit], constant: Floats, weights: Floats) -> Shares:
        """Of the units and constants of a `Forest`, each ensemble counting its one of ``weights``."""
        unit, feature, start, table, base = shares_of(units, weights)
        order = np.lexsort((unit, feature))
        feature = feature[order]
        first = np.flatnonzero(np.diff(feature, prepend=-1))
        return cls(unit[order], start[order], table, first, feature[first], base + float(constant @ weights))

    def contributions(self, patterns: Bits, features: int) -> Floats:
        """(features, n) log odds, of at least two rows."""
        found = np.zeros((features, patterns.shape[1]))
        if len(self.first):
            said = self.table.take(patterns.take(self.unit, axis=0) + self.start[:, None])
            found[self.feature] = np.add.reduceat(said, self.first, axis=0)
        return found
