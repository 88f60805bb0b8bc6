"""The seams of the house: what can be swapped. Nothing else gets a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import numpy as np
    from numpy.typing import NDArray

    SecondReading = Callable[[NDArray[np.int64]], NDArray[np.float32] | None]


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


@runtime_checkable
class RereadingEncoder(Encoder, Protocol):
    """An encoder that can read texts once more, with the stress on their rare words (`verbatim.themes.readings`)."""

    def rarity(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """How rare each token of the model is in ``texts``, shape ``(tokens,)``; ``None`` where it cannot tell."""

    def encode_twice(
        self, texts: Sequence[str], rarity: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What ``encode`` gives, and the second reading ``(n, w)``: unit rows, or zeros where no token is rare."""


class Tree(Protocol):
    """Layers of labels, fine to coarse."""

    @property
    def layers(self) -> tuple[NDArray[np.int64], ...]:
        """One array of shape ``(n,)`` a layer; labels count from 0 and nest: a fine group lies in one coarse group."""


class Clusterer(Protocol):
    """Groups vectors."""

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str] | None = None,
        second: SecondReading | None = None,
        *,
        mood: NDArray[np.float64] | None = None,
        usual: int | None = None,
    ) -> Tree:
        """Group the rows of ``vectors``, and of ``texts`` where given; another order of rows gives the same groups.

        ``second`` gives the second reading of the rows it is asked for, or ``None``; ``mood`` (n,) says how each row
        sounds, from -1 to 1, NaN where unknown; ``usual`` is how many groups there were at the top before.
        """


class Namer(Protocol):
    """Gives each group of texts a name and keywords."""

    def name(
        self, groups: Sequence[Sequence[str]], centroids: NDArray[np.float32], taken: Collection[str] = ()
    ) -> list[tuple[str, tuple[str, ...]]]:
        """One ``(name, keywords)`` a group, no name twice and none of ``taken``.

        ``centroids`` (len(groups), d) are the groups' unit-length mean directions.
        """
