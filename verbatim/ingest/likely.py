"""What a file most likely holds, told by its name and by how many of its columns each kind understands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from verbatim.domain import Kind
from verbatim.errors import MappingError
from verbatim.ingest.mapping import map_columns
from verbatim.ingest.profile import IngestOptions, make_recipe
from verbatim.ingest.rows import RawRow
from verbatim.ingest.source import inspect_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from verbatim.ingest.source import SourceFile

LOOKED_AT = 200  # rows
NAMED = 100  # more than any kind has fields
SAID_BY_NAME = {
    Kind.RESPONSES: ("response", "answer", "survey", "rating", "feedback", "csat", "nps", "ces", "satisfaction"),
    Kind.TICKETS: ("ticket", "case", "conversation"),
    Kind.EVENTS: ("event", "audit", "reply", "replies"),
    Kind.ACCOUNTS: ("account", "compan", "organi"),
    Kind.CONTACTS: ("contact", "people", "person", "user"),
    Kind.MILESTONES: ("milestone", "release", "incident"),
}


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The columns of a file, and the kinds of record it can be read as, the likeliest first."""

    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]


def first_look(path: Path, options: IngestOptions | None = None) -> FirstLook:
    """Look at the header and the first rows. ``options`` says how the file is opened, where that must be said.

    Raises:
        InputError: the file cannot be read.
        MissingExtraError: an XLSX file without the extra ``excel``.
    """
    how = options or IngestOptions()
    file = inspect_file(
        path, encoding=how.encoding, delimiter=how.delimiter, header_row=how.header_row, sheet=how.sheet
    )
    sample = [row for row in islice(file.rows(), LOOKED_AT) if isinstance(row, RawRow)]
    understood = {kind: _understood(kind, file, sample) for kind in Kind}
    worth = {kind: count + NAMED * _named(kind, path.name) for kind, count in understood.items() if count}
    return FirstLook(tuple(file.columns), tuple(sorted(worth, key=lambda kind: -worth[kind])))


def _understood(kind: Kind, file: SourceFile, sample: Sequence[RawRow]) -> int:
    """How many columns fill a field; 0 where the kind needs one that is not there."""
    try:
        mapped = map_columns(make_recipe(kind, IngestOptions()), file, sample)
    except MappingError:
        return 0
    # a rating or an open answer is what responses are about; nothing else has one
    return len(mapped.fields) + 3 * len(mapped.scores) + 2 * len(mapped.comments)


def _named(kind: Kind, name: str) -> bool:
    words = re.findall(r"[a-z]+", name.casefold())
    return any(word.startswith(said) for word in words for said in SAID_BY_NAME[kind])
