"""What goes into naming a theme and what comes out of it: the richer form of ``protocols.Namer``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Namer


@dataclass(frozen=True, slots=True)
class Group:
    """What a namer sees of one theme.

    ``texts`` are distinct comments that stand for it (all of them, or an even sample), ``vectors`` (n, d) theirs where
    known, ``centroid`` (d,) the unit-length mean direction of the whole theme, ``size`` how many comments it has,
    ``quotes`` the best of its comments, best first, ``mood`` (n,) how each text sounds, -1 to 1, NaN where unknown.
    """

    texts: tuple[str, ...]
    vectors: NDArray[np.float32] | None
    centroid: NDArray[np.float32]
    size: int
    quotes: tuple[str, ...] = ()
    mood: NDArray[np.float64] | None = None

    def sample(self, most: int) -> Group:
        """The group with at most so many texts: every k-th of those ordered by closeness to the centre."""
        if len(self.texts) <= most:
            return self
        order = np.arange(len(self.texts))
        if self.vectors is not None:
            order = np.argsort(-(self.vectors @ self.centroid).round(5), kind="stable")
        rows = np.sort(order[np.linspace(0, len(order) - 1, most).astype(np.int64)])
        vectors = None if self.vectors is None else self.vectors[rows]
        mood = None if self.mood is None else self.mood[rows]
        return Group(tuple(self.texts[row] for row in rows), vectors, self.centroid, self.size, self.quotes, mood)


@dataclass(frozen=True, slots=True)
class Naming:
    """The name of one theme and its keywords, best first.

    ``description`` is a sentence about it, where the namer writes one. ``fell_back`` says why a language model did not
    name it, where one should have.
    """

    name: str
    keywords: tuple[str, ...]
    description: str | None = None
    fell_back: str | None = None


@runtime_checkable
class GroupNamer(Protocol):
    """A namer that can make use of vectors and quotes, and say more than a name."""

    def name_groups(self, groups: Sequence[Group], taken: Collection[str] = ()) -> list[Naming]:
        """One ``Naming`` a group, no name twice and none of ``taken``."""


def name_groups(namer: Namer | GroupNamer, groups: Sequence[Group], taken: Collection[str] = ()) -> list[Naming]:
    """What ``namer`` calls ``groups``, whichever of the two protocols it speaks."""
    if not groups:
        return []
    if isinstance(namer, GroupNamer):
        return namer.name_groups(groups, taken)
    centroids = np.stack([group.centroid for group in groups])
    return [
        Naming(name, words) for name, words in namer.name([list(group.texts) for group in groups], centroids, taken)
    ]
