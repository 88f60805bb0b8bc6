"""Adds new texts to the themes that are there, and makes new themes of those that fit none of them well.

Nothing that was placed before moves, except texts that came after the last whole fit and have waited, loosely placed,
for others like them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verbatim.themes.cluster import group_centroids
from verbatim.themes.prototypes import ThemeArtifact, assign, finest_rows, low_similarities
from verbatim.themes.track import LEAST_COSINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Theme
    from verbatim.protocols import Clusterer
    from verbatim.themes.model import ThemeModel
    from verbatim.themes.prototypes import Matches

LOOSE_QUANTILE = 0.25  # a text further from its theme than three in four of the theme's comments fits it loosely
SMALLEST_NEW, SMALLEST_NEW_SHARE = 5, 0.0025  # different texts that a new theme needs; share of all texts
LEAST_GAIN = 0.08  # by how much they must be nearer to their own centre than to the best theme that was, on average
LEAST_COHESION = 0.9  # of the usual one: a new theme has not been polished by a whole fit
ALIKE = 0.85  # of groups that are one
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Growth:
    """``rows`` (n,): the theme of each text, by its row in the model before, or after them the number of a new theme.

    ``parents`` (k,): for each new theme the row of the theme at the top that it is part of, -1 for one of its own.
    """

    rows: NDArray[np.int64]
    parents: NDArray[np.int64]
    waiting: NDArray[np.bool_]
    told: str


def grow(
    vectors: NDArray[np.float32],
    known: NDArray[np.int64],
    waited: NDArray[np.bool_],
    previous: ThemeModel,
    clusterer: Clusterer,
) -> Growth:
    """Place texts with ``vectors`` (n, d); ``known`` (n,) are rows of themes of ``previous``, -1 for new texts.

    ``waited`` (n,): known texts that may still become part of a new theme.
    """
    artifact, new = ThemeArtifact.of(previous), known < 0
    rows = known.copy()
    found = assign(artifact, vectors[new])
    rows[new] = found.nearest
    own = np.einsum("ij,ij->i", vectors, previous.centroids[rows]).astype(np.float64).round(6)
    loose = (new | waited) & (own < low_similarities(previous, LOOSE_QUANTILE)[rows])
    pool = np.flatnonzero(loose)
    groups = _new_groups(vectors, own, pool, previous, clusterer)
    for number, members in enumerate(groups):
        rows[members] = len(previous.themes) + number
    waiting = loose & (rows < len(previous.themes))
    parents = [_parent(_centre(vectors[members]), previous) for members in groups]
    joined, apart = int((new & (rows < len(previous.themes))).sum()), int((new & (rows >= len(previous.themes))).sum())
    strange = int(waiting[new][_refused(found)].sum())
    told = (
        f"{int(new.sum()):,} different comments were new: {joined:,} joined the themes that were"
        f"{f', {strange:,} of them for want of a better one' if strange else ''}, "
        f"{apart:,} made {len(groups)} new {'theme' if len(groups) == 1 else 'themes'}"
    )
    return Growth(rows, np.asarray(parents, dtype=np.int64), waiting, told)


def _refused(found: Matches) -> NDArray[np.bool_]:
    """Which texts fit no theme."""
    return np.asarray([theme is None for theme in found.theme_ids], dtype=np.bool_)


def layers_of(themes: Sequence[Theme], growth: Growth) -> tuple[NDArray[np.int64], ...]:
    """Layers of labels, fine to coarse, that make the tree of ``themes`` again, with the new themes in it."""
    place = {theme.id: row for row, theme in enumerate(themes)}
    lines: list[list[int]] = []
    for row, theme in enumerate(themes):
        line, parent = [row], theme.parent_id
        while parent is not None:
            line.insert(0, place[parent])
            parent = themes[place[parent]].parent_id
        lines.append(line)
    for number, parent_row in enumerate(growth.parents.tolist()):
        own = len(themes) + number
        lines.append([own] if parent_row < 0 else [*lines[parent_row], own])
    depth = max([2, *map(len, lines)])
    ancestors = np.asarray([line + line[-1:] * (depth - len(line)) for line in lines], dtype=np.int64)
    return tuple(
        np.unique(ancestors[growth.rows, level], return_inverse=True)[1].ravel().astype(np.int64)
        for level in range(depth - 1, -1, -1)
    )


def _new_groups(
    vectors: NDArray[np.float32],
    own: NDArray[np.float64],
    pool: NDArray[np.int64],
    previous: ThemeModel,
    clusterer: Clusterer,
) -> list[NDArray[np.int64]]:
    """The rows of each group of the pool that is a theme of its own, largest first."""
    smallest = max(SMALLEST_NEW, round(SMALLEST_NEW_SHARE * len(vectors)))
    if len(pool) < smallest:
        return []
    labels = join_alike(vectors[pool], clusterer.fit(vectors[pool]).layers[0])
    cohesion = _usual_cohesion(previous)
    retired = [theme.centroid for theme in previous.retired]
    finest = previous.centroids[finest_rows(previous.themes)]
    groups = []
    for label in np.unique(labels):
        members = pool[labels == label]
        for _ in range(ROUNDS):  # those that are nearer to a theme that was are not of the group
            centre = _centre(vectors[members])
            members = members[vectors[members] @ centre > own[members]]
            if len(members) < SMALLEST_NEW:
                break
        if len(members) < SMALLEST_NEW:
            continue
        centre = _centre(vectors[members])
        near = (vectors[members] @ centre).astype(np.float64)
        came_back = bool(retired) and float((np.stack(retired) @ centre).max()) >= LEAST_COSINE
        large = len(members) >= smallest or came_back
        distinct = float((finest @ centre).max()) < LEAST_COSINE
        if (
            large
            and distinct
            and near.mean() >= LEAST_COHESION * cohesion
            and (near - own[members]).mean() >= LEAST_GAIN
        ):
            groups.append(members)
    return sorted(groups, key=lambda members: (-len(members), int(members[0])))


def join_alike(vectors: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """``labels`` (n,), with groups that are about the same joined: clusterers cut a few texts too fine.

    Two groups are alike when the mean cosine between their texts is at least `ALIKE` of what it is within them (the
    geometric mean of both): the cosine of their centres, freed of the noise that small groups have.
    """
    joined = labels.copy()
    while True:
        groups = np.unique(joined)
        sums = np.stack([vectors[joined == label].sum(axis=0, dtype=np.float64) for label in groups])
        sizes = np.asarray([(joined == label).sum() for label in groups], dtype=np.float64)
        within = (np.square(sums).sum(axis=1) - sizes) / np.maximum(sizes * (sizes - 1), 1)
        scale = np.sqrt(np.maximum(within, 0))
        between = sums @ sums.T / np.outer(sizes, sizes)
        likeness = np.divide(
            between, np.outer(scale, scale), out=np.zeros_like(between), where=np.outer(scale, scale) > 0
        )
        np.fill_diagonal(likeness, 0)
        first, second = divmod(int(likeness.round(6).argmax()), len(groups))
        if likeness[first, second] < ALIKE:
            return joined
        joined[joined == groups[second]] = groups[first]


def _usual_cohesion(previous: ThemeModel) -> float:
    """The lower quartile, over the themes, of the mean cosine of their comments to their centre."""
    place = {theme.id: row for row, theme in enumerate(previous.themes)}
    finest = finest_rows(previous.themes)
    placed = [(place[entry.theme_id], entry.similarity) for entry in previous.assignments if entry.theme_id in place]
    rows = np.asarray([row for row, _ in placed], dtype=np.int64)
    sums = np.bincount(rows, weights=[cosine for _, cosine in placed], minlength=len(place))
    counts = np.bincount(rows, minlength=len(place))
    there = finest[counts[finest] > 0]
    return float(np.quantile(sums[there] / counts[there], 0.25)) if len(there) else 0.0


def _parent(centre: NDArray[np.float32], previous: ThemeModel) -> int:
    """The theme at the top that a new theme is part of: the nearest, if it has sub-themes as far from it; else -1."""
    place = {theme.id: row for row, theme in enumerate(previous.themes)}
    pairs = [(row, place[theme.parent_id]) for row, theme in enumerate(previous.themes) if theme.parent_id is not None]
    tops = [row for row, theme in enumerate(previous.themes) if theme.kind == "theme" and theme.parent_id is None]
    if not pairs or not tops:
        return -1
    usual = np.quantile([float(previous.centroids[row] @ previous.centroids[above]) for row, above in pairs], 0.25)
    cosines = (previous.centroids[tops] @ centre).round(6)
    nearest = tops[int(cosines.argmax())]
    has_parts = any(above == nearest for _, above in pairs)
    return nearest if has_parts and float(cosines.max()) >= usual else -1


def _centre(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    centre: NDArray[np.float32] = group_centroids(vectors, np.zeros(len(vectors), dtype=np.int64), 1)[0]
    return centre
