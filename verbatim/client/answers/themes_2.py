"""What comes back: themes 2.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verbatim.client.answers.themes import PastEdit, QuoteOut, ThemeChangeOut, ThemeOut
from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeDetail(Answered):
    """A theme with the comments that show best what it is about."""

    # permanent
    id: str
    parent_id: str | None
    # theme, or no_detail: comments that say nothing in detail
    kind: str
    name: str
    keywords: tuple[str, ...]
    # what a person wrote about it
    description: str | None
    pinned: bool
    archived: bool
    # comments on it or its sub-themes, each once
    n: int
    # comments of the span on any theme or none
    of: int
    # n of `of`; null: there are none
    share: float | None
    # mean of what is said on it, -1 to 1
    sentiment: float | None
    # in the span of equal length before; needs from and to
    n_before: int | None
    of_before: int | None
    # difference of the shares, 0.01 is a percentage point
    change: float | None
    # largest first
    sub_themes: tuple[ThemeOut, ...] | None = None
    # the id asked for, where it was merged into this one
    merged_from: str | None
    # ids of themes that were merged into it
    aliases: tuple[str, ...]
    # best first; those that the caller may see
    quotes: tuple[QuoteOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeHistory(Answered):
    """What became of a theme: with each mining, and by people."""

    # as in GET /v1/themes/changes, oldest first
    lineage: tuple[ThemeChangeOut, ...]
    # oldest first
    edits: tuple[PastEdit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Themes(Answered):
    """The tree of themes, largest first."""

    # which mining they are of
    model_id: str
    # number of the last edit in them; 0: none
    edit: int
    themes: tuple[ThemeOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneOut(Answered):
    """How a theme sounds, of its newest comments."""

    id: str
    name: str
    # how many of the newest were read
    comments: int
    # those with a sentiment
    scored: int
    # mean, -1 to 1
    sentiment: float | None
    # 95 % interval (Student's t)
    low: float | None
    high: float | None
    # shares; a comment can be of several kinds
    kinds: Mapping[str, float]
    subjects: Mapping[str, float]
    # mean strength, 0 to 1
    emotion: float
    # share of strong ones
    strong: float
