"""The theme of a new vector: that of the nearest prototype, or none where it is unlike everything that was mined."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

from verbatim.errors import NotFoundError
from verbatim.themes.model import NO_DETAIL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Theme
    from verbatim.themes.model import ThemeModel

QUANTILE = 0.01
PRIOR_COMMENTS = 20.0
MOST_OF_MEDIAN = 0.8
ABSTAIN = (
    f"A text is in no theme when its cosine to the centre of the nearest theme is below its least_similarity: the "
    f"{100 * QUANTILE:g} % quantile of the cosines of its own comments or, where that is lower, its mean with the same "
    f"quantile over all themes, which weighs as much as {PRIOR_COMMENTS:g} comments; and never above "
    f"{MOST_OF_MEDIAN:g} of their median, made the same way, so that a theme of near-duplicates takes a paraphrase."
)
CHUNK_ROWS = 4096
ROUNDING = 1e-5  # similarities are stored with six digits


def _no_floats() -> NDArray[np.float64]:
    return np.zeros(0)


def _no_vectors() -> NDArray[np.float32]:
    return np.zeros((0, 0), dtype=np.float32)


def _no_rows() -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class ThemeArtifact:
    """What assigning needs of a theme model: `ThemeArtifact.of` makes it, and ``load_artifact`` reads it.

    ``centroids`` (t, d), unit rows, belong to ``themes`` in order; "No detail" is all zero. ``least`` (t,) is the
    cosine below which a theme does not take a text. ``prototypes`` (p, d), unit rows, stand for the themes in the rows
    ``owner`` (p,), ascending. Left out, nothing is refused and the centres are the prototypes.
    """

    encoder_id: str
    themes: tuple[Theme, ...]
    centroids: NDArray[np.float32]
    next_number: int
    least: NDArray[np.float64] = field(default_factory=_no_floats)
    prototypes: NDArray[np.float32] = field(default_factory=_no_vectors)
    owner: NDArray[np.int64] = field(default_factory=_no_rows)

    @classmethod
    def of(cls, model: ThemeModel) -> Self:
        """What assigning needs of ``model``."""
        prototypes, owner = model_prototypes(model)
        least = least_similarities(model)
        return cls(model.encoder_id, model.themes, model.centroids, model.next_number, least, prototypes, owner)


@dataclass(frozen=True, slots=True)
class Matches:
    """What ``assign`` finds for n vectors: ids of themes (``None``: none is near), cosines, leads over the runner-up.

    ``nearest`` (n,) is the row of the nearest theme, also where it is too far.
    """

    theme_ids: tuple[str | None, ...]
    similarity: NDArray[np.float32]
    margin: NDArray[np.float32]
    nearest: NDArray[np.int64]


def assign(artifact: ThemeArtifact, vectors: NDArray[np.float32]) -> Matches:
    """The theme of each of ``vectors`` (n, d), unit rows, by the nearest prototype of the themes without sub-themes.

    The similarity is the cosine to the centre of that theme; where it is below what the theme's own comments have, the
    text is in no theme. The margin is the lead over the nearest prototype of another theme; with a single theme it is
    the cosine to the prototype.

    Raises:
        NotFoundError: the model has no themes besides "No detail".
    """
    prototypes, owner = artifact.prototypes, artifact.owner
    if not len(owner):
        owner = finest_rows(artifact.themes)
        prototypes = artifact.centroids[owner]
    if not len(owner):
        raise NotFoundError("the model holds no themes to assign to; run `verbatim mine` to fit the themes again")
    nearest, margin = nearest_themes(vectors, prototypes, owner)
    similarity = np.asarray(np.einsum("ij,ij->i", vectors, artifact.centroids[nearest]), dtype=np.float32)
    floor = artifact.least if len(artifact.least) else np.full(len(artifact.themes), -np.inf)
    near = similarity >= floor[nearest] - ROUNDING
    ids = tuple(
        artifact.themes[row].id if taken else None for row, taken in zip(nearest.tolist(), near.tolist(), strict=True)
    )
    return Matches(ids, similarity, margin, nearest)


def nearest_themes(
    vectors: NDArray[np.float32], prototypes: NDArray[np.float32], owner: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """For each of ``vectors`` (n, d) the owner of the nearest prototype, and its lead over those of other owners.

    ``owner`` (p,) is ascending. With a single owner the lead is the cosine.
    """
    owners, starts = np.unique(owner, return_index=True)
    nearest = np.zeros(len(vectors), dtype=np.int64)
    margin = np.zeros(len(vectors), dtype=np.float32)
    for at in range(0, len(vectors), CHUNK_ROWS):
        part = slice(at, at + CHUNK_ROWS)
        cosines = vectors[part] @ prototypes.T
        if len(owners) < len(owner):
            cosines = np.maximum.reduceat(cosines, starts, axis=1)
        rows = np.arange(len(cosines))
        best = cosines.argmax(axis=1)
        closest = cosines[rows, best]
        cosines[rows, best] = -np.inf if len(owners) > 1 else 0.0
        nearest[part], margin[part] = owners[best], closest - cosines.max(axis=1)
    return nearest, margin


def finest_rows(themes: Sequence[Theme]) -> NDArray[np.int64]:
    """The rows of the themes that comments are assigned to: without sub-themes, and not "No detail"."""
    parents = {theme.parent_id for theme in themes}
    rows = [row for row, theme in enumerate(themes) if theme.id not in parents and theme.id != NO_DETAIL]
    return np.asarray(rows, dtype=np.int64)


def model_prototypes(model: ThemeModel) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Prototypes of every theme without sub-themes, (p, d), and the row of the theme of each, ascending.

    The model's own, where it has some of a theme (or of one merged into it); else the theme's centre.
    """
    rows = finest_rows(model.themes)
    place = {model.themes[row].id: int(row) for row in rows}
    place |= {alias: int(row) for row in rows for alias in model.themes[row].aliases}
    vectors, owners = [], []
    for vector, owner in zip(() if model.prototypes is None else model.prototypes, model.owners, strict=True):
        if owner in place:
            vectors.append(vector)
            owners.append(place[owner])
    lacking = [int(row) for row in rows if row not in set(owners)]
    vectors += [model.centroids[row] for row in lacking]
    owner_rows = np.asarray([*owners, *lacking], dtype=np.int64)
    order = np.argsort(owner_rows, kind="stable")
    stacked = np.stack(vectors)[order] if vectors else np.zeros((0, model.dimension), dtype=np.float32)
    return stacked, owner_rows[order]


def least_similarities(model: ThemeModel) -> NDArray[np.float64]:
    """The cosine below which each theme of ``model`` does not take a text, (t,), as `ABSTAIN` says it."""
    return np.minimum(low_similarities(model, QUANTILE), MOST_OF_MEDIAN * low_similarities(model, 0.5))


def low_similarities(model: ThemeModel, quantile: float) -> NDArray[np.float64]:
    """A quantile of the cosines of each theme's comments to its centre, (t,), -1 for themes with sub-themes.

    Where it is lower: its mean with the same quantile over all themes, which weighs as much as `PRIOR_COMMENTS`.
    """
    place = {theme.id: row for row, theme in enumerate(model.themes)}
    placed = [(place[entry.theme_id], entry.similarity) for entry in model.assignments if entry.theme_id in place]
    rows = np.asarray([row for row, _ in placed], dtype=np.int64)
    cosines = np.asarray([cosine for _, cosine in placed], dtype=np.float64)
    finest = finest_rows(model.themes)
    least = np.full(len(model.themes), -1.0)
    known = np.isin(rows, finest)
    if not known.any():
        return least
    everywhere = float(np.quantile(cosines[known], quantile, method="lower"))
    order = np.argsort(rows, kind="stable")
    bounds = np.searchsorted(rows[order], np.arange(len(model.themes) + 1))
    for row in finest:
        own = cosines[order[bounds[row] : bounds[row + 1]]]
        if not len(own):
            least[row] = everywhere
            continue
        low = float(np.quantile(own, quantile, method="lower"))
        least[row] = min(low, (len(own) * low + PRIOR_COMMENTS * everywhere) / (len(own) + PRIOR_COMMENTS))
    return least
