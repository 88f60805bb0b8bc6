"""What comes back: scores.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from verbatim.client.answers.shared import DefinitionOut, EstimateOut
from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigureOut:
    """One way to make one figure of several accounts."""

    value: float | None
    low: float | None
    high: float | None
    variant: str
    text: str
    n: int
    accounts: int
    contacts: int | None
    behind: str
    # accounts that answered but have no value to weight with
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOut(Answered):
    """A score and everything needed to read it."""

    value: float | None
    low: float | None
    high: float | None
    metric: str
    # share and index in per cent, net in points, mean on the scale
    figure: str
    # answers behind it, without blanks and "not applicable"
    n: int
    mean: float | None
    mean_low: float | None
    mean_high: float | None
    # how it compares with usual ones, in words
    band: str | None
    mean_band: str | None
    # fewer answers than 30 (calculators) or the setting small_group (stored ones)
    uncertain: bool
    # the organisation's own earlier value, if given
    baseline: float | None
    # of the intervals
    confidence: float
    # what n is worth where answers are weighted
    effective_n: float | None
    # per cent by category
    shares: Mapping[str, float | None]
    # the other figures of the same answers
    figures: Mapping[str, EstimateOut]
    # answer → how many
    counts: Mapping[str, float]
    definition: DefinitionOut


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSheet:
    """The account-level figures on one scale."""

    scale: str
    step: str | None
    definition: DefinitionOut
    total: ScoreOut
    figures: tuple[AccountFigureOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSheets(Answered):
    """One sheet a scale; `note` says why nothing is weighted by value, where that is so."""

    sheets: tuple[AccountSheet, ...]
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOut:
    """A difference between two scores, in the unit of the figure."""

    value: float | None
    low: float | None
    high: float | None
    # whether 0 lies in the interval
    is_noise: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DivergenceOut:
    """Two signals that contradict each other."""

    kind: str
    statement: str
    # the figures behind it
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergences(Answered):
    """What was found in the three months before `until` against the three before those; empty: nothing."""

    until: datetime
    divergences: tuple[DivergenceOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """How much a segment goes together with a score: an association, not a cause."""

    factor: str
    groups: int
    n: int
    # per cent of the answers' variance (ω²)
    explained: float | None
    p_value: float | None
    # the group with the lowest score; people are not named
    lowest: str | None
    lowest_score: float | None
    highest: str | None
    highest_score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors(Answered):
    """Factors, the strongest first."""

    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A score in the days before and after a milestone: a comparison, not a proof."""

    name: str
    kind: str
    at: datetime
    before: ScoreOut
    after: ScoreOut
    change: ChangeOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestones(Answered):
    """Every milestone, the oldest first."""

    milestones: tuple[Milestone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One group, one period of it, or one pair of a cross table. Figures are null without answers or if
    withheld.
    """

    # the group, by segment; null: answers without one
    segments: Mapping[str, str | None]
    period: str | None = None
    period_start: datetime | None = None
    # exclusive
    period_end: datetime | None = None
    # where the rolling four weeks begin
    window_start: datetime | None = None
    # in a cross table: the segment whose total the row is
    total_of: str | None = None
    n: int
    score: float | None
    low: float | None
    high: float | None
    mean: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None
    shares: Mapping[str, float | None] | None = None
    # of CES: net_easy and ease_index
    figures: Mapping[str, EstimateOut] | None = None
    # from the period before; null on the first
    change: ChangeOut | None = None
    # with the organisation's mix of `adjust_for`
    adjusted: EstimateOut | None = None
    # share (0…1) of that mix the group has answers in
    coverage: float | None = None
    band: str | None = None
    uncertain: bool
    # too few answers to show a single agent's figures
    withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSheetOut:
    """The score on one scale; answers on several scales are never averaged together."""

    metric: str
    scale: str
    # NPS: relational and transactional answers stay apart
    step: str | None
    definition: DefinitionOut
    total: ScoreOut
    rows: tuple[ScoreRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets(Answered):
    """One sheet a scale, the one with most answers first."""

    sheets: tuple[ScoreSheetOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOut(Answered):
    """Where a score stands against the target of the settings."""

    goal: float
    start: float | None
    start_on: date | None
    due_on: date | None
    # what the line from start to goal asks for now
    expected: float
    # value − expected
    gap: float | None
    on_track: bool | None
    # what was expected lies within the score's interval
    is_noise: bool | None
    reached: bool | None
    overdue: bool
    statement: str
    score: ScoreOut
