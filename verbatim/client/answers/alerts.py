"""What comes back: alerts.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOut(Answered):
    """Raised once for its cause; stays until somebody acknowledges it."""

    id: str
    kind: str
    severity: str
    # the key of what it is about
    subject: str
    message: str
    at: datetime
    follow_up_id: str | None
    # your id of the account it is about
    account: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts(Answered):
    """A page of alerts, the newest first."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    alerts: tuple[AlertOut, ...]
