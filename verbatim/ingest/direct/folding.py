"""What records became, and how several of one call become one state: in their order, the last one wins.

That makes a call with many records the same as many calls with one each, which a file, read as a whole, is not: there
an id that stands twice is a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from verbatim.storage.tables import comment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table

    from verbatim.ingest.convert import Refusal

    Row = dict[str, Any]

Owner = tuple[str, str | None]  # submission_id and external_id: whose response it is


@dataclass(slots=True)
class TakenRecord:
    """One record, converted. ``row`` is its number in the call, ``id`` what it called itself, if it did.

    ``absent`` are the keys of comments that it says do not exist. ``whole``: it is everything there is of its owner.
    ``cleared`` are fields that it says are null, which a merge (RFC 7396) does not keep.
    ``seen_before`` and ``as_before`` are filled in by `fold`: an earlier record of the call wrote the same row, and
    this one said nothing else.
    """

    row: int
    id: str | None = None
    rows: list[tuple[Table, Row]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    whole: Owner | None = None
    cleared: frozenset[str] = frozenset()
    problems: list[Refusal] = field(default_factory=list)
    refused: bool = False  # nothing of it is stored
    seen_before: bool = False
    as_before: bool = True


@dataclass(slots=True)
class Folded:
    """The state that records ask for: rows by table and key, comments that must not be, and whose rows are complete."""

    rows: dict[Table, dict[str, Row]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    wholes: set[Owner] = field(default_factory=set)


def fold(taken: Sequence[TakenRecord]) -> Folded:
    """Lay the records over each other, in order."""
    state = Folded()
    index_owners = any(record.whole for record in taken)
    owned: dict[Owner, set[tuple[Table, str]]] = {}
    for record in taken:
        if record.refused:
            continue
        if record.whole is not None:
            state.wholes.add(record.whole)
            for table, key in owned.pop(record.whole, set()) - {(table, row["id"]) for table, row in record.rows}:
                state.rows[table].pop(key, None)
                record.seen_before, record.as_before = True, False
        for table, row in record.rows:
            _put(state, record, table, row)
            if index_owners:
                owned.setdefault(owner_of(row), set()).add((table, row["id"]))
        for key in record.absent:
            if state.rows.get(comment, {}).pop(key, None) is not None:
                record.seen_before, record.as_before = True, False
            state.absent.add(key)
    return state


def owner_of(row: Mapping[str, Any]) -> Owner:
    """Whose response a row of ``survey_response`` or ``comment`` is."""
    return row["submission_id"], row["external_id"]


def _put(state: Folded, record: TakenRecord, table: Table, row: Row) -> None:
    rows = state.rows.setdefault(table, {})
    before = rows.get(row["id"])
    if before is not None:
        record.seen_before = True
        record.as_before &= before == row
    rows[row["id"]] = row
    if table is comment:
        state.absent.discard(row["id"])
