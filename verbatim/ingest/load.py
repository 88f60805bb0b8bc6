"""Reads a file into the store: chunk by chunk, each chunk one transaction, so that a killed run carries on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from verbatim.domain import stable_key
from verbatim.errors import InputError, TooManyRejects
from verbatim.ingest.plan import convert_chunk
from verbatim.ingest.rows import Meter
from verbatim.ingest.texts import TextDesk
from verbatim.storage.tables import comment, ingest_batch
from verbatim.storage.upsert import Changes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from verbatim.ingest.convert import Refusal
    from verbatim.ingest.plan import IngestPlan
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

CHUNK_ROWS = 10_000
KEYS_AT_ONCE = 5_000  # databases limit the values of one statement


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading has come. ``done`` and ``total`` are in ``unit`` (bytes or rows of the file)."""

    done: int
    total: int | None
    unit: str
    rows: int
    rejected: int


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of a file. ``rows`` counts rows of the file; the changes count rows of the store's tables.

    ``rejected`` counts rejects (a row can have several), ``reasons`` the same by reason; ``tables`` counts what the
    file holds by table, new or not; ``removed`` counts comments that corrected rows no longer have.
    """

    batch_id: str
    rows: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    tables: Mapping[str, int] = field(default_factory=dict)
    undated: int = 0
    removed: int = 0


def ingest(
    plan: IngestPlan,
    store: Store,
    settings: Settings,
    *,
    progress: Callable[[Progress], None] | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> IngestResult:
    """Read the whole file of ``plan`` into ``store``.

    The same file again changes nothing; after a kill or an error the same call goes on to the same state.

    Raises:
        TooManyRejects: more than the plan allows; the chunks read so far stay stored, with their rejects.
        InputError: the file is damaged further on; what was read before stays stored.
        StorageError: the store failed; the chunk that was being written is not in it, those before are.
    """
    run = _Run(plan, store, settings)
    meter = Meter()
    rows = plan.file.rows(meter)
    try:
        while chunk := list(islice(rows, chunk_rows)):
            run.write(chunk)
            if progress is not None:
                progress(Progress(meter.done, meter.total, meter.unit, run.rows, run.rejected))
            run.stop_at_too_many()
    except (InputError, KeyboardInterrupt):
        store.finish_batch(run.batch_id, complete=False)
        raise
    store.finish_batch(run.batch_id)
    return run.result()


class _Run:
    """One reading of one file: what has been counted so far."""

    def __init__(self, plan: IngestPlan, store: Store, settings: Settings) -> None:
        self._plan, self._store = plan, store
        self._converter = plan.converter(settings)
        self._desk = TextDesk(settings)
        self._place = str(plan.file.path.resolve())
        self._came_before = self._has_batch()
        self.batch_id = store.begin_batch(plan.kind, plan.source, self._place)
        self.rows = self.rejected = self._undated = self._removed = 0
        self._changes = Changes()
        self._reasons: Counter[str] = Counter()
        self._tables: Counter[str] = Counter()
        self._first: Refusal | None = None

    def write(self, chunk: Sequence[Any]) -> None:
        """Convert a chunk and write it, in one transaction."""
        found = convert_chunk(self._converter, chunk)
        rejects = {row["id"]: row for row in map(self._reject, found.refusals)}
        self._removed += self._remove(found.absent)
        self._changes += self._store.write_chunk(
            found.rows, list(rejects.values()), batch_id=self.batch_id, rows=len(chunk)
        )
        self.rows += len(chunk)
        self.rejected += len(rejects)
        self._undated += found.undated
        self._reasons.update(row["reason"] for row in rejects.values())
        self._tables.update({table.name: len(rows) for table, rows in found.rows.items()})
        if self._first is None and found.refusals:
            self._first = found.refusals[0]

    def stop_at_too_many(self) -> None:
        """Stop if the plan allows fewer rejects than there were."""
        allowed = self._plan.max_rejects
        if allowed is None or self.rejected <= allowed or self._first is None:
            return
        column = f", {self._first.column!r}" if self._first.column else ""
        raise TooManyRejects(
            f"{self._plan.file.path}: {self.rejected:,} rejects in the first {self.rows:,} rows, more than the "
            f"{allowed:,} allowed; the first in row {self._first.row:,}{column}: {self._first.reason}. What was read "
            "stays stored; `verbatim rejects` lists them. Mend the file or the mapping and run the same command again"
        )

    def result(self) -> IngestResult:
        """The counts."""
        changes = self._changes
        return IngestResult(
            self.batch_id, self.rows, changes.inserted, changes.updated, changes.unchanged, self.rejected,
            dict(self._reasons.most_common()), dict(sorted(self._tables.items())), self._undated, self._removed,
        )  # fmt: skip

    def _has_batch(self) -> bool:
        """Whether something of this source and kind was read before, so that rows can have been corrected."""
        batch = ingest_batch.c
        earlier = select(batch.id).where(batch.source == self._plan.source, batch.kind == str(self._plan.kind)).limit(1)
        with self._store.reading() as connection:
            return connection.execute(earlier).first() is not None

    def _remove(self, absent: Sequence[str]) -> int:
        """Take out comments that stood in an earlier version of these rows."""
        removed = 0
        for start in range(0, len(absent) if self._came_before else 0, KEYS_AT_ONCE):
            these = comment.c.id.in_(absent[start : start + KEYS_AT_ONCE])
            with self._store.reading() as connection:
                stale = connection.execute(select(comment.c.id).where(these)).scalars().all()
            if stale:
                with self._store.writing() as connection:
                    removed += connection.execute(delete(comment).where(comment.c.id.in_(stale))).rowcount
        return removed

    def _reject(self, refusal: Refusal) -> dict[str, Any]:
        kind, source = str(self._plan.kind), self._plan.source
        return {
            "id": stable_key(source, kind, self._place, str(refusal.row), refusal.column or ""),
            "kind": kind,
            "source": source,
            "file": self._place,
            "row": refusal.row,
            "column": refusal.column,
            "value": self._desk.shown(refusal.value),
            "reason": self._desk.shown(refusal.reason),
        }
