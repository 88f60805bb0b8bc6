"""Spans of a text: where finders say what they found, and how later finders are kept off it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Found: TypeAlias = tuple[int, int, str]
"""Start, end and kind of a finding."""


def masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    r"""``text`` with every character of ``spans`` replaced by ``\0``: same length, so that offsets hold."""
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if end <= position:
            continue
        start = max(start, position)
        pieces += [text[position:start], "\0" * (end - start)]
        position = end
    return "".join([*pieces, text[position:]]) if pieces else text
