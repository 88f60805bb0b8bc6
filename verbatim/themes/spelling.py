"""Reads misspelt words as what was meant, and writes phrases as the comments usually do.

A misspelling is unknown, rare beside its correction, and one edit away from it (Damerau 1964: a letter added, left
out or changed, or two swapped). What is known are the whole words of the encoder's vocabulary, where it has one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from verbatim.themes.phrases import PhraseTable, Tokens

FREQUENT = 10  # times a word must occur to be what another was meant to be
TIMES_AS_USUAL = 3  # as its misspelling
TIMES_AS_USUAL_UNKNOWN = 20  # without a vocabulary to tell words from misspellings
SHORTEST, SHORTEST_UNKNOWN = 5, 8
OCCURRENCES_READ = 100
SMALLEST_SHARE_OF_FORM = 0.05  # of the usual form
SMALLEST_SHARE_OF_MIXED_FORM = 0.34  # with capitals inside: "WiFi" is usual, "receIved" is a slip
ENOUGH = 3  # occurrences within sentences that show how a word is written in a phrase


def corrections(tokens: Tokens, known: Collection[str] = ()) -> dict[str, str]:
    """What the misspelt words of ``tokens`` were meant to be; ``known`` words are never misspelt.

    Without ``known`` words only long ones are corrected, since "case" may be meant where "cash" is usual.
    """
    counts = dict(zip(tokens.words, tokens.frequency.tolist(), strict=True))
    shortest = SHORTEST if known else SHORTEST_UNKNOWN
    ratio = TIMES_AS_USUAL if known else TIMES_AS_USUAL_UNKNOWN
    near: dict[str, list[str]] = {}
    for word, count in counts.items():
        if count >= FREQUENT and len(word) >= shortest - 1 and word.isalpha() and (not known or word in known):
            for part in _without_a_letter(word):
                near.setdefault(part, []).append(word)
    found = {}
    for word, count in counts.items():
        if len(word) < shortest or word in known or not word.isalpha():
            continue
        meant = {other for part in _without_a_letter(word) for other in near.get(part, ()) if _is_slip(word, other)}
        usual = [other for other in meant if counts[other] >= ratio * count]
        if usual:
            found[word] = min(usual, key=lambda other: (-counts[other], other))
    return found


def usual_spelling(table: PhraseTable, column: int) -> str:
    """How the texts write a phrase, word by word the form they use most; sentences' first words count least.

    A word that is seldom written within this phrase is written as elsewhere.
    """
    places, length = table.places(column)
    phrase = table.phrases[column]
    spelled = [_usual_form(table.tokens, word, places + at) for at, word in enumerate(phrase)]
    joined = " ".join(spelled)
    shouted = joined.isupper() and (len(joined) > 5 or length > 1)
    return joined.lower() if shouted else joined


def _usual_form(tokens: Tokens, word: str, places: NDArray[np.int64]) -> str:
    """How ``word`` is written at ``places``, or anywhere where these are few."""
    if word == "i" or word.startswith("i'"):
        return word.capitalize()
    inside = _forms(tokens, word, _within_sentences(tokens, places))
    if sum(inside.values()) < ENOUGH:
        elsewhere = np.flatnonzero(tokens.word == tokens.word[places[0]])
        inside = _forms(tokens, word, _within_sentences(tokens, elsewhere))
    if inside:
        return sorted(inside, key=lambda form: (-inside[form], form))[0]
    opening = _forms(tokens, word, places)
    best = sorted(opening, key=lambda form: (-opening[form], form))[0] if opening else word
    return best.lower() if best[1:].islower() else best


def _within_sentences(tokens: Tokens, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places that do not open a sentence, the first hundred."""
    opening = (places == 0) | (tokens.word[np.maximum(places - 1, 0)] < 0)
    return np.asarray(places[~opening][:OCCURRENCES_READ])


def _forms(tokens: Tokens, word: str, places: NDArray[np.int64]) -> Counter[str]:
    """The forms of ``word`` at ``places``; misspellings and forms that are rare everywhere do not count."""
    found: Counter[str] = Counter()
    if not len(places):
        return found
    usual = int(tokens.usual_form_frequency[tokens.word[places[0]]])
    for code, times in Counter(tokens.form[places].tolist()).items():
        form = tokens.forms[code].replace("\u2019", "'")
        plain = form.isupper() or form[1:].islower() or len(form) == 1
        least = SMALLEST_SHARE_OF_FORM if plain else SMALLEST_SHARE_OF_MIXED_FORM
        if form.lower() == word and tokens.form_frequency[code] >= least * usual:
            found[form] += times
    return found


def _without_a_letter(word: str) -> Iterator[str]:
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def _is_slip(word: str, meant: str) -> bool:
    """Whether one edit turns ``meant`` into ``word``, other than an ending: "cards" is no misspelt "card"."""
    if word == meant or word[0] != meant[0] or word == meant[:-1] or meant == word[:-1]:
        return False
    start = next((at for at, (one, other) in enumerate(zip(word, meant, strict=False)) if one != other), 0)
    if len(word) == len(meant):
        swapped = word[start : start + 2] == meant[start : start + 2][::-1] and word[start + 2 :] == meant[start + 2 :]
        return swapped or (start < len(word) - 1 and word[start + 1 :] == meant[start + 1 :])
    if len(word) > len(meant):
        return word[start + 1 :] == meant[start:]
    return word[start:] == meant[start + 1 :]


def capitalised(name: str) -> str:
    """``name`` with a capital first letter, the rest as it is."""
    return name[:1].upper() + name[1:]


def listed(words: Sequence[str]) -> str:
    """The words as people list them: "a", "a and b", "a, b and c"."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
