"""The seams of the house: what can be swapped. Nothing else gets a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import numpy as np
    from numpy.typing import NDArray


class Encoder(Protocol):
    """Turns texts into vectors."""

    @property
    def id(self) -> str:
        """Model name and revision: two encoders with the same id give the same vectors."""

    @property
    def dimension(self) -> int:
        """The number of columns of what ``encode`` returns."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape ``(len(texts), dimension)``, float32, each row of unit length."""


class Tree(Protocol):
    """Layers of labels, fine to coarse."""

    @property
    def layers(self) -> tuple[NDArray[np.int64], ...]:
        """One array of shape ``(n,)`` a layer; labels count from 0 and nest: a fine group lies in one coarse group."""


class Clusterer(Protocol):
    """Groups vectors."""

    def fit(self, vectors: NDArray[np.float32], texts: Sequence[str] | None = None) -> Tree:
        """Group the rows of ``vectors``, and of ``texts`` where given; another order of rows gives the same groups."""


class Namer(Protocol):
    """Gives each group of texts a name and keywords."""

    def name(
        self, groups: Sequence[Sequence[str]], centroids: NDArray[np.float32], taken: Collection[str] = ()
    ) -> list[tuple[str, tuple[str, ...]]]:
        """One ``(name, keywords)`` a group, no name twice and none of ``taken``.

        ``centroids`` (len(groups), d) are the groups' unit-length mean directions.
        """
