"""Looks at a file before anything is written: what it is, how its columns are read, what would become of its rows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from verbatim.domain import Kind
from verbatim.errors import InputError
from verbatim.ingest.convert import CellReader, Circumstances, Converted, Refusal, utc_now
from verbatim.ingest.dates import DateFormat, Evidence, gather_evidence, named_format
from verbatim.ingest.mapping import ColumnMap, map_columns
from verbatim.ingest.profile import IngestOptions, Recipe, make_recipe, time_fields
from verbatim.ingest.ratings import ScoreColumn, choose_scales
from verbatim.ingest.records import RecordConverter
from verbatim.ingest.responses import ResponseConverter
from verbatim.ingest.rows import BadRow, RawRow
from verbatim.ingest.source import SourceFile, inspect_file
from verbatim.ingest.texts import TextDesk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from verbatim.settings import Settings

LOOKED_AT = 10_000  # rows that decide formats, mapping and scales
LOOKED_AT_FOR_ORDER = 200_000  # rows read on to find a day above 12
TRIED = 1_000  # rows converted to show what would happen
SHOWN = 3
Converter = RecordConverter | ResponseConverter


@dataclass(frozen=True, slots=True)
class DateColumn:
    """A column of times: its format, and how that is known."""

    column: str
    format: DateFormat
    reason: str


@dataclass(frozen=True, slots=True)
class IngestPlan:
    """Everything decided about a file.

    ``preview`` has the first rows as they would be stored, by table name; ``tried`` is how many rows were converted for
    it, ``refusals`` what would be rejected among them.
    """

    kind: Kind
    file: SourceFile
    recipe: Recipe
    mapping: ColumnMap
    scores: tuple[ScoreColumn, ...]
    dates: tuple[DateColumn, ...]
    source: str
    timezone: str
    now: datetime
    max_rejects: int | None
    preview: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    tried: int = 0
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()

    def converter(self, settings: Settings) -> Converter:
        """A fresh converter of this file's rows; it must see them all, in order."""
        under = Circumstances(self.kind, self.source, self.recipe.namespace, ZoneInfo(self.timezone), self.now)
        formats = {entry.column: entry.format for entry in self.dates}
        reader = CellReader(self.mapping, self.file.columns, formats, under, TextDesk(settings))
        if self.kind is Kind.RESPONSES:
            return ResponseConverter(reader, self.mapping, self.scores, self.recipe, self.file.columns)
        return RecordConverter(reader, self.file.columns)


def plan_ingest(kind: Kind, path: Path, options: IngestOptions, settings: Settings) -> IngestPlan:
    """Detect, map and try out; nothing is written.

    Raises:
        InputError: the file cannot be read, holds no rows, or leaves open what must be named (its dates, say).
        MappingError: columns that are named but missing, or fields that must be filled and are not.
        ScaleError: answers that do not decide their scale, or two scales under one metric.
        MissingExtraError: an XLSX file without the extra ``excel``.
    """
    recipe = make_recipe(kind, options)
    file = inspect_file(
        path, encoding=recipe.encoding, delimiter=recipe.delimiter, header_row=recipe.header_row, sheet=recipe.sheet
    )
    looked_at = list(islice(file.rows(), LOOKED_AT))
    sample = [row for row in looked_at if isinstance(row, RawRow)]
    if not looked_at:
        raise InputError(f"{path} has a header but no rows below it; export it again")
    if not sample:
        first = next(row for row in looked_at if isinstance(row, BadRow))
        raise InputError(f"{path}, line {first.number}: {first.reason}; no row of the file can be read")
    mapped = map_columns(recipe, file, sample)
    plan = IngestPlan(
        kind=kind,
        file=file,
        recipe=recipe,
        mapping=mapped,
        scores=choose_scales(recipe, mapped, file, sample) if kind is Kind.RESPONSES else (),
        dates=_date_columns(recipe, mapped, file, sample),
        source=recipe.source or default_source(path),
        timezone=recipe.timezone or settings.timezone,
        now=options.now or utc_now(),
        max_rejects=options.max_rejects,
    )
    return _tried_out(plan, looked_at[:TRIED], settings)


_YEAR = r"(?:19|20)\d\d"
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
DATED = re.compile(
    rf"""(?:
        [-_ .]* (?<!\d) (?: {_YEAR}(?:[-_ .]?[01]\d(?:[-_ .]?[0-3]\d)?)? (?:[-_ .tT]\d\d[-_ .]?\d\d(?:[-_ .]?\d\d)?)?
                       | [0-3]?\d[-_ .][0-3]?\d[-_ .]{_YEAR} | [01]?\d[-_ .]{_YEAR} ) (?!\d)
        | (?:^|[-_ .]+|(?<=\d)) (?: q[1-4] | w\d\d? | {_MONTH} ) (?![a-z0-9])
    )+$""",
    re.IGNORECASE | re.VERBOSE,
)  # a number alone is no date: survey1.csv and survey2.csv are two sources


def default_source(path: Path) -> str:
    """The name of a source that exports a file each month: ``responses-2026-09.csv.gz`` is ``responses``."""
    stem = re.sub(r"(\.[a-z][a-z0-9]*)+$", "", path.name, flags=re.I) or path.name
    bare = DATED.sub("", stem)
    return (re.sub(r"[-_ .]+$", "", bare) or stem).casefold()


def _date_columns(
    recipe: Recipe, mapped: ColumnMap, file: SourceFile, sample: Sequence[RawRow]
) -> tuple[DateColumn, ...]:
    columns = [column for name, column in mapped.fields.items() if name in time_fields(recipe.kind)]
    evidence = {column: _evidence(file, column, sample) for column in columns}
    open_ones = [column for column in columns if _is_open(recipe, column, evidence[column])]
    together = sum(evidence.values(), Evidence())
    if open_ones and together.order is None and len(sample) >= LOOKED_AT:
        evidence = {column: _further_evidence(file, column) for column in columns}
        together = sum(evidence.values(), Evidence())
    return tuple(_date_column(recipe, file, column, evidence[column], together) for column in columns)


def _is_open(recipe: Recipe, column: str, evidence: Evidence) -> bool:
    named = recipe.date_formats.get(column) or recipe.date_formats.get("")
    return named is None and evidence.order is None and evidence.either > 0


def _evidence(file: SourceFile, column: str, rows: Sequence[RawRow]) -> Evidence:
    place = file.columns.index(column)
    return gather_evidence(row.cells[place] for row in rows)


def _further_evidence(file: SourceFile, column: str) -> Evidence:
    place = file.columns.index(column)
    rows = islice(file.rows(), LOOKED_AT_FOR_ORDER)
    return gather_evidence(row.cells[place] for row in rows if isinstance(row, RawRow))


def _date_column(recipe: Recipe, file: SourceFile, column: str, evidence: Evidence, together: Evidence) -> DateColumn:
    named = recipe.date_formats.get(column) or recipe.date_formats.get("")
    if named is not None:
        try:
            return DateColumn(column, named_format(named), "named")
        except ValueError as error:
            raise InputError(f"{error} (for {column!r})") from error
    if evidence.contradicts_itself:
        raise InputError(
            f"{file.path}: {column!r} mixes day/month and month/day ({evidence.day_first:,} values can only be one, "
            f"{evidence.month_first:,} only the other); name one with --date-format, the others are rejected"
        )
    if evidence.order is not None:
        return DateColumn(column, DateFormat(evidence.order), "told by days above 12, or dots")
    if not evidence.either:
        return DateColumn(column, DateFormat(together.order), "the values say it themselves")
    if together.order is not None:
        return DateColumn(column, DateFormat(together.order), "told by another column of the file")
    raise InputError(
        f"{file.path}: in {column!r}, is {evidence.first_open!r} day/month or month/day? Nothing in the file "
        f"says; name it with --date-format dmy or mdy"
    )


def _tried_out(plan: IngestPlan, rows: Sequence[RawRow | BadRow], settings: Settings) -> IngestPlan:
    found = convert_chunk(plan.converter(settings), rows)
    preview = {table.name: tuple(stored[:SHOWN]) for table, stored in found.rows.items()}
    desk = TextDesk(settings)
    shown = tuple(replace(one, value=desk.shown(one.value)) for one in found.refusals)
    return replace(plan, preview=preview, tried=len(rows), refusals=shown, warnings=_warnings(plan, found, len(rows)))


def convert_chunk(converter: Converter, rows: Sequence[RawRow | BadRow]) -> Converted:
    """Convert the readable rows of a chunk; the others are refusals beside them, all in the order of the file."""
    found = converter.convert([row for row in rows if isinstance(row, RawRow)])
    bad = [Refusal(row.number, row.column, row.value, row.reason) for row in rows if isinstance(row, BadRow)]
    found.refusals = sorted(found.refusals + bad, key=lambda one: one.row)
    found.read = len(rows)
    return found


def _warnings(plan: IngestPlan, found: Converted, tried: int) -> tuple[str, ...]:
    warnings = [*plan.file.notes, *plan.mapping.warnings]
    named_by_id = {"id", "submission_id"} & set(plan.mapping.fields)
    if not named_by_id:
        warnings.append("no column with an id: rows are known by their values, so a corrected row is a new row")
    if plan.kind is Kind.RESPONSES and not {"asked_at", "answered_at"} & set(plan.mapping.fields):
        warnings.append(
            "no column with a date: the rows will belong to no month; name it with --map answered_at=COLUMN"
        )
    elif found.undated:
        warnings.append(f"{found.undated:,} of the first {tried:,} rows have no date: they will belong to no month")
    refused = Counter(one.row for one in found.refusals)
    if len(refused) > tried / 2:
        warnings.append(f"{len(refused):,} of the first {tried:,} rows have rejects; is the mapping right?")
    return tuple(warnings)
