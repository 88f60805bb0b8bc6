"""What comes back: surveys.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from verbatim.client.answers.shared import EstimateOut
from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class DelaysOut:
    """How long answers took, from the interaction on."""

    n: int
    median_hours: float | None
    p90_hours: float | None
    # later than the setting late_after_days
    late: int
    # per cent
    late_share: float | None
    # before the interaction; count in no delay
    implausible: int
    # without a time
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility(Answered):
    """Whether a person may be asked now."""

    contact: str
    metric: str
    # whether anybody of this id is known here
    known: bool
    # null: nothing is known of them
    allowed: bool | None
    # why not
    reason: str | None
    # from when on they may be asked
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibilities(Answered):
    """One answer a contact, in the order they were asked for."""

    contacts: tuple[Eligibility, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostStratifiedOut:
    """The score as it would be if all tickets had answered in their proportions."""

    value: float | None
    low: float | None
    high: float | None
    by: tuple[str, ...]
    # as answered
    raw: float | None
    # share (0…1) of the tickets in groups with answers
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Response and comment rates of one group, in per cent; null where nothing was sent or answered."""

    # the group, by segment; null: answers without one
    segments: Mapping[str, str | None]
    period_start: datetime | None = None
    sent: int
    answered: int
    # answers ÷ surveys sent
    response: EstimateOut
    commented: int
    # answers with a comment ÷ answers
    comment: EstimateOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondents:
    """A group's share of the answers against its share of all tickets; the difference in points."""

    value: float | None
    low: float | None
    high: float | None
    # the group, by segment; null: answers without one
    segments: Mapping[str, str | None]
    tickets: int
    tickets_share: float | None
    respondents: int
    respondents_share: float | None
    is_noise: bool | None
    # 1: as in the tickets
    representation: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyQualityOut(Answered):
    """How far the answers to a metric can be trusted."""

    metric: str
    rates: tuple[Rates, ...]
    delays: DelaysOut
    # null with `where`, or where tickets have no such segment
    respondents: tuple[Respondents, ...] | None
    post_stratified: PostStratifiedOut | None
