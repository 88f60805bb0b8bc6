"""What mining finds: themes, the theme of every comment, and what the next mining needs to carry on from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from verbatim.domain import stable_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from verbatim.domain import Assignment, Theme

NO_DETAIL = "no-detail"
"""The id of the theme that holds the comments that say nothing."""


class LinkKind(StrEnum):
    """How a theme follows from those of the model before."""

    CONTINUED = "continued"  # the same id in both
    NEW = "new"  # from none of them
    SPLIT = "split"  # a part of one
    MERGED = "merged"  # taken in by another
    GONE = "gone"  # none of them has its comments


@dataclass(frozen=True, slots=True)
class ThemeLink:
    """One theme of the model before and one of the new one; a theme that is new or gone has nothing on its other side.

    ``evidence``: ``shared`` comments that both placed; ``kept``, their share of the old theme's comments that are
    still there; ``explained``, their share of the new theme's comments; ``cosine`` of the centres, where comparable.
    """

    kind: LinkKind
    old_id: str | None
    new_id: str | None
    evidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RetiredTheme:
    """A theme that is gone and may come back: ``centroid`` (d,), unit length."""

    id: str
    name: str
    centroid: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PlacedTexts:
    """The theme of each distinct text with detail, as the machine placed it, before any edit.

    ``keys`` (`text_key`, ascending), ``themes`` (ids of themes without sub-themes), ``counts`` (n,) of comments, and
    ``waiting`` (n,): texts that came after the last whole fit and fit their theme loosely.
    """

    keys: tuple[str, ...]
    themes: tuple[str, ...]
    counts: NDArray[np.int64]
    waiting: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, int, bool]]) -> PlacedTexts:
        """From rows of key, theme, count and waiting, in any order; of rows with one key the first by theme counts."""
        ordered = sorted(rows)
        first = [row for place, row in enumerate(ordered) if not place or ordered[place - 1][0] != row[0]]
        return cls(
            tuple(row[0] for row in first),
            tuple(row[1] for row in first),
            np.asarray([row[2] for row in first], dtype=np.int64),
            np.asarray([row[3] for row in first], dtype=np.bool_),
        )


def text_key(text: str) -> str:
    """What a text is known by: the same text, the same key."""
    return stable_key(text)


@dataclass(frozen=True, slots=True)
class ThemeModel:
    """The outcome of one mining.

    ``themes`` are ordered: the top by size, each followed by its sub-themes, "No detail" last. ``centroids``
    (t, d), unit rows, belong to ``themes`` in order; the row of "No detail" is zero. ``assignments`` has one entry
    a comment, or one a part of a comment that speaks of several themes, in the order of the comments' ids, and names
    the finest theme: one without sub-themes. A theme's size counts each comment once, those of sub-themes included.
    ``next_number`` is the number that the next new theme will get.

    What the next mining carries on from: ``texts``, where it placed each text; ``retired`` themes; ``fitted``, how many
    distinct texts the last whole fit saw. ``links`` tell how the themes follow from the model before, and ``told`` is
    one sentence on how the model came about. ``prototypes`` (p, d), unit rows, with the ids of their themes in
    ``owners``, stand for the themes when texts are assigned; without any the centres do.
    """

    encoder_id: str
    themes: tuple[Theme, ...]
    assignments: tuple[Assignment, ...]
    centroids: NDArray[np.float32]
    next_number: int
    quality: Mapping[str, float]
    texts: PlacedTexts | None = None
    retired: tuple[RetiredTheme, ...] = ()
    links: tuple[ThemeLink, ...] = ()
    fitted: int = 0
    told: str = ""
    prototypes: NDArray[np.float32] | None = None
    owners: tuple[str, ...] = ()

    @property
    def dimension(self) -> int:
        """The number of columns of a centroid."""
        return int(self.centroids.shape[1])
