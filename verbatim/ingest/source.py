"""One file as a table: what it is, its columns, and its rows one after another in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from verbatim.errors import InputError
from verbatim.ingest import charset, jsonl, layout, parquet, workbook
from verbatim.ingest.delimited import DELIMITER_NAMES, DELIMITERS, read_delimited
from verbatim.ingest.opening import Format, detect_format, translated
from verbatim.ingest.rows import Meter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from verbatim.ingest.rows import BadRow, RawRow

DELIMITER_WORDS = {
    **{name: sign for sign, name in DELIMITER_NAMES.items()},
    "\\t": "\t",
    "tsv": "\t",
    "csv": ",",
    "pipe": "|",
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file whose layout is known. ``questions`` is the wording behind a column where a header row has it."""

    path: Path
    format: Format
    gzipped: bool
    columns: tuple[str, ...]
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    skip: frozenset[int] = frozenset()
    sheet: str | None = None
    questions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def rows(self, meter: Meter | None = None) -> Iterator[RawRow | BadRow]:
        """The rows below the header; ``meter`` follows along.

        Raises:
            InputError: the file is damaged, at the row reached.
        """
        meter = meter or Meter()
        with translated(self.path):
            for row in self._rows(meter):
                meter.rows_done += 1
                yield row

    def _rows(self, meter: Meter) -> Iterator[RawRow | BadRow]:
        if self.format is Format.PARQUET:
            yield from parquet.read(self.path, meter)
        elif self.format is Format.XLSX:
            yield from workbook.read(self.path, str(self.sheet), len(self.columns), self.header_row or 1, meter)
        elif self.format is Format.JSON:
            yield from jsonl.read_array(self.path, str(self.encoding), self.columns, gzipped=self.gzipped, meter=meter)
        else:
            yield from self._text_rows(meter)

    def _text_rows(self, meter: Meter) -> Iterator[RawRow | BadRow]:
        encoding = str(self.encoding)
        wide = charset.is_wide(encoding)
        with charset.open_text(self.path, encoding, gzipped=self.gzipped, meter=meter) as stream:
            if self.format is Format.JSONL:
                yield from jsonl.read_lines(stream, self.columns, wide=wide)
            else:
                after, delimiter = self.header_row or 1, str(self.delimiter)
                yield from read_delimited(stream, delimiter, self.columns, after=after, skip=self.skip, wide=wide)


def inspect_file(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
    sheet: str | None = None,
) -> SourceFile:
    """Find out what ``path`` is; what is named is not guessed. Reads text files through once, for their encoding.

    Raises:
        InputError: it cannot be read, or has no rows; the message names what to do.
        MappingError: its columns have no names, or one name stands twice.
        MissingExtraError: an XLSX file without the extra ``excel``.
    """
    with translated(path):
        found, gzipped = detect_format(path)
        if found is Format.PARQUET:
            source = SourceFile(path, found, gzipped, parquet.columns(path))
        elif found is Format.XLSX:
            sheet, row, columns, notes = workbook.inspect(path, sheet, header_row)
            source = SourceFile(path, found, gzipped, columns, header_row=row, sheet=sheet, notes=notes)
        else:
            chars = charset.named_charset(encoding) if encoding else charset.detect_charset(path, gzipped=gzipped)
            source = SourceFile(
                path, found, gzipped, (), encoding=chars.encoding, notes=(chars.note,) if chars.note else ()
            )
            source = _inspect_text(source, delimiter, header_row)
    layout.check_distinct(path, source.columns)
    return _with_every_column_named(source)


def delimiter_named(name: str) -> str:
    """The delimiter a user named: the sign itself, or a word such as ``tab``.

    Raises:
        InputError: more than one character.
    """
    sign = DELIMITER_WORDS.get(name.casefold(), name)
    if len(sign) != 1 or sign in '\r\n"':
        raise InputError(
            f"{name!r} is not a delimiter; name one character, or one of "
            f"{', '.join(DELIMITER_NAMES[d] for d in DELIMITERS)}"
        )
    return sign


def _inspect_text(source: SourceFile, delimiter: str | None, header_row: int | None) -> SourceFile:
    encoding = str(source.encoding)
    if source.format in {Format.JSONL, Format.JSON}:
        columns = jsonl.columns(source.path, encoding, gzipped=source.gzipped, array=source.format is Format.JSON)
        return replace(source, columns=columns)
    heading = layout.detect_heading(
        source.path,
        encoding,
        gzipped=source.gzipped,
        delimiter=delimiter_named(delimiter) if delimiter else None,
        header_row=header_row,
    )
    return replace(
        source,
        columns=heading.columns,
        delimiter=heading.delimiter,
        header_row=heading.row,
        skip=heading.skip,
        questions=heading.questions,
        notes=(*source.notes, *heading.notes),
    )


def _with_every_column_named(source: SourceFile) -> SourceFile:
    names = tuple(name or f"column {index}" for index, name in enumerate(source.columns, 1))
    return replace(source, columns=names)
