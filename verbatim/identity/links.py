"""What became of every theme: continued, new, split, merged or gone, with the comments that show it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from verbatim.identity.continuity import comparable_models
from verbatim.themes.model import LinkKind, ThemeLink
from verbatim.themes.track import upward

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Theme
    from verbatim.themes.model import ThemeModel

MOST = 0.5  # of a theme's comments: so many in another make it a part of that one
PART = 0.2  # of a theme's comments: so many make another one a part of it

Placement = tuple[int, float, int]


class _Evidence:
    """What two models share, by the rows of their themes: distinct comments, with those of sub-themes."""

    def __init__(self, old: ThemeModel, new: ThemeModel) -> None:
        self.old, old_rows = _themes(old)
        self.new, new_rows = _themes(new)
        before, after = _placements(old, self.old), _placements(new, self.new)
        both = [key for key in after if key in before]
        self.shared = _shared(before, after, both, (upward(self.old), upward(self.new)))
        old_sizes = _sizes(before, both, upward(self.old))
        new_sizes = _sizes(after, list(after), upward(self.new))
        self.kept = _shares(self.shared, old_sizes[:, None])
        self.explained = _shares(self.shared, new_sizes[None, :])
        self.f1 = _shares(2 * self.shared, old_sizes[:, None] + new_sizes[None, :])
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
    new. Comments that both models placed count, each once; of those in several themes, the parts that overlap. In the
    order of ``new``, then of ``old``.
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


def _placements(model: ThemeModel, themes: Sequence[Theme]) -> dict[str, list[Placement]]:
    """Where each comment was placed: the beginning and end of each span and the row of its theme."""
    row = {theme.id: place for place, theme in enumerate(themes)}
    found: dict[str, list[Placement]] = {}
    for entry in model.assignments:
        if entry.theme_id in row:
            end = np.inf if entry.end is None else entry.end
            found.setdefault(entry.comment_id, []).append((entry.start, end, row[entry.theme_id]))
    return found


def _shared(
    before: Mapping[str, list[Placement]],
    after: Mapping[str, list[Placement]],
    both: Sequence[str],
    above: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> NDArray[np.float64]:
    """How many comments have characters that the one model put into a theme and the other into another, ``(o, n)``."""
    lines = [[np.flatnonzero(row).tolist() for row in reached] for reached in above]
    counts = Counter(
        pair
        for key in both
        for pair in {
            (upper, lower)
            for start, end, row in before[key]
            for begin, stop, column in after[key]
            if start < stop and begin < end
            for upper in lines[0][row]
            for lower in lines[1][column]
        }
    )
    shared = np.zeros((len(above[0]), len(above[1])))
    for (row, column), count in counts.items():
        shared[row, column] = count
    return shared


def _sizes(placed: Mapping[str, list[Placement]], keys: Sequence[str], above: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How many of the comments ``keys`` are in each theme."""
    lines = [np.flatnonzero(row).tolist() for row in above]
    counts = Counter(upper for key in keys for upper in {upper for *_, row in placed[key] for upper in lines[row]})
    return np.asarray([counts[row] for row in range(len(above))], dtype=np.float64)


def _shares(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
