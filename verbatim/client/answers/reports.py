"""What comes back: reports.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """One file of a report."""

    format: Literal["html", "md", "json", "pdf", "xlsx", "email", "pptx"]
    bytes: int
    sha256: str
    # where to fetch it
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOut(Answered):
    """A report that was made."""

    # also the id of the job that made it
    id: str
    kind: Literal["daily", "weekly", "monthly", "account"]
    period: str
    # of an account review
    account: str | None
    # segments it is broken down by, where somebody chose
    by: tuple[str, ...] | None
    files: tuple[ReportFile, ...]
    made_at: datetime
    # who asked for it
    person: str
    # the schedule it was made for
    schedule_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports(Answered):
    """Reports, newest first."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    reports: tuple[ReportOut, ...]
