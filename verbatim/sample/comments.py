"""Puts comments into words: themes, register, language and noise become one text with its truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from verbatim.sample import noise
from verbatim.sample.grammar import Grammar, closed, read_grammar
from verbatim.sample.planted import THEME_BY_KEY
from verbatim.sample.world import pick

_REGISTERS = (
    ("terse", 0.24), ("plain", 0.35), ("chatty", 0.15), ("angry", 0.09), ("formal", 0.1), ("foreign", 0.07),
)  # fmt: skip
JUNK_SHARE = 0.045
PERSONAL_SHARE = 0.045
TYPO_SHARE = 0.12
LOWER_CASE_SHARE = 0.1
LEFTOVER_SHARE = 0.02
_ENDING_SHARE = {
    "terse": 0.0,
    "plain": 0.14,
    "foreign": 0.14,
    "chatty": 0.4,
    "mild": 0.2,
    "angry": 0.45,
    "formal": 0.35,
}


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
            text = _on_themes(grammar, themes, _register(themes[0], mood, rng), facts, rng)
        else:
            text = _in_general(grammar, mood, facts, rng)
        kinds: tuple[str, ...] = ()
        if themes and rng.random() < PERSONAL_SHARE:
            sentence, kind = noise.personal(author, rng, language)
            text, kinds = f"{closed(text)} {sentence}", (kind,)
        elif rng.random() < TYPO_SHARE:
            text = noise.mistype(text, rng)
        if not kinds and rng.random() < LOWER_CASE_SHARE:
            text = text.lower()
        elif rng.random() < LEFTOVER_SHARE:
            text = noise.leftovers(text, author, rng)
        return Written(text, themes, language, _polarity(themes, mood), personal=kinds)


def _register(theme: str, mood: float, rng: Random) -> str:
    """The tone: nobody who is content is angry, and who is content complains mildly."""
    register = pick(rng, _REGISTERS)
    complains = THEME_BY_KEY[theme].polarity == "complaint"
    if complains and mood >= 3.5 and register in ("angry", "chatty"):
        return "mild"
    return "plain" if register == "angry" and (not complains or mood >= 3) else register


def _on_themes(grammar: Grammar, themes: tuple[str, ...], register: str, facts: Mapping[str, str], rng: Random) -> str:
    """All themes in one register; an opening before the first, an ending after the last."""
    sentences = _statement(grammar, themes[0], register, facts, rng)
    first, last = (THEME_BY_KEY[theme].polarity for theme in (themes[0], themes[-1]))
    opening = f"{first}_{register}_opening"
    if grammar.has("common", opening) and rng.random() < 0.7:
        sentences[0] = f"{grammar.say('common', opening, rng, facts)} {sentences[0]}"
    for before, now in zip(themes, themes[1:], strict=False):
        turn = "contrast" if THEME_BY_KEY[before].polarity != THEME_BY_KEY[now].polarity else "addition"
        more = _statement(grammar, now, register, facts, rng)
        sentences += [f"{grammar.say('common', turn, rng, facts)} {more[0]}", *more[1:]]
    ending = f"{last}_ending"
    if grammar.has("common", ending) and rng.random() < _ENDING_SHARE[register]:
        sentences.append(grammar.say("common", ending, rng, facts))
    return _styled(sentences, register, rng)


def _statement(grammar: Grammar, theme: str, register: str, facts: Mapping[str, str], rng: Random) -> list[str]:
    """What is said of one theme, as one or two bare sentences."""
    if register == "terse":
        return [grammar.say(theme, "terse", rng, facts)]
    said = [grammar.say(theme, "core", rng, facts)]
    if grammar.has(theme, "detail") and rng.random() < (0.37 if register in ("plain", "foreign") else 0.7):
        said.append(grammar.say(theme, "detail", rng, facts))
    return said


def _styled(sentences: list[str], register: str, rng: Random) -> str:
    """Sentences put together: most people use capitals and full stops."""
    careless = register == "terse" and rng.random() < 0.3
    shown = sentences if careless else [sentence[:1].upper() + sentence[1:] for sentence in sentences]
    text = " ".join([*(closed(sentence) for sentence in shown[:-1]), shown[-1]])
    if register == "angry" and rng.random() < 0.5:
        return text.rstrip(".") + rng.choice(("!", "!!", "!!!", "..."))
    if register == "formal":
        return closed(noise.formal(text))
    if register == "foreign":
        return noise.foreign(text, rng)
    return closed(text) if register != "terse" and rng.random() < 0.6 else text


def _in_general(grammar: Grammar, mood: float, facts: Mapping[str, str], rng: Random) -> str:
    name = "general_good" if mood >= 3.5 else "general_fair" if mood >= 2.5 else "general_bad"
    return _styled([grammar.say("common", name, rng, facts)], "terse", rng)


def _polarity(themes: tuple[str, ...], mood: float) -> str:
    kinds = {THEME_BY_KEY[theme].polarity for theme in themes}
    if {"complaint", "praise"} <= kinds:
        return "mixed"
    if not kinds:
        return "positive" if mood >= 3.5 else "neutral" if mood >= 2.5 else "negative"
    return "negative" if "complaint" in kinds else "positive" if "praise" in kinds else "neutral"
