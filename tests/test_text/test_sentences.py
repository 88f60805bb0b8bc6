from __future__ import annotations

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from verbatim.text import sentences
from verbatim.text.sentences import Span, split_many, split_sentences


def parts(text: str, language: str = "en") -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Nice. Too slow, though!", "en", ["Nice.", "Too slow, though!"]),
        ("Dr. Smith paid 3.50, e.g. on v2.3.1. Fine", "en", ["Dr. Smith paid 3.50, e.g. on v2.3.1.", "Fine"]),
        ('He said. "Why?" I left... "No!" (Really.)', "en", ["He said.", '"Why?"', "I left...", '"No!"', "(Really.)"]),
        ("no stop\nnext line", "en", ["no stop", "next line"]),
        ("Hola. ¿Qué tal? ¡Mal!", "es", ["Hola.", "¿Qué tal?", "¡Mal!"]),
        ("Gut!! Am 3. Mai kam nichts.", "de", ["Gut!!", "Am 3. Mai kam nichts."]),
        ("服务很好。很慢!", "zh", ["服务很好。", "很慢!"]),
        ("  spaced out.   Twice.  ", "en", ["spaced out.", "Twice."]),
        ("👍 Great. 👎", "en", ["👍 Great.", "👎"]),
        ("Unknown tongue. Two.", "tlh", ["Unknown tongue.", "Two."]),
    ],
)
def test_sentences_end_where_people_end_them(text: str, language: str, expected: list[str]) -> None:
    assert parts(text, language) == expected


@pytest.mark.parametrize("blank", ["", " ", "\n\n \t"])
def test_blank_text_has_no_sentences(blank: str) -> None:
    assert split_sentences(blank) == []


def test_many_texts_stream_in_order() -> None:
    texts = [f"One {number}. Two." if number % 3 else "" for number in range(700)]
    assert list(split_many(iter(texts))) == [split_sentences(text) for text in texts]
    assert list(split_many([])) == []


def test_one_batch_at_a_time_is_read() -> None:
    read: list[int] = []

    def endless() -> object:
        for number in range(10**9):
            read.append(number)
            yield "One. Two."

    assert next(split_many(endless())) == [Span(0, 4), Span(5, 9)]
    assert len(read) < 1_000


def test_a_text_of_100_000_words_is_split() -> None:
    text = "This sentence has seven words in it. " * 14_300
    spans = split_sentences(text)
    assert len(spans) == 14_300
    assert text[spans[-1].start : spans[-1].end] == "This sentence has seven words in it."


@pytest.mark.parametrize("unit", ["(", ".", "a", "!? ", "a.", '" '])
def test_hostile_text_is_split(unit: str) -> None:
    assert split_sentences(unit * (300_000 // len(unit)))


def test_a_trained_pipeline_is_used_where_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = spacy.blank("nl")
    trained.add_pipe("sentencizer", config={"punct_chars": [";"]})
    monkeypatch.setattr(sentences, "is_package", lambda name: name == "nl_core_news_sm")
    monkeypatch.setattr(sentences.spacy, "load", lambda name, exclude: trained)
    sentences._pipeline.cache_clear()
    try:
        assert parts("een; twee. drie", "nl") == ["een;", "twee. drie"]
    finally:
        sentences._pipeline.cache_clear()


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab .!?…\n\"'()¿\u00a0é👍。")), max_size=80))
def test_sentences_hold_every_character_but_blanks_once(text: str) -> None:
    spans = split_sentences(text)
    assert all(before.end <= after.start for before, after in zip(spans, spans[1:], strict=False))
    assert "".join("".join(text[s.start : s.end].split()) for s in spans) == "".join(text.split())
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() != "" for s in spans)
