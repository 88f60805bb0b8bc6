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

    from verbatim.themes.phrases import PhraseTable, Tokens

FREQUENT = 10  # times a word must occur to be what another was meant to be
TIMES_AS_USUAL = 8  # as its misspelling
TIMES_AS_USUAL_UNKNOWN = 20  # without a vocabulary to tell words from misspellings
SHORTEST, SHORTEST_UNKNOWN = 5, 8
OCCURRENCES_READ = 100


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


def usual_spelling(table: PhraseTable, column: int, rows: Collection[int] | None = None) -> str:
    """How the texts write a phrase most often; the start of a sentence counts only where there is nothing else.

    With ``rows`` only these texts are asked, if any of them has the phrase.
    """
    places, length = table.places(column)
    if rows is not None:
        inside_rows = places[np.isin(table.tokens.row[places], np.fromiter(rows, dtype=np.int64))]
        places = inside_rows if len(inside_rows) else places
    inside: Counter[str] = Counter()
    opening: Counter[str] = Counter()
    tokens = table.tokens
    for place in places[:OCCURRENCES_READ].tolist():
        spelling = " ".join(_as_written(tokens, at) for at in range(place, place + length))
        (opening if place == 0 or tokens.word[place - 1] < 0 else inside)[spelling] += 1
    return _best_spelling(inside, opening) or " ".join(table.phrases[column])


def _as_written(tokens: Tokens, at: int) -> str:
    """The form at one place, or the word it was read as, if that is another."""
    form = tokens.forms[tokens.form[at]].replace("’", "'")
    word = tokens.words[tokens.word[at]]
    return form if form.lower() == word else word


def _best_spelling(inside: Counter[str], opening: Counter[str]) -> str:
    spellings = inside or opening
    if not spellings:
        return ""
    best: str = min(spellings, key=lambda spelling: (-spellings[spelling], spelling))
    shouted = best.isupper() and (len(best) > 5 or " " in best)
    return best.lower() if shouted or spellings is opening and best[1:].islower() else best


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
