"""Texts that no form has to fear, in one place: what customers and sources wrote may turn a line round or never end.

Markup, formulas and links are each form's own: it alone knows what would be one.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
UNPRINTABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
LONGEST_WORD = 400  # more than a quote is long, so that writing without spaces is not cut
ENDLESS = re.compile(rf"(\S{{{LONGEST_WORD}}})\S+")

T = TypeVar("T")


def harmless(report: T) -> T:
    """The report with every text in it on one line, in reading direction, printable, and without endless words.

    >>> harmless(("a\u202eb", "x" * 100_000)) == ("a b", "x" * 400 + "\u2026")
    True
    """
    found: Any = report
    if isinstance(found, str):
        found = ENDLESS.sub("\\1\u2026", UNPRINTABLE.sub("\ufffd", CONTROL.sub(" ", found)))
    elif isinstance(found, tuple):
        found = tuple(harmless(each) for each in found)
    elif isinstance(found, dict):
        found = {harmless(name): harmless(each) for name, each in found.items()}
    elif is_dataclass(found) and not isinstance(found, type):
        found = replace(found, **{field.name: harmless(getattr(found, field.name)) for field in fields(found)})
    tamed: T = found
    return tamed
