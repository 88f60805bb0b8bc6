"""Names the language of a comment, offline and without chance, for the steps that depend on it.

py3langid (naive Bayes over byte n-grams) restricted to the languages support teams meet, and silent where it is not
sure: measured in ``bench/language.py`` against the unrestricted model and against lingua.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from py3langid.langid import MODEL_FILE, LanguageIdentifier

if TYPE_CHECKING:
    from collections.abc import Iterable

LANGUAGES: tuple[str, ...] = (
    *("ar", "bg", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ko"),
    *("nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th", "tr", "uk", "vi", "zh"),
)
"""The languages told apart, as ISO 639-1 codes; ``no`` is Norwegian Bokmål."""

_LETTERS = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"\[[A-Z][A-Z0-9_]{0,30}\]")
_ENOUGH_TEXT = 1_000  # characters: more does not change the answer
_FEWEST_LETTERS = 8
_FEWEST_WIDE_LETTERS = 2  # of a script that writes a word in one or two characters
_LEAST_CONFIDENCE = 0.6


def detect_language(text: str) -> str | None:
    """The ISO 639-1 code of ``text``, one of ``LANGUAGES``; ``None`` where it is too short or the model is not sure.

    Redaction tags, digits and punctuation do not count as text.

    >>> detect_language("Die Rechnung stimmt leider schon wieder nicht."), detect_language("ok")
    ('de', None)
    """
    words = _LETTERS.findall(_TAG.sub(" ", text[: 4 * _ENOUGH_TEXT]))
    plain = " ".join(words)[:_ENOUGH_TEXT]
    letters = len(plain) - plain.count(" ")
    wide = any(character >= "\u2e80" for character in plain[:50])
    if letters < (_FEWEST_WIDE_LETTERS if wide else _FEWEST_LETTERS):
        return None
    language, confidence = _identifier().classify(plain.lower())
    return str(language) if confidence >= _LEAST_CONFIDENCE else None


def detect_languages(texts: Iterable[str]) -> list[str | None]:
    """One answer a text, in order, as ``detect_language`` gives; each distinct text is looked at once."""
    known: dict[str, str | None] = {}
    found: list[str | None] = []
    for text in texts:
        if text not in known:
            known[text] = detect_language(text)
        found.append(known[text])
    return found


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
