"""Turns records of tickets, events, accounts, contacts and milestones into rows: the converter of files does the work.

A record is laid out as a row of a file whose columns have the names of the fields; segments are put in afterwards,
since every record may have others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verbatim.domain import Kind
from verbatim.ingest import cells as read
from verbatim.ingest.convert import CLOCK_TOLERANCE, CellReader, Refusal, RowRefusedError
from verbatim.ingest.dates import DateFormat, DateReader
from verbatim.ingest.direct.cells import SegmentNames, Shape
from verbatim.ingest.direct.folding import TakenRecord
from verbatim.ingest.direct.shapes import RECORD_FIELDS, FieldType
from verbatim.ingest.mapping import ColumnMap
from verbatim.ingest.records import TABLES, RecordConverter
from verbatim.ingest.rowkeys import row_identity
from verbatim.ingest.rows import RawRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from verbatim.ingest.convert import Circumstances
    from verbatim.ingest.texts import TextDesk

CREATED = "created_at"
UPDATED = "updated_at"  # of tickets; files say nothing of it
NEVER_CLEARED = frozenset({CREATED, UPDATED})


class RecordTaker:
    """Converts records of one kind; ``merge``: a ticket may leave `created_at` out, if it is stored already."""

    def __init__(self, under: Circumstances, desk: TextDesk, *, merge: bool = False) -> None:
        fields = RECORD_FIELDS[under.kind]
        self._under = under
        self._is_ticket = under.kind is Kind.TICKETS
        self._partial = merge and self._is_ticket
        self._shape = Shape(fields)
        self._columns = tuple(field.name for field in fields if field.type is not FieldType.SEGMENTS)
        self._reader = CellReader(ColumnMap({name: name for name in self._columns}), self._columns, {}, under, desk)
        self._names = SegmentNames()
        self._dates = DateReader(DateFormat(), under.zone)

    def take(self, records: Sequence[object], first_row: int) -> list[TakenRecord]:
        """One for each of ``records``, in order."""
        taken = [TakenRecord(number) for number in range(first_row, first_row + len(records))]
        waves: list[list[tuple[TakenRecord, RawRow, str, dict[str, str]]]] = []
        times: dict[str, int] = {}
        for into, record in zip(taken, records, strict=True):
            try:
                cells, segments = self._cells(record, into)
            except RowRefusedError as error:
                refuse(into, error)
                continue
            key = row_identity(self._under.kind, self._under.source, self._under.namespace, into.id, None).row
            wave = times[key] = times.get(key, -1) + 1  # a converter takes an id once
            if wave == len(waves):
                waves.append([])
            waves[wave].append((into, RawRow(into.row, cells), key, segments))
        for these in waves:
            self._convert(these)
        return taken

    def _cells(self, raw: object, into: TakenRecord) -> tuple[list[Any], dict[str, str]]:
        record = self._shape.check(raw)
        given = self._shape.cells(record)
        cells = [given.get(name, "") for name in self._columns]
        into.cleared = frozenset(name for name, value in record.items() if value is None) - NEVER_CLEARED
        into.id = self._reader.identifier("id", cells)
        named = self._names.read(record.get("segments"))
        found = {name: self._reader.segment(name, text) for name, text in named.items()}
        return cells, {name: value for name, value in found.items() if value}

    def _convert(self, wave: Sequence[tuple[TakenRecord, RawRow, str, dict[str, str]]]) -> None:
        found = RecordConverter(self._reader, self._columns, partial=self._partial).convert(
            [row for _, row, _, _ in wave]
        )
        by_number = {into.row: into for into, _, _, _ in wave}
        for refusal in found.refusals:
            by_number[refusal.row].problems.append(refusal)
        table = TABLES[self._under.kind]
        by_key = {row["id"]: row for row in found.rows.get(table, ())}
        for into, raw, key, segments in wave:
            row = by_key.get(key)
            into.refused = row is None
            if row is None:
                continue
            more = {UPDATED: self._updated_at(raw, into)} if self._is_ticket else {}
            into.rows.append((table, {**row, **more, "segments": segments}))

    def _updated_at(self, raw: RawRow, into: TakenRecord) -> datetime | None:
        """When it was changed; a moment that is still to come would keep every later change out, and is left out."""
        cell = raw.cells[self._columns.index(UPDATED)]
        try:
            moment = self._dates.read(cell) if cell else None
        except ValueError as error:
            into.problems.append(Refusal(into.row, UPDATED, read.text_of(cell), str(error)))
            return None
        if moment is not None and moment.at > self._under.now + CLOCK_TOLERANCE:
            reason = f"lies in the future (it is {self._under.now:%Y-%m-%d} now)"
            into.problems.append(Refusal(into.row, UPDATED, read.text_of(cell), reason))
            return None
        return None if moment is None else moment.at


def refuse(into: TakenRecord, error: RowRefusedError) -> None:
    """Note that nothing of a record can be kept."""
    into.refused = True
    into.problems.append(Refusal(into.row, error.column, error.value, error.reason))
