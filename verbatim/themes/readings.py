"""Reads texts with the encoder: once for their vectors, and a second time, for grouping, with the stress on rare words.

A mean over all words is what an encoder gives, and in comments of one organisation most words are shared ("card",
"account"). The second reading weighs each token by how rare it is in these texts, one layer before the last, where
words have kept more of themselves. It depends on all the texts, so it is not kept, and only whole fits ask for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from verbatim.protocols import RereadingEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Encoder

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and how much there is."""

CHUNK_ROWS = 2048


class Readings:
    """Both readings of distinct ``texts``: ``vectors`` (n, d) of the first, and the second when it is asked for.

    With ``twice``, both are made at once, in one pass of the model.
    """

    def __init__(self, texts: Sequence[str], encoder: Encoder, report: Progress, *, twice: bool = False) -> None:
        self._texts = texts
        self._encoder = encoder
        self._report = report
        self._stressed: NDArray[np.float32] | None = None
        both = read_twice(texts, range(len(texts)), encoder, report, "Encoding") if twice else None
        if both is None:
            self.vectors = encode(texts, encoder, report)
        else:
            self.vectors, self._stressed = both

    def second(self, rows: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """The second reading of some rows, shape ``(len(rows), w)``; ``None`` where the encoder has none."""
        if self._stressed is not None:
            return self._stressed[rows]
        both = read_twice(self._texts, rows.tolist(), self._encoder, self._report, "Reading again")
        return None if both is None else both[1]


def encode(texts: Sequence[str], encoder: Encoder, report: Progress, step: str = "Encoding") -> NDArray[np.float32]:
    """The vectors of ``texts``, shape ``(n, d)``, encoded in chunks of like length."""
    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    for rows in _chunks(texts, report, step):
        vectors[rows] = encoder.encode([texts[row] for row in rows])
    return vectors


def read_twice(
    texts: Sequence[str], rows: Sequence[int], encoder: Encoder, report: Progress, step: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """Both readings of some ``rows`` of ``texts``; ``None`` where the encoder has no second one, or there are no rows.

    How rare a word is, all ``texts`` tell.
    """
    rarity = encoder.rarity(texts) if isinstance(encoder, RereadingEncoder) and len(rows) else None
    if rarity is None or not isinstance(encoder, RereadingEncoder):
        return None
    chosen = [texts[row] for row in rows]
    parts = [
        (at, *encoder.encode_twice([chosen[place] for place in at], rarity)) for at in _chunks(chosen, report, step)
    ]
    back = np.argsort(np.concatenate([at for at, _, _ in parts]))
    first, second = (np.concatenate([part[reading] for part in parts])[back] for reading in (1, 2))
    return first, second


def _chunks(texts: Sequence[str], report: Progress, step: str) -> Iterator[list[int]]:
    """The places of ``texts`` in chunks of like length, telling how far it got."""
    order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), row))
    for at in range(0, len(order), CHUNK_ROWS):
        report(step, at, len(order))
        yield order[at : at + CHUNK_ROWS]
    report(step, len(order), len(order))
