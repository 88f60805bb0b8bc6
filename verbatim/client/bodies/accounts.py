"""What is sent: accounts.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NotRequired, TypedDict


class AccountRecord(TypedDict):
    """AccountRecord."""

    # the account's own id at its source: the same id again updates it
    id: str | int | None
    # name
    name: NotRequired[str | None]
    # tier or plan
    tier: NotRequired[str | None]
    # annual recurring revenue
    arr: NotRequired[float | str | None]
    # currency of arr, ISO 4217
    currency: NotRequired[str | None]
    # customer since
    since: NotRequired[datetime | str | None]
    # next renewal
    renewal_at: NotRequired[datetime | str | None]
    # who looks after it; an e-mail address becomes a code
    owner: NotRequired[str | None]
    # what to group by: names and short values
    segments: NotRequired[Mapping[str, str | float | bool | None] | None]
