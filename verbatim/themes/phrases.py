"""Which phrases the comments use, and how often: what names and keywords are chosen from.

Counts are of comments, not of occurrences. Phrases never cross punctuation or a redacted tag. All of it is sorting
of integers: a phrase of n words is a pair of phrases of n − 1 words that overlap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

LONGEST_PHRASE = 5
WORDS_READ = 200  # of one comment: its first words
RAREST = 2  # a phrase in fewer comments is no phrase
CHARACTERS_READ = 20 * WORDS_READ

_TOKEN = re.compile(r"\[[^\[\]\n]{1,40}\]|[^\W_]+(?:['’\-&][^\W_]+)*|[^\w\s'’\-]|\n|_+")
_BREAK = "\n"


@dataclass(frozen=True)
class Tokens:
    """All words of some texts in one row.

    ``forms`` are the different spellings met, ``form`` (m,) which of them stands at each place; ``words`` the different
    lower-case words in alphabetical order, ``word`` (m,) which of them, -1 where a run of words ends; ``row`` (m,) the
    text.
    """

    forms: tuple[str, ...]
    form: NDArray[np.int64]
    words: tuple[str, ...]
    word: NDArray[np.int64]
    row: NDArray[np.int64]

    @cached_property
    def frequency(self) -> NDArray[np.int64]:
        """How often each word occurs, shape ``(len(words),)``."""
        return np.bincount(self.word[self.word >= 0], minlength=len(self.words))

    @cached_property
    def form_frequency(self) -> NDArray[np.int64]:
        """How often each form occurs, shape ``(len(forms),)``."""
        return np.bincount(self.form, minlength=len(self.forms)).astype(np.int64)

    @cached_property
    def usual_form_frequency(self) -> NDArray[np.int64]:
        """How often the most usual form of each word occurs, shape ``(len(words),)``."""
        word_of = np.full(len(self.forms), -1, dtype=np.int64)
        word_of[self.form] = self.word
        spelled = np.flatnonzero(word_of >= 0)
        found = np.zeros(len(self.words), dtype=np.int64)
        np.maximum.at(found, word_of[spelled], self.form_frequency[spelled])
        return found

    def respelled(self, corrections: Mapping[str, str]) -> Tokens:
        """The same with the words in ``corrections`` read as what they map to."""
        if not corrections:
            return self
        place = {word: number for number, word in enumerate(self.words)}
        read_as = np.asarray([place[corrections.get(word, word)] for word in self.words], dtype=np.int64)
        return Tokens(self.forms, self.form, self.words, np.where(self.word >= 0, read_as[self.word], -1), self.row)


@dataclass(frozen=True)
class Level:
    """The phrases of one length: ``words`` (p, length) ids, ``at`` (m,) which starts at each place (-1: none)."""

    first: int
    words: NDArray[np.int64]
    at: NDArray[np.int64]


@dataclass(frozen=True)
class PhraseTable:
    """Phrases, short ones first, and ``counts`` (n_texts, n_phrases): 1 where a text has a phrase."""

    tokens: Tokens
    levels: tuple[Level, ...]
    counts: csr_array

    @cached_property
    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """Every phrase as a tuple of lower-case words, in the order of the columns."""
        words = self.tokens.words
        return tuple(tuple(words[word] for word in phrase) for level in self.levels for phrase in level.words.tolist())

    @cached_property
    def columns(self) -> dict[tuple[str, ...], int]:
        """The column of each phrase."""
        return {phrase: column for column, phrase in enumerate(self.phrases)}

    def by_group(self, labels: NDArray[np.int64], groups: int, weights: NDArray[np.float64] | None = None) -> csr_array:
        """How many texts of each group have each phrase, shape ``(groups, n_phrases)``; label -1 is no group.

        With ``weights`` (texts,) the sum of those.
        """
        members = np.flatnonzero(labels >= 0)
        shape = (groups, len(labels))
        counted = np.ones(len(members)) if weights is None else weights[members]
        spread = csr_array((counted, (labels[members], members)), shape=shape)
        return csr_array(spread @ self.counts)

    def places(self, column: int) -> tuple[NDArray[np.int64], int]:
        """Where in the tokens a phrase starts, and its length."""
        level = next(level for level in reversed(self.levels) if level.first <= column)
        return np.flatnonzero(level.at == column), level.words.shape[1]


def count_phrases(texts: Sequence[str], longest: int = LONGEST_PHRASE) -> PhraseTable:
    """The phrases of 1 to ``longest`` words that at least two of ``texts`` share.

    With fewer than ten texts every phrase counts. A phrase grows only from one that is shared already.
    """
    return count_tokens(tokenise(texts), len(texts), longest)


def tokenise(texts: Sequence[str]) -> Tokens:
    """The words of ``texts``; of a long text the first 200."""
    places: dict[str, int] = {_BREAK: 0}
    codes: list[int] = []
    lengths = []
    for text in texts:
        found = _TOKEN.findall(text[:CHARACTERS_READ])[: 2 * WORDS_READ]
        codes.extend([places.setdefault(token, len(places)) for token in found])
        codes.append(0)
        lengths.append(len(found) + 1)
    forms = tuple(places)
    plain = [form.lower().replace("’", "'") if form[0].isalnum() else "" for form in forms]
    words = tuple(sorted(set(plain) - {""}))
    number = {word: place for place, word in enumerate(words)}
    word_of = np.asarray([number.get(word, -1) for word in plain], dtype=np.int64)
    form = np.asarray(codes, dtype=np.int64)
    row = np.repeat(np.arange(len(texts)), np.asarray(lengths, dtype=np.int64)) if len(texts) else form
    return Tokens(forms, form, words, word_of[form], row)


def count_tokens(tokens: Tokens, texts: int, longest: int = LONGEST_PHRASE) -> PhraseTable:
    """The phrases of ``tokens``, which come from so many ``texts``."""
    rarest = RAREST if texts >= 10 else 1
    at, words = tokens.word, np.arange(len(tokens.words))[:, None]
    levels: list[Level] = []
    pairs: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    columns = 0
    for length in range(1, longest + 1):
        if length > 1:
            at, words = _longer(at, words, len(tokens.word))
        at, words, places = _shared(at, words, tokens.row, rarest)
        if not len(words):
            break
        held = at >= 0
        levels.append(Level(columns, words, np.where(held, at + columns, -1)))
        pairs.append((tokens.row[places], at[places] + columns))
        columns += len(words)
    rows = np.concatenate([pair[0] for pair in pairs]) if pairs else np.zeros(0, dtype=np.int64)
    cols = np.concatenate([pair[1] for pair in pairs]) if pairs else np.zeros(0, dtype=np.int64)
    counts = csr_array((np.ones(len(rows)), (rows, cols)), shape=(texts, columns))
    return PhraseTable(tokens, tuple(levels), counts)


def _longer(
    at: NDArray[np.int64], words: NDArray[np.int64], places: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Phrases one word longer: which starts where, and their words; each is two overlapping shorter ones."""
    following = np.append(at[1:], -1)
    held = np.flatnonzero((at >= 0) & (following >= 0))
    keys, codes = np.unique(at[held] * max(1, len(words)) + following[held], return_inverse=True)
    grown = np.full(places, -1, dtype=np.int64)
    grown[held] = codes.ravel()
    first, second = np.divmod(keys, max(1, len(words)))
    return grown, np.concatenate([words[first], words[second][:, -1:]], axis=1)


def _shared(
    at: NDArray[np.int64], words: NDArray[np.int64], row: NDArray[np.int64], rarest: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Only the phrases that enough texts share, renumbered; and one place for each text and phrase in it."""
    held = np.flatnonzero(at >= 0)
    _, first = np.unique(row[held] * max(1, len(words)) + at[held], return_index=True)
    places = held[first]
    common = np.bincount(at[places], minlength=len(words)) >= rarest
    number = np.where(common, np.cumsum(common) - 1, -1)
    kept = np.full(len(at), -1, dtype=np.int64)
    kept[held] = number[at[held]]
    return kept, words[common], places[common[at[places]]]
