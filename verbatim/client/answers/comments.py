"""What comes back: comments.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from verbatim.client.answers.shared import CommentOut, GivenScoreOut, SpanOut
from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAround:
    """The account that a comment comes from."""

    # the key
    id: str
    external_id: str | None
    name: str | None
    tier: str | None
    arr: float | None
    currency: str | None
    since: datetime | None
    renewal_at: datetime | None
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentCountOut(Answered):
    """How many comments there are."""

    comments: int
    # there are more: counting ended at `most`
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAround:
    """The ticket that a comment is about, as it stands."""

    # the key
    id: str
    external_id: str | None
    subject: str | None
    status: str | None
    priority: str | None
    created_at: datetime | None
    first_reply_at: datetime | None
    solved_at: datetime | None
    replies: int | None
    reopens: int | None
    escalated: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentInContext(Answered):
    """A comment with its ticket and account."""

    id: str
    text: str
    language: str | None
    question: str | None
    # whether it says something in detail
    informative: bool
    occurred_at: datetime | None
    source: str
    segments: Mapping[str, str]
    ticket: str | None
    account: str | None
    account_name: str | None
    contact: str | None
    # what it speaks of, in order; a theme can come twice
    themes: tuple[SpanOut, ...]
    scores: tuple[GivenScoreOut, ...]
    # where in `text` stands what `words` asked for: first character and the one after the last, counted in code
    # points; in order, none overlaps another. A word found by its beginning is a place as a whole, a phrase is
    # one. Empty where no words were asked for
    matches: tuple[tuple[int, ...], ...] | None = None
    # the ticket; null: none is known
    about: TicketAround | None
    # the account; null: none is known
    customer: AccountAround | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarOut:
    """A comment and how near it is in meaning."""

    # of the angle between both texts' vectors: 1 is the same
    cosine: float
    comment: CommentOut


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarComments(Answered):
    """The nearest comments, best first."""

    found: tuple[SimilarOut, ...]
    # comments that cannot be found so yet, since they have no vector: mining or a job of kind encode makes them
    missing: int
