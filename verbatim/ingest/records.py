"""Turns rows of tickets, events, accounts, contacts and milestones into rows of their tables: one row, one record."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from verbatim.domain import Kind
from verbatim.ingest import cells as read
from verbatim.ingest.convert import Converted, Refusal, RowRefusedError
from verbatim.ingest.dates import Moment, ends_before
from verbatim.ingest.fields import FIELDS, Reading
from verbatim.ingest.rowkeys import RowKeys
from verbatim.storage import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Table

    from verbatim.ingest.convert import CellReader
    from verbatim.ingest.rows import RawRow

TABLES: dict[Kind, Table] = {
    Kind.TICKETS: tables.ticket,
    Kind.EVENTS: tables.ticket_event,
    Kind.ACCOUNTS: tables.account,
    Kind.CONTACTS: tables.contact,
    Kind.MILESTONES: tables.milestone,
}
Number = float | int | bool
CELL_READINGS: dict[Reading, Callable[[str], Number]] = {
    Reading.NUMBER: read.number,
    Reading.COUNT: read.count,
    Reading.FLAG: read.flag,
    Reading.MINUTES: read.minutes,
}
FOLLOWS_CREATION = ("first_reply_at", "solved_at", "closed_at")
DURATIONS = {"first_reply_minutes": "first_reply_at", "solved_minutes": "solved_at"}
CURRENCY = re.compile(r"[A-Z]{3}")


class RecordConverter:
    """Converts chunks of one file, in the order of the file; ``partial``: a field that is required may be missing."""

    def __init__(self, reader: CellReader, columns: Sequence[str], *, partial: bool = False) -> None:
        self._reader, self._partial = reader, partial
        self._kind = reader.under.kind
        self._table = TABLES[self._kind]
        self._keys = RowKeys(reader, columns)
        self._fields = [item for item in FIELDS[self._kind] if item.name != "id"]

    def convert(self, rows: Sequence[RawRow]) -> Converted:
        """What ``rows`` become; refusals among it."""
        found = Converted(read=len(rows))
        self._keys.begin_chunk(rows)
        for index, row in enumerate(rows):
            refused: list[Refusal] = []
            try:
                keys = self._keys.of(index)
                if keys is None:
                    continue
                record = self._record(row, refused)
            except RowRefusedError as error:
                found.refuse(row.number, error)
                continue
            self._keys.accept(index, row)
            found.refusals.extend(refused)
            found.add(
                self._table,
                {"id": keys.row, "source": self._reader.under.source, "external_id": keys.external_id, **record},
            )
        self._keys.end_chunk()
        return found

    def _record(self, row: RawRow, refused: list[Refusal]) -> dict[str, Any]:
        moments: dict[str, Moment | None] = {}
        record: dict[str, Any] = {"segments": self._reader.segments(row.cells)}
        for item in self._fields:
            if item.reading is Reading.TIME:
                moments[item.name] = self._reader.time(item.name, row.cells)
            elif item.reading is Reading.LINK:
                record[item.name] = self._reader.link(item.name, row.cells)
            elif item.reading is Reading.TEXT:
                record[item.name] = self._reader.prose(item.name, row.cells)
            elif item.reading is Reading.WORD:
                record[item.name] = self._word(item.name, row)
            else:
                record[item.name] = self._value(item.name, CELL_READINGS[item.reading], row, refused)
        for item in self._fields if not self._partial else ():
            if item.required and record.get(item.name) is None and moments.get(item.name) is None:
                raise RowRefusedError(self._reader.column(item.name), "", f"no {item.name}")
        if self._kind is Kind.TICKETS:
            self._check_order(row, moments)
        record.update({name: moment and moment.at for name, moment in moments.items()})
        return self._finished(record, row, refused)

    def _word(self, name: str, row: RawRow) -> str | None:
        """A short text; people are told apart by their e-mail address, but it is not kept."""
        text = self._reader.text(name, row.cells)
        if name in {"actor", "owner"} and read.EMAIL.fullmatch(text):
            return self._reader.code(name, text)
        return self._reader.word(name, row.cells)

    def _value(self, name: str, reading: Callable[[str], Number], row: RawRow, refused: list[Refusal]) -> Number | None:
        text = self._reader.text(name, row.cells)
        if not text or read.is_blank(text):
            return None
        try:
            return reading(text)
        except ValueError as error:
            column = self._reader.column(name)
            if reading is read.minutes and "negative" in str(error):
                raise RowRefusedError(column, text, str(error)) from error
            refused.append(Refusal(row.number, column, text, str(error)))
            return None

    def _check_order(self, row: RawRow, moments: dict[str, Moment | None]) -> None:
        created = moments.get("created_at")
        for name in FOLLOWS_CREATION:
            later = moments.get(name)
            if created and later and ends_before(later, created, self._reader.under.zone):
                reason = f"a negative duration: it lies before the creation at {created.at:%Y-%m-%d %H:%M} UTC"
                raise RowRefusedError(self._reader.column(name), self._reader.text(name, row.cells), reason)

    def _finished(self, record: dict[str, Any], row: RawRow, refused: list[Refusal]) -> dict[str, Any]:
        """What only one kind has: durations become moments, amounts get their currency, milestones a kind."""
        created: datetime | None = record.get("created_at")
        for duration, name in DURATIONS.items():
            elapsed = record.pop(duration, None)
            if elapsed is not None and created is None:
                reason = f"counts from created_at, which is missing; send it too, or {name}"
                refused.append(Refusal(row.number, self._reader.column(duration), "", reason))
            if elapsed is not None and created is not None and record.get(name) is None:
                record[name] = created + timedelta(minutes=elapsed)
        if self._kind is Kind.ACCOUNTS:
            record["currency"] = self._currency(record, row, refused)
        if self._kind is Kind.MILESTONES:
            record["kind"] = record["kind"] or "milestone"
        return record

    def _currency(self, record: dict[str, Any], row: RawRow, refused: list[Refusal]) -> str | None:
        code = (record["currency"] or read.split_currency(self._reader.text("arr", row.cells))[1] or "").upper()
        code = read.CURRENCIES.get(code.casefold(), code)
        if not code or CURRENCY.fullmatch(code):
            return code or None
        refused.append(Refusal(row.number, self._reader.column("currency"), code, "not a currency code such as EUR"))
        return None
