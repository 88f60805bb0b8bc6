"""What comes back: jobs.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verbatim.client.answers.shared import JobOut
from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """One line of a job's log; no customer's words."""

    position: int
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLines(Answered):
    """The log of a job, oldest line first."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    lines: tuple[JobLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs(Answered):
    """Jobs, newest first."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    jobs: tuple[JobOut, ...]
