"""What comes back: keys.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verbatim.client.reading import Answered
from verbatim.client.words import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOut(Answered):
    """A key, without its secret."""

    id: str
    name: str
    role: str | None
    scopes: tuple[Scope, ...]
    accounts: tuple[str, ...]
    teams: tuple[str, ...]
    # active, revoked or expired
    state: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys(Answered):
    """Every key, newest first."""

    keys: tuple[KeyOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey(Answered):
    """A key that was just made."""

    id: str
    name: str
    role: str | None
    scopes: tuple[Scope, ...]
    accounts: tuple[str, ...]
    teams: tuple[str, ...]
    # active, revoked or expired
    state: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    # the key itself: shown now and never again
    key: str
