"""What stands out among contributions: the groups of features that move a row most, and the past rows most like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.tickets.features import PERSONAL, feature_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROWS_A_CELL = 50  # of which only the nearest is looked at, to find how near the nearest are
ROUNDED = 5e-5  # what float32 may be off, relative to the squares


@dataclass(frozen=True, slots=True)
class Groups:
    """Features by what they tell of, groups by name; who the agent is is in none.

    ``places`` (g, w) are each group's features, the first one repeated where there are fewer than the most.
    """

    names: tuple[str, ...]
    order: NDArray[np.int64]
    first: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, features: tuple[str, ...]) -> Groups:
        """Of the features of a model, in the order of its matrix."""
        found: dict[str, list[int]] = {}
        for place, name in enumerate(features):
            if name not in PERSONAL:
                found.setdefault(feature_of(name).group, []).append(place)
        groups = sorted(found.items())
        most = max((len(places) for _, places in groups), default=0)
        padded = [[*places, *places[:1] * (most - len(places))] for _, places in groups]
        sizes = [len(places) for _, places in groups]
        return cls(
            tuple(name for name, _ in groups),
            np.array([place for _, places in groups for place in places], dtype=np.int64),
            np.cumsum([0, *sizes])[:-1].astype(np.int64),
            np.array(padded, dtype=np.int64).reshape(len(groups), most),
        )

    def strongest(self, points: Floats, top: int, least: float) -> list[list[tuple[int, int, float]]]:
        """Of each row of points (n, f) the ``top`` groups by size: group, its strongest feature, its points.

        Groups under the ``least`` are left out.
        """
        if not self.names or not len(points):
            return [[] for _ in points]
        totals = np.add.reduceat(np.ascontiguousarray(points.take(self.order, axis=1)), self.first, axis=1)
        best = np.argsort(-np.abs(totals), axis=1, kind="stable")[:, :top]
        row = np.arange(len(points))[:, None]
        most = totals[row, best]
        places = self.places.take(best, axis=0)
        own = points[row[:, :, None], places] * np.sign(most)[:, :, None]
        strong = places[row, np.arange(best.shape[1]), own.argmax(axis=2)]
        rows = zip(best.tolist(), strong.tolist(), most.tolist(), strict=True)
        return [
            [(group, place, total) for group, place, total in zip(*row, strict=True) if abs(total) >= least]
            for row in rows
        ]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Past rows (k, f) in which the nearest are sought.

    ``rough`` (f' + 1, k') is a float32 copy with cells of the features that are ever another than 0, ``used``; its
    last row are the squares.
    """

    rows: Floats
    used: NDArray[np.int64]
    rough: NDArray[np.float32]

    @classmethod
    def of(cls, rows: NDArray[np.floating]) -> Neighbours:
        """Of rows (k, f)."""
        exact = rows.astype(np.float64)
        lack = -len(exact) % ROWS_A_CELL
        used = np.flatnonzero(exact.any(axis=0))
        squares = np.concatenate([(exact**2).sum(axis=1), np.full(lack, np.finfo(np.float32).max)])
        rough = np.vstack([np.vstack([exact[:, used], np.zeros((lack, len(used)))]).T, squares]).astype(np.float32)
        return cls(exact, used, rough)

    def nearest(self, asked: Floats, count: int) -> list[list[int]]:
        """Places of the ``count`` nearest rows (Euclid) of each of ``asked`` (n, f), those in front first at a tie.

        A rough search says which may be among them; these are measured exactly.
        """
        turned = np.ones((len(asked), len(self.used) + 1), dtype=np.float32)
        turned[:, :-1] = -2 * asked.take(self.used, axis=1)
        far = turned @ self.rough
        cells = far.reshape(len(asked), -1, ROWS_A_CELL)
        if cells.shape[1] >= count:  # the nearest of that many cells are no farther than this
            bound = np.partition(cells.min(axis=2), count - 1, axis=1)[:, count - 1]
        else:
            bound = np.full(len(asked), np.inf, dtype=np.float32)
        slack = ROUNDED * (1 + (asked**2).sum(axis=1) + np.abs(bound))
        limit = np.minimum(bound + slack, np.finfo(np.float32).max / 2)  # what only fills the cells up is farther
        row, place = np.divmod(np.flatnonzero(far <= limit[:, None]), self.rough.shape[1])
        apart = ((self.rows[place] - asked[row]) ** 2).sum(axis=1)
        order = np.lexsort((place, apart, row))
        starts = np.searchsorted(row, np.arange(len(asked) + 1)).tolist()
        sorted_ = place[order].tolist()
        return [sorted_[first:last][:count] for first, last in zip(starts[:-1], starts[1:], strict=True)]
