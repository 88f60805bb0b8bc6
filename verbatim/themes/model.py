"""What mining finds: themes, the theme of every comment, and the centres that new comments are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from verbatim.domain import Assignment, Theme

NO_DETAIL = "no-detail"
"""The id of the theme that holds the comments that say nothing."""


@dataclass(frozen=True, slots=True)
class ThemeModel:
    """The outcome of one mining.

    ``themes`` are ordered: the top by size, each followed by its sub-themes, "No detail" last. ``centroids``
    (t, d), unit rows, belong to ``themes`` in order; the row of "No detail" is zero. ``assignments`` has one entry
    a comment, in the order of the comments' ids, and names the finest theme: one without sub-themes; those of a theme
    at the top add up to it. ``next_number`` is the number that the next new theme will get.
    """

    encoder_id: str
    themes: tuple[Theme, ...]
    assignments: tuple[Assignment, ...]
    centroids: NDArray[np.float32]
    next_number: int
    quality: Mapping[str, float]

    @property
    def dimension(self) -> int:
        """The number of columns of a centroid."""
        return int(self.centroids.shape[1])
