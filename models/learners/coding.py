"""Columns as numbers: what every estimator of this package is given, and what it remembers of the columns.

``Coding`` learns, from training rows, the words of each category and the cut points of each number. ``codes`` gives
one float matrix (n, f) for trees (categories as whole numbers, NaN where unknown); ``design`` the sparse matrix for the
logistic regression, where words are zeros and ones, and numbers are steps ("at least 2 h", "at least 4 h", …) and a
slope that goes on beyond what training knew (the inverse hyperbolic sine: straight near the median, logarithmic far
off).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.tickets.features import GIVEN

Columns = Mapping[str, NDArray[Any]]
Kind = Literal["number", "category", "given"]
Floats = NDArray[np.float64]

STEPS = 8  # cut points of a number, at most
LEAST_OF_A_WORD = 5  # tickets with a word (weights summed) from which on it is a category of its own
MOST_WORDS = 200
UNKNOWN = np.nan


@dataclass(frozen=True, slots=True)
class Coded:
    """One column: its cut points (numbers) or words (categories).

    ``sign`` 1: a higher value never lowers the risk, −1: never raises it.

    A "given" column is log odds already: it is added to the margin as it is, and nothing is learnt of it.
    ``centre`` is the median of the numbers and ``spread`` the distance between their quartiles.
    """

    name: str
    kind: Kind
    sign: int = 0
    words: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    centre: float = 0.0
    spread: float = 1.0

    @property
    def width(self) -> int:
        """Columns it takes in the design: one a step and the slope, or one a word; and one for "unknown"."""
        if self.kind == "given":
            return 0
        return 1 + (len(self.edges) + 1 if self.kind == "number" else len(self.words))


@dataclass(frozen=True, slots=True)
class Coding:
    """The coded columns, in the order of the matrix."""

    columns: tuple[Coded, ...]

    @classmethod
    def learn(cls, columns: Columns, weights: Floats, signs: Mapping[str, int] | None = None) -> Coding:
        """Learn from training rows; ``weights`` (n,) count a ticket with several snapshots once.

        A column without a second value is left out: it says nothing.
        """
        known = signs or {}
        found = [_learn(name, values, weights, known.get(name, 0)) for name, values in columns.items()]
        return cls(tuple(column for column in found if column is not None))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the matrix."""
        return tuple(column.name for column in self.columns)

    @property
    def categories(self) -> tuple[int, ...]:
        """Places of the categories in the matrix."""
        return tuple(place for place, column in enumerate(self.columns) if column.kind == "category")

    @property
    def is_given(self) -> NDArray[np.bool_]:
        """Which columns (f,) are log odds known beforehand."""
        return np.array([column.kind == "given" for column in self.columns], dtype=bool)

    def codes(self, columns: Columns) -> Floats:
        """The matrix (n, f): numbers as they are, words as their place; NaN where unknown, new or not given."""
        n = len(next(iter(columns.values()))) if columns else 0
        matrix = np.full((n, len(self.columns)), UNKNOWN)
        for place, column in enumerate(self.columns):
            values = columns.get(column.name)
            if values is None:
                continue
            matrix[:, place] = numbers(values) if column.kind != "category" else _places(values, column.words)
        return matrix

    def unseen(self, columns: Columns, codes: Floats) -> NDArray[np.bool_]:
        """(n, f): where a category has a word that training did not know, or knew too seldom, and so no code."""
        strange = np.zeros(codes.shape, dtype=bool)
        for place in self.categories:
            values = columns.get(self.columns[place].name)
            if values is not None:
                without = np.flatnonzero(np.isnan(codes[:, place]))
                there = (values[row] is not None and values[row] == values[row] for row in without.tolist())
                strange[without, place] = np.fromiter(there, bool, len(without))
        return strange

    def given(self, codes: Floats) -> Floats:
        """(n, f) log odds known beforehand: the given columns, and zeros elsewhere and where unknown."""
        return np.where(self.is_given, np.nan_to_num(codes), 0.0)

    def design(self, codes: Floats) -> sparse.csr_matrix:
        """The matrix (n, Σ width) of zeros and ones behind ``codes``."""
        blocks = [_block(column, codes[:, place]) for place, column in enumerate(self.columns) if column.width]
        if not blocks:
            return sparse.csr_matrix((len(codes), 0))
        return sparse.csr_matrix(sparse.hstack(blocks))

    def effects(self, codes: Floats, coefficients: Floats) -> Iterator[tuple[int, Floats]]:
        """Place of each column with a width, and what its part of ``design @ coefficients`` is, (n, m); (Σ width, m).

        Read off tables, without the design: for one row that takes a twentieth of the time.
        """
        first = 0
        for place, column in enumerate(self.columns):
            if column.width:
                yield place, _effect(column, codes[:, place], coefficients[first : first + column.width])
            first += column.width

    def owners(self) -> NDArray[np.int64]:
        """Which column each column of the design belongs to, (Σ width,)."""
        return np.repeat(np.arange(len(self.columns)), [column.width for column in self.columns])

    def rising(self) -> NDArray[np.int8]:
        """Columns of the design that may not lower the risk (1), or not raise it (−1): numbers with a sign."""
        flags = [
            np.append(np.full(column.width - 1, column.sign if column.kind == "number" else 0), 0)
            for column in self.columns
            if column.width
        ]
        return np.concatenate(flags).astype(np.int8) if flags else np.zeros(0, dtype=np.int8)

    def state(self) -> list[dict[str, Any]]:
        """JSON-able; `of_state` reads it."""
        return [
            {
                "name": one.name, "kind": one.kind, "sign": one.sign, "words": list(one.words),
                "edges": list(one.edges), "centre": one.centre, "spread": one.spread,
            }
            for one in self.columns
        ]  # fmt: skip

    @classmethod
    def of_state(cls, state: list[dict[str, Any]]) -> Coding:
        """What `state` gave."""
        return cls(tuple(Coded(**{**one, "words": tuple(one["words"]), "edges": tuple(one["edges"])}) for one in state))


def numbers(values: NDArray[Any]) -> Floats:
    """A column as float64; infinities, and words that are no numbers, are unknown."""
    if not is_number(values):
        import pandas as pd

        values = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(np.float64)
    found = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(found), found, UNKNOWN)


def is_number(values: NDArray[Any]) -> bool:
    """Whether a column holds numbers (floats, integers, truth values), not words."""
    return values.dtype.kind in "fiub"


def _learn(name: str, values: NDArray[Any], weights: Floats, sign: int) -> Coded | None:
    if not is_number(values):
        words = _frequent(values, weights)
        return Coded(name, "category", words=words) if words else None
    found = numbers(values)
    known = found[~np.isnan(found)]
    if name in GIVEN:
        return Coded(name, "given") if known.any() else None
    if not len(known) or (known.min() == known.max() and len(known) == len(found)):
        return None
    quantiles = np.unique(np.quantile(known, np.linspace(0, 1, STEPS + 2)[1:-1], method="higher"))
    edges = quantiles[quantiles > known.min()]
    if not len(edges) and known.max() > known.min():  # nearly always the same value: the step is the next one
        edges = np.array([known[known > known.min()].min()])
    return Coded(
        name, "number", sign, edges=tuple(map(float, edges)), centre=float(np.median(known)), spread=_spread(known)
    )


def _spread(known: Floats) -> float:
    """The distance between the quartiles; where they are one, the standard deviation."""
    low, high = np.quantile(known, [0.25, 0.75])
    return float(high - low) or float(known.std()) or 1.0


def _frequent(values: NDArray[Any], weights: Floats) -> tuple[str, ...]:
    """The words that occur often enough, most frequent first."""
    sizes: dict[str, float] = {}
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        if value is not None and value == value:
            sizes[value] = sizes.get(value, 0.0) + weight
    often = [(word, size) for word, size in sizes.items() if size >= LEAST_OF_A_WORD - 1e-9]
    return tuple(str(word) for word, _ in sorted(often, key=lambda pair: (-pair[1], str(pair[0])))[:MOST_WORDS])


def _places(values: NDArray[Any], words: tuple[str, ...]) -> Floats:
    place = {word: float(index) for index, word in enumerate(words)}
    return np.fromiter((place.get(value, UNKNOWN) for value in values.tolist()), np.float64, len(values))


def _effect(column: Coded, codes: Floats, coefficients: Floats) -> Floats:
    """(n, m): the coefficients (width, m) that apply to each code, added up."""
    unknown = np.isnan(codes)
    if column.kind == "category":
        found: Floats = coefficients[np.where(unknown, len(column.words), codes).astype(np.int64)]
        return found
    steps = len(column.edges)
    table = np.vstack([np.zeros((1, coefficients.shape[1])), np.cumsum(coefficients[:steps], axis=0)])
    slope = np.arcsinh((codes - column.centre) / column.spread)
    known = table[np.searchsorted(column.edges, codes, side="right")] + slope[:, None] * coefficients[steps]
    return np.asarray(np.where(unknown[:, None], coefficients[-1], known))


def _block(column: Coded, codes: Floats) -> sparse.csr_matrix:
    unknown = np.isnan(codes)
    if column.kind == "number":
        steps = codes[:, None] >= np.asarray(column.edges)[None, :]  # NaN is at least nothing
        slope = np.where(unknown, 0.0, np.arcsinh((codes - column.centre) / column.spread))
        return sparse.csr_matrix(np.column_stack([steps, slope, unknown]).astype(np.float64))
    places = np.where(unknown, len(column.words), codes).astype(np.int64)
    rows = np.arange(len(codes))
    return sparse.csr_matrix((np.ones(len(codes)), (rows, places)), shape=(len(codes), column.width))
