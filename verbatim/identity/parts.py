"""Keeps the parts of comments that were there, when themes only grow.

Centres move a little with every comment that joins, and with them what a clause claims; a comment that nobody touched
must not be in other themes for that.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from verbatim.themes.model import text_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from verbatim.domain import Assignment
    from verbatim.themes.model import PlacedTexts, ThemeModel

Entries = tuple["Assignment", ...]


def keep_parts(model: ThemeModel, previous: ThemeModel, texts: Mapping[str, str]) -> ThemeModel:
    """``model`` with the comments whose text ``previous`` placed in the same theme in the same parts as there.

    ``texts`` are those of the comments, by id. A new comment with an old text gets the parts of the text. What a part
    sounds like is as ``model`` says where it has the same part, else as it was.
    """
    known = _texts_that_stay(previous.texts, model.texts)
    before, after = _by_comment(previous), _by_comment(model)
    themes = {theme.id for theme in model.themes}
    ways: dict[str, Counter[Entries]] = {}
    for comment, entries in before.items():
        text = texts.get(comment)
        if text is not None and text_key(text) in known and _fits(entries, text, themes):
            ways.setdefault(text, Counter())[_anonymous(entries)] += 1
    usual = {text: min(found, key=lambda way: (-found[way], repr(way))) for text, found in ways.items()}
    kept = {
        comment: _as_before(before.get(comment) or usual[texts[comment]], usual[texts[comment]], entries)
        for comment, entries in after.items()
        if texts.get(comment) in usual
    }
    return replace(model, assignments=tuple(entry for comment in after for entry in kept.get(comment, after[comment])))


def _texts_that_stay(before: PlacedTexts | None, after: PlacedTexts | None) -> set[str]:
    """The keys of the texts that are in the same theme in both."""
    if before is None or after is None:
        return set()
    placed = dict(zip(before.keys, before.themes, strict=True))
    return {key for key, theme in zip(after.keys, after.themes, strict=True) if placed.get(key) == theme}


def _by_comment(model: ThemeModel) -> dict[str, Entries]:
    found: dict[str, list[Assignment]] = {}
    for entry in model.assignments:
        found.setdefault(entry.comment_id, []).append(entry)
    return {comment: tuple(entries) for comment, entries in found.items()}


def _fits(entries: Entries, text: str, themes: set[str]) -> bool:
    return all(entry.theme_id in themes and (entry.end is None or entry.end <= len(text)) for entry in entries)


def _anonymous(entries: Entries) -> Entries:
    return tuple(replace(entry, comment_id="", sentiment=None) for entry in entries)


def _as_before(own: Entries, usual: Entries, entries: Entries) -> Entries:
    """``usual`` parts for the comment of ``entries``, with the sentiment of the same part now, or of before."""
    then = {(entry.start, entry.end): entry.sentiment for entry in own}
    now = {(entry.start, entry.end): entry.sentiment for entry in entries}
    return tuple(
        replace(
            entry,
            comment_id=entries[0].comment_id,
            sentiment=now.get((entry.start, entry.end), then.get((entry.start, entry.end))),
        )
        for entry in usual
    )
