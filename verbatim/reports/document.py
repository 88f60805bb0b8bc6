"""A report as a page: titled sections of a few kinds of blocks, which every format knows how to write.

`verbatim.reports.routine.layout` lays the routine reports out as documents; `html`, `markdown` and `xlsx` write any
document. Cells keep figures as figures, so that a page shows an interval and a spreadsheet has its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from verbatim.reports.words import estimate, signed, versus

if TYPE_CHECKING:
    from verbatim.reports.model import Change, Figure, Note, ScoreLine, Sentence
    from verbatim.reports.routine.model import Contrast, Voice


@dataclass(frozen=True, slots=True)
class Estimated:
    """A cell: a figure in its unit; ``small`` marks few answers."""

    figure: Figure
    unit: str
    small: bool = False

    def __str__(self) -> str:
        return estimate(self.figure, self.unit) + (" few answers: uncertain" if self.small else "")


@dataclass(frozen=True, slots=True)
class Moved:
    """A cell: a change in its unit, or that there is none."""

    change: Change | None
    unit: str

    def __str__(self) -> str:
        return "" if self.change is None else versus(self.change, self.unit)

    @property
    def difference(self) -> str:
        """The difference alone."""
        return "" if self.change is None else signed(self.change.difference, self.unit)


Cell: TypeAlias = str | int | float | None | Estimated | Moved


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs; ``strong`` is the one line that says it all."""

    kind: ClassVar[str] = "prose"
    lines: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores with their headline, and a chart where they have points; ``steps`` says what the points are."""

    kind: ClassVar[str] = "scores"
    lines: tuple[ScoreLine, ...]
    steps: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what belongs to them."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a caption; the first column names the row."""

    kind: ClassVar[str] = "grid"
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Sentences with what they stand on; ``absent`` is said where there is none."""

    kind: ClassVar[str] = "told"
    sentences: tuple[Sentence, ...]
    absent: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What customers said, and whom to talk to; ``absent`` is said where there is nothing."""

    kind: ClassVar[str] = "spoken"
    voices: tuple[Voice, ...]
    absent: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Themes:
    """Themes of some comments against the others, with quotes."""

    kind: ClassVar[str] = "themes"
    themes: tuple[Contrast, ...]
    absent: str


Block: TypeAlias = Prose | Scores | Facts | Grid | Told | Spoken | Themes


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a document."""

    title: str
    blocks: tuple[Block, ...]
    lead: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A report laid out: ``meta`` stands below the title, ``sections`` in the order of reading."""

    title: str
    meta: tuple[str, ...]
    sections: tuple[Section, ...]
    method: tuple[Note, ...]
    caveats: tuple[str, ...]
    generated_at: str | None


def who(voice: Voice) -> str:
    """What stands below a quote: ``CSAT 2 of 5, 14:05, ticket T-17, Acme (owner: Ann)``."""
    owner = f" (owner: {voice.owner})" if voice.owner and voice.account else ""
    parts = [
        voice.rating,
        voice.said_on,
        f"ticket {voice.ticket}" if voice.ticket else None,
        f"{voice.account}{owner}" if voice.account else None,
    ]
    return ", ".join(part for part in parts if part)
