"""A small generative grammar: phrase files in, sentences out.

A phrase file holds sections (``== key ==``), each with named lists (``core:``) of one phrase a line.
In a phrase, ``[a|b|]`` picks an alternative and ``{2..9}`` a whole number. ``{name}`` is the fact of that name
given by the caller, else a phrase of that list in the section, else of the list in ``common``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import resources
from random import Random
from typing import NamedTuple

COMMON = "common"
_SPACED_MARK = re.compile(r" ([.,!?;:](?: |$))")


class _Slot(NamedTuple):
    name: str


class _Between(NamedTuple):
    low: int
    high: int


class _Choice(NamedTuple):
    options: tuple[_Phrase, ...]


_Phrase = tuple["str | _Slot | _Between | _Choice", ...]
_Section = dict[str, tuple[_Phrase, ...]]


class Grammar:
    """The sections of one language."""

    def __init__(self, sections: Mapping[str, _Section]) -> None:
        self._sections = sections

    def has(self, section: str, name: str = "core") -> bool:
        """Whether a section has a list of that name."""
        return name in self._sections.get(section, {})

    def say(self, section: str, name: str, rng: Random, facts: Mapping[str, str]) -> str:
        """One phrase of a list, spelled out; ``KeyError`` names a list or fact that does not exist."""
        phrase = rng.choice(self._list(section, name))
        spelled = " ".join(self._spell(phrase, section, rng, facts).split())
        return _SPACED_MARK.sub(r"\1", spelled)

    def _list(self, section: str, name: str) -> tuple[_Phrase, ...]:
        return self._sections[section].get(name) or self._sections[COMMON][name]

    def _spell(self, phrase: _Phrase, section: str, rng: Random, facts: Mapping[str, str]) -> str:
        words: list[str] = []
        for part in phrase:
            if isinstance(part, str):
                words.append(part)
            elif isinstance(part, _Choice):
                words.append(self._spell(rng.choice(part.options), section, rng, facts))
            elif isinstance(part, _Between):
                words.append(str(rng.randint(part.low, part.high)))
            else:
                fact = facts.get(part.name)
                if fact is None:
                    fact = self._spell(rng.choice(self._list(section, part.name)), section, rng, facts)
                words.append(fact)
        return "".join(words)


def in_sentences(phrases: Sequence[str]) -> str:
    """Bare phrases as sentences of one text: each with a capital and, where it has no mark, a full stop."""
    return " ".join(phrase[:1].upper() + closed(phrase[1:]) for phrase in phrases)


def closed(text: str) -> str:
    """The text with a full stop, unless it ends in a mark already."""
    return text if text[-1:] in ".!?…" else f"{text}."


def read_grammar(*names: str) -> Grammar:
    """The grammar of the named phrase files of this package, merged."""
    sections: dict[str, dict[str, list[_Phrase]]] = {COMMON: {}}
    folder = resources.files("verbatim.sample") / "phrases"
    for name in names:
        phrases: list[_Phrase] = []
        section = sections[COMMON]
        for line in (folder / f"{name}.txt").read_text("utf-8").splitlines():
            text = line.strip()
            if text.startswith("== "):
                section = sections.setdefault(text.strip("= "), {})
            elif text.endswith(":") and not line.startswith(" "):
                phrases = section.setdefault(text[:-1], [])
            elif text and not text.startswith("#"):
                phrases.append(_parse(text))
    return Grammar({key: {name: tuple(of) for name, of in lists.items()} for key, lists in sections.items()})


def _parse(text: str) -> _Phrase:
    phrase, rest = _parse_until(text, 0, closing="")
    if rest != len(text):
        raise ValueError(f"Unbalanced bracket in the phrase {text!r}")
    return phrase


def _parse_until(text: str, at: int, *, closing: str) -> tuple[_Phrase, int]:
    """Parts from ``at`` up to one of the ``closing`` characters (or the end), and where they stop."""
    parts: list[str | _Slot | _Between | _Choice] = []
    literal = ""
    while at < len(text) and text[at] not in closing:
        if text[at] in "[{":
            parts += [literal] if literal else []
            literal = ""
            part, at = _parse_choice(text, at + 1) if text[at] == "[" else _parse_slot(text, at + 1)
            parts.append(part)
        else:
            literal += text[at]
            at += 1
    return (*parts, literal) if literal else tuple(parts), at


def _parse_choice(text: str, at: int) -> tuple[_Choice, int]:
    options: list[_Phrase] = []
    while True:
        option, at = _parse_until(text, at, closing="|]")
        options.append(option)
        if at >= len(text):
            raise ValueError(f"Bracket without end in the phrase {text!r}")
        at += 1
        if text[at - 1] == "]":
            return _Choice(tuple(options)), at


def _parse_slot(text: str, at: int) -> tuple[_Slot | _Between, int]:
    end = text.index("}", at)
    low, dots, high = text[at:end].partition("..")
    return (_Between(int(low), int(high)) if dots else _Slot(low)), end + 1
