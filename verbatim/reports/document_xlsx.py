"""A document as a workbook: a summary, then a sheet a section; figures keep interval and n in cells of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from verbatim.reports.document import Estimated, Facts, Grid, Moved, Prose, Scores, Spoken, Themes, Told
from verbatim.reports.xlsx import CHANGE_HEADER, FIGURE_HEADER, FORBIDDEN, Sheet, change_cells, figure_cells, workbook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verbatim.reports.document import Block, Cell, Document
    from verbatim.reports.xlsx import Value

LONGEST_TITLE = 31  # of a sheet, by the format


def document_xlsx(document: Document) -> bytes:
    """The document as a file; errors as for `workbook`."""
    return workbook(document_sheets(document))


def document_sheets(document: Document) -> list[Sheet]:
    """Every sheet in order; blocks that are one line of text stand in the summary."""
    summary: list[tuple[Value, ...]] = [("report", document.title), *(("about", part) for part in document.meta)]
    pages: list[Sheet] = []
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Prose):
                summary += [(section.title, line) for line in block.lines]
            elif isinstance(block, Facts):
                summary += list(block.rows)
            else:
                pages += _pages(section.title, block)
    summary += [("caveat", caveat) for caveat in document.caveats]
    method = Sheet("Method", ("title", "text"), tuple((note.title, note.text) for note in document.method))
    return _titled([Sheet("Summary", ("item", "value"), tuple(summary)), *pages, method])


def _pages(title: str, block: Block) -> Iterator[Sheet]:
    header: tuple[str, ...]
    if isinstance(block, Scores):
        header = ("metric", "scale", "definition", *FIGURE_HEADER, *CHANGE_HEADER, "headline")
        yield Sheet(title, header, tuple(
            (
                line.name, line.scale, line.definition, *figure_cells(line.figure), *change_cells(line.change),
                line.headline,
            )
            for line in block.lines
        ))  # fmt: skip
        points = [(line.name, p.on, *figure_cells(p.figure)) for line in block.lines for p in line.points]
        if points:
            yield Sheet(block.steps.partition(",")[0], ("metric", "from", *FIGURE_HEADER), tuple(points))
    elif isinstance(block, Grid):
        yield _grid(title, block)
    elif isinstance(block, Told):
        yield Sheet(
            title, ("sentence", "evidence", "owner"), tuple((s.text, s.evidence, s.owner) for s in block.sentences)
        )
    elif isinstance(block, Spoken):
        header = ("kind", "rating", "said on", "ticket", "account", "owner", "text")
        yield Sheet(title, header, tuple(
            (v.kind, v.rating, v.said_on, v.ticket, v.account, v.owner, v.text) for v in block.voices
        ))  # fmt: skip
    elif isinstance(block, Themes):
        header = ("theme", "comments", "share %", "low (95%)", "high (95%)", "n", *CHANGE_HEADER, "quotes")
        yield Sheet(title, header, tuple(
            (
                one.name, one.volume, *figure_cells(one.share), *change_cells(one.change),
                " | ".join(quote.text for quote in one.quotes),
            )
            for one in block.themes
        ))  # fmt: skip


def _grid(title: str, block: Grid) -> Sheet:
    """The table; a column of figures or changes becomes several."""
    header: list[str] = []
    columns: list[list[tuple[Value, ...]]] = []
    for position, name in enumerate(block.header):
        cells = [row[position] for row in block.rows]
        if any(isinstance(cell, Estimated) for cell in cells):
            header += [f"{name}: {part}" for part in FIGURE_HEADER]
            columns.append([_figure(cell) for cell in cells])
        elif any(isinstance(cell, Moved) for cell in cells):
            header += CHANGE_HEADER
            columns.append([change_cells(cell.change if isinstance(cell, Moved) else None) for cell in cells])
        else:
            header.append(name)
            columns.append([(_plain(cell),) for cell in cells])
    rows = tuple(tuple(value for part in parts for value in part) for parts in zip(*columns, strict=True))
    return Sheet(title if len(block.caption) > LONGEST_TITLE else block.caption, tuple(header), rows)


def _figure(cell: Cell) -> tuple[Value, ...]:
    return figure_cells(cell.figure) if isinstance(cell, Estimated) else (None,) * len(FIGURE_HEADER)


def _plain(cell: Cell) -> Value:
    return str(cell) if isinstance(cell, (Estimated, Moved)) else cell


def _titled(pages: list[Sheet]) -> list[Sheet]:
    """Titles that the format allows, each once."""
    taken: set[str] = set()
    named = []
    for page in pages:
        title = re.sub(r"[\[\]:*?/\\]", " ", FORBIDDEN.sub(" ", page.title)).strip("' ")[:LONGEST_TITLE] or "Sheet"
        number = 1
        while title.lower() in taken:
            number += 1
            suffix = f" {number}"
            title = f"{title[: LONGEST_TITLE - len(suffix)].rstrip('0123456789 ')}{suffix}"
        taken.add(title.lower())
        named.append(Sheet(title, page.header, page.rows))
    return named
