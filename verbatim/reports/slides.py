"""A document as slides: a title, then each section on one or more, with charts that can be edited and notes.

The notes hold every figure with its interval and n. Customers' text is text: no link, no formula in the workbooks
behind the charts. The same document gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from verbatim.errors import MissingExtraError
from verbatim.reports.charts import describe_line
from verbatim.reports.slide_parts import (
    TALL,
    WIDE,
    Paragraphs,
    ScoreChart,
    ShareChart,
    Table,
    method_parts,
    parts_of,
    shown,
)
from verbatim.reports.words import estimate, many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from verbatim.reports.document import Document
    from verbatim.reports.slide_parts import Part

SCORES_A_SLIDE = 3
ZIP_STAMP = (2000, 1, 1, 0, 0, 0)
STAMP = datetime(2000, 1, 1)  # noqa: DTZ001 — python-pptx wants a naive time; a fixed one keeps the bytes the same
CLOCK = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


@dataclass(frozen=True, slots=True)
class Slide:
    """A title, what stands below it, and what a speaker reads."""

    title: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]


def document_slides(document: Document) -> bytes:
    """The document as a presentation of 16:9.

    Raises:
        MissingExtraError: python-pptx is not installed.
    """
    try:
        import pptx
    except ImportError as error:
        raise MissingExtraError("slides need python-pptx: pip install 'verbatim-mining[slides]'") from error
    from verbatim.reports.slide_drawing import draw, draw_title

    deck = pptx.Presentation()
    draw_title(deck, shown(document.title), [shown(part) for part in document.meta])
    for slide in slides_of(document):
        draw(deck, slide)
    properties = deck.core_properties
    properties.title, properties.author = shown(document.title, 200), "Verbatim"
    properties.last_modified_by, properties.created, properties.modified = "Verbatim", STAMP, STAMP
    buffer = io.BytesIO()
    deck.save(buffer)
    return _without_clock(buffer.getvalue())


def slides_of(document: Document) -> list[Slide]:
    """Every slide after the title; a section that does not fit goes on, its slides are numbered."""
    found: list[Slide] = []
    for section in document.sections:
        parts = [part for block in section.blocks for part in parts_of(block)]
        lead = (shown(section.lead),) if section.lead else ()
        found += _numbered(shown(section.title), parts, lead)
    if document.method:
        found += _numbered("Method", list(method_parts(document)), ())
    return found


def _numbered(title: str, parts: Sequence[Part], lead: tuple[str, ...]) -> list[Slide]:
    pages = list(_packed(parts))
    return [
        Slide(
            title if len(pages) == 1 else f"{title} ({number} of {len(pages)})", page,
            (*(lead if number == 1 else ()), *_notes(page)),
        )
        for number, page in enumerate(pages, 1)
    ]  # fmt: skip


def _packed(parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """As much on a slide as fits; scores stand side by side, tables are cut between rows."""
    scores = [part for part in parts if isinstance(part, ScoreChart)]
    for first in range(0, len(scores), SCORES_A_SLIDE):
        yield tuple(scores[first : first + SCORES_A_SLIDE])
    page: list[Part] = []
    left = TALL
    flowing = list(_cut([part for part in parts if not isinstance(part, ScoreChart)]))
    for place, part in enumerate(flowing):
        led = flowing[place + 1 : place + 2] if isinstance(part, Paragraphs) and part.leads else []
        if page and part.height + sum(after.height for after in led) > left:
            yield tuple(page)
            page, left = [], TALL
        page.append(part)
        left -= part.height
    if page:
        yield tuple(page)


def _cut(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts, each small enough for a slide."""
    for part in parts:
        if isinstance(part, Table):
            yield from _tables(part)
        elif isinstance(part, Paragraphs) and part.height > TALL:
            yield from (replace(part, pieces=(piece,)) for piece in part.pieces)
        else:
            yield part


def _tables(table: Table) -> Iterator[Table]:
    most = TALL - table.row_height(table.header) - 0.5
    rows: list[tuple[str, ...]] = []
    taken = 0.0
    for row in table.rows:
        height = table.row_height(row)
        if rows and taken + height > most:
            yield replace(table, rows=tuple(rows))
            rows, taken = [], 0.0
        rows.append(row)
        taken += height
    yield replace(table, rows=tuple(rows))


def _notes(page: tuple[Part, ...]) -> Iterator[str]:
    for part in page:
        if isinstance(part, ScoreChart):
            line = part.line
            yield shown(f"{line.name}: {estimate(line.figure, line.unit)}. {line.definition}", 1000)
            if line.points:
                yield shown(describe_line(f"{line.name}, {part.steps.lower()}", line.points, line.unit), 2000)
        elif isinstance(part, ShareChart):
            for theme in part.themes:
                yield shown(f"{theme.name}: {many(theme.volume, 'comment')}, {estimate(theme.share, 'percent')}", 1000)
        elif isinstance(part, Paragraphs):
            yield " ".join(piece.text for piece in part.pieces)
        else:
            for row in part.rows:
                yield "; ".join(
                    f"{name} {cell}".strip() for name, cell in zip(part.header, row, strict=True) if cell
                )  # fmt: skip


def _without_clock(deck: bytes) -> bytes:
    """The same archive, and the workbooks in it, with fixed times."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deck)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content: Any = old.read(name)
            if name.endswith(".xlsx"):
                content = _without_clock(content)
            elif name == "docProps/core.xml":
                content = CLOCK.sub(rb"\g<1>2000-01-01T00:00:00Z", content)
            member = zipfile.ZipInfo(name, ZIP_STAMP)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, content)
    return buffer.getvalue()


__all__ = ["TALL", "WIDE", "Slide", "document_slides", "slides_of"]
