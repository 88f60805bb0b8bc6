"""The comments that a theme has besides its sub-themes: they get a sub-theme of their own, the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verbatim.edits.draft import DraftTheme

if TYPE_CHECKING:
    from verbatim.edits.draft import Draft


def make_rests(draft: Draft) -> None:
    """Put the comments of themes with sub-themes into the rest of each, made where it is missing."""
    for theme in list(draft.themes.values()):
        rows = draft.rows_in([theme.id])
        if not len(rows) or not draft.children(theme.id):
            continue
        key = _rest_of(draft, theme.id)
        if key not in draft.themes:
            name = f"{theme.machine_name}: other"
            draft.add(DraftTheme(key, name, name, theme.keywords, theme.vector, theme.id))
        draft.places[rows] = draft.code(key)


def _rest_of(draft: Draft, key: str) -> str:
    """The id of a theme's rest: one that is under it, or that no theme ever had."""
    number = 1
    while True:
        rest = f"{key}-rest{'' if number == 1 else number}"
        there = draft.themes.get(rest)
        if (there is not None and there.parent_id == key) or not {rest}.intersection((*draft.codes, *draft.aliases)):
            return rest
        number += 1
