"""Takes records into the store: checked, converted, and written in one transaction a chunk.

The same records again change nothing, in whatever calls and order they come; a record with an id that is known
updates it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from verbatim.domain import Kind
from verbatim.errors import InputError
from verbatim.ingest.convert import Circumstances, utc_now
from verbatim.ingest.direct.answers import ResponseTaker
from verbatim.ingest.direct.records import RecordTaker
from verbatim.ingest.direct.writing import Outcome, Written, open_batch, write_taken
from verbatim.ingest.texts import TextDesk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from verbatim.ingest.direct.folding import TakenRecord
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

CHUNK_RECORDS = 10_000
LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What became of one record.

    ``problems`` are (field, reason), without customers' words; a record that has some and is not rejected is stored
    without these fields.
    """

    row: int
    id: str | None
    outcome: Outcome
    problems: tuple[tuple[str | None, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DirectResult:
    """What became of a call. The counts are records; ``removed`` counts comments that corrected records lost."""

    batch_id: str
    records: tuple[RecordResult, ...] = ()
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    removed: int = 0


class Prepared:
    """Records that are converted and not written yet; `write` puts them into a transaction that the caller holds."""

    def __init__(
        self, under: Circumstances, desk: TextDesk, taken: Sequence[TakenRecord], batch_id: str, *, merge: bool
    ) -> None:
        self._under, self._desk, self._taken, self.batch_id, self._merge = under, desk, taken, batch_id, merge

    def write(self, connection: Connection, *, first: bool = True) -> DirectResult:
        """Write them; ``first``: the batch is not noted yet."""
        if first:
            open_batch(connection, self.batch_id, self._under)
        written = write_taken(connection, self._taken, self.batch_id, self._under, self._desk, merge=self._merge)
        return self._result(written)

    def _result(self, written: Written) -> DirectResult:
        shown = self._desk.shown
        records = tuple(
            RecordResult(
                record.row,
                record.id,
                outcome,
                tuple((problem.column, shown(problem.reason)) for problem in record.problems),
            )
            for record, outcome in zip(self._taken, written.outcomes, strict=True)
        )
        counts = Counter(str(outcome) for outcome in written.outcomes)
        return DirectResult(
            self.batch_id, records, **{str(one): counts[one] for one in Outcome}, removed=written.removed
        )


def take_records(
    store: Store, settings: Settings, kind: Kind, records: Sequence[Mapping[str, Any]], *, source: str,
    now: datetime | None = None, first_row: int = 1, namespace: str = "", merge: bool = False,
) -> DirectResult:  # fmt: skip
    """Take records of one kind into the store; `RECORD_FIELDS` says what they may hold.

    ``source`` and ``namespace`` are those of files: with the same ones a record and a row of a file with the same id
    are the same. ``now`` is the moment after which an answer lies in the future (default: the clock). ``first_row``
    is the number of the first record, for calls that are part of one. ``merge``: what a record of another kind than
    responses leaves out stays as it is stored, and what it says is null goes, for systems that tell changes only; of a
    ticket that is stored even ``created_at`` may be left out.

    A ticket whose ``updated_at`` is older than that of what is stored comes late: it puts nothing back. Merged, it
    still tells what nobody has told.

    What is wrong with a record never raises: it is rejected, kept among the rejects (file ``api``), and the others
    are stored.

    Raises:
        InputError: a source that cannot be one.
        StorageError: the store failed; the chunk (10,000 records) being written is not in it, those before are.
    """
    batch_id = uuid.uuid4().hex
    results = []
    taker = _taker(settings, kind, source, now, namespace, merge=merge)
    for start in range(0, max(len(records), 1), CHUNK_RECORDS):
        chunk = records[start : start + CHUNK_RECORDS]
        prepared = taker.prepare(chunk, first_row + start, batch_id)
        with store.writing() as connection:
            results.append(prepared.write(connection, first=start == 0))
    if len(results) == 1:
        return results[0]
    names = ("inserted", "updated", "unchanged", "rejected", "removed")
    counts = {name: sum(getattr(one, name) for one in results) for name in names}
    return DirectResult(batch_id, tuple(record for one in results for record in one.records), **counts)


def prepare_records(
    settings: Settings, kind: Kind, records: Sequence[Mapping[str, Any]], *, source: str, now: datetime | None = None,
    merge: bool = False,
) -> Prepared:  # fmt: skip
    """Convert records without writing them, for callers that write something else in the same transaction.

    ``merge``: see `take_records`.

    Raises:
        InputError: a source that cannot be one.
    """
    return _taker(settings, kind, source, now, "", merge=merge).prepare(records, 1, uuid.uuid4().hex)


class _Taker:
    """A converter with what it needs around it."""

    def __init__(self, under: Circumstances, settings: Settings, *, merge: bool) -> None:
        self._under, self._desk = under, TextDesk(settings)
        self._merge = merge and under.kind is not Kind.RESPONSES
        self._convert = (
            ResponseTaker(under, self._desk)
            if under.kind is Kind.RESPONSES
            else RecordTaker(under, self._desk, merge=self._merge)
        )

    def prepare(self, records: Sequence[Mapping[str, Any]], first_row: int, batch_id: str) -> Prepared:
        return Prepared(self._under, self._desk, self._convert.take(records, first_row), batch_id, merge=self._merge)


def _taker(
    settings: Settings, kind: Kind, source: str, now: datetime | None, namespace: str, *, merge: bool
) -> _Taker:  # fmt: skip
    name = source.strip()
    if not name or len(name) > LONGEST_SOURCE or not name.isprintable():
        raise InputError(f"the source is the name of a system, 1 to {LONGEST_SOURCE} characters, for example zendesk")
    under = Circumstances(kind, name, namespace, ZoneInfo(settings.timezone), now or utc_now())
    return _Taker(under, settings, merge=merge)
