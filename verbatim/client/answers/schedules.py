"""What comes back: schedules.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleOut(Answered):
    """A schedule, when it is due, and how it last went."""

    id: str
    kind: Literal["daily", "weekly", "monthly", "account"]
    clock: str
    day: int | None
    timezone: str
    account: str | None
    formats: tuple[Literal["html", "md", "json", "pdf", "xlsx", "email", "pptx"], ...]
    by: tuple[str, ...] | None
    deliver_to: tuple[str, ...]
    active: bool
    # when it is made next; empty while it rests
    next_times: tuple[datetime, ...]
    # when it was last due
    last_at: datetime | None
    # why its last report failed; null: it did not
    last_problem: str | None
    created_at: datetime
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedules(Answered):
    """Schedules."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    schedules: tuple[ScheduleOut, ...]
