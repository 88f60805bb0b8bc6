"""What stands on slides, before it is drawn: paragraphs, tables and charts with the height that they take.

PowerPoint lays text out only when a file is opened, so heights are estimated from the number of characters, a little
too high: what does not fit goes on to a further slide instead of over the edge.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from verbatim.reports.document import Facts, Grid, Prose, Scores, Spoken, Themes, Told, who
from verbatim.reports.harmless import CONTROL
from verbatim.reports.words import arrow, cut, estimate, many, mood, versus
from verbatim.reports.xlsx import FORBIDDEN, guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from verbatim.reports.document import Block, Cell, Document
    from verbatim.reports.model import Note, ScoreLine
    from verbatim.reports.routine.model import Contrast

WIDE = 12.13  # inches between the margins of a 13.33 by 7.5 slide
TALL = 5.75  # inches below the title
LONGEST_TEXT = 420
LONGEST_CELL = 150
LONGEST_WORD = 60
EM = 0.53  # the mean width of a character, in its size; most fonts have less
LINE = 1.22  # of a line, in the size of its text
CELL_SIZE = 12
ROW_MARGIN = 0.1  # inches above and below the text of a cell, together
EXECUTABLE = re.compile(r"\s*(?:\{=|(?:ftp|https?|mailto|internal|external|file):)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one size in points; ``quiet`` is grey, ``strong`` bold."""

    text: str
    size: int = 16
    quiet: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Lines of text that belong together; ``bar`` marks a quote, ``leads`` what belongs to the part after it."""

    pieces: tuple[Piece, ...]
    bar: bool = False
    leads: bool = False

    @property
    def height(self) -> float:
        """In inches."""
        wide = WIDE - 0.3
        return sum(lines_of(piece.text, piece.size, wide) * piece.size * LINE / 72 for piece in self.pieces) + 0.14


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text below a header; ``widths`` in inches."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]

    def row_height(self, row: Sequence[str]) -> float:
        """In inches."""
        lines = [lines_of(cell, CELL_SIZE, width - 0.2) for cell, width in zip(row, self.widths, strict=True)]
        return max(lines) * CELL_SIZE * LINE / 72 + ROW_MARGIN

    @property
    def height(self) -> float:
        """In inches."""
        return sum(self.row_height(row) for row in (self.header, *self.rows)) + 0.15


@dataclass(frozen=True, slots=True)
class ScoreChart:
    """One score: its name and value, what is said of it, and its points as a line with its interval."""

    line: ScoreLine
    steps: str
    height: float = TALL


@dataclass(frozen=True, slots=True)
class ShareChart:
    """Shares of themes as bars."""

    themes: tuple[Contrast, ...]

    @property
    def height(self) -> float:
        """In inches."""
        return 0.9 + 0.55 * len(self.themes)


Part: TypeAlias = Paragraphs | Table | ScoreChart | ShareChart


def shown(text: str, limit: int = LONGEST_TEXT) -> str:
    """One line that the format can hold, in reading direction, of at most ``limit`` characters; long words are cut."""
    line = " ".join(FORBIDDEN.sub("\ufffd", CONTROL.sub(" ", text)).split())
    words = [word if len(word) <= LONGEST_WORD else f"{word[:LONGEST_WORD]}\u2026" for word in line.split(" ")]
    return cut(" ".join(words), limit)


def label(text: str) -> str:
    """A name for a chart, whose data stand in a workbook: no formula, and no address that becomes a link.

    >>> label("=1+1"), label("https://a.example"), label("chat")
    ("'=1+1", "'https://a.example", 'chat')
    """
    found = str(guarded(shown(text, 48)))
    return f"'{found}" if EXECUTABLE.match(found) else found


def lines_of(text: str, size: float, width: float) -> int:
    """How many lines a text takes in so many inches, rather too many."""
    per_line = max(1.0, width * 72 / (size * EM))
    letters = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return max(1, math.ceil(letters / per_line + (0.2 if letters > per_line else 0.0)))


def parts_of(block: Block) -> Iterator[Part]:
    """What stands on slides for a block."""
    maker: Callable[[Any], Iterator[Part]] = MAKERS[type(block)]
    return maker(block)


def method_parts(document: Document) -> Iterator[Part]:
    """How the figures came about, in small print."""
    for note in document.method:
        yield _note(note)
    for caveat in document.caveats:
        yield _quiet(caveat)


def _note(note: Note) -> Paragraphs:
    return Paragraphs((Piece(shown(note.title), 13, strong=True), Piece(shown(note.text, 2000), 12, quiet=True)))


def _quiet(text: str) -> Paragraphs:
    return Paragraphs((Piece(shown(text), 14, quiet=True),))


def _quote(text: str, about: str) -> Paragraphs:
    pieces = (Piece(f"\u201c{shown(text)}\u201d", 18), Piece(shown(about), 14, quiet=True))
    return Paragraphs(pieces if about else pieces[:1], bar=True)


def _prose(block: Prose) -> Iterator[Part]:
    for line in block.lines:
        yield Paragraphs((Piece(shown(line), 24 if block.strong else 16, strong=block.strong),))


def _scores(block: Scores) -> Iterator[Part]:
    for line in block.lines:
        yield ScoreChart(line, block.steps)


def _facts(block: Facts) -> Iterator[Part]:
    yield _table(("", ""), [(shown(name, 60), shown(text)) for name, text in block.rows])


def _spoken(block: Spoken) -> Iterator[Part]:
    for voice in block.voices:
        yield _quote(voice.text or "no words", who(voice))
    if not block.voices:
        yield _quiet(block.absent)
    if block.note:
        yield _quiet(block.note)


def _told(block: Told) -> Iterator[Part]:
    for sentence in block.sentences:
        owner = f" \u00b7 owner: {sentence.owner}" if sentence.owner else ""
        yield Paragraphs((Piece(shown(sentence.text), 20), Piece(shown(sentence.evidence + owner), 14, quiet=True)))
    if not block.sentences:
        yield _quiet(block.absent)


def _themes(block: Themes) -> Iterator[Part]:
    if not block.themes:
        yield _quiet(block.absent)
        return
    yield ShareChart(block.themes)
    for theme in block.themes:
        figures = [f"{many(theme.volume, 'comment')}, {estimate(theme.share, 'percent')}"]
        if theme.change:
            figures.append(f"{arrow(theme.change)} {versus(theme.change, 'percent')}")
        if theme.sentiment:
            figures.append(f"sentiment {mood(theme.sentiment)}")
        quotes = []
        for quote in theme.quotes:
            about = ", ".join(part for part in (quote.kind, quote.rating, quote.month) if part)
            quotes.append(Piece(f"\u201c{shown(quote.text)}\u201d ({shown(about)})", 16))
        head = (Piece(shown(theme.name), 18, strong=True), Piece(shown(" \u00b7 ".join(figures)), 14, quiet=True))
        yield Paragraphs((*head, *quotes))


def _grid(block: Grid) -> Iterator[Part]:
    yield Paragraphs((Piece(shown(block.caption), 14, quiet=True),), leads=True)
    yield _table(block.header, [tuple(_cell(cell) for cell in row) for row in block.rows])
    if block.note:
        yield _quiet(block.note)


def _cell(cell: Cell) -> str:
    return "" if cell is None else shown(str(cell), LONGEST_CELL)


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    """Columns as wide as their text asks for, within the slide."""
    names = tuple(shown(name, 60) for name in header)
    asked = [min(60, max(8, *(len(text) for text in column))) for column in zip(names, *rows, strict=True)]
    return Table(names, tuple(rows), tuple(WIDE * each / sum(asked) for each in asked))


MAKERS: Mapping[type[Any], Callable[[Any], Iterator[Part]]] = {
    Prose: _prose,
    Scores: _scores,
    Facts: _facts,
    Grid: _grid,
    Told: _told,
    Spoken: _spoken,
    Themes: _themes,
}
