"""Puts the comments that people moved where they moved them; after everything else, so that it holds."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from verbatim.edits.events import EditKind
from verbatim.edits.outcome import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from verbatim.edits.context import Context, Placement
    from verbatim.edits.draft import Draft


def place_comments(draft: Draft, context: Context) -> None:
    """Move comments, and those with the same text that nobody moved; of two moves of one comment the later holds."""
    of_comment: dict[str, list[Placement]] = defaultdict(list)
    for placement in context.placements():
        of_comment[placement.comment_id].append(placement)
    standing = [one for placements in of_comment.values() for one in _standing(draft, placements)]
    followed: dict[int, Placement] = {}
    used: set[int] = set()
    for placement in sorted(standing, key=lambda one: (one.edit.sequence, one.comment_id)):
        leaves = [leaf for key in draft.now(placement.theme_id) for leaf in draft.leaves(key)]
        rows = _rows_to_move(draft, placement, leaves, used, context)
        _put(draft, rows, leaves)
        used.update(rows)
        followed |= {int(draft.corpus.rows[row]): placement for row in rows}
        for row in rows:
            draft.examples.setdefault(draft.ids[draft.places[row]], set()).add(int(draft.corpus.rows[row]))
    _follow(draft, followed, set(of_comment))


def _standing(draft: Draft, placements: list[Placement]) -> list[Placement]:
    """Those of one comment's placements, in order, that no later one takes back."""
    kept: list[Placement] = []
    for placement in placements:
        if placement.source_id is None:
            kept = []
        else:
            left = {key for one in draft.now(placement.source_id) for key in draft.subtree(one)}
            kept = [
                one
                for one in kept
                if left.isdisjoint(draft.now(one.theme_id)) and _parent_then(one) != placement.source_id
            ]
        kept.append(placement)
    return kept


def _parent_then(placement: Placement) -> str | None:
    """The theme above the one that a comment was moved to, when it was moved; the tree may be another one now."""
    seen: Mapping[str, Mapping[str, str | None]] = placement.edit.payload.get("themes", {})
    return seen.get(placement.theme_id, {}).get("parent")


def _rows_to_move(draft: Draft, placement: Placement, leaves: list[str], used: set[int], context: Context) -> list[int]:
    """The assignments to move; none, with a conflict, where it cannot be done. Examples of splits make no conflicts."""
    problem: tuple[Reason, str] | None = None
    rows = draft.rows_of.get(placement.comment_id, [])
    free = [row for row in rows if row not in used]
    chosen = free
    if not leaves:
        problem = context.why_absent(placement.theme_id)
    elif not rows:
        missing = "is not among the comments mined (it was deleted, or lies outside of the period)"
        problem = (Reason.COMMENT_MISSING, f"comment {placement.comment_id} {missing}")
    elif placement.source_id is not None:
        chosen = _part_to_move(draft, placement, leaves, free)
        if not chosen:
            moved = f"other edits moved every part of comment {placement.comment_id} elsewhere"
            problem = (Reason.COMMENT_TAKEN, moved)
    if problem is None:
        return chosen
    if placement.edit.kind is EditKind.MOVE:
        draft.report(placement.edit, *problem, comment_id=placement.comment_id)
    return []


def _part_to_move(draft: Draft, placement: Placement, leaves: list[str], free: list[int]) -> list[int]:
    """The parts of a comment that leave a theme, and those already where they go; else the one that fits there best."""
    left = {key for one in draft.now(placement.source_id or "") for key in draft.subtree(one)}
    leaving = [row for row in free if draft.ids[draft.places[row]] in left]
    there = [row for row in free if row not in leaving and draft.ids[draft.places[row]] in leaves]
    if leaving or there or not free:
        return [*leaving, *there]
    aims = np.stack([draft.themes[key].vector for key in leaves])
    return [max(free, key=lambda row: (_closest(draft, row, aims), -row))]


def _closest(draft: Draft, row: int, aims: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    document = int(draft.corpus.rows[row])
    return -1.0 if document < 0 else float((aims @ draft.corpus.vectors[document]).max().round(6))


def _put(draft: Draft, rows: list[int], leaves: list[str]) -> None:
    """Put assignments into the nearest of ``leaves``; those that are in one of them stay."""
    moving = [row for row in rows if draft.places[row] < 0 or draft.ids[draft.places[row]] not in leaves]
    if moving:
        draft.place_nearest(np.asarray(moving, dtype=np.int64), {key: draft.themes[key].vector for key in leaves})


def _follow(draft: Draft, followed: dict[int, Placement], placed: set[str]) -> None:
    """Let comments with the text of a moved one, moved by nobody themselves, follow the last of these moves."""
    documents = np.asarray(sorted(document for document in followed if document >= 0), dtype=np.int64)
    for row in np.flatnonzero(np.isin(draft.corpus.rows, documents)).tolist():
        if draft.assignments[row].comment_id not in placed:
            placement = followed[int(draft.corpus.rows[row])]
            _put(draft, [row], [leaf for key in draft.now(placement.theme_id) for leaf in draft.leaves(key)])
