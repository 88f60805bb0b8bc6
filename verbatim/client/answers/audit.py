"""What comes back: audit.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One write or export."""

    at: datetime
    person: str
    key_id: str | None
    operation: str
    subject: str | None
    status: int
    request_id: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage(Answered):
    """The audit log, newest first."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    lines: tuple[AuditLine, ...]
