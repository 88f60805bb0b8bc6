"""Reads numbers, counts, yes or no, durations and ids out of cells, and says why where it cannot."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from verbatim.domain import stable_key
from verbatim.ingest.rows import Cell
from verbatim.scores.scales import BLANK, NOT_APPLICABLE, plain

LONGEST_WORD = 200
LONGEST_ID = 500
LARGEST_COUNT = 1_000_000
SAYS_NOTHING = BLANK | NOT_APPLICABLE
LONGEST_BLANK = 30
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
ID_AS_NUMBER = re.compile(r"\d+\.0+")
NUMBER = re.compile(r"[+-]?\d[\d.,'’\s]*")
CURRENCIES = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "us$": "USD",
    "chf": "CHF",
    "usd": "USD",
    "eur": "EUR",
    "gbp": "GBP",
}
YES = frozenset(
    {
        "yes",
        "y",
        "true",
        "t",
        "1",
        "1.0",
        "x",
        "✓",
        "ja",
        "sí",
        "si",
        "oui",
        "met",
        "achieved",
        "within sla",
        "fulfilled",
    }
)
NO = frozenset(
    {"no", "n", "false", "f", "0", "0.0", "nein", "non", "missed", "breached", "violated", "sla violated", "failed"}
)
MULTIPLIERS = {"k": 1_000.0, "m": 1_000_000.0}


def text_of(cell: Cell) -> str:
    """A cell as text, without blanks around it; times in ISO 8601."""
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.strip()


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: it is empty, a dash, "n/a", "none" and the like."""
    if len(text) > LONGEST_BLANK or text[:1].isdigit():
        return False
    return (text.casefold() if text.isalnum() and text.isascii() else plain(text)) in SAYS_NOTHING


def identifier(cell: Cell) -> str:
    """An id in its one form, NFC, no blanks around, e-mail in lower case.

    ``"123.0"`` is ``"123"``: number columns with gaps are often exported so.
    """
    text = text_of(cell)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "." in text and ID_AS_NUMBER.fullmatch(text):
        return text.split(".")[0]
    return text.casefold() if "@" in text and EMAIL.fullmatch(text) else text


def stored_identifier(external_id: str) -> str:
    """What is kept of an id: itself, or a hash where it is an e-mail address."""
    return stable_key("external", external_id) if "@" in external_id else external_id


def word(text: str) -> str:
    """A short text on one line, at most 200 characters."""
    flat = " ".join(text.replace("\x00", "").split())
    return flat if len(flat) <= LONGEST_WORD else flat[: LONGEST_WORD - 1] + "…"


def number(text: str) -> float:
    """The number in ``12,000.50``, ``12.000,50 €``, ``$1.2M`` and the like.

    Raises:
        ValueError: it is none.
    """
    bare, _ = split_currency(text)
    factor = MULTIPLIERS.get(bare[-1:].casefold(), 1.0)
    digits = bare[:-1].strip() if factor != 1.0 else bare
    if not NUMBER.fullmatch(digits):
        raise ValueError("not a number")
    return float(_decimal(re.sub(r"['’\s]", "", digits))) * factor


def split_currency(text: str) -> tuple[str, str | None]:
    """The text without the currency at either end, and its ISO code."""
    bare = " ".join(text.split())
    for sign, code in sorted(CURRENCIES.items(), key=lambda pair: -len(pair[0])):
        if bare.casefold().startswith(sign):
            return bare[len(sign) :].strip(), code
        if bare.casefold().endswith(sign):
            return bare[: -len(sign)].strip(), code
    return bare, None


def count(text: str) -> int:
    """A whole number of things, 0 or more.

    Raises:
        ValueError: it is none.
    """
    found = number(text)
    if found < 0:
        raise ValueError("a count cannot be negative")
    if not found.is_integer() or found > LARGEST_COUNT:
        raise ValueError("not a whole number of things")
    return int(found)


def minutes(text: str) -> float:
    """A duration in minutes.

    Raises:
        ValueError: it is none, or it is negative.
    """
    found = number(text)
    if found < 0:
        raise ValueError("a duration cannot be negative")
    return found


def flag(text: str) -> bool:
    """Yes or no.

    Raises:
        ValueError: neither.
    """
    bare = plain(text)
    if bare in YES or bare in NO:
        return bare in YES
    raise ValueError("neither yes nor no")


def _decimal(digits: str) -> str:
    """With a point for the decimals.

    Of two kinds of sign the last is the decimal one; a sign that repeats groups, and so does one comma before exactly
    three digits (one point does not).
    """
    point, comma = digits.rfind("."), digits.rfind(",")
    if point >= 0 and comma >= 0:
        decimal, group = (".", ",") if point > comma else (",", ".")
        return digits.replace(group, "").replace(decimal, ".")
    sign = "." if point >= 0 else ","
    if digits.count(sign) > 1 or (sign == "," and re.fullmatch(r"[+-]?\d{1,3},\d{3}", digits)):
        return digits.replace(sign, "")
    return digits.replace(",", ".")
