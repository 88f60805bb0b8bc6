"""Reads comments to be matched from a file, without a store: cleaned and redacted as ingest would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verbatim.errors import EmptyError, MappingError
from verbatim.ingest.rows import RawRow
from verbatim.ingest.source import inspect_file
from verbatim.ingest.texts import TextDesk

if TYPE_CHECKING:
    from pathlib import Path

    from verbatim.ingest.source import SourceFile
    from verbatim.settings import Settings

LOOKED_AT = 500  # rows that show which column holds the comments
USUAL_NAMES = ("text", "comment", "comments", "feedback", "verbatim", "answer", "review", "message", "remarks")


@dataclass(frozen=True, slots=True)
class FileComments:
    """The comments of a file: ``ids`` are the numbers of their rows; ``blank`` and ``unreadable`` rows are counted."""

    column: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    blank: int
    unreadable: int


def read_comments(path: Path, settings: Settings, column: str | None = None) -> FileComments:
    """The comments in ``column`` of ``path`` (CSV, JSON Lines, Parquet or XLSX, also gzipped).

    Without ``column`` the one that is called like comments is taken, else the one of the longest texts.

    Raises:
        InputError: the file cannot be read.
        MappingError: there is no such column.
        EmptyError: there are no comments in it.
    """
    file = inspect_file(path)
    place = _place(file, column)
    raw: list[tuple[str, str]] = []
    unreadable = rows = 0
    for row in file.rows():
        rows += 1
        if isinstance(row, RawRow):
            raw.append((str(row.number), str(row.cells[place])))
        else:
            unreadable += 1
    ready = TextDesk(settings).comments(text for _, text in raw)
    kept = [(number, ready[text].text) for number, text in raw if text in ready]
    if not kept:
        raise EmptyError(f"{path}: the column {file.columns[place]!r} holds no comments; name another with --column")
    ids, texts = zip(*kept, strict=True)
    return FileComments(file.columns[place], ids, texts, rows - unreadable - len(kept), unreadable)


def _place(file: SourceFile, column: str | None) -> int:
    known = [name.strip().casefold() for name in file.columns]
    if column is not None:
        if column.strip().casefold() not in known:
            raise MappingError(f"{file.path} has no column {column!r}; it has {', '.join(file.columns)}")
        return known.index(column.strip().casefold())
    for name in USUAL_NAMES:
        if name in known:
            return known.index(name)
    lengths = [0] * len(known)
    for number, row in enumerate(file.rows()):
        if number == LOOKED_AT:
            break
        if isinstance(row, RawRow):
            lengths = [
                total + (len(cell) if isinstance(cell, str) else 0)
                for total, cell in zip(lengths, row.cells, strict=True)
            ]
    return lengths.index(max(lengths))
