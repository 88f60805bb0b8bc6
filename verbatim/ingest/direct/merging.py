"""Lays records over what is stored: fields that a record leaves out stay, and what comes late puts nothing back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from verbatim.ingest.convert import Refusal
from verbatim.ingest.direct.records import CREATED, UPDATED
from verbatim.storage.tables import ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from verbatim.ingest.direct.folding import Folded, TakenRecord

KEYS_AT_ONCE = 5_000  # databases limit the values of one statement
# What a later change may have taken away on purpose: a ticket that is open again has not been solved.
TAKEN_AWAY = frozenset({"solved_at", "closed_at"})
UNOPENED = "no created_at, and no such ticket is stored; send when it was opened"


def refuse_unopened(connection: Connection, taken: Sequence[TakenRecord]) -> None:
    """Refuse tickets of which neither they, an earlier record of the call nor the store says when they were opened."""
    asked = {row["id"] for record in taken for _, row in record.rows if row[CREATED] is None}
    known: set[str] = set()
    for some in portions(asked):
        opened = select(ticket.c.id).where(ticket.c.id.in_(some), ticket.c.created_at.is_not(None))
        known.update(connection.execute(opened).scalars())
    for record in taken:
        for _, row in record.rows:
            if row[CREATED] is not None:
                known.add(row["id"])
            elif row["id"] not in known:
                record.refused = True
                record.problems.append(Refusal(record.row, CREATED, "", UNOPENED))
        if record.refused:
            record.rows.clear()


def lay_over(connection: Connection, taken: Sequence[TakenRecord], state: Folded, *, merge: bool) -> None:
    """Lay every record over the earlier ones of the call, and these over the stored row.

    With ``merge`` fields that it leaves out stay; without, it replaces what is there, unless that is newer.
    """
    for table, rows in state.rows.items():
        stored: dict[str, dict[str, Any]] = {}
        for some in portions(rows):
            found = connection.execute(select(table).where(table.c.id.in_(some))).mappings()
            stored.update({row["id"]: {name: row[name] for name in row if name != "batch_id"} for row in found})
        for record in taken:
            for its_table, row in record.rows if not record.refused else ():
                if its_table is table:
                    old = stored.get(row["id"])
                    stored[row["id"]] = _merged(old, row, record.cleared) if merge else _newer(old, row)
        state.rows[table] = {key: stored[key] for key in rows}


def portions(keys: Iterable[str]) -> Iterator[list[str]]:
    """``keys`` in order, as many at once as a statement takes."""
    listed = sorted(keys)
    for start in range(0, len(listed), KEYS_AT_ONCE):
        yield listed[start : start + KEYS_AT_ONCE]


def _newer(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
    return dict(old if old is not None and _is_late(old, new) else new)


def _merged(old: Mapping[str, Any] | None, new: Mapping[str, Any], cleared: frozenset[str]) -> dict[str, Any]:
    if old is None:
        return dict(new)
    segments, further = old["segments"] or {}, new["segments"] or {}
    if _is_late(old, new):
        kept = {name: value for name, value in new.items() if old[name] is None and name not in TAKEN_AWAY}
        segments = {**further, **segments}
    else:
        kept = {name: value for name, value in new.items() if value is not None or name in cleared}
        segments = {**segments, **further}
    if old.get(CREATED) and new.get(CREATED):  # who tells changes may not know how long a ticket has been
        kept[CREATED] = min(old[CREATED], new[CREATED])
    return {**old, **kept, "segments": segments}


def _is_late(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether both say when they were changed, and the new one was changed before."""
    before, now = old.get(UPDATED), new.get(UPDATED)
    return before is not None and now is not None and now < before
