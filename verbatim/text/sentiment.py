"""Says how a comment sounds, from −1 to 1, with a lexicon of English words alone.

VADER (Hutto and Gilbert, ICWSM 2014) knows English, emoji and slang; for other languages there is no answer here.
``verbatim.tone`` does better where there are vectors, and better still where there are ratings.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from verbatim.text.language import detect_languages

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS_AT_ONCE = 100  # VADER's time grows with the square of a text's length
_LONGEST = 100_000  # characters read


def sentiment(text: str) -> float:
    """VADER's compound score of ``text``, −1 (bad) to 1 (good); 0 for blank text and for words it does not know.

    ``text`` is taken for English; one of more than 100 words gets the mean of its parts. 100,000 characters are read.
    """
    words = text[:_LONGEST].split()
    if len(words) <= _WORDS_AT_ONCE:
        return _compound(text[:20_000])
    parts = [" ".join(words[at : at + _WORDS_AT_ONCE]) for at in range(0, len(words), _WORDS_AT_ONCE)]
    return sum(map(_compound, parts)) / len(parts)


def sentiments(texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[float | None]:
    """One score a text, in order; ``None`` where the text is in another language than English.

    ``languages`` are ISO 639-1 codes, detected where not given; a text of unknown language is read as English.
    """
    known = detect_languages(texts) if languages is None else languages
    return [sentiment(text) if language in (None, "en") else None for text, language in zip(texts, known, strict=True)]


def _compound(text: str) -> float:
    return float(_analyser().polarity_scores(text)["compound"])


@cache
def _analyser() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()
