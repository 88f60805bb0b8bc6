"""The report as a workbook, one sheet a section; the same report gives the same bytes.

A cell that begins like a formula is written as text with an apostrophe before it, so that a spreadsheet that is
opened, saved as CSV and opened again still shows text.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from verbatim.errors import MissingExtraError
from verbatim.reports.words import verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from openpyxl import Workbook

    from verbatim.reports.model import Change, Figure, MonthlyReport

Value = str | int | float | bool | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LONGEST_CELL = 32_000
THEME_HEADER = (
    *("theme", "keywords", "status", "comments", "share %", "low (95%)", "high (95%)"),
    *("change in points", "against", "verdict", "sentiment", "sentiment n"),
)
FIGURE_HEADER = ("value", "low (95%)", "high (95%)", "n")
DRIVER_HEADER = (
    *("theme", "metric", *(f"on the theme: {part}" for part in FIGURE_HEADER)),
    *(f"the rest: {part}" for part in FIGURE_HEADER),
    *("difference", "low (95%)", "high (95%)", "verdict"),
)
CHANGE_HEADER = ("change", "low (95%)", "high (95%)", "against", "verdict")
STAMP = datetime(2000, 1, 1)  # noqa: DTZ001 — openpyxl wants a naive time; a fixed one keeps the bytes the same
ZIP_STAMP = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A title, a header row and rows below it."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def to_xlsx(report: MonthlyReport) -> bytes:
    """The monthly report as a workbook; errors as for `workbook`."""
    return workbook(sheets(report))


def workbook(pages: Sequence[Sheet]) -> bytes:
    """The sheets as a file.

    Raises:
        MissingExtraError: openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtraError("XLSX needs openpyxl: pip install 'verbatim-mining[excel]'") from error
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in pages:
        _fill(book, sheet)
    properties = book.properties  # type: ignore[attr-defined]  # the stubs lack it
    properties.created = properties.modified = STAMP
    properties.creator = "Verbatim"
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_clock(buffer.getvalue())


def guarded(value: Value) -> Value:
    """A cell that no spreadsheet takes for a formula, and that the format can hold.

    >>> guarded("=1+1"), guarded(" @x"), guarded(-3.5)
    ("'=1+1", "' @x", -3.5)
    """
    if not isinstance(value, str):
        return value
    text = FORBIDDEN.sub("\ufffd", value)[:LONGEST_CELL]
    risky = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    return f"'{text}" if risky else text


def sheets(report: MonthlyReport) -> list[Sheet]:
    """Every sheet in order; sections without rows keep their header, so that the shape never changes."""
    story = report.story
    parts = [("what changed", story.changed), ("why", story.why), ("what next", story.next)]
    return [
        Sheet("Summary", ("item", "value"), tuple(_summary(report))),
        Sheet("Scores", ("metric", "scale", "definition", *FIGURE_HEADER, "headline"), tuple(_scores(report))),
        Sheet("Months", ("metric", "scale", "month", *FIGURE_HEADER), tuple(_points(report, "months"))),
        Sheet("Rolling four weeks", ("metric", "scale", "ending on", *FIGURE_HEADER), tuple(_points(report, "weeks"))),
        Sheet(
            "Segments",
            ("metric", "scale", "segment", "group", *FIGURE_HEADER, "few answers", *CHANGE_HEADER),
            tuple(_groups(report)),
        ),
        Sheet("Themes", THEME_HEADER, tuple(_themes(report))),
        Sheet("Drivers", DRIVER_HEADER, tuple(_drivers(report))),
        Sheet("Quotes", ("theme", "kind", "rating", "month", "quote"), tuple(_quotes(report))),
        Sheet("Movements", ("theme", "kind", "since", "sentence"), tuple(_movements(report))),
        Sheet(
            "What changed",
            ("part", "sentence", "evidence", "owner"),
            tuple((part, s.text, s.evidence, s.owner) for part, found in parts for s in found),
        ),
        Sheet("What lasts", ("part", "sentence", "evidence"), tuple(_lasting(report))),
        Sheet("Before they renew", ("metric", "accounts", *FIGURE_HEADER, "verdict"), tuple(_renewing(report))),
        Sheet("Survey quality", ("metric", "measure", *FIGURE_HEADER), tuple(_quality(report))),
        Sheet("Method", ("title", "text"), tuple((note.title, note.text) for note in report.method)),
    ]


def _summary(report: MonthlyReport) -> Iterator[tuple[Value, ...]]:
    yield "report", report.title
    yield "organisation", report.organisation
    yield "period", f"{report.period} ({report.timezone})"
    yield "answers", report.answers
    yield "comments", report.comments
    for mark in report.marks:
        yield f"milestone {mark.on}", mark.name
    for caveat in report.caveats:
        yield "caveat", caveat


def _scores(report: MonthlyReport) -> Iterator[tuple[Value, ...]]:
    for m in report.metrics:
        yield (m.name, m.scale, m.definition, *figure_cells(m.figure), m.headline)


def _points(report: MonthlyReport, axis: str) -> Iterator[tuple[Value, ...]]:
    for m in report.metrics:
        for point in m.months if axis == "months" else m.weeks:
            yield (m.name, m.scale, point.on, *figure_cells(point.figure))


def _groups(report: MonthlyReport) -> Iterator[tuple[Value, ...]]:
    for m in report.metrics:
        for breakdown in m.breakdowns:
            for group in breakdown.groups:
                small = "yes" if group.small else "no"
                named = (m.name, m.scale, breakdown.segment, group.name)
                yield (*named, *figure_cells(group.figure), small, *change_cells(group.change))


def _themes(report: MonthlyReport) -> Iterator[tuple[Value, ...]]:
    for theme in report.themes.top:
        share, change, mood = theme.share, theme.change, theme.sentiment
        moved: tuple[Value, ...] = (None, None, None)
        if change:
            moved = (_short(change.difference), change.against, verdict(change))
        yield (
            theme.name,
            ", ".join(theme.keywords),
            theme.status,
            theme.volume,
            *figure_cells(share)[:3],
            *moved,
            *((_short(mood.value), mood.n) if mood else (None, None)),
        )


def _drivers(report: MonthlyReport) -> Iterator[tuple[Value, ...]]:
    """Scores given with comments on a theme, beside all others."""
    for theme in report.themes.top:
        for score in theme.scores:
            yield (
                theme.name, score.name, *figure_cells(score.inside), *figure_cells(score.outside),
                _short(score.difference), _short(score.low), _short(score.high),
                "more than noise" if score.real else "within noise",
            )  # fmt: skip


def _quotes(report: MonthlyReport) -> Iterator[tuple[Value, ...]]:
    for theme in report.themes.top:
        for quote in theme.quotes:
            yield theme.name, quote.kind, quote.rating, quote.month, quote.text


def _movements(report: MonthlyReport) -> Iterator[tuple[Value, ...]]:
    for move in report.themes.movements:
        yield move.name, move.kind, move.since, move.sentence


def _lasting(report: MonthlyReport) -> Iterator[tuple[Value, ...]]:
    for issue in report.chronic.issues:
        yield "chronic issue", issue.text, issue.evidence
    if report.chronic.absent:
        yield "chronic issue", report.chronic.absent, None
    if report.retention:
        for sentence in report.retention.told:
            yield "before they renew", sentence.text, sentence.evidence
        yield "before they renew", report.retention.note, None
    if report.decisions:
        for sentence in report.decisions.due:
            yield "to decide", sentence.text, sentence.evidence
        for sentence in report.decisions.taken:
            yield "milestone", sentence.text, sentence.evidence
    if report.recognition:
        for one in report.recognition.people:
            yield f"thanks to {one.agent}" if one.agent else "praise", one.text, one.said_on
        yield "recognition", report.recognition.note, None


def _renewing(report: MonthlyReport) -> Iterator[tuple[Value, ...]]:
    for score in report.retention.scores if report.retention else ():
        found = "more than noise" if score.real else "within noise"
        yield (score.name, "renewing soon", *figure_cells(score.inside), found)
        yield (score.name, "the others", *figure_cells(score.outside), found)


def _quality(report: MonthlyReport) -> Iterator[tuple[Value, ...]]:
    for section in report.quality:
        measures = {
            "response rate %": section.response,
            "with a comment %": section.commented,
            "late answers %": section.late,
            "score as answered (raw)": section.raw,
            f"score weighted by {section.segment}": section.weighted,
        }
        for name, figure in measures.items():
            if figure is not None:
                yield (section.name, name, *figure_cells(figure))
        for row in section.representation:
            yield (section.name, f"share of answers: {row.group} %", *figure_cells(row.answered))
            yield (section.name, f"share of {section.basis}: {row.group} %", _short(row.everybody), None, None, None)


def change_cells(change: Change | None) -> tuple[Value, ...]:
    """The cells below ``CHANGE_HEADER``."""
    if change is None:
        return (None,) * len(CHANGE_HEADER)
    ends = (_short(change.difference), _short(change.low), _short(change.high))
    return (*ends, change.against, verdict(change))


def figure_cells(figure: Figure) -> tuple[Value, ...]:
    """The cells below ``FIGURE_HEADER``."""
    return _short(figure.value), _short(figure.low), _short(figure.high), figure.n


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4) + 0.0


def _fill(book: Workbook, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(sheet.title)
    for column, name in enumerate(sheet.header, 1):
        cell = page.cell(1, column)
        cell.value, cell.data_type, cell.font = guarded(name), "s", Font(bold=True)
    page.freeze_panes = "A2"
    for number, row in enumerate(sheet.rows, 2):
        for column, value in enumerate(row, 1):
            cell = page.cell(number, column)
            cell.value = guarded(value)
            if isinstance(value, str):
                cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=len(value) > 40, vertical="top")
    for column, width in enumerate(_widths(sheet), 1):
        page.column_dimensions[get_column_letter(column)].width = width


def _widths(sheet: Sheet) -> Sequence[int]:
    columns = zip(sheet.header, *sheet.rows, strict=True)
    return [min(70, max(9, *(len(str(value)) + 2 for value in column if value is not None))) for column in columns]


def _without_clock(workbook: bytes) -> bytes:
    """The same archive with fixed times: openpyxl stamps each member, and the modification, with the clock."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
            member = zipfile.ZipInfo(name, ZIP_STAMP)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, content)
    return buffer.getvalue()
