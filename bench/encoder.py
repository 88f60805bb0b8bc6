"""The encoder that the measurements share: it keeps both readings, so that a second run only measures."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from verbatim.themes.cache import CachedEncoder, VectorCache, text_keys
from verbatim.themes.encode import find_encoder
from verbatim.themes.readings import read_twice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CACHE = Path(tempfile.gettempdir()) / "verbatim-bench-vectors"


class KeptEncoder(CachedEncoder):
    """The default model. With ``learned_from``, how rare words are is told by these texts whatever is read.

    That spares readings where nearly the same texts are grouped again and again; the product learns it from the texts
    of each whole fit.
    """

    def __init__(self, learned_from: Sequence[str] | None = None) -> None:
        super().__init__(find_encoder(), CACHE)
        self._learned = None if learned_from is None else super().rarity(learned_from)

    def rarity(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """How rare the tokens are in ``texts``, or in those that it was learned from."""
        return super().rarity(texts) if self._learned is None else self._learned

    def encode_twice(
        self, texts: Sequence[str], rarity: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Both readings; the second has a further column, 1 where no token is rare, since kept rows have length 1."""
        digest = hashlib.blake2b(rarity.tobytes(), digest_size=8).hexdigest()
        cache = VectorCache(CACHE / f"second-{digest}", self.dimension + 1)
        keys = text_keys(texts)
        found, kept = cache.read(keys)
        new = np.flatnonzero(~found)
        if len(new):
            _, stressed = super().encode_twice([texts[row] for row in new], rarity)
            empty = np.linalg.norm(stressed, axis=1, keepdims=True) < 0.5
            kept[new] = np.hstack([stressed, empty.astype(np.float32)])
            _, first = np.unique(keys[new], return_index=True)
            cache.write(keys[new][first], kept[new][first])
        return self.encode(texts), kept[:, :-1]


def both_readings(texts: Sequence[str], encoder: KeptEncoder) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both readings of distinct ``texts``."""
    both = read_twice(texts, range(len(texts)), encoder, lambda *_: None, "")
    if both is None:
        raise RuntimeError("the default model has a second reading")
    return both
