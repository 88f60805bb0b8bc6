"""What a taxonomy says about its themes in words, as vectors: the starting point before anybody gives an example."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verbatim.themes.encode import unit_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.guided.taxonomy import Taxonomy, TaxonomyEntry
    from verbatim.protocols import Encoder

SHARPNESS = 10.0  # of the soft maximum over a theme's anchors
SCALE = 6.0  # from cosines to log odds
MOST_PARTS = 24  # of one description

_PARTS = re.compile(r"[,;:/()\n]|\.\s|\band\b|\bund\b|\by\b|\bet\b")


@dataclass(frozen=True, slots=True)
class Anchors:
    """The anchors of all themes: ``vectors`` (a, d), unit rows; ``theme`` (a,) which target each belongs to.

    ``texts_centre`` and ``anchors_centre`` (d,) are what comments and anchors have in common; both are taken away
    before they are compared, since a description is written in another manner than a comment.
    """

    vectors: NDArray[np.float32]
    theme: NDArray[np.int64]
    texts_centre: NDArray[np.float32]
    anchors_centre: NDArray[np.float32]

    def centred(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """``vectors`` (n, d) of comments without what all comments share."""
        return vectors - self.texts_centre

    def nearness(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """For vectors (n, d) of comments and each theme a soft maximum over its anchors, in log odds; (n, t)."""
        lifted = unit_rows(self.vectors - self.anchors_centre)
        cosines = (self.centred(vectors) @ lifted.T).astype(np.float64)
        return SCALE * self._by_theme(cosines)

    def likeness(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """For vectors (n, d) and each theme the largest plain cosine to one of its anchors; (n, t)."""
        cosines = (vectors @ self.vectors.T).astype(np.float64)
        starts = np.flatnonzero(np.diff(self.theme, prepend=-1))
        return np.asarray(np.maximum.reduceat(cosines, starts, axis=1), dtype=np.float64)

    def _by_theme(self, cosines: NDArray[np.float64]) -> NDArray[np.float64]:
        starts = np.flatnonzero(np.diff(self.theme, prepend=-1))
        sums = np.add.reduceat(np.exp(SHARPNESS * cosines), starts, axis=1)
        return np.asarray(np.log(sums / np.bincount(self.theme)) / SHARPNESS, dtype=np.float64)


def make_anchors(taxonomy: Taxonomy, encoder: Encoder, texts_centre: NDArray[np.float32] | None) -> Anchors:
    """Encode what ``taxonomy`` says about its targets; ``texts_centre`` (d,) is the mean of the comments, if known."""
    texts = [anchor_texts(taxonomy, entry) for entry in taxonomy.targets]
    vectors = unit_rows(encoder.encode([text for own in texts for text in own]))
    theme = np.repeat(np.arange(len(texts)), [len(own) for own in texts])
    means = np.stack([vectors[theme == row].mean(axis=0) for row in range(len(texts))])
    centre = means.mean(axis=0) if len(texts) > 2 and texts_centre is not None else np.zeros(encoder.dimension)
    shared = centre if texts_centre is None else texts_centre
    return Anchors(vectors, theme, shared.astype(np.float32), centre.astype(np.float32))


def anchor_texts(taxonomy: Taxonomy, entry: TaxonomyEntry) -> Sequence[str]:
    """The name, alone and under its parent's, the description, both together, and the description's parts.

    A broad theme ("food, cleanliness, parking") is near to comments on any of its parts, not on their average.
    """
    above = [taxonomy.entry(key).name for key in taxonomy.ancestors(entry.id)[:1]]
    texts = [entry.name, *(f"{name}: {entry.name}" for name in above)]
    if entry.description:
        parts = [part.strip(" .") for part in _PARTS.split(entry.description)]
        texts += [entry.description, f"{entry.name}: {entry.description}", *parts[:MOST_PARTS]]
    return tuple(dict.fromkeys(text for text in texts if text))
