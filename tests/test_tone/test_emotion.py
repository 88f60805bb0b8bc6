from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.tone import emotion_strength


def strength(text: str, sentiment: float | None = None) -> float:
    return float(emotion_strength([text], [sentiment])[0])


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("WHERE IS MY MONEY", "where is my money"),
        ("Late again!!!", "Late again."),
        ("absolutely terrible", "rather bad"),
        ("this damn printer", "this printer"),
        ("sooooo slow", "so slow"),
        ("no answer 😡😡", "no answer"),
    ],
)
def test_a_stronger_wording_feels_stronger(stronger: str, weaker: str) -> None:
    assert strength(stronger) > strength(weaker)


def test_a_level_statement_has_no_strength() -> None:
    assert strength("The invoice came on Monday") == 0
    assert strength("") == 0


def test_sentiment_adds_in_either_direction() -> None:
    assert strength("fine", -0.9) == strength("fine", 0.9) > strength("fine", 0.1) > strength("fine", None)
    assert strength("fine", float("nan")) == strength("fine", None)


def test_capitals_of_an_abbreviation_are_not_loud() -> None:
    assert strength("our CRM and ERP of the EU") == 0


@given(st.text(max_size=200), st.floats(-1, 1))
def test_strength_lies_between_0_and_1(text: str, sentiment: float) -> None:
    assert 0 <= strength(text, sentiment) <= 1
