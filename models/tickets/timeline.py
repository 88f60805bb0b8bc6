"""What was known of a key at a moment: rows sorted by key and time, asked "how many, and which, until then?"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Rows of keys 0 … k − 1 (−1: of nobody, never found), in order of key and time.

    ``order`` (n,) are the places of the sorted rows in what was given; ``starts`` (k + 1,) where each key begins.
    """

    order: Places
    starts: Places
    times: Places  # every distinct time, rising
    ranked: Places  # key · (number of times + 1) + rank of the time: rising over the sorted rows

    @classmethod
    def of(cls, keys: Places, at: Places, count: int) -> Timeline:
        """Sort rows with ``keys`` (n,) below ``count`` by their times ``at`` (n,); rows of key −1 are left out."""
        kept = np.flatnonzero(keys >= 0)
        order = kept[np.lexsort((at[kept], keys[kept]))]
        rising = np.sort(at[kept])
        times = rising[np.append(True, rising[1:] != rising[:-1])] if len(rising) else rising
        sorted_ = keys[order]
        ranked = sorted_ * (len(times) + 1) + times.searchsorted(at[order])
        starts = sorted_.searchsorted(np.arange(count + 1))
        return cls(order, starts, times, ranked)

    def until(self, keys: Places, moments: Places, *, inclusive: bool) -> tuple[Places, Places]:
        """First and one past the last sorted row of each key before its moment (``inclusive``: or at it)."""
        rank = self.times.searchsorted(moments, side="right" if inclusive else "left")
        first = self.starts.take(np.maximum(keys, 0)) if len(self.starts) > 1 else np.zeros(len(keys), np.int64)
        last = self.ranked.searchsorted(keys * (len(self.times) + 1) + rank)  # of nobody: not behind the first
        return first, np.maximum(last, first)


def running(values: Floats) -> Floats:
    """Sums of the values before each place, (n + 1,): the sum over [a, b) is ``s[b] − s[a]``."""
    return np.concatenate([[0.0], np.cumsum(values)])


def last_true(flags: NDArray[np.bool_]) -> Places:
    """The last place up to and including each at which a flag is set, −1 where there is none, (n,)."""
    return np.maximum.accumulate(np.where(flags, np.arange(len(flags)), -1)) if len(flags) else np.zeros(0, np.int64)


def next_true(flags: NDArray[np.bool_]) -> Places:
    """The first place from each on at which a flag is set, n where there is none, (n + 1,)."""
    n = len(flags)
    found = np.where(flags, np.arange(n), n)
    return np.r_[np.minimum.accumulate(found[::-1])[::-1], n] if n else np.zeros(1, np.int64)


def highest_so_far(values: Floats, group: Places) -> Floats:
    """The highest value up to each place within its group; ``group`` does not fall, values are at least 0."""
    if not len(values):
        return values
    if group[0] == group[-1]:
        return np.asarray(np.maximum.accumulate(values), dtype=np.float64)
    distinct, rank = np.unique(values, return_inverse=True)  # ranks, since sums with floats would round
    highest = np.maximum.accumulate(rank + group * len(distinct)) - group * len(distinct)
    return np.asarray(distinct[highest], dtype=np.float64)


def coded_keys(*columns: NDArray[np.object_]) -> tuple[dict[str, int], list[Places]]:
    """Whole numbers for the keys in all columns together, −1 for ``None``: the numbers by key, and a column of each."""
    numbered: dict[str, int] = {}
    coded = []
    for column in columns:
        found = np.empty(len(column), dtype=np.int64)
        for place, key in enumerate(column.tolist()):
            found[place] = -1 if key is None or key != key else numbered.setdefault(key, len(numbered))
        coded.append(found)
    return numbered, coded
