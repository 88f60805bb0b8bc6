r"""Redacts personal data: each finding becomes a typed tag such as ``[EMAIL]``.

Second step of the path: nothing is stored, embedded or logged before it. A cheap look at the text decides whether
any finder runs at all; each finder sees what the ones before it took as ``\0``, so that spans never overlap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verbatim.errors import SettingsError
from verbatim.text import addresses, national, payment, phones
from verbatim.text.spans import Found, masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

DEFAULT_REGIONS: tuple[str, ...] = ("US", "GB", "DE", "ES", "FR")
BUILT_IN_KINDS: tuple[str, ...] = ("EMAIL", "PHONE", "CARD", "IBAN", "ID", "IP", "MAC", "URL")
_SAID_NUMBER = r"(?i:[ #:.-]|n[or]\.?|number|nummer|número|is|id){0,9}(\b[A-Z]{0,4}-?\d[\dA-Z-]{3,24})\b"
COMMON_PATTERNS: Mapping[str, str] = {
    "ORDER": rf"(?i:\b(?:order|bestellung|bestellnummer|pedido|commande)\b){_SAID_NUMBER}"
    r"|\b((?:PO|INV|ORD|SO|RMA)-\d[\dA-Z-]{3,24})\b",
    "ACCOUNT": rf"(?i:\b(?:account|acct|customer|konto|kundennummer|kunden-nr|cuenta|cliente|compte)\b){_SAID_NUMBER}",
}
"""Patterns to start from for ``patterns``: numbers after "order" or "account" in four languages, PO-…, INV-…."""

_TAG_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,30}")
_FEWEST_DIGITS = 3
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text without personal data, and the kinds of what was taken out, in the order of the text, repeats included."""

    text: str
    found: tuple[str, ...] = ()


class Redactor:
    """Replaces personal data by tags; the same text always gives the same result.

    ``patterns`` maps a name to a regular expression: a match becomes ``[NAME]`` (upper case); where the expression
    has groups, only the first that matched is replaced. They come before everything built in. ``regions`` are the
    countries (ISO 3166, two letters) whose phone numbers are found in national form; ``+`` and ``00`` forms are found
    for every country. What an expression of ``keep`` matches stays as it is, whatever else would take it.

    >>> Redactor().redact("Write to ann@shop.example or call +49 30 901820, v2.3.1 since 2026-10-01.").text
    'Write to [EMAIL] or call [PHONE], v2.3.1 since 2026-10-01.'
    """

    def __init__(
        self,
        patterns: Mapping[str, str] | None = None,
        regions: Sequence[str] = DEFAULT_REGIONS,
        keep: Sequence[str] = (),
    ) -> None:
        named = {name.upper(): expression for name, expression in (patterns or {}).items()}
        for name in named:
            if not _TAG_NAME.fullmatch(name):
                raise SettingsError(f"redaction pattern {name!r} cannot be a tag: use letters, digits and _")
        self._patterns = {name: _compiled(name, expression) for name, expression in named.items()}
        self._keep = tuple(_compiled("keep", expression) for expression in keep)
        self._regions = phones.known_regions(regions)
        kinds = sorted({*BUILT_IN_KINDS, *named})
        self._tags = re.compile(rf"\[(?:{'|'.join(kinds)})\]")

    def redact(self, text: str) -> Redaction:
        """``text`` with every finding replaced; redacting the result again changes nothing, tags in ``text`` stay."""
        found: list[Found] = []
        if not self._worth_a_look(text):
            return Redaction(text)
        kinds_before: list[tuple[int, str]] = []
        while found := self._find(text):
            text, kinds_before = _replaced(text, found, kinds_before)
        return Redaction(text, tuple(kind for _, kind in kinds_before))

    def redact_many(self, texts: Iterable[str]) -> list[Redaction]:
        """One ``Redaction`` a text, in order."""
        return [self.redact(text) for text in texts]

    def _worth_a_look(self, text: str) -> bool:
        return bool(self._patterns) or _may_hold_personal_data(text)

    def _find(self, text: str) -> list[Found]:
        """What to replace, in the order of the text, without overlaps."""
        hidden = masked(text, self._protected(text))
        found: list[Found] = []
        for finder in self._finders(text):
            new = list(finder(hidden))
            if new:
                found += new
                hidden = masked(hidden, ((start, end) for start, end, _ in new))
        return sorted(found)

    def _protected(self, text: str) -> Iterator[tuple[int, int]]:
        if "[" in text:
            yield from (tag.span() for tag in self._tags.finditer(text))
        for pattern in self._keep:
            yield from (match.span() for match in pattern.finditer(text) if match.end() > match.start())

    def _finders(self, text: str) -> Iterator[Finder]:
        for name, pattern in self._patterns.items():
            yield _custom_finder(name, pattern)
        if not _may_hold_personal_data(text):
            return
        if ":" in text:
            yield addresses.urls_with_credentials
        yield addresses.emails
        if _fewer_digits_than(_FEWEST_DIGITS, text):
            return
        yield payment.ibans
        yield payment.cards
        yield national.national_ids
        yield addresses.hardware_addresses
        yield addresses.ip_addresses
        yield lambda hidden: phones.phone_numbers(hidden, self._regions)
        yield national.bare_national_ids


def _may_hold_personal_data(text: str) -> bool:
    """Whether anything built in could be found: a digit, an ``@``, a URL or an ``@`` spelled out."""
    return "@" in text or _DIGIT.search(text) is not None or "://" in text or addresses.may_spell_an_email(text)


def _fewer_digits_than(count: int, text: str) -> bool:
    digits = _DIGIT.finditer(text)
    return sum(1 for _, _ in zip(range(count), digits, strict=False)) < count


def _compiled(name: str, expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise SettingsError(f"redaction pattern {name!r} is not a regular expression: {error}") from error


def _custom_finder(name: str, pattern: re.Pattern[str]) -> Finder:
    groups = range(1, pattern.groups + 1)

    def find(hidden: str) -> Iterator[Found]:
        for match in pattern.finditer(hidden):
            start, end = match.span(next((group for group in groups if match.start(group) >= 0), 0))
            if 0 <= start < end and "\0" not in hidden[start:end]:
                yield start, end, name

    return find


def _replaced(
    text: str, found: Sequence[Found], before: Sequence[tuple[int, str]]
) -> tuple[str, list[tuple[int, str]]]:
    """``text`` with tags for ``found``, and all tags placed so far as (offset, kind), in the order of the new text."""
    pieces: list[str] = []
    placed: list[tuple[int, str]] = []
    position = length = 0
    earlier = list(before)
    for start, end, kind in found:
        while earlier and earlier[0][0] < start:
            offset, old_kind = earlier.pop(0)
            placed.append((offset + length - position, old_kind))
        pieces += [text[position:start], f"[{kind}]"]
        length += start - position
        placed.append((length, kind))
        length += len(kind) + 2
        position = end
    placed += [(offset + length - position, kind) for offset, kind in earlier]
    pieces.append(text[position:])
    return "".join(pieces), placed


if TYPE_CHECKING:
    from collections.abc import Callable

    Finder = Callable[[str], Iterable[Found]]
