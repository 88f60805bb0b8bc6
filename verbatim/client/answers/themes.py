"""What comes back: themes.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verbatim.client.answers.shared import DefinitionOut
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
class ChronicTheme:
    """How long a theme has been unhappy, and by how much.

    A month counts where the theme is below the rest beyond noise; months that say nothing neither count nor end
    a run.
    """

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
    # what it is unhappy by: csat, ces, nps or sentiment
    basis: str
    # unhappy months
    run: int
    # first month of the run
    since: str
    # last month of the run
    until: str
    # answers (of sentiment: comments) on the theme in the run
    n: int
    # of these, in the unit of the definition's figure (per cent, net points or the scale's own); of sentiment
    # the mean, -1 to 1
    value: float
    # the same of the others
    rest: float
    # theme minus rest, turned so that negative is worse
    difference: float
    # 95 % interval of the difference
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronic(Answered):
    """What has been unhappy for months."""

    month: str
    # months running that make a theme chronic
    chronic_months: int
    # longest run first
    chronic: tuple[ChronicTheme, ...]
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
class DriverRow:
    """What one theme does to a score.

    Points are those of the definition's figure (percentage points of a share, net points, or those of the
    scale), turned so that negative is always worse. Intervals are 95 %, of each theme by itself.
    """

    theme_id: str
    name: str
    # of a sub-theme: the theme it is under
    parent_id: str | None
    # that theme's name
    part_of: str | None
    # comments on it in the span, with or without an answer
    volume: int
    # per cent of the span's comments
    share: float | None
    # comments on it in the span before; 0 without one
    volume_before: int
    # per cent; null: nothing is compared with
    share_before: float | None
    # of the share, percentage points
    change: float | None
    # interval of the change (Newcombe), percentage points
    change_low: float | None
    change_high: float | None
    # of the change, allowing for all themes (Holm)
    change_p: float | None
    # change_p is 0.05 or more; null: nothing is compared with
    change_is_noise: bool | None
    # answers on it
    n: int
    # customers behind these answers
    customers: int
    # of the answers on it, in the unit of the figure, not turned
    score: float | None
    score_low: float | None
    score_high: float | None
    # points: score of all answers minus the score without this theme's
    impact: float | None
    impact_low: float | None
    impact_high: float | None
    # points: how far the theme moves the score, all else (the other themes, segments) being equal
    adjusted: float | None
    adjusted_low: float | None
    adjusted_high: float | None
    # points: the same, for one answer on the theme
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    # of the adjusted impact, else of the impact, allowing for all themes (Holm)
    p: float | None
    # p is 0.05 or more; null: too little to tell
    is_noise: bool | None
    # why figures are null
    why: str | None


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
    # the span that shares are compared with: its start and its end
    before: tuple[datetime, ...] | None
    definition: DefinitionOut
    # of all answers, in the unit of the figure
    score: float
    # answers
    n: int
    # answers with a comment on a theme
    commented: int
    # behind the answers
    customers: int
    # what counts as one: account, contact, submission or answer
    customers_by: str | None
    # what impacts are adjusted for, beside the other themes
    segments: tuple[str, ...]
    # of the ridge regression's penalty (λ)
    strength: float | None
    # share (0…1) of the variance, on customers it has not seen
    explained: float | None
    # the one that pulls the score down most first
    themes: tuple[DriverRow, ...]


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
class MovedTheme:
    """How often a theme is spoken of in the last months, against the year before them."""

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
    # new (a fifth or less before), growing, shrinking or fading
    kind: str
    # first month of the window that says most
    since: str
    # how many months the window has, 1 to 6
    months: int
    # comments on the theme in the window
    n: int
    # all comments in the window
    of: int
    # comments on the theme in the up to twelve months before it
    n_before: int
    # all comments in these months
    of_before: int
    # per cent of the window's comments
    rate: float
    # per cent of the comments before it
    rate_before: float
    # accounts, else contacts, behind n
    customers: int
    # by permutation, allowing for all themes, windows and days
    p: float
