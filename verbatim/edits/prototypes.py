"""Directions that stand for themes: of the parts of a split, and of themes that a refit did not find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verbatim.edits.events import unpack
from verbatim.themes.encode import unit_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from verbatim.edits.context import Context
    from verbatim.edits.draft import Draft
    from verbatim.edits.events import Edit, Snapshot


def part_vectors(edit: Edit, draft: Draft, context: Context) -> dict[str, NDArray[np.float32]] | None:
    """For each part of a split the mean direction of its examples, those that were moved to it since included.

    ``None`` where a part has none: the edit was made with another encoder, and its examples are gone.
    """
    same = edit.payload.get("encoder") == context.encoder_id
    moved = {placement.comment_id: placement.theme_id for placement in context.placements()}
    vectors = {}
    for part in edit.payload["parts"]:
        own = set(part["comments"])
        extra = [
            comment for comment, theme in moved.items() if theme == part["id"] and (comment not in own or not same)
        ]
        total = directions(draft, extra)
        if same:
            total = np.concatenate([total, len(own) * unpack(part["vector"])[None, :]])
        if not len(total):
            return None
        vectors[part["id"]] = mean_direction(total)
    return vectors


def revived_vector(snapshot: Snapshot, draft: Draft) -> NDArray[np.float32] | None:
    """The centre of a theme that is not there, or the mean of the comments it had; ``None`` where neither is known."""
    if snapshot.vector is not None:
        return snapshot.vector
    known = directions(draft, snapshot.comments)
    return mean_direction(known) if len(known) else None


def directions(draft: Draft, comments: Iterable[str]) -> NDArray[np.float32]:
    """The vectors of those of ``comments`` (ids) that have any, in the order of the texts."""
    rows = [row for comment in comments for row in draft.rows_of.get(comment, ())]
    documents = np.unique(draft.corpus.rows[np.asarray(rows, dtype=np.int64)])
    return draft.corpus.vectors[documents[documents >= 0]]


def mean_direction(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The unit vector nearest to all rows of ``vectors`` (n, d), n at least 1."""
    mean: NDArray[np.float32] = unit_rows(vectors.astype(np.float64).mean(axis=0, keepdims=True).astype(np.float32))[0]
    return mean
