from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.text.sentiment import sentiment, sentiments


def test_praise_is_positive_and_complaint_negative() -> None:
    assert sentiment("Great help, very friendly!") > 0.5
    assert sentiment("Terrible service, I hate it.") < -0.5
    assert sentiment("not good") < 0 < sentiment("👍 good")


@pytest.mark.parametrize("text", ["", "  ", "the invoice of May"])
def test_text_without_verdict_is_neutral(text: str) -> None:
    assert sentiment(text) == 0.0


def test_a_long_text_gets_the_mean_of_its_parts() -> None:
    assert sentiment("good " * 100 + "bad " * 100) == pytest.approx(
        (sentiment("good " * 100) + sentiment("bad " * 100)) / 2
    )


def test_languages_it_cannot_read_get_none() -> None:
    texts = ["Great help from everyone", "Die Rechnung stimmt leider schon wieder nicht", "ok"]
    assert [score is None for score in sentiments(texts)] == [False, True, False]
    assert sentiments(texts, ["de", "en", None])[0] is None
    assert sentiments([]) == []


def test_a_language_must_be_given_for_each_text() -> None:
    with pytest.raises(ValueError, match="zip"):
        sentiments(["a", "b"], ["en"])


@given(st.text(max_size=200))
def test_scores_lie_between_minus_one_and_one(text: str) -> None:
    assert -1 <= sentiment(text) <= 1


@pytest.mark.parametrize("unit", ["a", "but ", "good but ", "((( "])
def test_hostile_text_gets_a_score(unit: str) -> None:
    assert -1 <= sentiment(unit * (40_000 // len(unit))) <= 1
