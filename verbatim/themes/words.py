"""The second view of a text: the words it uses, as a vector beside the encoder's.

Latent semantic analysis (Deerwester et al. 1990): TF-IDF of words, reduced by a truncated SVD. An encoder of sentences
knows that "refund" and "money back" are near; the words tell apart what it takes for alike ("top up" and "top up by
cheque"). Joined, neighbours are right more often than with either alone (`bench/RESULTS.md`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from verbatim.themes.encode import unit_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DIMENSIONS = 200
WEIGHT = 0.25  # of the words' cosine, where the encoder's has 1
FEWEST_TEXTS = 50  # fewer have no words worth counting
MOST_WORDS = 30_000
CHARACTERS_READ = 2_000  # of one text
TOKEN = r"(?u)\b\w+\b"  # noqa: S105 - a pattern of words


class JoinedViews:
    """Joins the two views; fitted on some texts, it takes others too."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Learn the words of ``texts``; raises nothing: where they share no words, the view is empty."""
        self._words: TfidfVectorizer | None = None
        self._reduced: TruncatedSVD | None = None
        if len(texts) < FEWEST_TEXTS:
            return
        words = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=MOST_WORDS, token_pattern=TOKEN)
        try:
            table = words.fit_transform(_beginnings(texts))
        except ValueError:  # no word occurs in two texts
            return
        dimensions = min(DIMENSIONS, table.shape[1] - 1)
        if dimensions < 2:
            return
        self._words = words
        self._reduced = TruncatedSVD(dimensions, random_state=0, n_iter=3).fit(table)

    def join(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows ``(n, d + w)`` whose cosine is the weighted mean of both views'; a text without words has zeros."""
        if self._words is None or self._reduced is None:
            return vectors
        words = unit_rows(self._reduced.transform(self._words.transform(_beginnings(texts))).astype(np.float32))
        return unit_rows(np.hstack([vectors, WEIGHT**0.5 * words]))


def _beginnings(texts: Sequence[str]) -> list[str]:
    return [text[:CHARACTERS_READ] for text in texts]
