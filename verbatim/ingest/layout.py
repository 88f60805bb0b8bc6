"""Finds out how a delimited text is laid out: the delimiter, the row with the names, further header rows."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from verbatim.errors import InputError, MappingError
from verbatim.ingest.charset import is_wide, open_text
from verbatim.ingest.delimited import DELIMITER_NAMES, DELIMITERS, CellRow, read_cells
from verbatim.ingest.fields import FIELDS, squash
from verbatim.ingest.lines import Lines, LineTooLongError, wrong_byte
from verbatim.scores.scales import BLANK, NOT_APPLICABLE, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SELDOM = 0.1  # share of the rows: a sign that cuts fewer stands in the texts of a file of one column
LOOKED_AT = 400  # lines that decide delimiter and header
MOST_HEADER_ROWS = 5
MOST_TITLE_ROWS = 15
DECISIVE = 0.8  # share of the rows that must have one width
VALUE = re.compile(r"[+-]?\d+([.,:/-]\d+)*([ T].*)?")
ANSWER_HEADINGS = frozenset({"response", "open-ended response", "other (please specify)"})  # SurveyMonkey's second row
KNOWN = frozenset(squash(word) for fields in FIELDS.values() for field in fields for word in field.synonyms)


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the names of a delimited text stand, and what lies around them.

    ``row`` is the line of the names, ``skip`` the lines of further header rows below it; ``questions`` the wording of
    a column where a header row has it.
    """

    delimiter: str
    columns: tuple[str, ...]
    row: int
    skip: frozenset[int]
    questions: Mapping[str, str]
    notes: tuple[str, ...]


def detect_heading(
    path: Path, encoding: str, *, gzipped: bool, delimiter: str | None = None, header_row: int | None = None
) -> Heading:
    """Look at the first lines of a text; what ``delimiter`` and ``header_row`` name is not guessed.

    Raises:
        InputError: nothing but blank lines or a header, two delimiters mixed, a line too long to be a header.
        MappingError: no names in the first row, or a name that stands twice.
    """
    first_lines = _first_lines(path, encoding, gzipped=gzipped)
    chosen = delimiter or _detect_delimiter(path, first_lines)
    with open_text(path, encoding, gzipped=gzipped) as stream:
        wanted = max(LOOKED_AT, header_row or 0) + 1
        found = [row for row in islice(read_cells(Lines(stream), chosen), wanted) if isinstance(row, CellRow)]
    rows = [row for row in found if any(map(str.strip, row.cells))]
    if not rows:
        raise InputError(f"{path} has no rows; export it again")
    index = _named_row(path, rows, header_row) if header_row else _header_index(rows)
    heading = _heading(chosen, rows, index, fixed=header_row is not None)
    _check_names(path, heading.columns, heading.row)
    return heading


def _first_lines(path: Path, encoding: str, *, gzipped: bool) -> list[str]:
    found: list[str] = []
    with open_text(path, encoding, gzipped=gzipped) as stream:
        lines = Lines(stream)
        while len(found) < LOOKED_AT:
            lines.begin_row()
            try:
                line = next(lines)
            except StopIteration:
                break
            except LineTooLongError as error:
                if not found:
                    raise InputError(f"{path}, line 1: {error.reason} It cannot be a header") from error
                lines.pass_over()
                continue
            if not found and wrong_byte(line, wide=is_wide(encoding)):
                raise InputError(
                    f"{path} is not {encoding} text: line 1 has bytes that do not decode; try another --encoding"
                )
            found.append(line)
    return found


def _detect_delimiter(path: Path, lines: Sequence[str]) -> str:
    """The delimiter under which most rows have one width, the wider the better; a comma if there is but one column."""
    scores = {delimiter: _score(lines, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda d: (scores[d][0] >= DECISIVE, *scores[d]))
    share, width = scores[best]
    if share < SELDOM:
        return ","
    rivals = [d for d in DELIMITERS if d != best and scores[d][1] == width and scores[d][0] > 0.1]
    if share < DECISIVE and rivals and share + scores[rivals[0]][0] >= DECISIVE:
        places = ", ".join(f"line {_first_with(lines, d, width):,} by {DELIMITER_NAMES[d]}" for d in (best, rivals[0]))
        raise InputError(
            f"{path} mixes delimiters ({places}): save it with one, or split it by delimiter and ingest both files"
        )
    return best


def _score(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """Share of the non-blank rows that have the most common width of two or more, and that width."""
    widths = Counter(len(row) for row in _parse(lines, delimiter) if any(map(str.strip, row)))
    wide = {width: n for width, n in widths.items() if width > 1}
    if not wide:
        return 0.0, 0
    width = max(wide, key=lambda w: (wide[w], w))
    return wide[width] / sum(widths.values()), width


def _parse(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(lines, delimiter=delimiter))
    except csv.Error:  # a cell beyond the limit: the rows before it decide
        return rows
    return rows


def _first_with(lines: Sequence[str], delimiter: str, width: int) -> int:
    return next(
        number
        for number, line in enumerate(lines, 1)
        if len(next(csv.reader([line], delimiter=delimiter), [])) == width
    )


def _named_row(path: Path, rows: Sequence[CellRow], number: int) -> int:
    for index, row in enumerate(rows):
        if row.number == number:
            return index
    raise InputError(f"{path} has no row that begins in line {number}; header_row counts lines from 1")


def _header_index(rows: Sequence[CellRow]) -> int:
    """The first row as wide as most that could be names: title rows above it are narrower, or have gaps and values."""
    width = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    wide = [index for index, row in enumerate(rows[:MOST_TITLE_ROWS]) if len(row.cells) >= width]
    filled = [
        index for index in wide if sum(map(bool, map(str.strip, rows[index].cells))) * 2 >= len(rows[index].cells)
    ]
    named = [index for index in filled if not _is_title(rows[index].cells)]
    return next(iter([*named[:1], *filled[:1], *wide[:1]]), 0)


def _is_title(cells: Sequence[str]) -> bool:
    """Whether a row has gaps and values, where names have neither: "Created, 2026-10-01, (blank)"."""
    bare = [cell.strip() for cell in cells]
    return not all(bare) and any(VALUE.fullmatch(cell) for cell in bare)


def _heading(delimiter: str, rows: Sequence[CellRow], index: int, *, fixed: bool) -> Heading:
    notes = [f"the names stand in line {rows[index].number}; what is above is not read"] if index else []
    below = rows[index + 1 :]
    names, skip, questions = rows[index].cells, 0, {}
    if _is_import_ids(below[1:2]):
        questions = _questions(names, below[0].cells)
        skip = 2
        notes.append("Qualtrics export: question texts and import ids below the names are not answers")
    elif below and _is_answer_heading(below[0].cells):
        names, skip = _merged(names, below[0].cells), 1
        notes.append("SurveyMonkey export: names from two rows")
    elif not fixed:
        further = _further_header_rows(below, len(names))
        if further:
            candidates = [names, *(row.cells for row in below[:further])]
            best = max(range(len(candidates)), key=lambda i: (_known_names(candidates[i]), -i))
            names, skip = candidates[best], further
            lines = ", ".join(str(row.number) for row in rows[index : index + further + 1])
            notes.append(
                f"lines {lines} are header rows, the names are those of line {rows[index + best].number}; "
                f"header_row overrides"
            )
    return Heading(
        delimiter, tuple(_tidy(name) for name in names), rows[index].number,
        frozenset(row.number for row in below[:skip]), questions, tuple(notes),
    )  # fmt: skip


def _is_import_ids(rows: Sequence[CellRow]) -> bool:
    return any(cell.strip().startswith('{"ImportId"') for row in rows for cell in row.cells)


def _questions(names: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    pairs = zip(names, texts, strict=False)
    return {_tidy(name): _tidy(text) for name, text in pairs if text.strip() and _tidy(text) != _tidy(name)}


def _is_answer_heading(cells: Sequence[str]) -> bool:
    words = {cell.strip().casefold() for cell in cells} - {""}
    return bool(words & ANSWER_HEADINGS) and not any(VALUE.fullmatch(word) for word in words)


def _merged(names: Sequence[str], below: Sequence[str]) -> list[str]:
    """SurveyMonkey: the question stands over its first answer column only."""
    merged, question = [], ""
    for index, name in enumerate(names):
        question = name.strip() or question
        detail = below[index].strip() if index < len(below) else ""
        plain_answer = not detail or detail.casefold() in ANSWER_HEADINGS and bool(name.strip())
        merged.append(question if plain_answer else f"{question} – {detail}" if name.strip() != detail else detail)
    return merged


def _further_header_rows(below: Sequence[CellRow], width: int) -> int:
    """How many rows under the names hold words where the columns (two or more) otherwise hold numbers or dates."""
    rest = [row.cells for row in below[MOST_HEADER_ROWS:] if len(row.cells) == width]
    if len(rest) < MOST_HEADER_ROWS:
        rest = [row.cells for row in below[-max(1, len(below) // 2) :] if len(row.cells) == width]
    numeric = [column for column in range(width) if _is_numeric([row[column] for row in rest])]
    count = 0
    for row in below[:MOST_HEADER_ROWS]:
        cells = [row.cells[column].strip() for column in numeric if column < len(row.cells)]
        if len(cells) < 2 or not all(_is_word(cell) for cell in cells) or count + 1 >= len(below):
            break
        count += 1
    return count


def _is_numeric(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) > len(cells) / 2 and sum(bool(VALUE.fullmatch(cell)) for cell in filled) > 0.9 * len(filled)


def _is_word(cell: str) -> bool:
    return not any(sign.isdigit() for sign in cell) and plain(cell) not in BLANK | NOT_APPLICABLE


def _known_names(cells: Sequence[str]) -> int:
    return sum(squash(cell) in KNOWN for cell in cells)


def _tidy(name: str) -> str:
    return " ".join(name.replace("\x00", "").split())


def _check_names(path: Path, columns: Sequence[str], row: int) -> None:
    values = [name for name in columns if VALUE.fullmatch(name) or "@" in name]
    filled = [name for name in columns if name]
    if values and len(values) * 2 >= len(filled):
        raise MappingError(
            f"{path}, line {row}: {values[0]!r} is a value, not a column's name; add a row with names at the "
            f"top (or name its line with header_row)"
        )
    check_distinct(path, columns)


def check_distinct(path: Path, columns: Sequence[str]) -> None:
    """Refuse a name that stands twice; columns without a name are numbered by the caller.

    Raises:
        MappingError: it names the columns.
    """
    twice = [name for name, n in Counter(filter(None, columns)).items() if n > 1]
    if twice:
        places = ", ".join(str(index) for index, name in enumerate(columns, 1) if name == twice[0])
        raise MappingError(
            f"{path}: the column {twice[0]!r} stands {columns.count(twice[0])} times (columns {places}); rename "
            f"all but one"
        )
