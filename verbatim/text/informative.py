"""Tells comments that say something from those that do not ("ok", "n/a", "nothing", "👍", "very good").

Mining puts the second sort into one bucket, "No detail", instead of letting them form themes.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from verbatim.text.verdicts import (
    COMPLAINING_MARKS,
    COMPLAINING_PHRASES,
    COMPLAINT,
    EMPTY_PHRASES,
    FILLER,
    NEGATIONS,
    NOTHING,
    PRAISE,
    PRAISING_MARKS,
    PRAISING_PHRASES,
)

_TAG = re.compile(r"\[[A-Z][A-Z0-9_]{0,30}\]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_FULL_MARKS = re.compile(r"\b(10|5|100) ?(?:/|out of|von|de|sur|su) ?\1\b|\b100 ?%")
_REPEATED = re.compile(r"(.)\1{2,}|(..)\2{2,}|(?=[^aeiouyäöü]+$)(.{2,4})\3+")
_KEYBOARD_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm")
_STRETCHED = re.compile(r"(.)\1{2,}")
_MOST_WORDS = 12
_KNOWN = NOTHING | PRAISE | COMPLAINT | FILLER
_NONE = frozenset(("no", "nothing", "kein", "keine", "nichts", "nada"))
_A_PRAISE, _A_COMPLAINT = "excellent", "poor"  # stand for a phrase of their sort once found


class Polarity(StrEnum):
    """What a comment without detail says all the same."""

    PRAISE = "praise"
    COMPLAINT = "complaint"
    NEUTRAL = "neutral"


def is_informative(text: str) -> bool:
    """Whether ``text`` says more than yes, no, nothing, thanks or a bare verdict.

    A comment of at most 12 words that are all verdicts, negations and fillers, or that has no words, says nothing; so
    does keyboard noise ("asdfgh", "xxxx"). Any other word makes it informative.

    >>> is_informative("Very good, thanks!"), is_informative("Very good app")
    (False, True)
    """
    words = _words(text)
    if len(words) > _MOST_WORDS:
        return True
    return not all(word in _KNOWN or _is_noise(word) for word in words)


def no_detail_polarity(text: str) -> Polarity:
    """Whether a comment that says nothing else praises or complains; ``NEUTRAL`` where neither is evident.

    >>> no_detail_polarity("👍").value, no_detail_polarity("not good").value, no_detail_polarity("n/a").value
    ('praise', 'complaint', 'neutral')
    """
    balance = sum(mark in text for mark in PRAISING_MARKS) - sum(mark in text for mark in COMPLAINING_MARKS)
    negated = False
    previous = ""
    for word in _words(text):
        verdict = (word in PRAISE) - (word in COMPLAINT)
        # "no good" and "nothing bad" turn a verdict round; "no, excellent" and "nothing, excellent" do not.
        turned = negated or (previous in _NONE and (word in COMPLAINT or (previous, word) == ("no", "good")))
        balance += -verdict if turned else verdict
        negated = word in NEGATIONS or (negated and verdict == 0 and word in FILLER)
        previous = word
    if balance == 0:
        return Polarity.NEUTRAL
    return Polarity.PRAISE if balance > 0 else Polarity.COMPLAINT


def _words(text: str) -> list[str]:
    """The lower-case words of ``text``'s beginning, without empty phrases: enough to tell whether it has detail."""
    marked = _FULL_MARKS.sub(_A_PRAISE, _TAG.sub(" ", text[:500]).replace("’", "'").casefold())
    plain = " ".join(_WORD.findall(marked))
    if len(plain) < 200:
        plain = _phrases(PRAISING_PHRASES).sub(_A_PRAISE, plain)
        plain = _phrases(COMPLAINING_PHRASES).sub(_A_COMPLAINT, plain)
        plain = _phrases(EMPTY_PHRASES).sub("", plain)
    return [word if word in _KNOWN else _STRETCHED.sub(r"\1\1", word) for word in plain.split()]


@cache
def _phrases(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, phrases), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b")


def _is_noise(word: str) -> bool:
    """Whether ``word`` is a single letter or a slip of the keyboard."""
    if len(word) == 1:
        return word.isascii()
    on_one_row = len(word) >= 4 and any(word in row + row for row in _KEYBOARD_ROWS)
    return on_one_row or _REPEATED.fullmatch(word) is not None
