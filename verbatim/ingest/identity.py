"""Keys of rows, so that the same row has the same key whenever it is read, and a table that remembers many of them.

Records that other files refer to (tickets, accounts, contacts) are keyed by kind, namespace and id, whatever file they
come from: the ``account_id`` of a response and the ``id`` of an account meet. Everything else belongs to its source.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from verbatim.domain import stable_key
from verbatim.ingest.cells import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.ingest.rows import Cell

UNIT = "\x1f"


def shared_key(kind: str, namespace: str, external_id: str) -> str:
    """The key of a ticket, an account or a contact. Two systems that number alike need a ``namespace`` each."""
    return stable_key(kind, namespace, external_id)


def content_digest(cells: Sequence[Cell], order: Sequence[int], names: bytes) -> bytes:
    """16 bytes that depend on the values of a row and the names of its columns (``names``), not on their order."""
    values = UNIT.join([cell if isinstance(cell, str) else text_of(cell) for cell in [cells[i] for i in order]])
    return hashlib.blake2b(names + values.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def short_number(digest: bytes) -> int:
    """The first 8 bytes as an unsigned number, for ``KeyTable``."""
    return int.from_bytes(digest[:8], "little")


class KeyTable:
    """64-bit keys with two 64-bit numbers each, 24 bytes an entry: millions of rows in a few dozen megabytes.

    Sorted runs that are merged when they grow alike, as in a log-structured tree (O'Neil et al. 1996).
    """

    def __init__(self) -> None:
        self._runs: list[tuple[NDArray[np.uint64], NDArray[np.int64]]] = []

    def get(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The numbers of each key, shape ``(len(keys), 2)``; zeros for a key that is not there."""
        found = np.zeros((len(keys), 2), np.int64)
        for run, values in self._runs:
            places, hit = _places(run, keys)
            found[hit] = values[places[hit]]
        return found

    def put(self, keys: NDArray[np.uint64], values: NDArray[np.int64]) -> None:
        """Keep ``values``, shape ``(len(keys), 2)``; what is there is replaced. ``keys`` must be distinct."""
        new = np.ones(len(keys), bool)
        for run, stored in self._runs:
            places, hit = _places(run, keys)
            stored[places[hit]] = values[hit]
            new &= ~hit
        order = np.argsort(keys[new])
        if len(order):
            self._runs.append((keys[new][order], values[new][order]))
        while len(self._runs) > 1 and len(self._runs[-1][0]) * 2 > len(self._runs[-2][0]):
            self._merge_last_two()

    def __len__(self) -> int:
        return sum(len(run) for run, _ in self._runs)

    def _merge_last_two(self) -> None:
        (first, first_values), (second, second_values) = self._runs[-2:]
        keys = np.concatenate([first, second])
        order = np.argsort(keys, kind="stable")
        self._runs[-2:] = [(keys[order], np.concatenate([first_values, second_values])[order])]


def _places(run: NDArray[np.uint64], keys: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    places = np.minimum(np.searchsorted(run, keys), len(run) - 1)
    return places, run[places] == keys
