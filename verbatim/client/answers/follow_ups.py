"""What comes back: follow ups.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts(Answered):
    """How closing the loop went in a span; each follow-up counts once for each state it reached then."""

    opened: int
    contacted: int
    resolved: int
    cannot_resolve: int
    withdrawn: int
    overdue: int
    # median of business hours from the signal
    hours_to_contact: float | None
    open_now: int
    overdue_now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp(Answered):
    """Something that somebody has to do about an answer, an account, a theme or an open ticket."""

    id: str
    rule: str
    signal: str
    state: Literal["open", "contacted", "resolved", "cannot_resolve", "withdrawn"]
    severity: str
    what: str
    # the role that must act
    who: str
    # the person, where known or assigned
    owner: str | None
    # why it cannot be resolved
    reason: str | None
    metric: str | None
    response_id: str | None
    # your id of it
    ticket: str | None
    # your id of it
    account: str | None
    # a key of the store: whose, only your system knows
    contact_id: str | None
    theme_id: str | None
    # affected, where it is about several
    customers: int | None
    occurred_at: datetime
    created_at: datetime
    # somebody has taken it by then
    task_due_at: datetime | None
    # the customer has been contacted by then
    due_at: datetime
    taken_at: datetime | None
    state_at: datetime
    # when it was found overdue
    overdue_at: datetime | None
    # of the last change; its ETag is this in quotes
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpStep:
    """One step of a follow-up's history."""

    sequence: int
    at: datetime
    person: str
    # state, assigned, note or undo
    kind: str
    from_state: Literal["open", "contacted", "resolved", "cannot_resolve", "withdrawn"]
    to_state: Literal["open", "contacted", "resolved", "cannot_resolve", "withdrawn"]
    from_owner: str | None
    to_owner: str | None
    # redacted, as comments are
    note: str | None
    reason: str | None
    # the sequence of the step that was taken back
    undoes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpWithHistory(Answered):
    """A follow-up with every step, the first one first."""

    id: str
    rule: str
    signal: str
    state: Literal["open", "contacted", "resolved", "cannot_resolve", "withdrawn"]
    severity: str
    what: str
    # the role that must act
    who: str
    # the person, where known or assigned
    owner: str | None
    # why it cannot be resolved
    reason: str | None
    metric: str | None
    response_id: str | None
    # your id of it
    ticket: str | None
    # your id of it
    account: str | None
    # a key of the store: whose, only your system knows
    contact_id: str | None
    theme_id: str | None
    # affected, where it is about several
    customers: int | None
    occurred_at: datetime
    created_at: datetime
    # somebody has taken it by then
    task_due_at: datetime | None
    # the customer has been contacted by then
    due_at: datetime
    taken_at: datetime | None
    state_at: datetime
    # when it was found overdue
    overdue_at: datetime | None
    # of the last change; its ETag is this in quotes
    sequence: int
    history: tuple[FollowUpStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUps(Answered):
    """A page of the inbox, the first due first."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    follow_ups: tuple[FollowUp, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept(Answered):
    """What a sweep looked at and did."""

    # looked at
    answers: int
    created: int
    refreshed: int
    withdrawn: int
    reopened: int
    # newly overdue
    overdue: int
    alerts: int
    # messages about answers for timelines
    told: int
