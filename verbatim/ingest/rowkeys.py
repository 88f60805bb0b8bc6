"""Gives every row of one file its keys, and finds ids that stand twice.

A row is known by its id; without one by its values, and identical rows are counted, so that each is kept and reading
the same file again gives the same keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from verbatim.domain import Kind, stable_key
from verbatim.ingest import cells as read
from verbatim.ingest.convert import RowRefusedError
from verbatim.ingest.identity import KeyTable, content_digest, shared_key, short_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.ingest.convert import CellReader
    from verbatim.ingest.rows import RawRow

SHARED = {Kind.TICKETS: "ticket", Kind.ACCOUNTS: "account", Kind.CONTACTS: "contact"}
LONG_FORM = ("metric", "step", "question")  # fields that tell rows of one id apart


class Identity(NamedTuple):
    """The keys of a row: of the survey it belongs to (else its own), of itself, and its own id as it is stored."""

    submission: str
    row: str
    external_id: str | None


def row_identity(kind: Kind, source: str, namespace: str, own: str | None, group: str | None) -> Identity:
    """The keys of a row that is known by its ``own`` id, by the id of the survey it belongs to (``group``), or both."""
    if own is None:
        key = stable_key(source, kind, "submission", str(group))
        return Identity(key, key, read.stored_identifier(str(group)))
    if kind in SHARED:
        key = shared_key(SHARED[kind], namespace, own)
        return Identity(key, key, key if kind is Kind.CONTACTS else read.stored_identifier(own))
    key = stable_key(source, kind, own)
    submission = key if group is None else stable_key(source, kind, "submission", group)
    return Identity(submission, key, read.stored_identifier(own))


def score_key(submission: str, metric: str, step: str | None, question: str | None) -> str:
    """The key of one score of one survey."""
    return stable_key(submission, "score", metric, step or "", question or "")


def comment_key(row: str, own: str, question: str | None, metric: str, step: str) -> str:
    """The key of one open answer of one row; ``own`` is `squash` of its question or its column.

    ``question``, ``metric`` and ``step`` are what the row says beside it, where several rows can have one id.
    """
    return stable_key(row, "comment", own, question or "", metric, step)


class RowKeys:
    """Identities, chunk by chunk: ``begin_chunk``, ``of`` each row, ``accept`` where it is kept, ``end_chunk``."""

    def __init__(self, reader: CellReader, columns: Sequence[str]) -> None:
        self._reader = reader
        self._kind = reader.under.kind
        self._order = sorted(range(len(columns)), key=columns.__getitem__)
        self._names = "\x1e".join(sorted(columns)).encode()
        self.by_id = reader.has("id") or reader.has("submission_id")  # rows are known by an id, not by their values
        self._told_apart = [name for name in LONG_FORM if self._kind is Kind.RESPONSES and reader.has(name)]
        # Of an id: the number of its content and the line it stands in. Of a content: how often it came, and nothing.
        self._seen = KeyTable()
        self._new: dict[int, tuple[int, int]] = {}
        self._digests: list[bytes] = []
        self._identities: list[Identity | RowRefusedError] = []
        self._numbers: list[int] = []
        self._before: list[list[int]] = []

    @property
    def of_groups(self) -> bool:
        """Whether several rows, each with its own id, can be one survey."""
        return self._reader.has("id") and self._reader.has("submission_id")

    def begin_chunk(self, rows: Sequence[RawRow]) -> None:
        """Work out the keys of ``rows`` and look up at once what came before."""
        self._digests = [content_digest(row.cells, self._order, self._names) for row in rows]
        self._new = {}
        if self.by_id:
            self._identities = [self._named(row) for row in rows]
            self._numbers = [self._number(row, found) for row, found in zip(rows, self._identities, strict=True)]
        else:
            self._numbers = [short_number(digest) for digest in self._digests]
        self._before = self._seen.get(np.array(self._numbers, np.uint64)).tolist()

    def of(self, index: int) -> Identity | None:
        """The keys of a row of the chunk; ``None`` where the very same row with the same id came before.

        Raises:
            RowRefusedError: it has no id, or its id stands above with other values.
        """
        number, digest = self._numbers[index], self._digests[index]
        first, line = self._new.get(number) or self._before[index]
        if not self.by_id:
            self._new[number] = (first + 1, 0)
            key = stable_key(self._reader.under.source, self._kind, "content", digest.hex(), str(first))
            return Identity(key, key, None)
        found = self._identities[index]
        if isinstance(found, RowRefusedError):
            raise found
        if line and first != _signed(digest):
            name = "id" if self._reader.has("id") else "submission_id"
            reason = (
                f"this id stands in line {line:,} already, with other values; "
                "which column makes a row unique? --map id=COLUMN"
            )
            raise RowRefusedError(self._reader.column(name), found.external_id or "", reason)
        return None if line else found

    def accept(self, index: int, row: RawRow) -> None:
        """Remember that the row is kept under its id."""
        if self.by_id:
            self._new[self._numbers[index]] = (_signed(self._digests[index]), row.number)

    def end_chunk(self) -> None:
        """Keep what this chunk added."""
        if self._new:
            keys = np.fromiter(self._new, np.uint64, len(self._new))
            self._seen.put(keys, np.array(list(self._new.values()), np.int64))

    def _named(self, row: RawRow) -> Identity | RowRefusedError:
        reader = self._reader
        try:
            own = reader.identifier("id", row.cells) if reader.has("id") else None
            group = reader.identifier("submission_id", row.cells) if reader.has("submission_id") else None
        except RowRefusedError as error:
            return error
        return row_identity(self._kind, reader.under.source, reader.under.namespace, own, group)

    def _number(self, row: RawRow, found: Identity | RowRefusedError) -> int:
        if isinstance(found, RowRefusedError):
            return 0
        if not self._told_apart:
            return int(found.row[:16], 16)
        parts = (self._reader.text(name, row.cells) for name in self._told_apart)
        return int(stable_key(found.row, *parts)[:16], 16)


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "little", signed=True)
