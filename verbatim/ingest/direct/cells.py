"""Turns the typed values of a record into cells, as a file would have them, and refuses what a field cannot hold.

Values come from outside: they can be of any type, any size and any depth. Nothing here looks deeper than a field's
shape goes, and nothing turns a list or an object into text.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from verbatim.ingest import cells as read
from verbatim.ingest.convert import RowRefusedError
from verbatim.ingest.direct.shapes import LONGEST_TEXT, MOST_SEGMENTS, FieldType
from verbatim.ingest.mapping import segment_name
from verbatim.ingest.rows import plain_text

if TYPE_CHECKING:
    from verbatim.ingest.direct.shapes import RecordField
    from verbatim.ingest.rows import Cell

LONGEST_NAME = 100  # characters of the name of a segment
LARGEST_NUMBER = 10**15
MOST_NAMES_CACHED = 10_000
# Days, or days with a time: files may hold more forms, an interface says one.
ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?\s?(Z|z|[+-]\d\d(:?\d\d)?)?)?")
NESTED = frozenset({FieldType.SEGMENTS, FieldType.ANSWERS, FieldType.COMMENTS})
NUMERIC = frozenset({FieldType.NUMBER, FieldType.COUNT, FieldType.MINUTES, FieldType.SCORE})


class Shape:
    """The fields of one object: checks its names and turns its values into cells."""

    def __init__(self, fields: Sequence[RecordField], *, place: str = "") -> None:
        self._fields = {field.name: field for field in fields}
        self._place = place

    def check(self, record: object, place: str | None = None) -> Mapping[str, Any]:
        """``record``, if it is an object of known fields; ``place`` leads to it (``answers[0]``).

        Raises:
            RowRefusedError: it is none, or it has another field.
        """
        if not isinstance(record, Mapping):
            raise RowRefusedError(place, "", f"is {type_name(record)}; send a JSON object")
        for name in record:
            if name not in self._fields:
                raise RowRefusedError(place, "", self._unknown(name))
        return record

    def cells(self, record: Mapping[str, Any], place: str = "") -> dict[str, Cell]:
        """The cells of the fields that are given and are no list and no object.

        Raises:
            RowRefusedError: a value of another type, or one that is too large.
        """
        found: dict[str, Cell] = {}
        for name, value in record.items():
            field = self._fields[name]
            if value is None or field.type in NESTED:
                continue
            try:
                found[name] = _cell(field, value)
            except ValueError as error:
                raise RowRefusedError(place + name, shown(value), str(error)) from error
        return found

    def _unknown(self, name: object) -> str:
        near = difflib.get_close_matches(name[:LONGEST_NAME], self._fields, n=1) if isinstance(name, str) else []
        hint = f"did you mean {near[0]!r}?" if near else f"the fields are {', '.join(self._fields)}"
        own = "; what is your own goes into segments" if "segments" in self._fields else ""
        return f"unknown field {_name_shown(name)}; {hint}{own}"


class SegmentNames:
    """The common names of segments ("Agent_name" is ``agent``), as files give them; each name is looked up once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def read(self, value: object) -> dict[str, str]:
        """Raw values by common name, without blank ones.

        Raises:
            RowRefusedError: not an object of short values.
        """
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise RowRefusedError("segments", "", f"is {type_name(value)}; send an object of names and short values")
        if len(value) > MOST_SEGMENTS:
            raise RowRefusedError("segments", "", f"{len(value):,} segments are more than the {MOST_SEGMENTS} allowed")
        found: dict[str, str] = {}
        for name, raw in value.items():
            text = _segment_text(name, raw)
            if text:
                found[self._common(name, found)] = text
        return found

    def _common(self, name: str, taken: Mapping[str, str]) -> str:
        common = self._known.get(name)
        if common is None:
            if len(self._known) >= MOST_NAMES_CACHED:
                self._known.clear()
            common = self._known[name] = segment_name(name, ())
        return name if common in taken else common


def listed(record: Mapping[str, Any], name: str, most: int) -> Sequence[Any]:
    """A field that holds a list; null and left out are empty.

    Raises:
        RowRefusedError: it is no list, or a very long one.
    """
    value = record.get(name)
    if value is None:
        return ()
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence):
        raise RowRefusedError(name, "", f"is {type_name(value)}; send a list of objects")
    if len(value) > most:
        raise RowRefusedError(name, "", f"{len(value):,} are more than the {most} allowed")
    return value


def type_name(value: object) -> str:
    """The type of a value in the words of JSON."""
    if value is None:
        return "null"
    names = ((bool, "true or false"), (str, "a text"), (int | float, "a number"), (Mapping, "an object"))
    return next((name for kind, name in names if isinstance(value, kind)), "a list")


def shown(value: object) -> str:
    """What of a refused value can be kept: its beginning, or only what it is."""
    if isinstance(value, str):
        return value[: 4 * read.LONGEST_WORD]
    if isinstance(value, bool | float):
        return str(value)
    if isinstance(value, int):
        return str(value) if abs(value) < LARGEST_NUMBER else "a very large number"
    return value.isoformat() if isinstance(value, datetime) else type_name(value)


def _cell(field: RecordField, value: object) -> Cell:
    kind = field.type
    if isinstance(value, datetime) and kind is FieldType.TIME:
        return value
    if isinstance(value, str):
        return _text(field, value)
    if isinstance(value, bool):
        if kind in (FieldType.FLAG, FieldType.SCORE):
            return plain_text(value)
    elif isinstance(value, int | float) and (kind in NUMERIC or (kind is FieldType.ID and isinstance(value, int))):
        return _number(value)
    elif isinstance(value, int) and kind is FieldType.FLAG and value in (0, 1):
        return plain_text(value)
    raise ValueError(f"is {type_name(value)}; {_wanted(field)}")


def _wanted(field: RecordField) -> str:
    if field.type is FieldType.TIME:
        return "write the time in ISO 8601, for example 2026-10-31T14:05:00Z"
    return f"send {'one of ' + ', '.join(field.choices) if field.choices else 'for example ' + repr(field.example)}"


def _text(field: RecordField, value: str) -> str:
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"{len(value):,} characters are more than the {LONGEST_TEXT:,} allowed")
    text = value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    kind = field.type
    if kind is FieldType.ID and not text.isprintable():
        raise ValueError("an id cannot hold control characters")
    bare = text.strip()
    if kind is FieldType.TIME and bare and not ISO_TIME.fullmatch(bare) and not read.is_blank(bare):
        raise ValueError(_wanted(field))
    if kind is FieldType.CHOICE and bare and bare.casefold() not in field.choices:
        near = difflib.get_close_matches(bare[:LONGEST_NAME].casefold(), field.choices, n=1)
        raise ValueError(f"did you mean {near[0]!r}?" if near else f"it must be one of {', '.join(field.choices)}")
    return bare.casefold() if kind is FieldType.CHOICE else text


def _number(value: float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a finite number")
    if abs(value) >= LARGEST_NUMBER:
        if isinstance(value, int) and abs(value) < 10**100:
            return str(value)  # an id of many digits stays exact
        raise ValueError("a number with so many digits cannot be")
    return str(value) if isinstance(value, int) else plain_text(value)


def _segment_text(name: object, raw: object) -> str:
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise RowRefusedError(
            "segments", "", f"{_name_shown(name)} cannot be a segment; names are 1 to {LONGEST_NAME} characters"
        )
    if raw is None or isinstance(raw, str):
        text = raw or ""
        if len(text) > 4 * read.LONGEST_WORD:
            raise RowRefusedError(f"segments.{name}", "", f"{len(text):,} characters are too long for a segment")
        return (text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")).strip()
    if isinstance(raw, bool | int | float):
        try:
            return plain_text(raw) if isinstance(raw, bool) else _number(raw)
        except ValueError as error:
            raise RowRefusedError(f"segments.{name}", "", str(error)) from error
    raise RowRefusedError(f"segments.{name}", "", f"is {type_name(raw)}; send a short text")


def _name_shown(name: object) -> str:
    """A name that the caller chose; a long one may be a customer's words and is not repeated."""
    if not isinstance(name, str) or len(name) > LONGEST_NAME // 2 or not name.isprintable():
        return "(a name that is no short text)"
    return repr(name)
