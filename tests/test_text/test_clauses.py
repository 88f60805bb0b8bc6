"""Clauses: where a new statement begins, and that nothing but connecting words is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.text.clauses import split_clauses, split_many_clauses
from verbatim.text.connectors import ADDING, CONTRASTING, INTENSIFIERS


def clauses(text: str, language: str = "en") -> list[str]:
    return [text[span.start : span.end] for span in split_clauses(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The staff were lovely but the wait was endless.", ["The staff were lovely", "the wait was endless."]),
        ("Food was great; however the service was slow", ["Food was great", "the service was slow"]),
        ("The room was warm, and the food was cold", ["The room was warm", "the food was cold"]),
        ("Good food, friendly staff and quick service", ["Good food", "friendly staff", "quick service"]),
        ("great food, the staff were rude", ["great food", "the staff were rude"]),
        ("Nobody called me. Parking was full", ["Nobody called me.", "Parking was full"]),
        ("- cold meals\n- no parking", ["- cold meals", "- no parking"]),
        ("it was clean and even though we were late they saw us", ["it was clean", "we were late they saw us"]),
        ("The app is fast – the website is broken", ["The app is fast", "the website is broken"]),
    ],
)
def test_a_new_statement_begins_a_clause(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The staff and the food were lovely",
        "very kind, caring and polite",
        "nothing but praise for the nurses",
        "I have not yet received it",
        "we waited a while to be seated",
        "Too slow, though!",
        "Food, service and prices were great",
        "It was good but ok",
        "The nurse who, when I rang, came at once was kind",
    ],
)
def test_what_belongs_together_stays_together(text: str) -> None:
    found = clauses(text)
    assert len(found) == 1 or all(len(part.split()) >= 2 for part in found)
    if "," not in text or "though" in text or "Food," in text:
        assert found == [text]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Das Essen war gut, aber die Bedienung war langsam", ["Das Essen war gut", "die Bedienung war langsam"]),
        ("es", "La comida estaba rica, pero el servicio fue lento", ["La comida estaba rica", "el servicio fue lento"]),
        ("it", "Il cibo era buono ma il servizio era lento", ["Il cibo era buono", "il servizio era lento"]),
        ("xx", "first thing; second thing", ["first thing", "second thing"]),
    ],
)
def test_other_languages_have_connecting_words_of_their_own(language: str, text: str, expected: list[str]) -> None:
    assert clauses(text, language) == expected


def test_blank_text_has_no_clauses() -> None:
    assert split_clauses("") == [] == split_clauses(" \n ")


def test_many_texts_keep_their_order_and_come_one_by_one() -> None:
    texts = [f"The ward number {n} was clean but the bed was hard" for n in range(600)]
    found = split_many_clauses(iter(texts))
    assert [split_clauses(text) for text in texts[:3]] == [next(found), next(found), next(found)]
    assert len(list(found)) == 597


@pytest.mark.parametrize("piece", ["a, and ", ", ", "the food was bad, ", "but ", "(", "and the ", "; ", "—"])
def test_hostile_repetitions_are_split_without_fragments(piece: str) -> None:
    text = piece * 3000
    found = split_clauses(text)
    assert all(0 <= span.start < span.end <= len(text) for span in found)


WORDS = st.sampled_from(
    """the a staff food was were lovely cold but and however although , ; . ! ( ) - — even though not yet very service
    waited I we they on at 5 & / ’s don't [NAME] \n • :""".split(" ")
)


@given(st.one_of(st.lists(WORDS, max_size=60).map(" ".join), st.text(max_size=300)))
def test_clauses_are_in_order_inside_the_text_and_never_overlap(text: str) -> None:
    end = 0
    for span in split_clauses(text):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        end = span.end


@given(st.one_of(st.lists(WORDS, max_size=60).map(" ".join), st.text(max_size=300)))
def test_nothing_but_blanks_marks_and_connecting_words_lies_outside(text: str) -> None:
    kept = list(text)
    for span in split_clauses(text):
        kept[span.start : span.end] = " " * (span.end - span.start)
    connecting = CONTRASTING["en"] | ADDING["en"] | INTENSIFIERS
    if split_clauses(text):
        left = re.findall(r"[^\W_]+", "".join(kept).lower())
        assert [word for word in left if word not in connecting] == []
