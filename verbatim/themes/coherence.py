"""Whether the keywords of a theme belong together, and whether themes repeat each other's: no labels needed."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

TOP_KEYWORDS = 8  # of each theme, best first
WORDS_READ = 400  # of one text: its first words
_WORD = re.compile(r"[^\W_]+(?:['’\-&][^\W_]+)*")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """In how many of ``documents`` texts each pair of phrases occurs, ``together`` (v, v); its diagonal counts each."""

    documents: int
    column: Mapping[Phrase, int]
    together: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[str], keywords: Iterable[Sequence[str]]) -> Cooccurrence:
        """Count the phrases of ``keywords`` (one list a theme) in ``texts``, a text being one document.

        A keyword of several words occurs where its words follow each other; case and spelling of the apostrophe do
        not count. Texts should be distinct: a repeated one is a document more.
        """
        phrases = sorted({phrase for words in keywords for phrase in _phrases(words)})
        column = {phrase: place for place, phrase in enumerate(phrases)}
        starting: dict[str, list[tuple[Phrase, int]]] = defaultdict(list)
        for phrase, place in column.items():
            starting[phrase[0]].append((phrase, place))
        rows: list[int] = []
        columns: list[int] = []
        documents = 0
        for document, text in enumerate(texts):
            found = set(_present(_words(text), starting))
            rows += [document] * len(found)
            columns += sorted(found)
            documents = document + 1
        shape = (documents, len(phrases))
        present = csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape)
        return cls(documents, column, np.asarray((present.T @ present).toarray(), dtype=np.int64))

    def coherence(self, keywords: Sequence[str], top: int = TOP_KEYWORDS) -> float | None:
        """Mean NPMI over all pairs of the first ``top`` keywords, −1…1; ``None`` with fewer than two of them."""
        phrases = _phrases(keywords[:top])
        places = [self.column[phrase] for phrase in dict.fromkeys(phrases) if phrase in self.column]
        values = [self._npmi(first, second) for first, second in combinations(places, 2)]
        known = [value for value in values if value is not None]
        return round(float(np.mean(known)), 6) if known else None

    def _npmi(self, first: int, second: int) -> float | None:
        count = self.together
        return npmi(int(count[first, second]), int(count[first, first]), int(count[second, second]), self.documents)


def npmi(together: int, first: int, second: int, documents: int) -> float | None:
    """Normalised pointwise mutual information of two phrases, −1 (never together) … 0 (by chance) … 1 (always).

    ``ln(p12 / (p1 p2)) / −ln p12`` with shares of documents (Bouma 2009; for topics: Aletras and Stevenson 2013;
    Röder, Both and Hinneburg 2015, there over windows of ten words, here over whole comments, which are short).
    Where every document has both, the figure says nothing: ``None``.

    >>> npmi(2, 2, 2, 10), npmi(0, 3, 3, 10), npmi(1, 2, 5, 10)
    (1.0, -1.0, 0.0)
    """
    if together == 0:
        return -1.0
    if together == documents:
        return None
    joint = together / documents
    # "+ 0.0" turns −0.0 into 0.0
    return float(np.log(together * documents / (first * second)) / -np.log(joint)) + 0.0


def diversity(keywords: Sequence[Sequence[str]], top: int = TOP_KEYWORDS) -> float | None:
    """The share of distinct keywords among the first ``top`` of all themes, 0…1; ``None`` without keywords.

    Dieng, Ruiz and Blei 2020, there over the first 25 words.
    """
    said = [phrase for words in keywords for phrase in _phrases(words[:top])]
    return round(len(set(said)) / len(said), 6) if said else None


def _phrases(keywords: Sequence[str]) -> list[Phrase]:
    found = [tuple(_words(keyword)) for keyword in keywords]
    return [phrase for phrase in found if phrase]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))[:WORDS_READ]


def _present(words: list[str], starting: Mapping[str, Sequence[tuple[Phrase, int]]]) -> Iterator[int]:
    for place, word in enumerate(words):
        for phrase, column in starting.get(word, ()):
            if len(phrase) == 1 or tuple(words[place : place + len(phrase)]) == phrase:
                yield column
