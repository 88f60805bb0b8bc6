from __future__ import annotations

from random import Random

import pytest

from verbatim.sample.comments import Writer
from verbatim.sample.grammar import in_sentences, read_grammar
from verbatim.sample.messages import Correspondent
from verbatim.sample.planted import THEMES

FACTS = {"agent": "Ada", "product": "Flow", "topic": "a problem", "wait": "two days", "customer": "Bo"}
FILES = ("en_common", "en_product", "en_service", "en_praise", "en_everyday", "en_replies")


@pytest.mark.parametrize("names", [FILES, ("de",), ("es",)])
def test_every_phrase_of_every_list_can_be_spelled(names: tuple[str, ...]) -> None:
    grammar = read_grammar(*names)
    for section, lists in grammar._sections.items():
        for name in lists:
            said = {grammar.say(section, name, Random(turn), FACTS) for turn in range(60)}
            assert all(said), f"{section}/{name} can be empty"


def test_every_theme_can_be_spoken_of_tersely_and_in_full() -> None:
    grammar = read_grammar(*FILES)
    for theme in THEMES:
        for name in ("core", "detail", "terse"):
            assert grammar.has(theme.key, name), f"{theme.key} has no {name}"
        if theme.ticket_weight:
            assert grammar.has(theme.key, "topic")
            assert grammar.has(theme.key, "subject")


def test_major_themes_are_spoken_of_in_german_and_spanish() -> None:
    for language in ("de", "es"):
        grammar = read_grammar(language)
        assert sum(grammar.has(theme.key) and grammar.has(theme.key, "terse") for theme in THEMES) >= 14


def test_the_same_chance_gives_the_same_words() -> None:
    grammar = read_grammar(*FILES)
    assert grammar.say("page_speed", "core", Random(3), FACTS) == grammar.say("page_speed", "core", Random(3), FACTS)


def test_a_fact_fills_its_slot_before_the_common_list() -> None:
    grammar = read_grammar(*FILES)
    assert "Ada" in {grammar.say("common", "who", Random(turn), FACTS) for turn in range(9)}


def test_an_unknown_slot_is_an_error_that_names_it() -> None:
    grammar = read_grammar(*FILES)
    with pytest.raises(KeyError, match="customer"):
        for turn in range(60):
            grammar.say("replies", "ask_details", Random(turn), {})


def test_sentences_get_capitals_and_full_stops() -> None:
    assert in_sentences(["it broke", "why?", "fix it."]) == "It broke. Why? Fix it."


def test_making_writers_reads_no_clock_and_needs_no_seed() -> None:
    assert Writer().topic("page_speed", Random(1)) == Writer().topic("page_speed", Random(1))
    assert Correspondent(1) is not Correspondent(1)
