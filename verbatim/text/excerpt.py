"""The part of a text that speaks of something, with “…” where there is more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MORE = "…"
WORDS = re.compile(r"\w")


def covered(text: str, spans: Iterable[tuple[int, int | None]]) -> tuple[tuple[int, int], ...]:
    """The characters ``[start, end)`` that ``spans`` cover, in order, none of them touching; ``None`` ends the text.

    Gaps without a letter or digit (the full stop after a sentence) belong to the span before them, those at the
    beginning to the first. Empty spans are left out.
    """
    ends = sorted((max(0, start), len(text) if end is None else min(end, len(text))) for start, end in spans)
    found: list[tuple[int, int]] = []
    for start, end in ends:
        if start >= end:
            continue
        begin = found[-1][1] if found else 0
        if start <= begin or not WORDS.search(text, begin, start):
            first = found.pop()[0] if found else 0
            found.append((first, max(begin, end)))
        else:
            found.append((start, end))
    if found and not WORDS.search(text, found[-1][1]):
        found[-1] = (found[-1][0], len(text))
    return tuple(found)


def excerpt(text: str, spans: Iterable[tuple[int, int | None]]) -> str:
    """What ``spans`` cover, “…” in the place of all else; the whole text where they cover nothing.

    >>> excerpt("The page is slow, but Ann was kind. Thanks.", [(22, 35)])
    '… Ann was kind. …'
    """
    places = covered(text, spans)
    if not places:
        return text
    said = [text[start:end].strip() for start, end in places]
    before = [MORE] if places[0][0] > 0 else []
    after = [MORE] if places[-1][1] < len(text) else []
    return " ".join([*before, f" {MORE} ".join(said), *after])
