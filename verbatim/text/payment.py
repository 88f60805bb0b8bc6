"""Finds bank accounts and payment cards, by their check digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum import iban, luhn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verbatim.text.spans import Found

_IBAN_START = re.compile(r"(?<![^\W_])[A-Za-z]{2}[ -]?\d{2}")
_IBAN_REST = re.compile(r"(?:[ \u00a0.-]?[A-Za-z0-9]){11,30}")
_SAID_IBAN = re.compile(r"\biban\b[^\n\d]{0,15}$", re.IGNORECASE)
_SHORTEST_IBAN = 15
_DIGITS = re.compile(r"\d+")
_CARD = re.compile(r"(?<![\w.])\d(?:[ \u00a0.–-]{0,2}\d){11,22}(?!\w)")
# Network prefixes and the number of digits that follow: Visa, Mastercard, Amex, Diners, JCB, Discover, UnionPay and
# RuPay, Maestro, Troy.
_NETWORK = re.compile(
    r"4(?:\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-59]|[689]\d)\d{11}|3(?:0[0-59]|[689]\d)\d{13}|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12,15}"
    r"|(?:62|60|81|82)\d{14,17}|(?:50|5[6-9]|6\d)\d{14,17}|9792\d{12}"
)
_SAID_CARD = re.compile(
    r"\b(?:(?:credit|debit|payment|bank)? ?card|visa|master ?card|amex|maestro|kreditkarte|karte|kartennummer|tarjeta"
    r"|carte(?: bancaire)?)\b[^\n\d]{0,20}$",
    re.IGNORECASE,
)
_FEWEST_CARD_DIGITS, _MOST_CARD_DIGITS = 12, 19
_MOST_CARD_GROUPS = 6


def ibans(text: str) -> Iterator[Found]:
    """International bank account numbers with valid check digits, and others where the word IBAN stands before them."""
    position = 0
    while start := _IBAN_START.search(text, position):
        position = start.end()
        end = _iban_end(text, start)
        if end:
            position = end
            yield start.start(), end, "IBAN"


def _iban_end(text: str, start: re.Match[str]) -> int | None:
    """Where the IBAN ends: the longest run of groups with valid check digits, as words may follow."""
    rest = _IBAN_REST.match(text, start.end())
    if rest is None:
        return None
    candidate = text[start.start() : rest.end()]
    for group in reversed(list(re.finditer(r"[A-Za-z0-9]+", candidate))):
        end = group.end()
        splits_word = text[start.start() + end : start.start() + end + 1].isalnum()
        if end >= _SHORTEST_IBAN and not splits_word and iban.is_valid(candidate[:end], check_country=False):
            return start.start() + end
    if _SAID_IBAN.search(text, max(0, start.start() - 25), start.start()):
        with_digits = [group.end() for group in re.finditer(r"[A-Za-z0-9]*\d[A-Za-z0-9]*", candidate)]
        return start.start() + with_digits[-1]
    return None


def cards(text: str) -> Iterator[Found]:
    """Payment card numbers: a network's prefix and length, and the Luhn check (ISO/IEC 7812-1).

    Where a word such as "card" stands before it, a number of 12 to 19 digits is taken whatever its check digit.
    """
    for run in _CARD.finditer(text):
        span = _card_in(run)
        said = _SAID_CARD.search(text, max(0, run.start() - 40), run.start())
        if span is None and said and sum(map(len, _DIGITS.findall(run.group()))) <= _MOST_CARD_DIGITS:
            span = run.span()
        if span:
            yield *span, "CARD"


def _card_in(run: re.Match[str]) -> tuple[int, int] | None:
    """The longest window of whole digit groups that is a card number: a security code may follow it."""
    groups = [group.span() for group in _DIGITS.finditer(run.string, *run.span())]
    for first in range(len(groups)):
        for last in range(min(len(groups), first + _MOST_CARD_GROUPS) - 1, first - 1, -1):
            start, end = groups[first][0], groups[last][1]
            if end - start < _FEWEST_CARD_DIGITS:
                break
            digits = "".join(_DIGITS.findall(run.string, start, end))
            if _NETWORK.fullmatch(digits) and luhn.is_valid(digits):
                return start, end
    return None
