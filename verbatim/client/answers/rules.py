"""What comes back: rules.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOut(Answered):
    """A rule as it holds."""

    name: str
    # default, settings or edited
    origin: str
    # its ETag is this in quotes
    version: str
    changed_at: datetime | None
    changed_by: str | None
    active: bool
    signal: str
    metric: str | None
    when: str
    scales: tuple[str, ...]
    segments: Mapping[str, tuple[str, ...]]
    tiers: tuple[str, ...]
    minimum_arr: float | None
    who: str
    person: str | None
    what: str
    task_due: str | None
    due: str
    severity: str
    events: tuple[str, ...]
    window_days: float
    at_least: int
    within_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(Answered):
    """A rule after its edits were taken back; `rule` is null where people had added it."""

    rule: RuleOut | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules(Answered):
    """Every rule: the usual ones in their order, then those that were added."""

    rules: tuple[RuleOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried(Answered):
    """What a rule would have asked for; nothing was written."""

    days: int
    # that it asks for in these days
    follow_ups: int
    # of them, how many exist already
    there: int
    # nobody would be named
    without_owner: int
    # most on one day
    busiest_day: int
