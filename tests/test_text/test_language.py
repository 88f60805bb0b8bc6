from __future__ import annotations

import warnings

import pytest

from verbatim.text import language
from verbatim.text.language import LANGUAGES, detect_language, detect_languages


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The invoice is wrong again", "en"),
        ("Die Rechnung ist schon wieder falsch", "de"),
        ("La factura está mal otra vez y nadie contesta", "es"),
        ("La facture est encore fausse", "fr"),
        ("Счёт снова неправильный", "ru"),
        ("服务很好", "zh"),
        ("THE INVOICE IS WRONG AGAIN", "en"),
    ],
)
def test_short_comments_are_recognised(text: str, code: str) -> None:
    assert detect_language(text) == code


@pytest.mark.parametrize("text", ["", "  ", "ok", "n/a", "👍👍", "12345 67890", "[EMAIL] [PHONE] [ORDER]", "!!! ???"])
def test_there_is_no_answer_without_enough_words(text: str) -> None:
    assert detect_language(text) is None


def test_tags_and_numbers_do_not_sway_the_answer() -> None:
    assert detect_language("[EMAIL] [PHONE] 4711 Die Rechnung ist falsch [ORDER]") == "de"


def test_each_distinct_text_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(language, "detect_language", lambda text: seen.append(text) or "en")
    assert detect_languages(["a", "b", "a", "a"]) == ["en"] * 4
    assert seen == ["a", "b"]


def test_answers_are_codes_of_the_list_and_never_warn() -> None:
    texts = ["Great help from the team", "nul", "x" * 5_000, "\ud800 broken surrogate in a sentence", "a\x00b" * 40]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert set(detect_languages(texts)) <= {*LANGUAGES, None}


def test_the_order_of_texts_changes_no_answer() -> None:
    texts = ["Great help from the team", "Sehr gute Hilfe vom Team", "Muy buena ayuda del equipo"]
    assert detect_languages(texts[::-1]) == detect_languages(texts)[::-1]
