"""Reads CSV and TSV row by row, in bounded memory whatever the file holds.

Python's ``csv`` does the parsing; here stands what real files need beyond it: quotes that are never closed (reading
resumes at the next line, so that one stray quote costs one row), rows of another width, bytes that do not decode.
"""

from __future__ import annotations

import csv
from typing import IO, TYPE_CHECKING, NamedTuple

from verbatim.ingest.lines import LONGEST_LINE, Lines, LineTooLongError, without_wrong_bytes, wrong_byte
from verbatim.ingest.rows import BadRow, RawRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class CellRow(NamedTuple):
    """The cells of a row as they stand, and the line it begins in."""

    number: int
    cells: list[str]


def read_cells(lines: Lines, delimiter: str) -> Iterator[CellRow | BadRow]:
    """Every row, of any width, blank ones too."""
    csv.field_size_limit(LONGEST_LINE)  # of the process; Python's own, 131,072, is shorter than some comments
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except LineTooLongError as error:
            if lines.taken:
                yield _unclosed(lines)
            else:
                lines.pass_over()
                yield BadRow(lines.first - 1, error.reason, value=without_wrong_bytes(error.start))
            continue
        except csv.Error as error:
            yield _unclosed(lines) if len(lines.taken) > 1 else _unreadable(lines, error)
            continue
        if lines.ended or (len(lines.taken) > 1 and not _is_well_quoted(lines.taken, delimiter)):
            yield _unclosed(lines)
        else:
            yield CellRow(lines.first, cells)


def read_delimited(
    stream: IO[str], delimiter: str, columns: Sequence[str], *, after: int, skip: frozenset[int], wide: bool
) -> Iterator[RawRow | BadRow]:
    """The rows below line ``after``, without those that begin in a line of ``skip`` and without blank ones.

    ``wide``: the file has two or four bytes a character.
    """
    width, lines = len(columns), Lines(stream)
    for row in read_cells(lines, delimiter):
        number = row.number
        if number <= after or number in skip:
            continue
        if isinstance(row, BadRow):
            yield row
            continue
        cells = row.cells
        if len(cells) != width:
            if not any(map(str.strip, cells)):
                continue
            if len(cells) < width or any(map(str.strip, cells[width:])):
                yield _ragged(row, width, delimiter)
                lines.keep_only_first()
                continue
            del cells[width:]
        if not all(map(str.isascii, lines.taken)) and any(wrong_byte(line, wide=wide) for line in lines.taken):
            yield undecodable(number, cells, columns, wide=wide)
        elif any(map(str.strip, cells)):
            yield RawRow(number, cells)


def undecodable(number: int, cells: Sequence[str], columns: Sequence[str], *, wide: bool) -> BadRow:
    """The reject of a row with a byte that is no character in the file's encoding; it names the cell."""
    for column, cell in zip(columns, cells, strict=True):
        what = wrong_byte(cell, wide=wide)
        if what is not None:
            reason = f"{what} is not text in the file's encoding; save the file as UTF-8, or name it with --encoding"
            return BadRow(number, reason, column, without_wrong_bytes(cell))
    return BadRow(number, "a byte outside the cells is not text in the file's encoding")


def _ragged(row: CellRow, width: int, delimiter: str) -> BadRow:
    count = len(row.cells)
    cells = "1 cell" if count == 1 else f"{count:,} cells"
    reason = f"{cells} where the header has {width}"
    other = _other_delimiter(row.cells, width)
    if other is not None:
        own = DELIMITER_NAMES.get(delimiter, delimiter)
        reason += f": the row is separated by {DELIMITER_NAMES[other]}, the file by {own}"
    elif count > width:
        reason += "; is a delimiter inside a text that is not in quotes?"
    return BadRow(row.number, reason, value=without_wrong_bytes(delimiter.join(row.cells)[:400]))


def _other_delimiter(cells: Sequence[str], width: int) -> str | None:
    if len(cells) == 1:
        for other in DELIMITERS:
            if cells[0].count(other) == width - 1 > 0:
                return other
    return None


def _is_well_quoted(taken: Sequence[str], delimiter: str) -> bool:
    """Whether the quotes of a row of several lines add up; if not, the row has swallowed the rows after it."""
    try:
        next(csv.reader(taken, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _unclosed(lines: Lines) -> BadRow:
    number, shown = lines.first, lines.taken[0][:400]
    lines.keep_only_first()
    reason = "a quote opens here and is not closed where the cell ends; close it, and double quotes inside a text"
    return BadRow(number, reason, value=without_wrong_bytes(shown))


def _unreadable(lines: Lines, error: csv.Error) -> BadRow:
    return BadRow(lines.first, f"cannot be read as CSV: {error}", value=without_wrong_bytes(lines.taken[0][:400]))
