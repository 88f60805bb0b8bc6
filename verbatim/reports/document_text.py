"""A document as plain text, for readers of mail who see no HTML; nothing in it becomes a link."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from verbatim.reports.document import Facts, Grid, Prose, Scores, Spoken, Themes, Told, who
from verbatim.reports.harmless import CONTROL, UNPRINTABLE
from verbatim.reports.markdown import LINKING
from verbatim.reports.words import amount, estimate, many, mood, versus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from verbatim.reports.document import Block, Document
    from verbatim.reports.model import ScoreLine
    from verbatim.reports.routine.model import Contrast

WIDTH = 76


def document_text(document: Document) -> str:
    """The document in the order of the page, at most 76 characters a line where words allow it."""
    blocks = [still(document.title), *_wrapped(", ".join(document.meta))]
    for section in document.sections:
        title = still(section.title)
        blocks += ["", title.upper(), "-" * min(len(title), WIDTH)]
        if section.lead:
            blocks += _wrapped(section.lead)
        for block in section.blocks:
            blocks += _block(block)
    if document.method:
        blocks += ["", "METHOD", "------"]
        for note in document.method:
            blocks += _item(f"{note.title}: {note.text}")
        for caveat in document.caveats:
            blocks += _item(caveat)
    return "\n".join(blocks) + "\n"


def still(text: str) -> str:
    r"""One line that no mail client makes a link of and no sign turns around.

    >>> still("see http://a.example\u202e").replace("\u2060", "|")
    'see http:|//a.example'
    """
    line = " ".join(UNPRINTABLE.sub("\ufffd", CONTROL.sub(" ", text)).split())
    return LINKING.sub("\u2060", line)


def _block(block: Block) -> Iterator[str]:
    writer: Callable[[Any], Iterator[str]] = WRITERS[type(block)]
    return writer(block)


def _prose(block: Prose) -> Iterator[str]:
    for line in block.lines:
        yield from _wrapped(line)


def _scores(block: Scores) -> Iterator[str]:
    for line in block.lines:
        yield from _score(line, block.steps)


def _facts(block: Facts) -> Iterator[str]:
    for name, text in block.rows:
        yield from _item(f"{name}: {text}")


def _told(block: Told) -> Iterator[str]:
    for sentence in block.sentences:
        owner = f" (owner: {sentence.owner})" if sentence.owner else ""
        yield from _item(f"{sentence.text} [{sentence.evidence}]{owner}")
    if not block.sentences:
        yield from _wrapped(block.absent)


def _spoken(block: Spoken) -> Iterator[str]:
    for voice in block.voices:
        said = f"“{voice.text}”" if voice.text else "no words"
        about = who(voice)
        yield from _item(f"{said} ({about})" if about else said)
    if not block.voices:
        yield from _wrapped(block.absent)
    if block.note:
        yield from _wrapped(block.note)


def _themes(block: Themes) -> Iterator[str]:
    for theme in block.themes:
        yield from _theme(theme)
    if not block.themes:
        yield from _wrapped(block.absent)


def _score(line: ScoreLine, steps: str) -> Iterator[str]:
    yield from _item(line.headline)
    known = [f"{p.label} {amount(p.figure.value, line.unit)} (n {p.figure.n})" for p in line.points if p.figure.n]
    if len(known) > 1:
        yield from _item(f"{steps}: {', '.join(known)}", "  ")


def _grid(block: Grid) -> Iterator[str]:
    yield from _wrapped(f"{block.caption}:")
    for row in block.rows:
        cells = [
            f"{name} {cell}" for name, cell in zip(block.header[1:], row[1:], strict=True) if str(cell or "")
        ]  # fmt: skip
        yield from _item(f"{row[0]}: {'; '.join(cells)}")
    if block.note:
        yield from _wrapped(block.note)


def _theme(theme: Contrast) -> Iterator[str]:
    parts = [f"{many(theme.volume, 'comment')}, {estimate(theme.share, 'percent')}"]
    if theme.change:
        parts.append(versus(theme.change, "percent"))
    if theme.sentiment:
        parts.append(f"sentiment {mood(theme.sentiment)}")
    yield from _item(f"{theme.name}: {'; '.join(parts)}")
    for quote in theme.quotes:
        about = ", ".join(part for part in (quote.kind, quote.rating, quote.month) if part)
        yield from _item(f"“{quote.text}” ({about})", "  ")


def _item(text: str, indent: str = "") -> list[str]:
    return _wrapped(text, f"{indent}- ", f"{indent}  ")


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        still(text), WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


WRITERS: Mapping[type[Any], Callable[[Any], Iterator[str]]] = {
    Prose: _prose,
    Scores: _scores,
    Facts: _facts,
    Grid: _grid,
    Told: _told,
    Spoken: _spoken,
    Themes: _themes,
}
