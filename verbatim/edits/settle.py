"""Leaves a tree in which every comment is in a theme without sub-themes, nothing is empty, and names are unique."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from verbatim.edits.names import free_name, key_of
from verbatim.edits.outcome import Reason
from verbatim.edits.rests import make_rests
from verbatim.storage.lineage import number_of
from verbatim.themes.model import NO_DETAIL

if TYPE_CHECKING:
    from verbatim.edits.context import Context
    from verbatim.edits.draft import Draft


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


def keep_names_apart(draft: Draft, context: Context) -> None:
    """Names by people stay, of two alike the one that was given earlier; a name by the machine gives way.

    A rename that comes too late is a conflict, and the name before it holds.
    """
    edits = {edit.sequence: edit for edit in context.live}
    taken: dict[str, str] = {key_of("No detail"): NO_DETAIL}
    waiting = [(theme.given[-1][0], theme.id) for theme in draft.themes.values() if theme.given]
    heapify(waiting)
    while waiting:
        sequence, key = heappop(waiting)
        theme = draft.themes[key]
        holder = taken.setdefault(key_of(theme.given[-1][1]), key)
        if holder != key:
            name = theme.given.pop()[1]
            draft.report(edits[sequence], Reason.NAME_TAKEN, f"{holder} is called {name!r} by an earlier edit")
            if theme.given:
                heappush(waiting, (theme.given[-1][0], key))
    for theme in sorted(draft.themes.values(), key=lambda one: (number_of(one.id) is None, one.id)):
        if theme.given:
            theme.name = theme.given[-1][1]
        elif theme.kind == "theme":
            theme.name = free_name(theme.machine_name, theme.keywords, taken)
            taken[key_of(theme.name)] = theme.id
