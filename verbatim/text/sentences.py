"""Splits a comment into sentences, so that one comment can speak of several themes.

spaCy's tokeniser and its rule-based ``sentencizer``; a trained pipeline is used for its language where one is
installed. A line end always ends a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import spacy
from spacy.util import is_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spacy.language import Language
    from spacy.tokens import Doc

_TRAINED = {
    language: f"{language}_core_{source}_sm"
    for source, languages in (("web", "en zh"), ("news", "da de el es fr it ja ko nl pl pt ro ru sv uk"))
    for language in languages.split()
}
_NOT_FOR_SENTENCES = ("ner", "lemmatizer", "attribute_ruler", "tagger", "morphologizer")
_ENDS = [".", "!", "?", "...", "…", "!!", "??", "?!", "!?", "。", "！", "？", "؟", "।", "։", "｡"]
_LINE = re.compile(r"[^\n]+")
_END_MARKS = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’)\]]{0,9}\s|(?<![。！？])[。！？]+")
_OPENING_MARK = re.compile(r"(?<=\s)[\"'“‘«„(\[¿¡]+\s?$")
_LONGEST_PIECE = 20_000  # characters given to spaCy at once: its memory grows with a text's length
_LONG_TOKEN = re.compile(r"\S{200}")  # spaCy's tokeniser takes quadratic time on a run of punctuation
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Span:
    """The characters ``[start, end)`` of a text."""

    start: int
    end: int


def split_sentences(text: str, language: str = "en") -> list[Span]:
    """The sentences of ``text``, in order, without the blanks around them; none for blank text.

    ``language`` is an ISO 639-1 code; one that spaCy does not know is split by the rules common to all.

    >>> [(s.start, s.end) for s in split_sentences("Nice. Too slow, though!")]
    [(0, 5), (6, 23)]
    """
    return next(split_many([text], language))


def split_many(texts: Iterable[str], language: str = "en") -> Iterator[list[Span]]:
    """``split_sentences`` for each of ``texts``, in order, streaming: one batch of texts is in memory at a time."""
    pipeline = _pipeline(language)
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == _BATCH:
            yield from _split_batch(batch, pipeline)
            batch = []
    yield from _split_batch(batch, pipeline)


def _split_batch(texts: list[str], pipeline: Language) -> Iterator[list[Span]]:
    spans: list[list[Span]] = [[] for _ in texts]
    pieces = ((text[s:e], (index, s)) for index, text in enumerate(texts) for s, e in _pieces(text))
    ordinary = ((piece, place) for piece, place in pieces if not _is_odd(piece, place, spans))
    for doc, (index, offset) in pipeline.pipe(ordinary, as_tuples=True):
        spans[index] += _trimmed(doc.text, _sentence_ends(doc), offset)
    for found in spans:
        found.sort(key=lambda span: span.start)
        yield found


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """The lines of ``text``, long ones cut at a sentence's end or a blank; offsets into ``text``."""
    for line in _LINE.finditer(text):
        start = line.start()
        while line.end() - start > _LONGEST_PIECE:
            window = text[start : start + _LONGEST_PIECE]
            cut = max(window.rfind(mark) for mark in (". ", "! ", "? ")) + 1 or window.rfind(" ") or _LONGEST_PIECE
            end = start + (cut if cut > 0 else _LONGEST_PIECE)
            yield start, end
            start = end
        yield start, line.end()


def _is_odd(piece: str, place: tuple[int, int], spans: list[list[Span]]) -> bool:
    """Whether ``piece`` has a run of characters no tokeniser should see; if so, splits it by punctuation alone."""
    if not _LONG_TOKEN.search(piece):
        return False
    index, offset = place
    spans[index] += _trimmed(piece, (end.end() for end in _END_MARKS.finditer(piece)), offset)
    return True


def _sentence_ends(doc: Doc) -> Iterator[int]:
    return (sentence.end_char for sentence in doc.sents)


def _trimmed(text: str, ends: Iterable[int], offset: int) -> Iterator[Span]:
    """The spans between ``ends``, without blanks; an opening mark before an end goes to the next sentence."""
    start = 0
    for end in (*ends, len(text)):
        opening = _OPENING_MARK.search(text, max(start, end - 4), end) if end < len(text) else None
        end = opening.start() if opening else end
        sentence = text[start:end]
        if sentence.strip():
            left = len(sentence) - len(sentence.lstrip())
            yield Span(offset + start + left, offset + start + len(sentence.rstrip()))
        start = max(start, end)


@cache
def _pipeline(language: str) -> Language:
    """The trained pipeline of ``language`` where it is installed, else a blank one with the sentencizer."""
    trained = _TRAINED.get(language)
    if trained and is_package(trained):
        return spacy.load(trained, exclude=_NOT_FOR_SENTENCES)
    try:
        pipeline = spacy.blank(language)
    except ImportError:  # spaCy has no rules for it, or they need a package that is not here
        pipeline = spacy.blank("xx")
    pipeline.add_pipe("sentencizer", config={"punct_chars": _ENDS})
    return pipeline
