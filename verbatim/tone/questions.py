"""What a survey's open question asks for, by its wording: praise, what could be better, or neither.

"Nothing" means one thing after "What could we do better?" and another after "What did you like?".
"""

from __future__ import annotations

import re
from enum import StrEnum


class Asked(StrEnum):
    """What an answer to the question is about, whatever it says."""

    PRAISE = "praise"
    IMPROVEMENT = "improvement"


_IMPROVEMENT = re.compile(
    r"\b(?:better|improve\w*|do differently|change|changes|missing|disappoint\w*|dislike\w*|difficult|problem\w*|"
    r"issues?|went wrong|worst|least|frustrat\w*|hinder\w*|not like|complain\w*|verbesser\w*|besser|fehlt|stört|"
    r"mejorar|mejor|"
    r"falta|cambiar\w*)\b"
)
_PRAISE = re.compile(
    r"\b(?:good|well|best|like|liked|enjoy\w*|love\w*|great|pleasant|praise|appreciate\w*|strength\w*|went right|happy|"
    r"gefallen|gefällt|gut|lob|gustó|gusta|bien|bueno)\b"
)
_WISH = re.compile(r"\b(?:like to see|want to see|wish for|should we|could we|suggest\w*|new features?)\b")
_BOTH = re.compile(r"\b(?:how|why|anything else|score|rating|recommend|reason|would you like)\b")

_ALL = frozenset("everything all alles todo tout tutto tudo".split())
_NONE = frozenset(
    "nothing none no nope nil nah nowt nichts nix keine nada ninguno ninguna rien niente niks nenhum".split()
)
_WORD = re.compile(r"[^\W\d_]+")


def asked_for(question: str | None) -> Asked | None:
    """What ``question`` asks for; ``None`` where its wording does not say, or asks for both.

    >>> asked_for("What could we do better?"), asked_for("What was good?"), asked_for("Any comments?")
    (<Asked.IMPROVEMENT: 'improvement'>, <Asked.PRAISE: 'praise'>, None)
    """
    if not question:
        return None
    plain = question[:500].casefold()
    if _WISH.search(plain):
        return Asked.IMPROVEMENT
    better, good = _IMPROVEMENT.search(plain), _PRAISE.search(plain)
    if (better is None) == (good is None) or _BOTH.search(plain):
        return None
    return Asked.IMPROVEMENT if better else Asked.PRAISE


def answer_direction(text: str) -> int:
    """What a short answer does with what its question asked for: 1 "everything", −1 "nothing", 0 neither ("n/a")."""
    words = set(_WORD.findall(text[:200].casefold()))
    if words & _NONE:
        return -1
    return 1 if words & _ALL else 0
