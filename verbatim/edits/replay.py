"""Replays every edit on a model that was just fitted: the one way edits become true, at once and on every refit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verbatim.edits.context import Context
from verbatim.edits.draft import Draft, DraftTheme, base_of_rest
from verbatim.edits.events import EditKind
from verbatim.edits.moves import place_comments
from verbatim.edits.outcome import Replayed
from verbatim.edits.prototypes import revived_vector
from verbatim.edits.rebuild import rebuild
from verbatim.edits.rests import make_rests
from verbatim.edits.settle import settle
from verbatim.edits.steps import apply
from verbatim.themes.model import NO_DETAIL

STRUCTURAL = (EditKind.MERGE, EditKind.SPLIT, EditKind.MOVE_THEME)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.edits.corpus import Corpus
    from verbatim.edits.events import Edit
    from verbatim.themes.model import ThemeModel


def replay(model: ThemeModel, edits: Sequence[Edit], corpus: Corpus) -> Replayed:
    """The model in which every edit that holds is true, and those that cannot be.

    ``model`` is as it was fitted, its ids continuing those of the model before; ``corpus`` is what its assignments
    are about. Without edits the model is given back as it is. The same input gives the same output, and replaying
    on the outcome changes nothing.
    """
    context = Context.of(edits, model.encoder_id)
    if not context.live:
        return Replayed(model, ())
    draft = Draft.of(model, corpus, {*context.needed(), *context.sources()}, context.anchors())
    revive(draft, context)
    make_rests(draft)
    for edit in context.live:
        apply(draft, edit, context)
        if edit.kind in STRUCTURAL:
            make_rests(draft)
    place_comments(draft, context)
    settle(draft, context)
    changed = rebuild(draft, model)
    order = {edit.id: edit.sequence for edit in context.live}
    conflicts = sorted(draft.conflicts, key=lambda one: (order[one.edit_id], one.comment_id or "", one.message))
    return Replayed(changed, tuple(conflicts))


def revive(draft: Draft, context: Context) -> None:
    """Bring back the themes that edits need and the refit did not find, with the comments that are nearest to them.

    One that another edit takes away comes back empty, to pass on what edits gave it.
    """
    taking = {}
    merged = context.sources()
    for key in context.absent(set(draft.themes) | set(draft.aliases)):
        snapshot = context.snapshot(key)
        vector = None if snapshot is None else revived_vector(snapshot, draft)
        if snapshot is None or vector is None or draft.now(base_of_rest(key) or ""):
            continue
        theme = draft.add(DraftTheme(key, snapshot.name, snapshot.name, (), vector, snapshot.parent_id))
        if key in draft.anchors and key not in merged:
            theme.keywords = snapshot.keywords
            taking[key] = snapshot.least
    for theme in draft.themes.values():
        if theme.parent_id is not None and theme.parent_id not in draft.themes:
            theme.parent_id = None
    for theme in draft.themes.values():
        if draft.depth(theme.id) > draft.deepest:
            theme.parent_id = None
    if any(placement.theme_id == NO_DETAIL for placement in context.placements()) and NO_DETAIL not in draft.themes:
        nothing = np.zeros(draft.corpus.vectors.shape[1], dtype=np.float32)
        draft.add(DraftTheme(NO_DETAIL, "No detail", "No detail", (), nothing, kind="no_detail"))
    _take_nearest(draft, taking)


def _take_nearest(draft: Draft, least: dict[str, float]) -> None:
    """Give revived themes the comments that are nearer to them than to their own, and as near as their own were."""
    keys = sorted(least)
    rows = np.flatnonzero((draft.corpus.rows >= 0) & (draft.places >= 0))
    if not keys or not len(rows):
        return
    own = np.stack([draft.themes[key].vector if key in draft.themes else 0 for key in draft.ids])
    vectors = draft.corpus.vectors[draft.corpus.rows[rows]]
    cosines = vectors @ np.stack([draft.themes[key].vector for key in keys]).T
    best = cosines.round(6).argmax(axis=1)
    closest = cosines[np.arange(len(rows)), best]
    floor = np.asarray([least[key] for key in keys])[best]
    before = np.einsum("ij,ij->i", vectors, own[draft.places[rows]])
    taken = (closest >= floor) & (closest > before)
    draft.places[rows[taken]] = np.asarray([draft.codes[key] for key in keys])[best[taken]]
