"""What comes back: predictions.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReason:
    """A statement, and what it added to the risk."""

    statement: str
    # percentage points of risk
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk:
    """An open ticket with its newest prediction."""

    # your id of it
    ticket: str | None
    metric: str
    predictor: str | None
    # the moment that was scored
    at: datetime
    stage: str
    probability: float
    low: float
    high: float
    expected_score: float | None
    band: str
    reasons: tuple[KeptReason, ...]
    # what the strongest reason calls for
    next_step: str | None
    # redacted
    subject: str | None
    status: str | None
    priority: str | None
    channel: str | None
    team: str | None
    agent: str | None
    opened_at: datetime | None
    # your id of the account
    account: str | None
    account_name: str | None
    tier: str | None
    # yearly value of the account, in its currency
    value: float | None
    currency: str | None
    # who owns the account
    owner: str | None
    # newest feedback: agree, disagree or snooze
    said: str | None
    # when a snooze ends
    said_until: datetime | None
    # the newest thing that somebody did about it
    acted: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackOut(Answered):
    """What was noted."""

    ticket: str
    metric: str
    kind: str
    at: datetime
    until: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverOut:
    """What would lower the risk, and to what."""

    what: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPrediction:
    """What was predicted at a moment."""

    at: datetime
    made_at: datetime
    predictor_id: str
    stage: str
    probability: float
    low: float
    high: float
    expected_score: float | None
    band: str
    reasons: tuple[KeptReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPredictions(Answered):
    """Oldest first."""

    predictions: tuple[PastPrediction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonOut:
    """One statement, and what it adds to the risk."""

    statement: str
    # percentage points of risk; negative where it lowers it
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarTicket:
    """A past ticket with similar reasons, and how it was rated."""

    ticket: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction(Answered):
    """The risk that a ticket will be rated badly."""

    metric: str
    # which version predicted
    predictor: str
    # what counts as a bad rating
    target: str
    # its id, where it has one
    ticket: str | None = None
    # 0 to 1, calibrated
    probability: float
    # lower end of its interval
    low: float
    # upper end of its interval
    high: float
    # usual, raised or high, by what the team can look at
    band: str
    expected_score: float | None = None
    # how far the ticket is
    stage: str
    # the risk of a ticket about which nothing is known
    usual: float | None = None
    reasons: tuple[ReasonOut, ...]
    # what everything else adds, in points
    other_points: float | None = None
    next_step: str | None = None
    levers: tuple[LeverOut, ...]
    similar: tuple[SimilarTicket, ...]
    # columns that training had and this ticket has not
    not_known: tuple[str, ...]
    # the same features, the same hash
    features_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskQueue(Answered):
    """Open tickets, those that need somebody most first."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    # how many tickets are open
    open: int
    # how many the team said it can look at
    capacity: int | None
    tickets: tuple[AtRisk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored:
    """A ticket that could not be scored, and why."""

    ticket: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPredictions(Answered):
    """Predictions in the order of the ids."""

    predictions: tuple[Prediction, ...]
    unscored: tuple[Unscored, ...]
