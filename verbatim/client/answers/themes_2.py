"""What comes back: themes 2.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verbatim.client.answers.shared import CommentOut
from verbatim.client.answers.themes import CountRow, MovedTheme, ThemeChangeOut
from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenDay:
    """24 hours in which several customers spoke of a theme."""

    theme_id: str
    name: str
    # of a sub-theme: the theme it is under
    parent_id: str | None
    # that theme's name
    part_of: str | None
    # ids of comments of that time (of a faded theme: from before), best first; texts: `quotes` of the answer
    quotes: tuple[str, ...]
    # what each of `quotes` says on the theme
    parts: tuple[str, ...]
    start: datetime
    # exclusive
    end: datetime
    # who spoke of it in that time
    customers: int
    # their comments on it
    n: int
    # customers who wrote in that time, on whatever
    of: int
    # customers that would have spoken of it, as usual
    expected: float
    # by permutation, allowing for all themes, windows and days
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Emerging(Answered):
    """What moved up to a month."""

    month: str
    # of the month
    comments: int
    # how many were looked at
    themes: int
    # share (0…1) of months with any theme here if dates meant nothing
    false_alarms: float
    # nothing moved beyond noise
    is_noise: bool
    # how sure this is, in words
    statement: str
    # surest first
    new: tuple[MovedTheme, ...]
    growing: tuple[MovedTheme, ...]
    shrinking: tuple[MovedTheme, ...]
    fading: tuple[MovedTheme, ...]
    # 24 hours in which several customers said the same
    days: tuple[SpokenDay, ...]
    # redacted texts by id of the comment
    quotes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEdit:
    """An edit of the history."""

    id: str
    # its number in the history
    sequence: int
    at: datetime
    person: str
    kind: str
    theme_id: str | None
    # what it does, in a few words
    words: str
    # what it was asked to do
    payload: Mapping[str, Any]
    # number of the edit that took it back
    undone_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEdits(Answered):
    """The history, newest first."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    edits: tuple[PastEdit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The characters `[start, end)` of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteOut:
    """A comment that shows what a theme is about."""

    # why it was chosen
    why: str | None
    # what it says on the theme
    part: str
    # where in the text it speaks of the theme
    spans: tuple[Stretch, ...]
    comment: CommentOut


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeCounts(Answered):
    """A theme over time, or by segment."""

    id: str
    name: str
    rows: tuple[CountRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeOut:
    """A theme and its figures, of what the caller may see; a comment on several themes counts in each."""

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
