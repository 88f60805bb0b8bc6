"""What comes back: themes.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verbatim.client.answers.shared import CommentOut
from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedOut:
    """What one text speaks of."""

    # as it was read, redacted; null: nothing was left
    text: str | None
    language: str | None
    # the finest theme; null: none is near
    theme_id: str | None
    theme_name: str | None
    # cosine to the theme
    similarity: float | None
    # by how much it is nearer than the next one
    margin: float | None
    # from -1 to 1
    sentiment: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedTexts(Answered):
    """One answer a text, in order."""

    model_id: str
    # number of the last edit in the themes used
    edit: int
    texts: tuple[AssignedOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeState:
    """A theme as an edit finds or leaves it."""

    id: str
    parent_id: str | None
    name: str
    description: str | None
    # comments
    size: int
    pinned: bool
    archived: bool
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A theme before and after; null where it is not there."""

    before: ThemeState | None
    after: ThemeState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeChangeOut:
    """What became of a theme when comments were mined anew."""

    at: datetime
    model_id: str
    # continued, new, split, merged or gone
    kind: str
    old_id: str | None
    old_name: str | None
    new_id: str | None
    new_name: str | None
    # comments in both
    shared: float | None
    # share of the old theme's comments
    kept: float | None
    # share of the new theme's comments
    explained: float | None
    # of the centres
    cosine: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes(Answered):
    """What became of the themes."""

    changes: tuple[ThemeChangeOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronic(Answered):
    """What has been unhappy for months."""

    month: str
    # months running that make a theme chronic
    chronic_months: int
    chronic: tuple[Mapping[str, Any], ...]
    # redacted texts by id of the comment
    quotes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictOut:
    """An edit that is not true in the themes, in whole or for one comment."""

    edit_id: str
    sequence: int
    kind: str
    theme_id: str | None
    reason: str
    message: str
    comment_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """How many comments of a period or segment are on the theme, of how many."""

    # local midnight; null without a period, and for comments without a time
    period_start: datetime | None = None
    # value by name; null: without one
    segments: Mapping[str, str | None]
    n: int
    of: int
    share: float
    sentiment: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers(Answered):
    """What each theme does to a score."""

    metric: str
    scale: str
    step: str | None
    # top: themes at the top; fine: the finest
    layer: str
    start: datetime | None
    end: datetime | None
    # the span that shares are compared with
    before: tuple[datetime, ...] | None
    definition: Mapping[str, str]
    score: float
    # answers
    n: int
    # answers with a comment on a theme
    commented: int
    customers: int
    customers_by: str | None
    # what impacts are adjusted for, beside the other themes
    segments: tuple[str, ...]
    # of the ridge regression's penalty
    strength: float | None
    # share of the variance, on customers it has not seen
    explained: float | None
    # a row a theme, the largest impact first: score with and without it, gap, adjusted impact with its interval
    # and p, share and its change
    themes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOut:
    """An edit that was made."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOutcomeOut(Answered):
    """What an edit did, or in a preview would do."""

    preview: bool
    edit: EditOut
    # comments that are in another theme now
    moved_comments: int
    changes: tuple[Change, ...]
    # edits that are then not true any more, and were before
    conflicts: tuple[ConflictOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Emerging(Answered):
    """What moved up to a month."""

    month: str
    comments: int
    themes: int
    # share of months with any theme here if dates meant nothing
    false_alarms: float
    is_noise: bool
    # how sure this is, in words
    statement: str
    new: tuple[Mapping[str, Any], ...]
    growing: tuple[Mapping[str, Any], ...]
    shrinking: tuple[Mapping[str, Any], ...]
    fading: tuple[Mapping[str, Any], ...]
    # 24 hours in which several customers said the same
    days: tuple[Mapping[str, Any], ...]
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
