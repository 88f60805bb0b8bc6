"""Reads and writes taxonomies: TOML (``[[theme]]`` tables) or CSV (a row a theme), told apart by the file's ending.

Every mistake in a file is an ``InputError`` that names its line or entry; nothing is repaired silently.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from typing import TYPE_CHECKING

from verbatim.errors import InputError, StoreFullError
from verbatim.guided.taxonomy import TaxonomyEntry, make_taxonomy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from verbatim.guided.taxonomy import Taxonomy

MOST_BYTES = 20_000_000
FIELDS = ("id", "name", "description", "examples", "parent")
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*theme[ \t]*\]\]", re.MULTILINE)


def read_taxonomy(path: Path) -> Taxonomy:
    """The taxonomy in ``path``, a ``.toml`` or ``.csv`` file in UTF-8.

    TOML: tables ``[[theme]]`` with ``name`` and, where wanted, ``id``, ``description``, ``examples`` (a list of texts)
    and ``parent`` (an id or a name). CSV: the same as columns; several examples in a cell are on lines of their own or
    between ``|``.

    Raises:
        InputError: the file cannot be read, or is not a valid taxonomy; the message names the line or entry.
    """
    kind = path.suffix.lower()
    if kind not in {".toml", ".csv"}:
        raise InputError(f"{path} should end in .toml or .csv, so that its format is known")
    text = _read(path)
    try:
        entries, places = _from_toml(text) if kind == ".toml" else _from_csv(text)
        return make_taxonomy(entries, places)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from error


def write_taxonomy(taxonomy: Taxonomy, path: Path) -> None:
    """Write ``taxonomy`` to a ``.toml`` or ``.csv`` file that ``read_taxonomy`` reads back equal.

    Raises:
        InputError: another ending.
        StoreFullError: the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in {".toml", ".csv"}:
        raise InputError(f"{path} should end in .toml or .csv")
    text = as_toml(taxonomy) if kind == ".toml" else _as_csv(taxonomy)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StoreFullError(f"{path} cannot be written: {error.strerror}") from error


def _read(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(f"{path} has {size:,} bytes; a taxonomy of more than {MOST_BYTES:,} is surely a mistake")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(f"{path} is not UTF-8 (line {line}); save it as UTF-8 (in Excel: 'CSV UTF-8')") from error


def _from_toml(text: str) -> tuple[list[TaxonomyEntry], list[str]]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}") from error
    except RecursionError as error:
        raise InputError("not a taxonomy: its values are nested too deeply") from error
    unknown = sorted(set(document) - {"theme"})
    if unknown:
        raise InputError(f"unknown key {unknown[0]!r}; a taxonomy has [[theme]] tables only")
    tables = document.get("theme", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InputError("write each theme as a [[theme]] table, with double brackets")
    lines = [text.count("\n", 0, header.start()) + 1 for header in _HEADER.finditer(text)]
    sure = len(lines) == len(tables)  # not where "[[theme]]" stands inside a text, or themes are an inline list
    places = [f"line {lines[row]}" if sure else f"entry {row + 1}" for row in range(len(tables))]
    return [_entry(table, place) for table, place in zip(tables, places, strict=True)], places


def _entry(table: Mapping[str, object], place: str) -> TaxonomyEntry:
    for key in table:
        if key not in FIELDS:
            raise InputError(f"{place}: unknown key {key!r}; the keys are {', '.join(FIELDS)}")
    texts = {}
    for key in ("id", "name", "description", "parent"):
        value = table.get(key, "")
        if not isinstance(value, str):
            raise InputError(f"{place}: {key} should be a text in quotes, not {value!r:.60}")
        texts[key] = value
    examples = table.get("examples", [])
    if not isinstance(examples, list) or not all(isinstance(text, str) for text in examples):
        raise InputError(f'{place}: examples should be a list of texts, for example ["Waited two hours"]')
    return TaxonomyEntry(texts["id"], texts["name"], texts["description"], tuple(examples), texts["parent"] or None)


def _from_csv(text: str) -> tuple[list[TaxonomyEntry], list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=lambda mark: (first.count(mark), mark == ","))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    entries: list[TaxonomyEntry] = []
    places: list[str] = []
    columns: list[str] = []
    try:
        begun = 1
        for row in reader:
            place, begun = f"line {begun}", reader.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not columns:
                columns = _columns(row)
                continue
            if len(row) > len(columns):
                raise InputError(f"{place}: {len(row)} cells, but {len(columns)} columns; put quotes around texts")
            cells = dict(zip(columns, row, strict=False))
            texts = {key: cells.get(key, "") for key in FIELDS}
            examples = _examples(texts["examples"])
            entries.append(
                TaxonomyEntry(texts["id"], texts["name"], texts["description"], examples, texts["parent"] or None)
            )
            places.append(place)
    except csv.Error as error:
        raise InputError(f"line {reader.line_num}: not valid CSV: {error}") from error
    return entries, places


def _columns(row: Sequence[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in row]
    for column in columns:
        if column not in FIELDS:
            raise InputError(f"line 1: unknown column {column[:40]!r}; the columns are {', '.join(FIELDS)}")
        if columns.count(column) > 1:
            raise InputError(f"line 1: the column {column!r} is there twice")
    if "name" not in columns:
        raise InputError("line 1: there is no column 'name'")
    return columns


def _examples(cell: str) -> tuple[str, ...]:
    parts = cell.split("\n") if "\n" in cell else cell.split("|")
    return tuple(part for part in parts if part.strip())


def as_toml(taxonomy: Taxonomy) -> str:
    """``taxonomy`` as the text of a TOML file."""
    blocks = []
    for entry in taxonomy.entries:
        lines = ["[[theme]]", f"id = {_quoted(entry.id)}", f"name = {_quoted(entry.name)}"]
        if entry.description:
            lines.append(f"description = {_quoted(entry.description)}")
        if entry.parent:
            lines.append(f"parent = {_quoted(entry.parent)}")
        if entry.examples:
            lines += ["examples = [", *(f"    {_quoted(text)}," for text in entry.examples), "]"]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, save for the DEL character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _as_csv(taxonomy: Taxonomy) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(FIELDS)
    for entry in taxonomy.entries:
        examples = "".join(f"{text}\n" for text in entry.examples)
        writer.writerow([entry.id, entry.name, entry.description, examples, entry.parent or ""])
    return stream.getvalue()
