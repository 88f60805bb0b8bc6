"""What is sent: themes.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired, TypedDict


class Describe(TypedDict):
    """Say what a theme is about; an empty text takes the description away."""

    kind: Literal["describe"]
    # id of a theme
    theme: str
    text: str


class Mark(TypedDict):
    """Pin a theme (it stays though later comments are not about it), archive it (in no list), or end either."""

    kind: Literal["pin", "unpin", "archive", "restore"]
    # id of a theme
    theme: str


class Merge(TypedDict):
    """Make themes one with another, whose id and name stay; their ids lead to it from then on."""

    kind: Literal["merge"]
    # id of a theme
    target: str
    sources: Sequence[str]


class Move(TypedDict):
    """Put comments into a theme, for good; others with the same text go along."""

    kind: Literal["move"]
    comments: Sequence[str]
    # where they belong; no-detail: nowhere
    theme: str
    # only what they say on this theme
    source: NotRequired[str | None]


class MoveTheme(TypedDict):
    """Put a theme under another one, or at the top."""

    kind: Literal["move-theme"]
    # id of a theme
    theme: str
    # a theme at the top; null: the theme goes to the top itself
    parent: str | None


class Part(TypedDict):
    """A part of a split: comments that belong to it; without a name it gets one."""

    comments: Sequence[str]
    name: NotRequired[str | None]


class Rename(TypedDict):
    """Call a theme something else; names are unique."""

    kind: Literal["rename"]
    # id of a theme
    theme: str
    name: str


class Split(TypedDict):
    """Split a theme by examples: each comment of it, later ones too, goes to the part with the nearest example."""

    kind: Literal["split"]
    # id of a theme
    theme: str
    parts: Sequence[Part]
    # put the parts in the theme's place instead of under it
    apart: NotRequired[bool]


class SplitOff(TypedDict):
    """Make sub-themes of a theme themes beside it."""

    kind: Literal["split-off"]
    # id of a theme
    theme: str
    sub_themes: Sequence[str]


class Undo(TypedDict):
    """Take an edit back: by its number or id, or without one the last that holds. Undoing an undo makes it
    again.
    """

    kind: Literal["undo"]
    edit: NotRequired[int | str | None]
