"""A document as Markdown for a chat: short lines and bullets, no tables, customer text made harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.reports.document import Estimated, Facts, Grid, Moved, Prose, Scores, Spoken, Told, who
from verbatim.reports.markdown import plain, sentence_line
from verbatim.reports.words import amount, arrow, estimate, many, mood, versus

if TYPE_CHECKING:
    from verbatim.reports.document import Block, Cell, Document, Section
    from verbatim.reports.model import ScoreLine
    from verbatim.reports.routine.model import Contrast, Voice


def document_markdown(document: Document) -> str:
    """The document in the order of the page; charts stay behind."""
    blocks = [f"# {plain(document.title)}", f"{', '.join(plain(part) for part in document.meta)}."]
    for section in document.sections:
        blocks += _section(section)
    if document.method:
        notes = "\n".join(f"- **{plain(note.title)}**: {plain(note.text)}" for note in document.method)
        blocks += ["## Method", notes, "\n".join(f"- {plain(caveat)}" for caveat in document.caveats)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _section(section: Section) -> list[str]:
    lead = [plain(section.lead)] if section.lead else []
    return [f"## {plain(section.title)}", *lead, *(_block(block) for block in section.blocks)]


def _block(block: Block) -> str:
    if isinstance(block, Prose):
        return "\n\n".join(f"**{plain(line)}**" if block.strong else plain(line) for line in block.lines)
    if isinstance(block, Scores):
        return "\n\n".join(_score(line, block.steps) for line in block.lines)
    if isinstance(block, Facts):
        return "\n".join(f"- **{plain(name)}**: {plain(text)}" for name, text in block.rows)
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Told):
        return "\n".join(sentence_line(sentence) for sentence in block.sentences) or plain(block.absent)
    if isinstance(block, Spoken):
        lines = [_voice(voice) for voice in block.voices] or [plain(block.absent)]
        return "\n".join([*lines, *([f"\n{plain(block.note)}"] if block.note else [])])
    return "\n".join(_theme(theme) for theme in block.themes) or plain(block.absent)


def _score(line: ScoreLine, steps: str) -> str:
    lines = [f"**{plain(line.name)}**", f"- {plain(line.headline)}"]
    known = [
        f"{plain(p.label)} {amount(p.figure.value, line.unit)} (n {p.figure.n})" for p in line.points if p.figure.n
    ]
    if len(known) > 1:
        lines.append(f"- {plain(steps)}: {', '.join(known)}")
    return "\n".join(lines)


def _grid(block: Grid) -> str:
    """A bullet a row: its name, then the columns that say something."""
    lines = [plain(block.caption) + ":", ""]
    for row in block.rows:
        cells = [f"{plain(name)} {_cell(cell)}" for name, cell in zip(block.header[1:], row[1:], strict=True)
                 if _cell(cell)]  # fmt: skip
        lines.append(f"- **{_cell(row[0])}**: {'; '.join(cells)}")
    return "\n".join([*lines, *(["", plain(block.note)] if block.note else [])])


def _cell(cell: Cell) -> str:
    if isinstance(cell, (Estimated, Moved)):
        return str(cell)
    return "" if cell is None else plain(str(cell))


def _voice(voice: Voice) -> str:
    said = f"“{plain(voice.text)}”" if voice.text else "no words"
    about = plain(who(voice))
    return f"- {said} ({about})" if about else f"- {said}"


def _theme(theme: Contrast) -> str:
    change = f"; {arrow(theme.change)} {plain(versus(theme.change, 'percent'))}" if theme.change else ""
    share = estimate(theme.share, "percent")
    lines = [f"- **{plain(theme.name)}**: {many(theme.volume, 'comment')}, {share}{change}"]
    if theme.sentiment:
        lines.append(f"  - Sentiment: {mood(theme.sentiment)}")
    for quote in theme.quotes:
        about = ", ".join(part for part in (quote.kind, quote.rating, quote.month) if part)
        lines.append(f"  - “{plain(quote.text)}” ({plain(about)})")
    return "\n".join(lines)
