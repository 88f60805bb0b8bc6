"""Puts comments into words: themes, register, language and noise become one text with its truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from verbatim.sample import noise
from verbatim.sample.grammar import Grammar, read_grammar
from verbatim.sample.planted import THEME_BY_KEY
from verbatim.sample.world import pick

_REGISTERS = (
    ("terse", 0.24), ("plain", 0.35), ("chatty", 0.15), ("angry", 0.09), ("formal", 0.1), ("foreign", 0.07),
)  # fmt: skip
JUNK_SHARE = 0.045
PERSONAL_SHARE = 0.045
TYPO_SHARE = 0.16
LOWER_CASE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Written:
    """A comment and the truth about it; ``polarity`` is positive, negative, mixed or neutral."""

    text: str
    themes: tuple[str, ...]
    language: str
    polarity: str
    junk: bool = False
    personal: tuple[str, ...] = ()


class Writer:
    """Writes comments in English, German and Spanish from the phrase files of this package."""

    def __init__(self) -> None:
        self._grammars: dict[str, Grammar] = {
            "en": read_grammar("en_common", "en_product", "en_service", "en_praise"),
            "de": read_grammar("de"),
            "es": read_grammar("es"),
        }

    def topic(self, cause: str, rng: Random) -> str:
        """What a ticket was about, as a noun phrase in English."""
        english = self._grammars["en"]
        return english.say(cause if english.has(cause, "topic") else "common", "topic", rng, {})

    def write(
        self,
        themes: tuple[str, ...],
        *,
        mood: float,
        language: str,
        facts: Mapping[str, str],
        author: str,
        rng: Random,
    ) -> Written:
        """A comment on the themes (none: general words that fit the mood, 1–5)."""
        if rng.random() < JUNK_SHARE:
            return Written(noise.junk(rng), (), "", "neutral", junk=True)
        grammar = self._grammars[language]
        if not all(grammar.has(theme) for theme in themes):
            language, grammar = "en", self._grammars["en"]
        if themes:
            text = _on_themes(grammar, themes, facts, rng)
        else:
            text = _in_general(grammar, mood, facts, rng)
        kinds: tuple[str, ...] = ()
        if themes and rng.random() < PERSONAL_SHARE:
            sentence, kind = noise.personal(author, rng, language)
            text, kinds = f"{_closed(text)} {sentence}", (kind,)
        elif rng.random() < TYPO_SHARE:
            text = noise.mistype(text, rng)
        if not kinds and rng.random() < LOWER_CASE_SHARE:
            text = text.lower()
        return Written(text, themes, language, _polarity(themes, mood), personal=kinds)


def _on_themes(grammar: Grammar, themes: tuple[str, ...], facts: Mapping[str, str], rng: Random) -> str:
    register = pick(rng, _REGISTERS)
    parts = [_on_one(grammar, theme, register, facts, rng) for theme in themes]
    text = parts[0]
    for before, now, part in zip(themes, themes[1:], parts[1:], strict=False):
        turn = "contrast" if THEME_BY_KEY[before].polarity != THEME_BY_KEY[now].polarity else "addition"
        connector = grammar.say("common", turn, rng, facts)
        joined = part if connector.endswith(".") else _lower_first(part)
        text = f"{_closed(text)} {connector} {joined}"
    if register == "angry" and rng.random() < 0.5:
        text = text.rstrip(".") + rng.choice(("!", "!!", "!!!", "..."))
    return noise.formal(text) if register == "formal" else text


def _on_one(grammar: Grammar, theme: str, register: str, facts: Mapping[str, str], rng: Random) -> str:
    """One theme in a register: terse fragment, plain statement, or a story with beginning and end."""
    kind = THEME_BY_KEY[theme].polarity
    if register == "terse":
        return _first_upper(grammar.say(theme, "terse", rng, facts), rng)
    if register == "angry" and kind != "complaint":
        register = "plain"
    said = [grammar.say(theme, "core", rng, facts)]
    if rng.random() < {"plain": 0.38, "foreign": 0.35}.get(register, 0.7) and grammar.has(theme, "detail"):
        said.append(grammar.say(theme, "detail", rng, facts))
    if register in ("chatty", "angry", "formal"):
        opening = f"{kind}_{register}_opening"
        if grammar.has("common", opening) and rng.random() < 0.7:
            said[0] = f"{grammar.say('common', opening, rng, facts)} {_lower_first(said[0])}"
        ending = f"{kind}_ending"
        if grammar.has("common", ending) and rng.random() < 0.6:
            said.append(grammar.say("common", ending, rng, facts))
    elif rng.random() < 0.14 and grammar.has("common", f"{kind}_ending"):
        said.append(grammar.say("common", f"{kind}_ending", rng, facts))
    text = " ".join(_first_upper(sentence, None) for sentence in said)
    return noise.foreign(text, rng) if register == "foreign" else text


def _in_general(grammar: Grammar, mood: float, facts: Mapping[str, str], rng: Random) -> str:
    name = "general_good" if mood >= 3.5 else "general_fair" if mood >= 2.5 else "general_bad"
    return _first_upper(grammar.say("common", name, rng, facts), rng)


def _polarity(themes: tuple[str, ...], mood: float) -> str:
    kinds = {THEME_BY_KEY[theme].polarity for theme in themes}
    if {"complaint", "praise"} <= kinds:
        return "mixed"
    if not kinds:
        return "positive" if mood >= 3.5 else "neutral" if mood >= 2.5 else "negative"
    return "negative" if "complaint" in kinds else "positive" if "praise" in kinds else "neutral"


def _closed(text: str) -> str:
    return text if text[-1:] in ".!?…" else f"{text}."


def _first_upper(text: str, rng: Random | None) -> str:
    """Capitalised, except now and then where ``rng`` is given."""
    return text if rng is not None and rng.random() < 0.3 else text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    """Lower-case where the first word is an ordinary one, for use inside a sentence."""
    word = text.split(" ", 1)[0].strip(",.")
    ordinary = word.lower() in _ORDINARY_STARTS
    return text[:1].lower() + text[1:] if ordinary else text


_ORDINARY_STARTS = frozenset(
    "a after again all an and any approvals as asking at both can connecting during each every everything exporting "
    "exports finding for from getting half having how if importing in is it it's its just keep loading logging "
    "months most my new no nobody none nothing on one opening our pages people reports same saving since some "
    "someone something support still that the their there these they this three to today two until waited waiting "
    "was we we'd we're we've what when while why with you your das der die es wir wenn unsere nach seit bei "
    "el la los las es lo llevamos cuando nuestro nuestra cada no desde".split()
)
