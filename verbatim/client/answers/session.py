"""What comes back: session.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verbatim.client.reading import Answered
from verbatim.client.words import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Me(Answered):
    """Who you are here and what you may do."""

    person: str
    role: str | None
    scopes: tuple[Scope, ...]
    # accounts this key is limited to; empty: all
    accounts: tuple[str, ...]
    # teams this key is limited to; empty: all
    teams: tuple[str, ...]
    # whether single agents' ratings are shown
    sees_agents: bool
    # when the session ends; null for keys
    expires_at: datetime | None = None
