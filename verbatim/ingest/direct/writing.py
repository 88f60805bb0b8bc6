"""Writes what records became, on a connection that the caller holds: rows, removals, rejects and the batch.

Everything of one call is one transaction with whatever the caller writes beside it (the receipt of a webhook, say).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from verbatim.domain import Kind, stable_key
from verbatim.ingest.direct.folding import Folded, TakenRecord, fold
from verbatim.ingest.direct.merging import lay_over, portions, refuse_unopened
from verbatim.ingest.direct.records import UPDATED
from verbatim.storage.store import write_rows
from verbatim.storage.tables import comment, ingest_batch, reject, survey_response
from verbatim.storage.upsert import Changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Table

    from verbatim.ingest.convert import Circumstances
    from verbatim.ingest.texts import TextDesk

FILE = "api"  # what batches and rejects have in place of a file
OWN = 16  # first digits of a reject's key: the record it is of


class Outcome(StrEnum):
    """What became of one record."""

    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Written:
    """What a chunk did: the outcome of each record, in order, and how many comments went."""

    outcomes: tuple[Outcome, ...]
    removed: int


@dataclass(slots=True)
class _Before:
    """What the store held: keys by table, and what of the records' owners is to go."""

    keys: dict[Table, set[str]] = field(default_factory=dict)
    gone: dict[Table, set[str]] = field(default_factory=dict)
    owners: set[tuple[str, str | None]] = field(default_factory=set)


def open_batch(connection: Connection, batch_id: str, under: Circumstances) -> None:
    """Note that records come."""
    row = {"id": batch_id, "kind": str(under.kind), "source": under.source, "file": FILE}
    counts = dict.fromkeys(("rows", "inserted", "updated", "unchanged", "rejected"), 0)
    connection.execute(insert(ingest_batch).values(**row, **counts, started_at=datetime.now(UTC)))


def write_taken(
    connection: Connection, taken: Sequence[TakenRecord], batch_id: str, under: Circumstances, desk: TextDesk,
    *, merge: bool = False,
) -> Written:  # fmt: skip
    """Write one chunk of records; ``merge``: what a record does not say stays as it is stored."""
    is_ticket = under.kind is Kind.TICKETS
    if merge and is_ticket:
        refuse_unopened(connection, taken)
    state = fold(taken)
    if merge or (is_ticket and any(row[UPDATED] for record in taken for _, row in record.rows)):
        lay_over(connection, taken, state, merge=merge)
    before = _look(connection, state)
    for table, keys in before.gone.items():
        for some in portions(keys):
            connection.execute(delete(table).where(table.c.id.in_(some)))
    changes = Changes()
    fresh: dict[Table, set[str]] = {}
    for table in sorted(state.rows, key=lambda table: table.name):
        done = write_rows(connection, table, list(state.rows[table].values()), batch_id)
        known = before.keys[table]
        fresh[table] = _written(connection, table, known, batch_id) if done.updated else set()
        changes += done
    outcomes = tuple(_outcome(record, before, fresh) for record in taken)
    rejects = _write_rejects(connection, taken, batch_id, under, desk)
    _count(connection, batch_id, len(taken), changes, rejects)
    return Written(outcomes, len(before.gone.get(comment, ())))


def _look(connection: Connection, state: Folded) -> _Before:
    before = _Before()
    for table, rows in state.rows.items():
        before.keys[table] = set(_existing(connection, table, rows))
    absent = set(_existing(connection, comment, state.absent))
    if absent:
        before.gone[comment] = absent
    for table in (survey_response, comment) if state.wholes else ():
        kept, submissions = state.rows.get(table, {}), {submission for submission, _ in state.wholes}
        columns = (table.c.id, table.c.submission_id, table.c.external_id)
        for some in portions(submissions):
            for key, *owner in connection.execute(select(*columns).where(table.c.submission_id.in_(some))).all():
                if tuple(owner) in state.wholes and key not in kept:
                    before.gone.setdefault(table, set()).add(key)
                    before.owners.add((owner[0], owner[1]))
    return before


def _outcome(record: TakenRecord, before: _Before, fresh: Mapping[Table, set[str]]) -> Outcome:
    if record.refused:
        return Outcome.REJECTED
    if record.seen_before:
        return Outcome.UNCHANGED if record.as_before else Outcome.UPDATED
    keys = [(table, row["id"]) for table, row in record.rows]
    known = [row_id in before.keys[table] for table, row_id in keys]
    if keys and not any(known):
        return Outcome.INSERTED
    gone = before.gone.get(comment, ())
    lost = any(key in gone for key in record.absent) or record.whole in before.owners
    changed = lost or not all(known) or any(row_id in fresh[table] for table, row_id in keys)
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


def _existing(connection: Connection, table: Table, keys: Iterable[str]) -> Iterator[str]:
    for some in portions(keys):
        yield from connection.execute(select(table.c.id).where(table.c.id.in_(some))).scalars()


def _written(connection: Connection, table: Table, keys: Iterable[str], batch_id: str) -> set[str]:
    """Which of ``keys`` this batch wrote: a row that nothing changed keeps the batch it had."""
    found: set[str] = set()
    for some in portions(keys):
        mine = select(table.c.id).where(table.c.id.in_(some), table.c.batch_id == batch_id)
        found.update(connection.execute(mine).scalars())
    return found


def _write_rejects(
    connection: Connection, taken: Sequence[TakenRecord], batch_id: str, under: Circumstances, desk: TextDesk
) -> int:
    """Keep what was refused; rejects that earlier versions of these records left go."""
    mine = (reject.c.source == under.source, reject.c.kind == str(under.kind), reject.c.file == FILE)
    if connection.execute(select(reject.c.id).where(*mine).limit(1)).first() is not None:
        for some in portions({_own_key(record, under) for record in taken if record.id}):
            connection.execute(delete(reject).where(*mine, func.substr(reject.c.id, 1, OWN).in_(some)))
    rows = {}
    for record in taken:
        for place, problem in enumerate(record.problems):
            key = stable_key(_own_key(record, under), problem.column or "", str(place))
            row_id = _own_key(record, under) + key[OWN:] if record.id else stable_key(batch_id, str(record.row), key)
            rows[row_id] = {
                "id": row_id, "kind": str(under.kind), "source": under.source, "file": FILE, "row": record.row,
                "column": problem.column, "value": desk.shown(problem.value), "reason": desk.shown(problem.reason),
            }  # fmt: skip
    write_rows(connection, reject, list(rows.values()), batch_id)
    return len(rows)


def _own_key(record: TakenRecord, under: Circumstances) -> str:
    return stable_key(under.source, under.kind, FILE, record.id or "")[:OWN]


def _count(connection: Connection, batch_id: str, rows: int, changes: Changes, rejects: int) -> None:
    done = {
        "rows": rows, "inserted": changes.inserted, "updated": changes.updated, "unchanged": changes.unchanged,
        "rejected": rejects,
    }  # fmt: skip
    added = {name: ingest_batch.c[name] + n for name, n in done.items()}
    connection.execute(
        update(ingest_batch).where(ingest_batch.c.id == batch_id).values(**added, finished_at=datetime.now(UTC))
    )
