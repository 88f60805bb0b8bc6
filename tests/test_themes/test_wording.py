from __future__ import annotations

import pytest

from verbatim.themes.wording import is_keyword, is_name, stem, without_verdict


def phrase(text):
    return tuple(text.split())


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


def test_forms_of_a_word_share_a_stem():
    assert stem("improved") == stem("improvement") == stem("improving")
    assert stem("deliveries") == stem("delivery")
    assert stem("refund") != stem("return")


@pytest.mark.parametrize("text", ["how long does it take", "what movies are playing", "where are my parcels"])
def test_whole_questions_can_be_names(text):
    words = text.split()
    assert is_name(words) is (words[-1] != "take")


@pytest.mark.parametrize(
    "text",
    [
        "company were you designed",
        "salary be received",
        "app a some withdrawal",
        "card but money",
        "something i bought",
    ],
)
def test_pieces_of_clauses_cannot_be_names(text):
    assert not is_name(text.split())
