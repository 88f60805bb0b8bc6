"""Training rows: snapshots of rated tickets, and the folds in which they are judged.

A fold trains on what was rated before a moment and judges what was rated after it; a ticket, and as far as there is
enough left to learn from an account, never stands on both sides.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.judging.evaluation import ticket_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from models.learners.coding import Columns

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

BLOCKS = (0.5, 0.67, 0.83)  # shares of the tickets, in order of time, after which a fold begins to judge
MANY = 40_000  # rows from which on the last block says enough
PARTS = 4  # of the accounts, where most of them come again
KEPT = 0.7  # of the training rows that must remain for accounts to be kept apart at once


@dataclass(frozen=True, slots=True)
class Rows:
    """Snapshots, one a row: ``columns`` hold the features; the arrays (n,) say what became of the ticket.

    ``y`` 1 is dissatisfied; ``score`` the rating; ``moment`` and ``rated`` are microseconds since 1970 (UTC);
    ``segments`` are for the evaluation only.
    """

    columns: Columns
    y: NDArray[np.int8]
    score: Floats
    ticket: NDArray[np.object_]
    group: NDArray[np.object_]
    stage: NDArray[np.object_]
    moment: Places
    rated: Places
    segments: Mapping[str, NDArray[np.object_]]

    def __len__(self) -> int:
        return len(self.y)

    def take(self, places: NDArray[Any]) -> Rows:
        """Some of the rows, by place or by truth value."""
        arrays = {name: getattr(self, name)[places] for name in ROW_ARRAYS}
        return replace(
            self,
            columns={name: values[places] for name, values in self.columns.items()},
            segments={name: values[places] for name, values in self.segments.items()},
            **arrays,
        )

    def with_columns(self, columns: Columns) -> Rows:
        """The same rows with other features."""
        return replace(self, columns=columns)

    @property
    def weights(self) -> Floats:
        """(n,) one over the number of the ticket's snapshots: each ticket counts once."""
        return ticket_weights(self.ticket)

    @property
    def tickets(self) -> int:
        """How many tickets the rows are of."""
        return len(set(self.ticket.tolist()))

    @property
    def cases(self) -> int:
        """How many of the tickets are dissatisfied."""
        return len(set(self.ticket[self.y == 1].tolist()))


ROW_ARRAYS = ("y", "score", "ticket", "group", "stage", "moment", "rated")


def coded(keys: NDArray[np.object_]) -> Places:
    """Whole numbers from 0 for equal keys, in the order in which they come."""
    numbered: dict[Any, int] = {}
    return np.fromiter((numbered.setdefault(key, len(numbered)) for key in keys.tolist()), np.int64, len(keys))


def split_by_time(rows: Rows, share: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_], int]:
    """Rows to learn from and the most recent ``share`` of tickets to judge, and the moment between them.

    What is learnt from was rated before that moment, the first after its last rating; what is judged was rated, and is
    seen, from then on. Where only the days of ratings are known, whole days are judged.
    """
    _, first = np.unique(coded(rows.ticket), return_index=True)
    times = np.sort(rows.rated[first])
    cut = int(times[min(int(round(len(times) * (1 - share))), len(times) - 1)])
    past = rows.rated < cut
    start = int(rows.rated[past].max()) + 1 if past.any() else cut
    return past, ~past & (rows.moment >= start), start


def forward_folds(rows: Rows) -> Iterator[tuple[Places, Places]]:
    """Places to train on and to judge, fold by fold; see the module."""
    codes = coded(rows.ticket)
    _, first = np.unique(codes, return_index=True)
    times = np.sort(rows.rated[first])
    cuts = [int(times[int(len(times) * share)]) for share in (BLOCKS if len(codes) < MANY else BLOCKS[-1:])]
    part = _parts(rows.group)
    for place, cut in enumerate(cuts):
        until = cuts[place + 1] if place + 1 < len(cuts) else int(times[-1]) + 1
        past = rows.rated < cut
        judged = (rows.rated >= cut) & (rows.rated < until)
        yield from _apart(rows.group, part, past, judged)


def _apart(
    group: NDArray[np.object_], part: Places, past: NDArray[np.bool_], judged: NDArray[np.bool_]
) -> Iterator[tuple[Places, Places]]:
    """All at once without the judged groups where enough is left, else part by part of the groups."""
    there = set(group[judged].tolist())
    stranger = past & np.fromiter((key not in there for key in group.tolist()), bool, len(group))
    if stranger.sum() >= KEPT * past.sum():
        if stranger.any() and judged.any():
            yield np.flatnonzero(stranger), np.flatnonzero(judged)
        return
    for number in range(PARTS):
        train, test = past & (part != number), judged & (part == number)
        if train.any() and test.any():
            yield np.flatnonzero(train), np.flatnonzero(test)


def _parts(group: NDArray[np.object_]) -> Places:
    """A part of 0 … PARTS − 1 for each group, by a hash of its key: the order of rows changes nothing."""
    known = {key: int(hashlib.blake2b(str(key).encode("utf-8", "replace"), digest_size=4).hexdigest(), 16) % PARTS
             for key in set(group.tolist())}  # fmt: skip
    return np.fromiter((known[key] for key in group.tolist()), np.int64, len(group))
