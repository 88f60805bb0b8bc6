"""What became of every theme: continued, new, split, merged or gone, with the comments that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verbatim.identity.continuity import comparable_models
from verbatim.themes.model import LinkKind, ThemeLink
from verbatim.themes.track import shared_comments, sizes_upward

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Theme
    from verbatim.themes.model import ThemeModel

MOST = 0.5  # of a theme's comments: so many in another make it a part of that one
PART = 0.2  # of a theme's comments: so many make another one a part of it


class _Evidence:
    """What two models share, by the rows of their themes."""

    def __init__(self, old: ThemeModel, new: ThemeModel) -> None:
        self.old, old_rows = _themes(old)
        self.new, new_rows = _themes(new)
        pairs, placed = _placements(old, new, self.old, self.new)
        self.shared = shared_comments(self.old, self.new, pairs)
        self._old_sizes = sizes_upward(self.old, pairs[0], pairs[2])
        self._new_sizes = sizes_upward(self.new, placed, np.ones(len(placed)))
        self.kept = _shares(self.shared, self._old_sizes[:, None])
        self.explained = _shares(self.shared, self._new_sizes[None, :])
        self.f1 = _shares(2 * self.shared, self._old_sizes[:, None] + self._new_sizes[None, :])
        self._cosines = None
        if comparable_models(old, new):
            self._cosines = old.centroids[old_rows].astype(np.float64) @ new.centroids[new_rows].T

    def link(self, kind: LinkKind, row: int | None, column: int | None) -> ThemeLink:
        """A link between the old theme in ``row`` and the new one in ``column``."""
        old_id = None if row is None else self.old[row].id
        new_id = None if column is None else self.new[column].id
        if row is None or column is None:
            return ThemeLink(kind, old_id, new_id)
        evidence = {
            "shared": round(float(self.shared[row, column]), 4),
            "kept": round(float(self.kept[row, column]), 4),
            "explained": round(float(self.explained[row, column]), 4),
        }
        if self._cosines is not None:
            evidence["cosine"] = round(float(self._cosines[row, column]), 4)
        return ThemeLink(kind, old_id, new_id, evidence)


def links_between(old: ThemeModel, new: ThemeModel) -> tuple[ThemeLink, ...]:
    """How the themes of ``new`` follow from those of ``old``; every theme of both is in at least one link.

    A theme with the same id in both is continued. An old theme that is not there any more was merged into the new one
    that has most of its comments, or split among those that have a fifth each and most of them together; else it is
    gone. A theme that is not in ``old`` was split from the old one that most of its comments come from; else it is
    new. Comments that both models placed count, those of spans by their span. In the order of ``new``, then of ``old``.
    """
    seen = _Evidence(old, new)
    columns = {theme.id: column for column, theme in enumerate(seen.new)}
    rows = {theme.id: row for row, theme in enumerate(seen.old)}
    links = [(columns[key], rows[key], seen.link(LinkKind.CONTINUED, rows[key], columns[key]))
             for key in columns if key in rows]  # fmt: skip
    end = len(seen.new)
    for key, row in rows.items():
        if key not in columns:
            found = _what_became_of(seen, row)
            links += [(end if column is None else column, row, link) for column, link in found]
    explained = {link.new_id for _, _, link in links}
    for key, column in columns.items():
        if key not in explained:
            row_from = _where_from(seen, column)
            kind = LinkKind.NEW if row_from is None else LinkKind.SPLIT
            links.append((column, -1 if row_from is None else row_from, seen.link(kind, row_from, column)))
    return tuple(link for _, _, link in sorted(links, key=lambda entry: entry[:2]))


def _what_became_of(seen: _Evidence, row: int) -> list[tuple[int | None, ThemeLink]]:
    if not len(seen.new):
        return [(None, seen.link(LinkKind.GONE, row, None))]
    best = int((seen.f1[row] * (seen.kept[row] >= MOST)).argmax())
    if seen.kept[row, best] >= MOST:
        return [(best, seen.link(LinkKind.MERGED, row, best))]
    finest = {theme.parent_id for theme in seen.new}
    parts = [
        column for column, theme in enumerate(seen.new) if theme.id not in finest and seen.kept[row, column] >= PART
    ]
    if parts and seen.kept[row, parts].sum() >= MOST:
        return [(column, seen.link(LinkKind.SPLIT, row, column)) for column in parts]
    return [(None, seen.link(LinkKind.GONE, row, None))]


def _where_from(seen: _Evidence, column: int) -> int | None:
    """The old theme that most of a new one's comments come from: of several the one most like it."""
    if not len(seen.old):
        return None
    row = int((seen.f1[:, column] * (seen.explained[:, column] >= MOST)).argmax())
    return row if seen.explained[row, column] >= MOST else None


def _themes(model: ThemeModel) -> tuple[Sequence[Theme], list[int]]:
    rows = [row for row, theme in enumerate(model.themes) if theme.kind == "theme"]
    return [model.themes[row] for row in rows], rows


def _placements(
    old: ThemeModel, new: ThemeModel, old_themes: Sequence[Theme], new_themes: Sequence[Theme]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]], NDArray[np.int64]]:
    """Rows and columns of the themes of each comment that both placed, each once; and columns of all of the new one."""
    row = {theme.id: place for place, theme in enumerate(old_themes)}
    column = {theme.id: place for place, theme in enumerate(new_themes)}
    before = {
        (entry.comment_id, entry.start): row[entry.theme_id] for entry in old.assignments if entry.theme_id in row
    }
    after = [
        ((entry.comment_id, entry.start), column[entry.theme_id])
        for entry in new.assignments
        if entry.theme_id in column
    ]
    both = [(before[key], place) for key, place in after if key in before]
    pairs = np.asarray(both, dtype=np.int64).reshape(-1, 2)
    placed = np.asarray([place for _, place in after], dtype=np.int64)
    return (pairs[:, 0], pairs[:, 1], np.ones(len(pairs))), placed


def _shares(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
