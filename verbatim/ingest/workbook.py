"""Reads one sheet of an XLSX workbook, row by row; needs the extra ``excel``."""

from __future__ import annotations

import warnings
import zipfile
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from verbatim.errors import InputError, MissingExtraError
from verbatim.ingest.rows import BadRow, RawRow, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl import Workbook

    from verbatim.ingest.rows import Cell, Meter

LOOKED_AT = 20  # rows among which the names stand
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


def inspect(path: Path, sheet: str | None, header_row: int | None) -> tuple[str, int, tuple[str, ...], tuple[str, ...]]:
    """The sheet, the row of the names (from 1), the names, and notes for the user.

    Raises:
        InputError: damaged, empty, or no sheet of that name.
        MissingExtraError: openpyxl is not installed.
    """
    with _opened(path) as book:
        names = list(book.sheetnames)
        if sheet is not None and sheet not in names:
            raise InputError(f"{path} has no sheet {sheet!r}; its sheets are {', '.join(map(repr, names))}")
        for name in [sheet] if sheet is not None else names:
            found = _first_rows(book, name, header_row)
            if found:
                break
        else:
            raise InputError(f"{path} has no rows{'' if sheet is None else f' in sheet {sheet!r}'}; export it again")
    row, header = _header(path, found, header_row)
    notes = [f"sheet {name!r} of {len(names)}; --sheet names another"] if sheet is None and len(names) > 1 else []
    if row > 1:
        notes.append(f"the names stand in row {row}; what is above is not read")
    return name, row, header, tuple(notes)


def read(path: Path, sheet: str, width: int, header_row: int, meter: Meter) -> Iterator[RawRow | BadRow]:
    """Rows below ``header_row`` with the sheet's row numbers; blank rows are none. Times stay times."""
    with _opened(path) as book:
        page = book[sheet]
        meter.unit, meter.total = "rows", page.max_row
        _forget_size(page)
        for number, values in enumerate(page.iter_rows(min_row=header_row + 1, values_only=True), header_row + 1):
            cells = [_cell(value) for value in values]
            if not any(cells):
                continue
            if any(cells[width:]):
                yield BadRow(number, f"{len(cells)} cells where the header has {width}", value=str(cells[width])[:400])
                continue
            yield RawRow(number, [*cells[:width], *[""] * (width - len(cells))])


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:
        raise MissingExtraError(
            "reading XLSX needs openpyxl: pip install 'verbatim-mining[excel]', or save the sheet as CSV"
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and validations, which do not matter here
            book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, EOFError, SyntaxError) as error:
        raise InputError(f"{path} is not a readable XLSX file: {error}; save it again from Excel") from error
    try:
        yield book
    finally:
        book.close()


def _first_rows(book: Workbook, name: str, header_row: int | None) -> list[tuple[int, list[Cell]]]:
    page = book[name]
    if not hasattr(page, "iter_rows"):  # a chart
        return []
    _forget_size(page)
    rows = islice(page.iter_rows(values_only=True), max(LOOKED_AT, header_row or 0))
    filled = [(number, [_cell(value) for value in values]) for number, values in enumerate(rows, 1)]
    return [(number, cells) for number, cells in filled if any(cells)]


def _forget_size(page: object) -> None:
    """Many programs write a wrong size into the sheet; without it openpyxl reads what is there."""
    reset = getattr(page, "reset_dimensions", None)
    if reset is not None:
        reset()


def _header(path: Path, rows: list[tuple[int, list[Cell]]], header_row: int | None) -> tuple[int, tuple[str, ...]]:
    """The first row that is filled about as wide as the widest."""
    if header_row is not None:
        chosen = [row for row in rows if row[0] == header_row]
        if not chosen:
            raise InputError(f"{path} has no row {header_row}; header_row counts the sheet's rows from 1")
    else:
        widest = max(sum(map(bool, cells)) for _, cells in rows)
        chosen = [row for row in rows if sum(map(bool, row[1])) * 2 > widest]
    number, cells = chosen[0]
    while cells and not cells[-1]:
        cells.pop()
    return number, tuple(" ".join(str(cell).split()) for cell in cells)


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return "" if value in ERRORS else value.strip()
    if isinstance(value, datetime):
        return value
    if value is None or isinstance(value, (bool, float)):
        return plain_text(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value.total_seconds() / 60) if isinstance(value, timedelta) else str(value)
