"""What a ticket is about, as a short vector: latent semantic analysis learnt on the organisation's own tickets.

Between the texts of tickets and the features of ``models``. TF-IDF of words and pairs of words, reduced by a truncated
singular value decomposition (Deerwester et al., JASIS 1990): no model to ship, thousands of texts a second, and each
axis can be told in words. Languages that write without blanks get no vectors.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from verbatim.errors import StorageError
from verbatim.themes.people import said_names
from verbatim.themes.wording import says_what

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

FORMAT = "verbatim.meaning/1"
DIMENSIONS = 24
FEWEST_TEXTS = 50  # distinct ones, to learn anything from
MOST_TEXTS = 100_000  # distinct ones that are learnt from
FEWEST_TEXTS_OF_A_TERM = 3
MOST_TERMS = 20_000
LONGEST = 20_000  # characters read of a text
LONGEST_WORD = 30
LEAST_SAID = 0.2  # of the strongest term of an end, to describe it
LEAST_STRENGTH = 1e-6  # of an axis, relative to the strongest: below it there is nothing but rounding

_HIDDEN = re.compile(r"\[[A-Z][A-Z0-9_]{0,30}\]|\w{2,10}://\S+|\bwww\.\S+")  # redaction tags and addresses
_TOKEN = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*|[.!?;:\n\0]")
_DIGIT = re.compile(r"\d")
_AGAIN = "train the predictor again: `verbatim predictor train`"


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """Turns texts into vectors; made by `fit` or `of_state`.

    ``terms`` are the words and pairs of words known, in order; ``rarity`` (t,) their inverse document frequency and
    ``axes`` (t, d) what they say of each axis, both float32.
    """

    terms: tuple[str, ...]
    rarity: NDArray[np.float32]
    axes: NDArray[np.float32]
    texts: int
    _columns: Mapping[str, int] = field(repr=False)

    @property
    def dimension(self) -> int:
        """The number of columns of a vector."""
        return int(self.axes.shape[1])

    @classmethod
    def fit(
        cls,
        texts: Iterable[str | None],
        *,
        dimensions: int = DIMENSIONS,
        seed: int = 7,
        people: Iterable[str] = (),
    ) -> Meaning | None:
        """Learn from the distinct ``texts``, whatever their order; ``None`` where there are fewer than 50.

        Also ``None`` where no two terms stand in three texts each. Where the texts tell less apart than asked, there
        are fewer dimensions. Words with digits and redaction tags are not learnt, nor the words of the names in
        ``people`` (agents, contacts) where the texts use them as names. Of more than 100,000 texts a fixed sample is
        learnt from.

        Raises:
            ValueError: ``dimensions`` under 1.
        """
        if dimensions < 1:
            raise ValueError(f"dimensions is {dimensions}; at least 1")
        distinct = _sample({text[:LONGEST] for text in texts if text and not text.isspace()})
        if len(distinct) < FEWEST_TEXTS:
            return None
        names = said_names(distinct, people)
        counted = [Counter(_terms(text, names)) for text in distinct]
        terms, rarity = _known_terms(counted)
        if len(terms) < 2:
            return None
        columns = {term: column for column, term in enumerate(terms)}
        axes = _axes(_weighted(counted, columns, rarity), min(dimensions, len(terms) - 1), seed)
        return cls(terms, rarity, axes, len(distinct), columns)

    def transform(self, texts: Sequence[str | None]) -> NDArray[np.float32]:
        """Rows of unit length, shape ``(n, d)``; zeros where a text has no known term. A text's row is its own."""
        rows: dict[str, int] = {}
        read = np.fromiter((rows.setdefault((text or "")[:LONGEST], len(rows)) for text in texts), np.int64, len(texts))
        counted = [Counter(_terms(text)) for text in rows]
        found = np.asarray(_weighted(counted, self._columns, self.rarity) @ self.axes, dtype=np.float32)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        np.divide(found, lengths, out=found, where=lengths > 0)
        return found[read]

    def describe(self, axis: int, words: int = 5) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The terms at the high end of ``axis`` and those at its low end, strongest first, at most ``words`` each.

        Rare terms count for more here, since what stands in most texts tells little of an axis. Terms with words like
        "the" and "how" are left out, as are those that share a word with a stronger one, and those that weigh
        less than a fifth of the strongest: an end may have no words at all.

        Raises:
            IndexError: no such axis.
        """
        if not 0 <= axis < self.dimension:
            raise IndexError(f"there is no axis {axis}; they go from 0 to {self.dimension - 1}")
        weights = self.axes[:, axis] * (self.rarity - 1)
        return self._ends(weights, words), self._ends(-weights, words)

    def _ends(self, weights: NDArray[np.float32], words: int) -> tuple[str, ...]:
        """The strongest terms by ``weights`` (t,) that say something."""
        order = np.argsort(-weights, kind="stable")
        strong = order[weights[order] > LEAST_SAID * weights[order[0]]] if weights[order[0]] > 0 else order[:0]
        terms = (self.terms[at] for at in strong)
        return _apart((term for term in terms if all(map(says_what, term.split()))), words)

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
        """What `of_state` needs: a part for JSON and arrays for safetensors."""
        described = {"format": FORMAT, "dimensions": self.dimension, "texts": self.texts, "terms": list(self.terms)}
        return described, {"rarity": self.rarity, "axes": self.axes}

    @classmethod
    def of_state(cls, described: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Meaning:
        """The model that `state` described.

        Raises:
            StorageError: another format, parts that do not fit together, or numbers that are none.
        """
        try:
            form, terms = described["format"], described["terms"]
            texts, dimensions = described["texts"], described["dimensions"]
            rarity, axes = arrays["rarity"], arrays["axes"]
        except (KeyError, TypeError) as error:
            raise StorageError(f"the text model lacks a part ({error}); {_AGAIN}") from error
        if form != FORMAT:
            raise StorageError(f"the text model has the format {str(form)[:40]!r}, not {FORMAT}; {_AGAIN}")
        if not isinstance(terms, list) or not all(isinstance(term, str) for term in terms):
            raise StorageError(f"the terms of the text model are not a list of words; {_AGAIN}")
        if not all(isinstance(count, int) and count > 0 for count in (texts, dimensions)):
            raise StorageError(f"the text model counts {texts!r} texts and {dimensions!r} dimensions; {_AGAIN}")
        _check_array("rarity", rarity, (len(terms),))
        _check_array("axes", axes, (len(terms), dimensions))
        columns = {term: column for column, term in enumerate(terms)}
        if len(columns) < len(terms):
            raise StorageError(f"the text model has a term twice; {_AGAIN}")
        return cls(tuple(terms), np.ascontiguousarray(rarity), np.ascontiguousarray(axes), texts, columns)


def _sample(distinct: set[str]) -> list[str]:
    """``distinct`` in order; of too many, those with the lowest hashes."""
    if len(distinct) > MOST_TEXTS:
        hashes = sorted((_hash(text), text) for text in distinct)
        distinct = {text for _, text in hashes[:MOST_TEXTS]}
    return sorted(distinct)


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _terms(text: str, names: Collection[str] = ()) -> list[str]:
    """The words of ``text`` and the pairs of neighbours within a sentence, case folded."""
    plain = _HIDDEN.sub("\0", text[:LONGEST]).replace("’", "'").casefold()
    found: list[str] = []
    before = ""
    for token in _TOKEN.findall(plain):
        if len(token) > LONGEST_WORD or not _is_word(token) or token in names:
            before = ""
            continue
        found.append(token)
        if before:
            found.append(f"{before} {token}")
        before = token
    return found


def _is_word(token: str) -> bool:
    return token.isalpha() or (token[0].isalnum() and _DIGIT.search(token) is None)


def _known_terms(counted: Sequence[Counter[str]]) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """The terms of three texts and more, the 20,000 most frequent of them in alphabetical order, and their rarity."""
    frequency: Counter[str] = Counter()
    for counts in counted:
        frequency.update(counts.keys())
    enough = [(-texts, term) for term, texts in frequency.items() if texts >= FEWEST_TEXTS_OF_A_TERM]
    terms = tuple(sorted(term for _, term in sorted(enough)[:MOST_TERMS]))
    spread = np.asarray([frequency[term] for term in terms], dtype=np.float64)
    return terms, _rarity(spread, len(counted)).astype(np.float32)


def _rarity(spread: NDArray[np.float64], texts: int) -> NDArray[np.float64]:
    """The smoothed inverse document frequency, as scikit-learn's ``TfidfTransformer`` has it."""
    return np.log((1 + texts) / (1 + spread)) + 1


def _weighted(
    counted: Sequence[Counter[str]], columns: Mapping[str, int], rarity: NDArray[np.float32]
) -> sparse.csr_matrix:
    """TF-IDF with 1 + ln(count), rows of unit length, shape ``(n, t)``; terms in the order of their columns."""
    from scipy import sparse

    bounds, places, counts = [0], [], []
    for terms in counted:
        known = sorted((columns[term], count) for term, count in terms.items() if term in columns)
        places += [place for place, _ in known]
        counts += [count for _, count in known]
        bounds.append(len(places))
    at = np.asarray(places, dtype=np.int32)
    weights = (1 + np.log(np.asarray(counts, dtype=np.float64))) * rarity[at]
    row = np.repeat(np.arange(len(counted)), np.diff(bounds))
    lengths = np.sqrt(np.bincount(row, weights**2, minlength=len(counted)))
    return sparse.csr_matrix(
        ((weights / lengths[row]).astype(np.float32), at, np.asarray(bounds, dtype=np.int32)),
        shape=(len(counted), len(rarity)),
    )


def _axes(matrix: sparse.csr_matrix, dimensions: int, seed: int) -> NDArray[np.float32]:
    """The first right singular vectors as columns, shape ``(t, d)``; the largest entry of each is positive."""
    from sklearn.utils.extmath import randomized_svd
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # the last digits depend on how the sums are shared out
        _, strengths, rows = randomized_svd(
            matrix.astype(np.float64),
            min(dimensions, *matrix.shape),
            n_oversamples=20,
            n_iter=7,
            flip_sign=False,
            random_state=seed,
        )
    axes = rows[strengths > LEAST_STRENGTH * strengths[0]].T
    largest = np.abs(axes).argmax(axis=0)
    return np.ascontiguousarray(axes * np.sign(axes[largest, np.arange(axes.shape[1])]), dtype=np.float32)


def _apart(terms: Iterable[str], most: int) -> tuple[str, ...]:
    """The first ``most`` of ``terms`` that share no word."""
    chosen: list[str] = []
    used: set[str] = set()
    for term in terms:
        if len(chosen) == most:
            break
        if used.isdisjoint(term.split()):
            chosen.append(term)
            used.update(term.split())
    return tuple(chosen)


def _check_array(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    if array.shape != shape or array.dtype != np.float32:
        raise StorageError(
            f"{name} of the text model is {array.dtype} of shape {array.shape}, not float32 of {shape}; {_AGAIN}"
        )
    if not np.isfinite(array).all():
        raise StorageError(f"{name} of the text model has values that are not numbers; {_AGAIN}")
