"""Notices comments in languages that the encoder does not know: their vectors mean little, and so do their themes."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from verbatim.text.language import detect_languages

if TYPE_CHECKING:
    from collections.abc import Sequence

MULTILINGUAL_MODEL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
FEWEST_COMMENTS = 30  # with detail and of a known language: fewer say nothing about what people write in
FOREIGN_SHARE = 0.5  # of them: a smaller part is no reason to change the model
SAMPLE = 600  # texts whose language is detected where it was not given

# Names of models, most telling part first → the languages they were trained on; the first that fits decides. A model
# that none fits may know any language.
_ENGLISH = frozenset({"en"})
_TRAINED_ON: tuple[tuple[str, frozenset[str] | None], ...] = (
    (r"multilingual|distiluse|labse|bge-m3|xlm|gte-multi|mgte|jina-embeddings-v[3-9]", None),
    (r"all-minilm|all-mpnet|all-distilroberta|all-roberta|paraphrase-|multi-qa-|msmarco-|gtr-t5|sentence-t5", _ENGLISH),
    (r"nq-distilbert|stsb-|nli-|glove|average_word|e5-(?:small|base|large)|bge-(?:small|base|large)-en", _ENGLISH),
    (r"gte-(?:small|base|large)|potion-|mxbai-embed-large|nomic-embed-text-v1", _ENGLISH),
)

NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak",
    "sl": "Slovenian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
    "zh": "Chinese",
}  # fmt: skip


def encoder_languages(encoder_id: str) -> frozenset[str] | None:
    """The languages that an encoder was trained on, by its name; ``None`` where it knows many, or is not known.

    >>> sorted(encoder_languages("sentence-transformers/all-MiniLM-L6-v2@53aa51172d14") or [])
    ['en']
    """
    name = encoder_id.partition("@")[0].lower()
    for pattern, languages in _TRAINED_ON:
        if re.search(pattern, name):
            return languages
    return None


def foreign_language_note(texts: Sequence[str], languages: Sequence[str | None] | None, encoder_id: str) -> str | None:
    """What to tell people whose comments are mostly in languages that the encoder does not know; else ``None``.

    ``texts`` are those with detail, ``languages`` theirs (ISO 639-1; ``None``: detected here, on a sample). Said from
    30 comments of a known language on.
    """
    known = encoder_languages(encoder_id)
    if known is None:
        return None
    if languages is None:
        distinct = sorted(set(texts))
        languages = detect_languages(distinct[:: max(1, len(distinct) // SAMPLE)])
    counts = Counter(language for language in languages if isinstance(language, str) and language)
    total = counts.total()
    foreign = {language: count for language, count in counts.items() if language not in known}
    share = sum(foreign.values()) / total if total else 0.0
    if total < FEWEST_COMMENTS or share <= FOREIGN_SHARE:
        return None
    main = sorted(foreign, key=lambda language: (-foreign[language], language))[:3]
    return (
        f"{100 * share:.0f} % of the comments are in {_listed(main)}, which the model "
        f"{encoder_id.partition('@')[0]} does not know, so their themes are not to be trusted; "
        f"set a multilingual one, for example model = {MULTILINGUAL_MODEL!r}, and mine again"
    )


def _listed(languages: Sequence[str]) -> str:
    names = [NAMES.get(language, language) for language in languages]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
