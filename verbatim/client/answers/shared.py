"""What comes back: shared.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from verbatim.client.reading import Answered
from verbatim.client.words import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenScoreOut:
    """An answer in the same survey; of several to one metric the latest."""

    metric: str
    # as it was given
    value: float
    scale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanOut:
    """A theme that `text[start:end]` speaks of."""

    id: str
    name: str
    # first character
    start: int
    # the character after the last; null: to the end
    end: int | None
    # from -1 to 1
    sentiment: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOut:
    """A comment, redacted, with what is known around it. Ids of tickets, accounts and contacts are the
    source's.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsPage(Answered):
    """Comments, newest first; those without a time come last."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    comments: tuple[CommentOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionOut:
    """How a score is counted."""

    # as `definition` and the setting `definitions` take it
    name: str
    # in words
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateOut:
    """A figure and its 95 % interval; null without answers."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOut(Answered):
    """One piece of long work."""

    id: str
    kind: str
    status: Literal["queued", "running", "done", "failed", "cancelled"]
    # what it was told
    arguments: Mapping[str, Any]
    # who asked for it
    person: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    # workers that took it; more than one: some were killed
    attempt: int
    # what it is doing
    step: str | None
    # share of the step or of the whole, 0 to 1; null: not known
    done: float | None
    cancel_asked: bool
    # what came out of it, once it is done
    result: Mapping[str, Any]
    # why it failed
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordProblem:
    """What is wrong with one field; what was sent is not repeated."""

    # the field; null: the whole record
    field: str | None
    # why it was refused, and what would fit
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutcome:
    """What became of one record."""

    # its number in the request, from 1
    row: int
    # the id it came with
    id: str | None
    outcome: Outcome
    # fields that could not be read; a record that is not rejected is stored without them
    problems: tuple[RecordProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsTaken(Answered):
    """What became of the records. The counts are records."""

    # names this call among the batches
    batch_id: str
    source: str
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    # comments that corrected records have no longer
    removed: int
    # one for each record, in order
    records: tuple[RecordOutcome, ...]
