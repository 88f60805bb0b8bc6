"""Makes raw text fit to be stored: cleaned, redacted, and for comments told its language and whether it says anything.

Nothing leaves a row without passing here. Each distinct text of a chunk is looked at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verbatim.domain import stable_key
from verbatim.ingest.cells import word
from verbatim.text.clean import clean_text
from verbatim.text.informative import is_informative
from verbatim.text.language import detect_languages
from verbatim.text.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from verbatim.settings import Settings

NO_COMMENT = frozenset({"nan", "null", "<na>", "#n/a", "-", "--", "–", "—", ".", "(blank)"})
MOST_CACHED = 50_000
SHOWN_VALUE = 200


@dataclass(frozen=True, slots=True)
class ReadyComment:
    """A comment as it is stored."""

    text: str
    text_key: str
    language: str | None
    informative: bool

    def columns(self) -> dict[str, str | bool | None]:
        """As columns of ``comment``."""
        return {
            "text": self.text, "text_key": self.text_key, "language": self.language, "informative": self.informative,
        }  # fmt: skip


class TextDesk:
    """Cleans and redacts with one set of rules."""

    def __init__(self, settings: Settings) -> None:
        self._redactor = Redactor(settings.redact_patterns, settings.phone_regions, settings.redact_keep)
        self._words: dict[str, str] = {}

    def comments(self, raw: Iterable[str]) -> dict[str, ReadyComment]:
        """By raw text; a text of which nothing is left, or that only stands for "blank", has no entry."""
        distinct = [text for text in dict.fromkeys(raw) if text.strip().casefold() not in NO_COMMENT]
        ready = [self.redacted(text) for text in distinct]
        said = [(raw_text, text) for raw_text, text in zip(distinct, ready, strict=True) if text]
        languages = detect_languages(text for _, text in said)
        return {
            raw_text: ReadyComment(text, stable_key(text), language, is_informative(text))
            for (raw_text, text), language in zip(said, languages, strict=True)
        }

    def redacted(self, text: str) -> str:
        """A text of any length, cleaned and without personal data."""
        return self._redactor.redact(clean_text(text)).text

    def word(self, text: str) -> str:
        """A short text on one line without personal data."""
        found = self._words.get(text)
        if found is None:
            if len(self._words) >= MOST_CACHED:
                self._words.clear()
            found = self._words[text] = word(self._redactor.redact(word(text)).text)
        return found

    def shown(self, value: str) -> str:
        """A rejected value as it may be kept and shown: redacted, at most 200 characters."""
        flat = " ".join(value[: 4 * SHOWN_VALUE].split())
        text = self._redactor.redact(flat).text
        return text if len(text) <= SHOWN_VALUE else text[: SHOWN_VALUE - 1] + "…"
