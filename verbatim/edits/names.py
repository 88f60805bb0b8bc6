"""What people may call a theme, and how names are kept apart."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from verbatim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

LONGEST_NAME, LONGEST_DESCRIPTION = 80, 2000
_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # emoji and several scripts need them
_MARKUP = re.compile(r"</?[A-Za-z!][^>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[A-Za-z]+);")
_LIKE_AN_ID = re.compile(r"[TE]\d+(-\w+)?|no-detail", re.IGNORECASE)


def check_name(name: str) -> str:
    """``name`` with single spaces, NFC.

    Raises:
        InputError: empty, too long, with control characters or markup, or one that reads like a theme's id.
    """
    plain = _checked(name, "a theme's name", LONGEST_NAME)
    if not plain:
        raise InputError("a theme's name cannot be empty")
    if _LIKE_AN_ID.fullmatch(plain):
        raise InputError(f"{plain!r} reads like the id of a theme; choose a name in words")
    return plain


def check_description(description: str) -> str:
    """``description`` with single spaces, NFC; it may be empty.

    Raises:
        InputError: too long, or with control characters or markup.
    """
    return _checked(description, "a description", LONGEST_DESCRIPTION)


def key_of(name: str) -> str:
    """What two names share that read the same.

    >>> key_of("Late  Refund") == key_of("late refund")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def free_name(name: str, keywords: Sequence[str], taken: Collection[str]) -> str:
    """``name``, or the first variant of it whose `key_of` is not in ``taken``."""
    return next(variant for variant in _variants(name, keywords) if key_of(variant) not in taken)


def _variants(name: str, keywords: Sequence[str]) -> Iterator[str]:
    yield name
    for keyword in keywords:
        if key_of(keyword) not in key_of(name):
            yield f"{name} ({keyword})"
    number = 2
    while True:
        yield f"{name} {number}"
        number += 1


def _checked(text: str, what: str, longest: int) -> str:
    if len(text) > 100 * longest:  # before anything is done with it
        raise InputError(f"{what} has {len(text):,} characters; at most {longest} are allowed")
    plain = unicodedata.normalize("NFC", " ".join(text.split(" ")))
    strange = next((one for one in plain if unicodedata.category(one) in _FORBIDDEN and one not in _JOINERS), None)
    if strange is not None:
        raise InputError(f"{what} cannot hold the character U+{ord(strange):04X}; write it in plain text, on one line")
    plain = " ".join(plain.split())
    if len(plain) > longest:
        raise InputError(f"{what} has {len(plain):,} characters; at most {longest} are allowed")
    found = _MARKUP.search(plain)
    if found:
        raise InputError(f"{what} cannot hold markup such as {found.group()[:20]!r}; write it in plain text")
    return plain
