"""Which phrases the comments use, and how often: what names and keywords are chosen from.

Counts are of comments, not of occurrences. Phrases never cross punctuation or a redacted tag.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

LONGEST_PHRASE = 5
WORDS_READ = 200  # of one comment: its first words
RAREST = 2  # a phrase in fewer comments is no phrase

_TOKEN = re.compile(r"\[[^\[\]\n]{1,40}\]|[^\W_]+(?:['’\-&][^\W_]+)*|[^\w\s'’\-]|\n|_+")
_CONTENT = frozenset("call name back empty full part show side bottom top front move first last give keep".split())
_VERDICTS = frozenset(
    """good great nice fine well bad best better excellent poor poorly worst worse terrible horrible awful amazing
    awesome fantastic brilliant perfect lovely wonderful happy unhappy pathetic useless superb gut schlecht bueno malo
    satisfied disappointed impressed love loved""".split()
)
_NEGATIONS = frozenset(
    """not no never nothing none without unable lack hardly cannot can't couldn't didn't doesn't don't won't wouldn't
    wasn't isn't aren't weren't haven't hasn't cant couldnt didnt doesnt dont wont wouldnt wasnt isnt havent hasnt
    nicht kein keine keinen nie no nunca sin""".split()
)
_OPENERS = frozenset("too more less hard zu mehr más".split())
_EXTRA_STOP_WORDS = frozenset(
    """im iam i'am ive thats also got get gets getting lot lots etc would could should please thank thanks thankyou hi
    hello ok okay yes yeah plz pls mr mrs ms sir madam mam ma'am one two thing things bit able like just really go going
    went come came want wanted wants need needed needs know say said says think make made use used using redacted
    unreadable""".split()
)


@dataclass(frozen=True, slots=True)
class PhraseTable:
    """``phrases`` (tuples of lower-case words) and ``counts`` (n_texts, n_phrases): 1 where a text has a phrase."""

    phrases: tuple[tuple[str, ...], ...]
    counts: csr_array

    def by_group(self, labels: NDArray[np.int64], groups: int) -> NDArray[np.float64]:
        """How many texts of each group have each phrase, shape ``(groups, n_phrases)``; label -1 is no group."""
        members = np.flatnonzero(labels >= 0)
        shape = (groups, len(labels))
        spread = csr_array((np.ones(len(members)), (labels[members], members)), shape=shape)
        return np.asarray((spread @ self.counts).toarray(), dtype=np.float64)


def count_phrases(texts: Sequence[str], longest: int = LONGEST_PHRASE) -> PhraseTable:
    """The phrases of 1 to ``longest`` words that at least two of ``texts`` share, in alphabetical order.

    With fewer than ten texts every phrase counts. A phrase grows only from one that is shared already.
    """
    rarest = RAREST if len(texts) >= 10 else 1
    runs = [list(_runs(text)) for text in texts]
    shared: set[tuple[str, ...]] = set()
    found: list[list[tuple[str, ...]]] = [[] for _ in texts]
    for length in range(1, longest + 1):
        present = [_grams(run, length, shared) for run in runs]
        frequency = Counter(gram for grams in present for gram in grams)
        common = {gram for gram, count in frequency.items() if count >= rarest}
        for row, grams in enumerate(present):
            found[row].extend(grams & common)
        shared = common
    phrases = tuple(sorted({gram for grams in found for gram in grams}))
    column = {phrase: index for index, phrase in enumerate(phrases)}
    rows = [row for row, grams in enumerate(found) for _ in grams]
    columns = [column[gram] for grams in found for gram in grams]
    return PhraseTable(phrases, csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(phrases))))


def is_keyword(phrase: tuple[str, ...]) -> bool:
    """Whether a phrase can stand as a keyword: it begins and ends with a word that says what, not how it was."""
    return len(phrase) <= 3 and _carries(phrase[0]) and _carries(phrase[-1])


def is_name(phrase: tuple[str, ...]) -> bool:
    """Whether a phrase can stand as a name: 2–5 different words, nothing at its ends that needs a neighbour."""
    if not 2 <= len(phrase) <= LONGEST_PHRASE or len(set(phrase)) < len(phrase):
        return False
    opens = _carries(phrase[0]) or phrase[0] in _VERDICTS | _NEGATIONS | _OPENERS
    closes = _carries(phrase[-1]) or (phrase[-1] in _VERDICTS and phrase[0] not in _VERDICTS)
    return opens and closes and any(_carries(word) or word in _NEGATIONS for word in phrase)


def without_verdict(phrase: tuple[str, ...]) -> tuple[str, ...]:
    """``phrase`` without the words that say how it was: what must not be much more usual than the phrase itself."""
    return tuple(word for word in phrase if word not in _VERDICTS and word not in _NEGATIONS)


def is_negation(word: str) -> bool:
    """Whether a word turns what follows into its opposite."""
    return word in _NEGATIONS


def usual_spelling(phrase: tuple[str, ...], texts: Iterable[str]) -> str:
    """How ``texts`` write ``phrase`` most often; the start of a sentence counts only where there is nothing else."""
    pattern = re.compile(r"(?<![^\W_])" + r"\W{1,2}".join(map(_spelled, phrase)) + r"(?![^\W_])", re.IGNORECASE)
    inside: Counter[str] = Counter()
    opening: Counter[str] = Counter()
    for text in texts:
        for match in pattern.finditer(text[:2_000]):
            before = text[: match.start()].rstrip()
            spelling = " ".join(match.group().replace("’", "'").split())
            (opening if not before or before[-1] in ".!?\n:" else inside)[spelling] += 1
    spellings = inside or opening
    if not spellings:
        return " ".join(phrase)
    best = min(spellings, key=lambda spelling: (-spellings[spelling], spelling))
    shouted = best.isupper() and (len(best) > 5 or " " in best)
    return best.lower() if shouted or spellings is opening and best[1:].islower() else best


def stem(word: str) -> str:
    """A crude stem, to see that "improved" and "improvement" say the same; for comparison only."""
    for ending in ("fully", "ful", "ies", "ings", "ing", "ers", "ed", "es", "er", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:6]


def stems(phrase: Iterable[str]) -> frozenset[str]:
    """The stems of the meaningful words of a phrase."""
    return frozenset(stem(word) for word in phrase if word not in stop_words())


@cache
def stop_words() -> frozenset[str]:
    """Words that carry no theme: spaCy's English, German and Spanish lists, and words that say little in a comment."""
    from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
    from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
    from spacy.lang.es.stop_words import STOP_WORDS as SPANISH

    everyday = {word for word in ENGLISH | GERMAN | SPANISH if word not in _CONTENT}
    return frozenset(everyday) | _EXTRA_STOP_WORDS


def _carries(word: str) -> bool:
    """Whether a word says what something is about."""
    if len(set(word)) < 2 or word.isdigit() or word in _VERDICTS or word in _NEGATIONS:
        return False
    return word not in stop_words() and word.partition("'")[0] not in stop_words()


def _runs(text: str) -> Iterator[list[str]]:
    """The stretches of lower-case words between punctuation and tags."""
    run: list[str] = []
    for number, match in enumerate(_TOKEN.finditer(text)):
        token = match.group()
        if token[0].isalnum() and number < 2 * WORDS_READ:
            run.append(token.lower().replace("’", "'"))
            continue
        if run:
            yield run
        run = []
        if number >= 2 * WORDS_READ:
            return
    if run:
        yield run


def _grams(runs: list[list[str]], length: int, shared: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    grams = {tuple(run[at : at + length]) for run in runs for at in range(len(run) - length + 1)}
    if length == 1:
        return grams
    return {gram for gram in grams if gram[1:] in shared and gram[:-1] in shared}


def _spelled(word: str) -> str:
    return re.escape(word).replace("'", "['’]")
