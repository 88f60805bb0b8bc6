"""One function a kind of edit: makes it true in a draft, or reports why it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verbatim.edits.draft import DraftTheme, base_of_rest
from verbatim.edits.events import EditKind
from verbatim.edits.outcome import Reason
from verbatim.edits.prototypes import part_vectors
from verbatim.storage.lineage import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from verbatim.edits.context import Context
    from verbatim.edits.draft import Draft
    from verbatim.edits.events import Edit

KEYWORDS_KEPT = 10
SAME_THEME = 0.85  # cosine of the centres of two themes from which they are taken for one


def apply(draft: Draft, edit: Edit, context: Context) -> None:
    """Make ``edit`` true in ``draft``; moves of comments are made at the end, by `verbatim.edits.moves`."""
    step = STEPS.get(edit.kind)
    if step is not None:
        step(draft, edit, context)


def _label(draft: Draft, edit: Edit, context: Context) -> None:
    """Rename, describe, pin, unpin, archive and restore."""
    theme = _only(draft, edit, edit.theme_id, context)
    if theme is None:
        return
    if edit.kind is EditKind.RENAME:
        theme.given.append((edit.sequence, edit.payload["name"]))
    elif edit.kind is EditKind.DESCRIBE:
        theme.description = edit.payload["description"] or None
    elif edit.kind in (EditKind.PIN, EditKind.UNPIN):
        theme.pinned = edit.kind is EditKind.PIN
    else:
        theme.archived = edit.kind is EditKind.ARCHIVE


def _merge(draft: Draft, edit: Edit, context: Context) -> None:
    target = _only(draft, edit, edit.theme_id, context, lead_on=True)
    if target is None:
        if context.is_history(edit, edit.theme_id or "", draft.codes):
            draft.anchors.difference_update(edit.payload["sources"])
        return
    for source in edit.payload["sources"]:
        if source in draft.replaced:
            parts = ", ".join(draft.now(source))
            draft.report(edit, Reason.THEME_SPLIT, f"{source} was split into {parts}; merge these instead")
            continue
        known = source in draft.themes or source in draft.aliases
        found = [key for key in draft.now(source) if key != target.id] if known else []
        if found:
            _merge_into(draft, draft.themes[found[0]], target)
        elif source != target.id and source not in draft.aliases:
            draft.aliases[source] = target.id


def _merge_into(draft: Draft, source: DraftTheme, target: DraftTheme) -> None:
    """All that ``source`` has becomes ``target``'s."""
    below = source.parent_id == target.id
    if source.id in _above(draft, target):
        target.parent_id = source.parent_id
    rows, own = draft.rows_in([source.id]), draft.rows_in([target.id])
    for child in draft.children(source.id):
        child.parent_id = target.id
    del draft.themes[source.id]
    draft.aliases[source.id] = target.id
    target.keywords = _interleaved(target.keywords, source.keywords)
    children = draft.children(target.id)
    if draft.depth(target.id) >= draft.deepest and any(child.held for child in children):
        _raise_to_top(draft, target)
    if children and not below:
        leaves = {key: draft.themes[key].vector for child in children for key in draft.leaves(child.id)}
        draft.place_nearest(np.concatenate([rows, own]), leaves)
    else:
        draft.places[rows] = draft.codes[target.id]
    _fit_depth(draft, target)


def _split(draft: Draft, edit: Edit, context: Context) -> None:
    if "sub_themes" in edit.payload:
        _split_off(draft, edit, context)
        return
    if _name_parts_there(draft, edit):
        return
    theme = _only(draft, edit, edit.theme_id, context)
    if theme is None:
        return
    vectors = part_vectors(edit, draft, context)
    if vectors is None:
        text = "it was made with another encoder, and a part has none of its examples among the comments; split again"
        draft.report(edit, Reason.ENCODER, text)
        return
    apart = bool(edit.payload["apart"])
    if not apart and draft.depth(theme.id) >= draft.deepest and not _raise_to_top(draft, theme):
        draft.report(edit, Reason.TREE, f"{theme.id} is as deep as themes can be, so its parts stand beside it")
        apart = True
    rows = _rows_to_divide(draft, theme, _found_by_refit(draft, edit, vectors))
    for part in edit.payload["parts"]:
        keywords = tuple(part["keywords"])
        made = draft.add(DraftTheme(part["id"], part["name"], part["name"], keywords, vectors[part["id"]]))
        made.parent_id, made.held = (theme.parent_id if apart else theme.id), True
    _name_parts_there(draft, edit)
    draft.place_nearest(rows, vectors)
    if edit.payload["apart"]:
        _replace(draft, theme, edit.made)


def _name_parts_there(draft: Draft, edit: Edit) -> bool:
    """Name the parts of a split that are in the draft; whether there are any, or were before they were merged."""
    for part in edit.payload["parts"]:
        theme = draft.themes.get(part["id"])
        if theme is not None:
            theme.machine_name, theme.held = part["name"], True
            theme.given = [(edit.sequence, part["name"])] if part["name_by"] == "person" else []
    if edit.theme_id is not None and edit.theme_id not in draft.themes and edit.payload["apart"]:
        draft.replaced[edit.theme_id] = edit.made
    return any(key in draft.themes or key in draft.aliases for key in edit.made)


def _split_off(draft: Draft, edit: Edit, context: Context) -> None:
    """Sub-themes become themes beside the one they were in; it goes in the end if nothing is left of it."""
    for key in edit.payload["sub_themes"]:
        child = _only(draft, edit, key, context)
        if child is not None and edit.theme_id in _above(draft, child):
            child.parent_id, child.held = draft.themes[edit.theme_id].parent_id, True


def _move_theme(draft: Draft, edit: Edit, context: Context) -> None:
    theme = _only(draft, edit, edit.theme_id, context)
    if theme is None:
        return
    if edit.payload["parent"] is None:
        theme.parent_id, theme.held = None, True
        return
    parent = _only(draft, edit, edit.payload["parent"], context, lead_on=True)
    if parent is None:
        return
    if parent.id in draft.subtree(theme.id):
        draft.report(edit, Reason.TREE, f"{parent.id} is {theme.id}, or under it, by other edits")
        return
    if draft.depth(parent.id) >= draft.deepest and not _raise_to_top(draft, parent):
        draft.report(edit, Reason.TREE, f"{parent.id} is as deep as themes can be, by another edit")
        return
    if draft.depth(parent.id) + 1 >= draft.deepest and any(child.held for child in draft.children(theme.id)):
        draft.report(edit, Reason.TREE, f"{theme.id} has sub-themes by other edits, so it would be too deep")
        return
    theme.parent_id, theme.held = parent.id, True
    _fit_depth(draft, theme)


STEPS: dict[EditKind, Callable[[Draft, Edit, Context], None]] = {
    EditKind.RENAME: _label,
    EditKind.DESCRIBE: _label,
    EditKind.PIN: _label,
    EditKind.UNPIN: _label,
    EditKind.ARCHIVE: _label,
    EditKind.RESTORE: _label,
    EditKind.MERGE: _merge,
    EditKind.SPLIT: _split,
    EditKind.MOVE_THEME: _move_theme,
}


def _only(draft: Draft, edit: Edit, key: str | None, context: Context, *, lead_on: bool = False) -> DraftTheme | None:
    """The theme that an edit is about; ``None``, with a conflict where there should be one, if it is not there.

    With ``lead_on`` an alias stands for the theme it leads to.
    """
    if key in draft.themes:
        return draft.themes[key]
    if key is None or context.is_history(edit, key, draft.codes):
        return None
    base, known = base_of_rest(key), context.snapshot(key)
    if base in draft.themes and known is not None and key not in draft.codes:
        vector = draft.themes[base].vector if known.vector is None else known.vector
        above = base if draft.depth(base) < draft.deepest else None
        return draft.add(DraftTheme(key, known.name, known.name, known.keywords, vector, above))
    if key in draft.aliases:
        holder = draft.now(key)
        if lead_on and len(holder) == 1:
            return draft.themes[holder[0]]
        draft.report(edit, Reason.THEME_MERGED, f"{key} was merged into {', '.join(holder)} by another edit")
    elif key in draft.replaced:
        draft.report(edit, Reason.THEME_SPLIT, f"{key} was split into {', '.join(draft.now(key))} by another edit")
    elif context.is_void(edit):
        return None
    else:
        draft.report(edit, *context.why_absent(key))
    return None


def _replace(draft: Draft, theme: DraftTheme, parts: tuple[str, ...]) -> None:
    for child in draft.children(theme.id):
        child.parent_id = theme.parent_id
    del draft.themes[theme.id]
    draft.replaced[theme.id] = parts


def _found_by_refit(draft: Draft, edit: Edit, vectors: Mapping[str, NDArray[np.float32]]) -> list[str]:
    """Themes that are newer than a split and are one of its parts: a refit found what the person had seen."""
    newer = [
        theme
        for theme in draft.themes.values()
        if theme.origin is not None
        and (number_of(theme.id) or 0) >= edit.payload["next_number"]
        and theme.id not in draft.needed
        and not draft.children(theme.id)
    ]
    parts = np.stack(list(vectors.values()))
    return [theme.id for theme in newer if float((parts @ theme.vector).max()) >= SAME_THEME]


def _rows_to_divide(draft: Draft, theme: DraftTheme, found: list[str]) -> NDArray[np.int64]:
    """Everything in the theme and in those ``found``; sub-themes that no edit is about are dissolved."""
    for key in draft.subtree(theme.id)[:0:-1]:
        if key not in draft.needed and not draft.themes[key].held:
            _dissolve(draft, draft.themes[key])
    return draft.rows_in([theme.id, *found])


def _dissolve(draft: Draft, theme: DraftTheme) -> None:
    """Give what a theme has to the one above it."""
    above = theme.parent_id
    if above is None:
        return
    draft.places[draft.rows_in([theme.id])] = draft.codes[above]
    for child in draft.children(theme.id):
        child.parent_id = above
    del draft.themes[theme.id]


def _fit_depth(draft: Draft, theme: DraftTheme) -> None:
    """Take care that nothing under ``theme`` is too deep: what an edit is about moves up, the rest is dissolved."""
    for key in draft.subtree(theme.id)[:0:-1]:
        if draft.depth(key) <= draft.deepest:
            continue
        child = draft.themes[key]
        above = draft.themes[child.parent_id or ""]
        if key in draft.needed or child.held:
            child.parent_id = above.parent_id
        else:
            _dissolve(draft, child)


def _raise_to_top(draft: Draft, theme: DraftTheme) -> bool:
    """Move ``theme`` to the top, so that it can have sub-themes, unless a person put it where it is."""
    if theme.held:
        return False
    theme.parent_id = None
    return True


def _above(draft: Draft, theme: DraftTheme) -> list[str]:
    line: list[str] = []
    above = theme.parent_id
    while above is not None:
        line.append(above)
        above = draft.themes[above].parent_id
    return line


def _interleaved(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    longest = max(len(first), len(second))
    mixed = [words[place] for place in range(longest) for words in (first, second) if place < len(words)]
    return tuple(dict.fromkeys(mixed))[:KEYWORDS_KEPT]
