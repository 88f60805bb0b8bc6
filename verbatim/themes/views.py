"""The views of a text that are joined before neighbours are sought.

An encoder of sentences knows that "refund" and "money back" are near. Its second reading, with the stress on rare words
(`verbatim.themes.readings`), and the words themselves tell apart what it takes for alike ("top up" and "top up by
cheque"). Joined, neighbours are right more often than with any of them alone (`bench/RESULTS.md`).
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
    from scipy.sparse import csr_matrix

WEIGHT_OF_SECOND = 0.75  # of the second reading's cosine, where the first one's has 1
WEIGHT_OF_WORDS = 0.25  # of the words' cosine, where that of both readings together has 1
DIMENSIONS = 100
FEWEST_TEXTS = 50  # fewer have no words worth counting
MOST_COLUMNS = 300
MOST_READ = 10_000  # texts from which the dimensions are learned
MOST_WORDS = 30_000
CHARACTERS_READ = 2_000  # of one text
TOKEN = r"(?u)\b\w+\b"  # noqa: S105 - a pattern of words


def joined(
    vectors: NDArray[np.float32], second: NDArray[np.float32] | None, words: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """Unit rows ``(n, d + e + w)`` whose cosine is the weighted mean of the views'; ``None`` for a missing one."""
    views = [vectors]
    if second is not None:
        views = [vectors, WEIGHT_OF_SECOND**0.5 * second]
    if words is not None:
        views.append((WEIGHT_OF_WORDS * (1 + WEIGHT_OF_SECOND * (second is not None))) ** 0.5 * words)
    return vectors if len(views) == 1 else unit_rows(np.hstack(views))


class WordView:
    """The words a text uses, as a vector: latent semantic analysis (Deerwester et al. 1990).

    TF-IDF of words, reduced by a truncated SVD; learned from some texts, it reads others too. ``own`` are the vectors
    of those it was learned from, as `of` gives them.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Learn the words of ``texts``; raises nothing: where they share no words, the view is empty."""
        self.own: NDArray[np.float32] | None = None
        self._words = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=MOST_WORDS, token_pattern=TOKEN)
        if len(texts) < FEWEST_TEXTS:
            return
        try:
            table = self._words.fit_transform(_beginnings(texts))
        except ValueError:  # no word occurs in two texts
            return
        dimensions = min(DIMENSIONS, table.shape[1] - 1)
        if dimensions < 2:
            return
        self._reduced = TruncatedSVD(dimensions, random_state=0, n_iter=3).fit(table[:MOST_READ])
        self.own = self._reading(table)

    def of(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """Unit rows ``(n, w)``, zeros for a text without known words; ``None`` where the view is empty."""
        return None if self.own is None else self._reading(self._words.transform(_beginnings(texts)))

    def _reading(self, table: csr_matrix) -> NDArray[np.float32]:
        return unit_rows(self._reduced.transform(table).astype(np.float32))


def compressed(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit ``rows`` (n, d) in at most 300 columns, those of the largest singular values, again of unit length.

    On joined views this changes cosines by little (they keep 94–98 % of the squares) and halves the time to compare.
    """
    if rows.shape[1] <= MOST_COLUMNS or len(rows) <= MOST_COLUMNS:
        return rows
    _, directions = np.linalg.eigh((rows.T @ rows).astype(np.float64))
    return unit_rows(rows @ directions[:, -MOST_COLUMNS:].astype(np.float32))


def _beginnings(texts: Sequence[str]) -> list[str]:
    return [text[:CHARACTERS_READ] for text in texts]
