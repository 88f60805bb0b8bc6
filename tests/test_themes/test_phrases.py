from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.themes.phrases import count_phrases, is_keyword, is_name, stem, usual_spelling, without_verdict


def phrase(text):
    return tuple(text.split())


def test_a_phrase_is_counted_once_a_text():
    table = count_phrases(["late refund, late refund", "late refund", "refund"])
    column = table.phrases.index(("late", "refund"))
    assert table.counts[:, [column]].toarray().ravel().tolist() == [1, 1, 0]


def test_phrases_do_not_cross_punctuation_or_redacted_tags():
    table = count_phrases(["Slow app. Refund missing", "write to [EMAIL] soon", "with [name redacted] agreed"])
    assert ("app", "refund") not in table.phrases
    assert not any(word in {"email", "name", "redacted"} for words in table.phrases for word in words)
    assert not any("to" in words and "soon" in words for words in table.phrases)


def test_in_a_larger_set_a_phrase_must_be_shared():
    table = count_phrases([f"refund number{n}" for n in range(12)])
    assert table.phrases == (("refund",),)


def test_counts_by_group_leave_out_texts_without_a_group():
    table = count_phrases(["refund", "refund", "refund"])
    assert table.by_group(np.asarray([0, 1, -1]), 2).tolist() == [[1.0], [1.0]]


@given(st.lists(st.text(max_size=60), max_size=15))
def test_any_text_can_be_counted(texts):
    table = count_phrases(texts)
    assert table.counts.shape == (len(texts), len(table.phrases))
    assert list(table.phrases) == sorted(set(table.phrases))
    assert all(1 <= len(words) <= 5 for words in table.phrases)


@pytest.mark.parametrize("text", ["refund", "refund policy", "out-of-stock", "point of sale"])
def test_keywords_say_what(text):
    assert is_keyword(phrase(text))


@pytest.mark.parametrize(
    "text", ["the", "she's", "24", "very good", "xxxx", "of sale", "nicht", "también", "bad", "a b c d"]
)
def test_stop_words_verdicts_and_numbers_are_no_keywords(text):
    assert not is_keyword(phrase(text))


@pytest.mark.parametrize("text", ["refund takes too long", "not working", "too expensive", "good communication"])
def test_readable_phrases_can_be_names(text):
    assert is_name(phrase(text))


@pytest.mark.parametrize(
    "text", ["refund", "the refund", "refund of the", "very very good", "refund refund", "good bad"]
)
def test_fragments_cannot_be_names(text):
    assert not is_name(phrase(text))


def test_a_phrase_without_its_verdict_is_what_it_is_about():
    assert without_verdict(phrase("no good help")) == ("help",)


def test_the_commonest_spelling_inside_sentences_wins():
    texts = ["Wifi is slow.", "The WiFi fails", "their WiFi, again", "my wifi"]
    assert usual_spelling(("wifi",), texts) == "WiFi"
    assert usual_spelling(("refund",), ["Refund late", "Refund missing"]) == "refund"
    assert usual_spelling(("late", "refund"), ["LATE REFUND"]) == "late refund"
    assert usual_spelling(("don't", "know"), ["I don’t know"]) == "don't know"


def test_forms_of_a_word_share_a_stem():
    assert stem("improved") == stem("improvement") == stem("improving")
    assert stem("deliveries") == stem("delivery")
    assert stem("refund") != stem("return")
