from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.tone.signs import SIGNS, find_signs


def signs(text: str) -> set[str]:
    return {name for name, value in zip(SIGNS, find_signs([text])[0], strict=True) if value}


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Please add a dark mode", "wish"),
        ("More parking", "begins_a_wish"),
        ("How do I reset it", "question"),
        ("It broke. Where is my money", "begins_a_question"),
        ("the app crashes daily", "fault"),
        ("it doesn’t work", "fault"),
        ("Die Seite lädt nicht", "fault"),
        ("la aplicación se cierra", "fault"),
        ("thanks a lot", "praising"),
        ("what a waste", "complaining"),
        ("the agent told me", "support"),
        ("the search button", "product"),
        ("really?", "ends_in_question_mark"),
    ],
)
def test_a_sign_is_found(text: str, sign: str) -> None:
    assert sign in signs(text)


def test_a_word_inside_another_is_no_sign() -> None:
    assert "fault" not in signs("a bugle and some terrors")


def test_no_text_gives_no_rows() -> None:
    assert find_signs([]).shape == (0, len(SIGNS))


@given(st.text(max_size=80))
def test_signs_lie_between_0_and_1_whatever_the_text(text: str) -> None:
    found = find_signs([text])
    assert found.min() >= 0
    assert found.max() <= 1


@pytest.mark.parametrize("text", ["a" * 10**6, "😡" * 10**6, "no " * 300_000, "?" * 10**6, "漢字" * 500_000])
def test_only_the_beginning_of_a_huge_text_is_read(text: str) -> None:
    assert find_signs([text + " crash"])[0][SIGNS.index("fault")] == 0
