"""What turns the cells of one row into values, for every kind of file: times, ids, links, segments, and refusals.

A refused row is left out whole and becomes a reject; a refused cell becomes a reject, and the rest of its row stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from verbatim.domain import Kind, stable_key
from verbatim.ingest import cells as read
from verbatim.ingest.dates import DateFormat, DateReader, Moment
from verbatim.ingest.fields import FIELDS, Reading
from verbatim.ingest.identity import shared_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table

    from verbatim.ingest.mapping import ColumnMap
    from verbatim.ingest.rows import Cell
    from verbatim.ingest.texts import TextDesk

CLOCK_TOLERANCE = timedelta(days=1)
MOST_CACHED = 50_000
LINK_KINDS = {"ticket_id": "ticket", "account_id": "account", "contact_id": "contact"}


class RowRefusedError(Exception):
    """A cell that spoils its row."""

    def __init__(self, column: str | None, value: str, reason: str) -> None:
        super().__init__(column, value, reason)
        self.column, self.value, self.reason = column, value, reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reject: of a whole row, or of one cell."""

    row: int
    column: str | None
    value: str
    reason: str


@dataclass(slots=True)
class Converted:
    """What a chunk of a file became: rows by table, and what was refused.

    ``absent`` are the keys of comments that the rows say do not exist.
    """

    rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    read: int = 0
    undated: int = 0  # rows without a moment: they belong to no period

    def add(self, table: Table, row: dict[str, Any]) -> None:
        """One more row of ``table``."""
        self.rows.setdefault(table, []).append(row)

    def refuse(self, row: int, error: RowRefusedError) -> None:
        """One more refusal."""
        self.refusals.append(Refusal(row, error.column, error.value, error.reason))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a file is read under. ``now`` is when it is read: later dates lie in the future."""

    kind: Kind
    source: str
    namespace: str
    zone: ZoneInfo
    now: datetime


class CellReader:
    """Reads the mapped cells of a row.

    ``formats`` are the date formats by column. Values that repeat are read once and remembered, within bounds.
    """

    def __init__(
        self,
        mapped: ColumnMap,
        columns: Sequence[str],
        formats: Mapping[str, DateFormat],
        under: Circumstances,
        desk: TextDesk,
    ) -> None:
        self.under = under
        self.desk = desk
        place = {name: index for index, name in enumerate(columns)}
        self._columns = dict(mapped.fields)
        self._places = {name: place[column] for name, column in mapped.fields.items()}
        self._times = self._time_readers(formats)
        self._segments: list[tuple[str, int, dict[Cell, str]]] = [
            (name, place[column], {}) for name, column in mapped.segments.items()
        ]
        self._links: dict[tuple[str, Cell], str | None] = {}
        self._latest = under.now + CLOCK_TOLERANCE

    def _time_readers(self, formats: Mapping[str, DateFormat]) -> dict[str, tuple[int, DateReader, bool]]:
        """By field: its place, its reader, and whether it may lie in the future."""
        readers = {}
        for item in FIELDS[self.under.kind]:
            if item.reading is Reading.TIME and item.name in self._places:
                form = formats.get(self._columns[item.name], DateFormat())
                readers[item.name] = (self._places[item.name], DateReader(form, self.under.zone), item.may_be_future)
        return readers

    def has(self, name: str) -> bool:
        """Whether the file has a column for field ``name``."""
        return name in self._places

    def column(self, name: str) -> str | None:
        """The column of field ``name``."""
        return self._columns.get(name)

    def text(self, name: str, cells: Sequence[Cell]) -> str:
        """The raw text of a field; ``""`` where it is blank or not in the file."""
        place = self._places.get(name)
        return "" if place is None else read.text_of(cells[place])

    def word(self, name: str, cells: Sequence[Cell]) -> str | None:
        """A short text, redacted; ``None`` where it is blank."""
        text = self.text(name, cells)
        return None if not text or read.is_blank(text) else self.desk.word(text)

    def prose(self, name: str, cells: Sequence[Cell]) -> str | None:
        """A long text, cleaned and redacted; ``None`` where nothing is left."""
        text = self.text(name, cells)
        return self.desk.redacted(text) or None if text else None

    def time(self, name: str, cells: Sequence[Cell]) -> Moment | None:
        """A moment; ``None`` where it is blank.

        Raises:
            RowRefusedError: it cannot be read, or lies in the future.
        """
        entry = self._times.get(name)
        if entry is None:
            return None
        place, reader, may_be_future = entry
        cell = cells[place]
        if not cell:
            return None
        try:
            found = reader.read(cell)
        except ValueError as error:
            raise RowRefusedError(self._columns[name], read.text_of(cell), str(error)) from error
        if found is not None and not may_be_future and found.at > self._latest:
            raise RowRefusedError(
                self._columns[name], read.text_of(cell), f"lies in the future (it is {self.under.now:%Y-%m-%d} now)"
            )
        return found

    def identifier(self, name: str, cells: Sequence[Cell]) -> str:
        """The id in a field that must have one.

        Raises:
            RowRefusedError: it is blank, or too long to be one.
        """
        place = self._places[name]
        found = read.identifier(cells[place])
        if not found or read.is_blank(found):
            raise RowRefusedError(self._columns[name], found, "no id")
        if len(found) > read.LONGEST_ID:
            raise RowRefusedError(self._columns[name], found, f"{len(found):,} characters are too long for an id")
        return found

    def link(self, name: str, cells: Sequence[Cell]) -> str | None:
        """The key of the record a field refers to; ``None`` where it refers to none."""
        place = self._places.get(name)
        if place is None or not cells[place]:
            return None
        entry = (name, cells[place])
        if entry not in self._links:
            if len(self._links) >= MOST_CACHED:
                self._links.clear()
            found = read.identifier(cells[place])
            self._links[entry] = (
                None if not found or read.is_blank(found) else shared_key(LINK_KINDS[name], self.under.namespace, found)
            )
        return self._links[entry]

    def segments(self, cells: Sequence[Cell]) -> dict[str, str]:
        """The segments of a row, redacted, without blank ones."""
        found: dict[str, str] = {}
        for name, place, known in self._segments:
            cell = cells[place]
            if not cell:
                continue
            value = known.get(cell)
            if value is None:
                if len(known) >= MOST_CACHED:
                    known.clear()
                value = known[cell] = self.segment(name, read.text_of(cell))
            if value:
                found[name] = value
        return found

    def code(self, name: str, text: str) -> str:
        """What stands for a person's address: the same code for the same address."""
        return f"{name} {stable_key('segment', text.casefold())[:8]}"

    def segment(self, name: str, text: str) -> str:
        """The value of a segment, redacted; ``""`` where it is blank.

        An e-mail address tells people apart but is not kept: it becomes a code.
        """
        if not text or read.is_blank(text):
            return ""
        if read.EMAIL.fullmatch(text):
            return self.code(name, text)
        return self.desk.word(text)


def utc_now() -> datetime:
    """The clock, for callers that name no moment."""
    return datetime.now(UTC)
