"""An encoder without a model: hashed words and character n-grams.

Deterministic and quick, for tests and for trying things out. It knows spelling, not meaning.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from verbatim.themes.encode import unit_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

WORD_WEIGHT = 1.0
GRAM_WEIGHT = 0.25
GRAM = 4


class HashingEncoder:
    """Implements ``protocols.Encoder``: each word and each 4-gram of a word adds a signed random direction.

    Longer words count more, as rarer words would by inverse document frequency (there is no corpus to count in).
    """

    def __init__(self, dimension: int = 256) -> None:
        self._dimension = dimension

    @property
    def id(self) -> str:
        """``hashing@dimension``."""
        return f"hashing@{self._dimension}"

    @property
    def dimension(self) -> int:
        """The number of columns of a vector."""
        return self._dimension

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape ``(len(texts), dimension)``, float32, unit rows; a text without words gives a fixed one."""
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for feature, weight in _features(text):
                column, sign = _place(feature, self._dimension)
                vectors[row, column] += sign * weight
            if not vectors[row].any():
                vectors[row, 0] = 1.0
        return unit_rows(vectors)


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word in re.findall(r"\w+", text.lower()):
        rarity = min(len(word), 8) / 8
        yield word, WORD_WEIGHT * rarity
        for start in range(len(word) - GRAM + 1):
            yield "#" + word[start : start + GRAM], GRAM_WEIGHT * rarity


@lru_cache(maxsize=200_000)
def _place(feature: str, dimension: int) -> tuple[int, float]:
    digest = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "little")
    return (digest >> 1) % dimension, 1.0 if digest & 1 else -1.0
