"""What an organisation's own ratings teach about its words: a logistic model of "satisfied" on vectors and words.

Learned on whole comments with both sides weighted alike, so that its logit is evidence (how much likelier such a text
is from the satisfied than from the dissatisfied), not the share of satisfied customers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from verbatim.domain import stable_key
from verbatim.tone.ratings import HIGH_SIDE, LOW_SIDE
from verbatim.tone.written import lexicon_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.tone.ratings import RatedComments

WORD_COLUMNS = 2**13
VECTOR_SCALE, WORD_SCALE = 8.0, 4.0
STRENGTHS = (0.01, 0.03, 0.1)  # scikit-learn's C, from strong to weak regularisation
FOLDS = 5
FEWEST_TEXTS_OF_A_WORD = 3  # a word of one comment would remember that comment's rating
MOST_TEXTS = 20_000
LONGEST = 20_000  # characters read for words
_PLAIN = re.compile(r"\W+")
_WORDS = r"(?u)\b\w+\b"


@dataclass(frozen=True, slots=True)
class Lessons:
    """Distinct rated texts in a canonical order, so that the order and the repeats of rows change nothing.

    ``targets`` (n,) are mean ratings 0 … 1, ``weights`` the square roots of how often a text came, ``folds`` 0 … 4 and
    ``groups`` (integers) what a fold keeps together.
    """

    texts: tuple[str, ...]
    vectors: NDArray[np.float32]
    languages: tuple[str | None, ...]
    targets: NDArray[np.float64]
    weights: NDArray[np.float64]
    folds: NDArray[np.int64]
    groups: NDArray[np.int64]

    @property
    def low(self) -> NDArray[np.bool_]:
        """Which texts stand on the low side."""
        return np.asarray(self.targets < LOW_SIDE)

    @property
    def high(self) -> NDArray[np.bool_]:
        """Which texts stand on the high side."""
        return np.asarray(self.targets > HIGH_SIDE)


@dataclass(frozen=True, slots=True)
class OwnRatings:
    """The learned model: ``weights`` (d + 1 + WORD_COLUMNS,) on ``features``, an intercept, and its C.

    ``share`` (0.3 … 1) says how much the written examples count beside it, ``slope`` (1 or more) by how much the sum of
    both is too cautious.
    """

    weights: NDArray[np.float64]
    intercept: float
    strength: float
    share: float = 1.0
    slope: float = 1.0

    def logits(self, features: sparse.csr_matrix) -> NDArray[np.float64]:
        """Evidence for satisfied (above 0), shape ``(n,)``, from ``make_features``."""
        return np.asarray(features @ self.weights + self.intercept, dtype=np.float64)

    def logits_of(
        self, texts: Sequence[str], vectors: NDArray[np.float32], languages: Sequence[str | None] | None
    ) -> NDArray[np.float64]:
        """The same from the texts, several times as fast: no matrix is put together."""
        d = len(self.weights) - 1 - WORD_COLUMNS
        found = VECTOR_SCALE * (vectors @ self.weights[:d]) + lexicon_scores(texts, languages) * self.weights[d]
        return np.asarray(found + WORD_SCALE * (hash_words(texts) @ self.weights[d + 1 :]) + self.intercept)


def prepare_lessons(rated: RatedComments, *, seed: int = 0) -> Lessons:
    """Distinct rated texts with their folds; beyond 20,000 texts those with the lowest hashes.

    Texts that differ in case and punctuation only count as one; the first of them in alphabetical order speaks.
    """
    rows: dict[str, list[int]] = {}
    for row in map(int, np.flatnonzero(~np.isnan(rated.ratings))):
        rows.setdefault(_PLAIN.sub(" ", rated.texts[row].casefold()).strip(), []).append(row)
    keys = sorted(rows, key=lambda key: stable_key(str(seed), key))[:MOST_TEXTS]
    owners = rated.groups if rated.groups is not None else [None] * len(rated.texts)
    speakers, names = [], []
    for key in keys:
        same = sorted(rows[key], key=lambda row: (rated.texts[row], owners[row] or ""))
        speakers.append(same[0])
        owner = owners[same[0]]
        names.append(f"account {owner}" if owner is not None else f"text {key}")
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    groups = np.asarray([number[name] for name in names], dtype=np.int64)
    languages = rated.languages if rated.languages is not None else [None] * len(rated.texts)
    targets = [float(np.mean(np.sort(rated.ratings[rows[key]]))) for key in keys]
    return Lessons(
        tuple(rated.texts[row] for row in speakers),
        np.asarray(rated.vectors)[speakers],
        tuple(languages[row] for row in speakers),
        np.asarray(targets, dtype=np.float64),
        np.sqrt(np.asarray([len(rows[key]) for key in keys], dtype=np.float64)),
        _deal(groups),
        groups,
    )


def make_features(
    texts: Sequence[str], vectors: NDArray[np.float32], languages: Sequence[str | None] | None
) -> sparse.csr_matrix:
    """Vector, VADER and hashed words and pairs of words, shape ``(n, d + 1 + WORD_COLUMNS)``."""
    dense = np.concatenate([VECTOR_SCALE * vectors, lexicon_scores(texts, languages)[:, None]], axis=1)
    return sparse.csr_matrix(sparse.hstack([sparse.csr_matrix(dense), WORD_SCALE * hash_words(texts)], format="csr"))


def hash_words(texts: Sequence[str]) -> sparse.csr_matrix:
    """Words and pairs of words of the first 20,000 characters, hashed, rows of unit length; ``(n, WORD_COLUMNS)``."""
    return sparse.csr_matrix(_hasher().transform(text[:LONGEST] for text in texts))


def fit_own(features: sparse.csr_matrix, lessons: Lessons, rows: NDArray[np.bool_], strength: float) -> OwnRatings:
    """Learn from ``rows`` of the lessons: a mid rating counts in part for either side, both sides weigh alike."""
    targets, weights = lessons.targets[rows], lessons.weights[rows]
    up, down = targets * weights, (1 - targets) * weights
    sides = np.concatenate([np.ones(len(targets)), np.zeros(len(targets))])
    shares = np.concatenate([up / up.sum(), down / down.sum()]) * weights.sum() / 2
    used = shares > 0
    seen = features[np.flatnonzero(rows)]
    kept = np.flatnonzero(seen.getnnz(axis=0) >= FEWEST_TEXTS_OF_A_WORD)
    seen = seen[:, kept]
    model = LogisticRegression(C=strength, max_iter=5_000)
    model.fit(sparse.vstack([seen, seen], format="csr")[used], sides[used], sample_weight=shares[used])
    weights = np.zeros(features.shape[1])
    weights[kept] = model.coef_[0]
    return OwnRatings(weights, float(model.intercept_[0]), strength)


def out_of_fold(features: sparse.csr_matrix, lessons: Lessons, strength: float) -> NDArray[np.float64]:
    """The logit of every text by a model that saw neither it nor its group, shape ``(n,)``."""
    found = np.zeros(len(lessons.texts))
    for fold in range(FOLDS):
        held_out = lessons.folds == fold
        if held_out.any():
            found[held_out] = fit_own(features, lessons, ~held_out, strength).logits(features[np.flatnonzero(held_out)])
    return found


def _deal(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """A fold for every text: groups in their (hashed) order go to the fold with the fewest texts."""
    sizes = np.bincount(groups)
    filled = [0] * FOLDS
    fold_of = np.zeros(len(sizes), dtype=np.int64)
    for group in np.argsort(-sizes, kind="stable"):
        fold = int(np.argmin(filled))
        fold_of[group] = fold
        filled[fold] += int(sizes[group])
    return fold_of[groups]


@cache
def _hasher() -> HashingVectorizer:
    return HashingVectorizer(n_features=WORD_COLUMNS, ngram_range=(1, 2), alternate_sign=False, token_pattern=_WORDS)
