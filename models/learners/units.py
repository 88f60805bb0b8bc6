"""LightGBM's trees, read from their text and cut into units of a few splits, and tables of what units say.

A unit is a part of a tree: some of its leaves with the paths that lead there; a tree of few leaves is one unit, and a
tree is the sum of its units. The Shapley values are those of Lundberg et al. 2018 ("path dependent" TreeSHAP, what
LightGBM's ``pred_contrib`` gives): a feature that is not known follows both branches, by their share of the training
rows. For one leaf reached with shares z of features 1 … d, of which the row meets a (0 or 1 each),
φ_i = value · (a_i − z_i) · Σ_k k!(d − 1 − k)!/d! · [t^k] Π_{j≠i} (z_j + a_j·t).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import factorial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

MOST_SPLITS = 5  # of a unit, where its paths are not longer
DEEPEST = 11  # a path's splits: a table has two to their number of rows
CATEGORY, LEFT, ZERO, UNKNOWN = 1, 2, 4, 8  # bits of LightGBM's decision_type


class Split(NamedTuple):
    """At most ``cut`` goes left; or, with ``words``, one of these codes. Unknown numbers go where the flag says."""

    feature: int
    cut: float
    unknown_left: bool
    words: tuple[int, ...] | None


class Step(NamedTuple):
    """One step of a path: to the left or not, with this share of the rows."""

    split: Split
    left: bool
    share: float


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value in log odds, and the path to it."""

    value: float
    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """Leaves of one tree of an ensemble, and all splits on their paths."""

    ensemble: int
    splits: tuple[Split, ...]
    leaves: tuple[Leaf, ...]


def units_of(texts: Sequence[str]) -> tuple[list[Unit], Floats] | None:
    """All units of several ensembles (LightGBM's text each), in the order of `Forest`, and their constants.

    ``None`` where a tree is deeper than tables can be, or has splits as LightGBM makes them only when asked to.
    """
    found: list[Unit] = []
    constant = np.zeros(len(texts))
    for ensemble, text in enumerate(texts):
        for block in text.partition("\nend of trees")[0].split("\nTree=")[1:]:
            tree = dict(line.partition("=")[::2] for line in block.split("\n"))
            if tree["num_leaves"] == "1":
                constant[ensemble] += float(tree["leaf_value"])
                continue
            leaves = _leaves(tree)
            if leaves is None or max(len(leaf.path) for leaf in leaves) > DEEPEST:
                return None
            found += (_unit(ensemble, part) for part in _parts(leaves))
    return in_order(found), constant


def in_order(units: Sequence[Unit]) -> list[Unit]:
    """Those with the most splits first, and among equals by ensemble."""
    return sorted(units, key=lambda unit: (-len(unit.splits), unit.ensemble))


def values_of(units: Sequence[Unit]) -> Floats:
    """What the units say, one after the other, for each pattern of the answers of their splits."""
    found = []
    for unit in units:
        patterns = _patterns(len(unit.splits))
        table = np.zeros(len(patterns))
        for leaf in unit.leaves:
            care, want = _asked(unit, leaf.path)
            table[(patterns & care) == want] += leaf.value
        found.append(table)
    return np.concatenate(found) if found else np.zeros(0)


def shares_of(units: Sequence[Unit], weights: Floats) -> tuple[Places, Places, Places, Floats, float]:
    """Shapley values as entries, one a unit and feature: unit, feature, start in the table; the table; and the base.

    Each ensemble counts its one of ``weights``.
    """
    unit_, feature_, start, tables, size, base = [], [], [], [], 0, 0.0
    for place, unit in enumerate(units):
        patterns = _patterns(len(unit.splits))
        known: dict[int, Floats] = {}
        for leaf in unit.leaves:
            features = sorted({step.split.feature for step in leaf.path})
            steps = [[step for step in leaf.path if step.split.feature == feature] for feature in features]
            asked = np.array([_asked(unit, part) for part in steps])
            share = np.array([np.prod([step.share for step in part]) for part in steps])
            met = (patterns[:, None] & asked[:, 0]) == asked[:, 1]
            value = leaf.value * float(weights[unit.ensemble])
            for feature, points in zip(features, (value * _shapley(met, share)).T, strict=True):
                known[feature] = known[feature] + points if feature in known else points
            base += value * float(share.prod())
        for feature, table in known.items():
            unit_.append(place)
            feature_.append(feature)
            start.append(size)
            tables.append(table)
            size += len(table)
    entries = tuple(np.array(values, dtype=np.int64) for values in (unit_, feature_, start))
    return entries[0], entries[1], entries[2], np.concatenate(tables) if tables else np.zeros(0), base


def _leaves(tree: dict[str, str]) -> list[Leaf] | None:
    """All leaves from left to right, ``None`` where a split treats 0 as unknown."""
    splits = _splits(tree)
    if splits is None:
        return None
    left, right, inner, outer = (
        [int(number) for number in tree[name].split(" ")]
        for name in ("left_child", "right_child", "internal_count", "leaf_count")
    )
    values = [float(number) for number in tree["leaf_value"].split(" ")]

    def walk(node: int, path: tuple[Step, ...]) -> Iterator[Leaf]:
        if node < 0:
            yield Leaf(values[~node], path)
            return
        for child, is_left in ((left[node], True), (right[node], False)):
            count = inner[child] if child >= 0 else outer[~child]
            yield from walk(child, (*path, Step(splits[node], is_left, count / inner[node])))

    return list(walk(0, ()))


def _splits(tree: dict[str, str]) -> list[Split] | None:
    features, kinds = ([int(number) for number in tree[name].split(" ")] for name in ("split_feature", "decision_type"))
    cuts = [float(number) for number in tree["threshold"].split(" ")]
    found = []
    for feature, kind, cut in zip(features, kinds, cuts, strict=True):
        if kind & CATEGORY:
            found.append(Split(feature, 0.0, False, _words(tree, int(cut))))
            continue
        if kind & ZERO:
            return None
        # without rows that lacked the number in training, LightGBM reads 0 for it
        unknown_left = bool(kind & LEFT) if kind & UNKNOWN else cut >= 0.0
        found.append(Split(feature, cut, unknown_left, None))
    return found


def _words(tree: dict[str, str], place: int) -> tuple[int, ...]:
    """The codes that go left, of a set of bits in words of 32."""
    bounds = [int(number) for number in tree["cat_boundaries"].split(" ")]
    bits = [int(number) for number in tree["cat_threshold"].split(" ")][bounds[place] : bounds[place + 1]]
    return tuple(32 * word + bit for word, held in enumerate(bits) for bit in range(32) if held >> bit & 1)


def _parts(leaves: list[Leaf], depth: int = 0) -> Iterator[list[Leaf]]:
    """The leaves, apart where their paths have more splits than a unit should; they share the first ``depth`` steps."""
    if len(leaves) == 1 or len({step.split for leaf in leaves for step in leaf.path}) <= MOST_SPLITS:
        yield leaves
        return
    for is_left in (True, False):
        yield from _parts([leaf for leaf in leaves if leaf.path[depth].left == is_left], depth + 1)


def _unit(ensemble: int, leaves: list[Leaf]) -> Unit:
    splits = dict.fromkeys(step.split for leaf in leaves for step in leaf.path)
    return Unit(ensemble, tuple(splits), tuple(leaves))


def _asked(unit: Unit, path: Sequence[Step]) -> tuple[int, int]:
    """Which bits of the unit a path looks at, and what they must be."""
    bits = [(1 << unit.splits.index(step.split), step.left) for step in path]
    care = want = 0
    for bit, is_left in bits:
        care |= bit
        want |= bit if is_left else 0
    return care, want


@lru_cache(maxsize=16)
def _patterns(splits: int) -> Places:
    return np.arange(1 << splits)


def _shapley(met: NDArray[np.bool_], share: Floats) -> Floats:
    """Shapley values (p, d) of a leaf worth 1, for patterns (p, d) of features that are met; ``share`` (d,)."""
    size = len(share)
    weights = np.array([factorial(k) * factorial(size - 1 - k) / factorial(size) for k in range(size)])
    found = np.empty(met.shape)
    for place in range(size):
        terms = np.zeros((len(met), size))
        terms[:, 0] = 1.0
        for other in range(size):
            if other != place:
                with_it = terms[:, :-1] * met[:, other, None]
                terms *= share[other]
                terms[:, 1:] += with_it
        found[:, place] = (met[:, place] - share[place]) * (terms @ weights)
    return found
