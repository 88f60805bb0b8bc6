"""Leaves a tree in which every comment is in a theme without sub-themes, nothing is empty, and names are unique."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.edits.draft import DraftTheme
from verbatim.edits.names import free_name, key_of
from verbatim.edits.outcome import Reason

if TYPE_CHECKING:
    from verbatim.edits.context import Context
    from verbatim.edits.draft import Draft

REST = "-rest"
"""What the id of a theme's own comments beside its sub-themes ends with."""


def settle(draft: Draft, context: Context) -> None:
    """Mend what the edits left over."""
    drop_empty(draft)
    make_rests(draft)
    drop_empty(draft)
    keep_names_apart(draft, context)


def drop_empty(draft: Draft) -> None:
    """Let themes go that have neither comments nor sub-themes, unless an edit is about them."""
    filled = {draft.ids[code] for code in set(draft.places.tolist()) if code >= 0}
    while True:
        parents = {theme.parent_id for theme in draft.themes.values()}
        kept = filled | parents | draft.anchors
        empty = [key for key in draft.themes if key not in kept]
        if not empty:
            return
        for key in empty:
            del draft.themes[key]


def make_rests(draft: Draft) -> None:
    """Give the comments that a theme has besides its sub-themes a sub-theme of their own."""
    for theme in list(draft.themes.values()):
        rows = draft.rows_in([theme.id])
        if not len(rows) or not draft.children(theme.id):
            continue
        key = theme.id + REST
        if key not in draft.themes:
            name = f"{theme.machine_name}: other"
            draft.add(DraftTheme(key, name, name, theme.keywords, theme.vector, theme.id))
        draft.places[rows] = draft.code(key)


def keep_names_apart(draft: Draft, context: Context) -> None:
    """Names by people stay, of two alike the earlier; a name by the machine gives way.

    A rename that comes too late is a conflict.
    """
    edits = {edit.sequence: edit for edit in context.live}
    taken: dict[str, str] = {key_of("No detail"): "no-detail"}
    by_people = sorted((theme for theme in draft.themes.values() if theme.named_at), key=lambda one: one.named_at)
    for theme in by_people:
        holder = taken.setdefault(key_of(theme.name), theme.id)
        if holder != theme.id:
            edit = edits[theme.named_at]
            draft.report(edit, Reason.NAME_TAKEN, f"{holder} is called {theme.name!r} by an earlier edit")
            theme.name, theme.named_at = theme.machine_name, 0
    for theme in sorted(draft.themes.values(), key=lambda one: one.position):
        if theme.named_at or theme.kind != "theme":
            continue
        theme.name = free_name(theme.machine_name, theme.keywords, taken)
        taken[key_of(theme.name)] = theme.id
