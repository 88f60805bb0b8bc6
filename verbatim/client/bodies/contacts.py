"""What is sent: contacts.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NotRequired, TypedDict


class ContactRecord(TypedDict):
    """ContactRecord."""

    # the person's own id at its source: the same id again updates it
    id: str | int | None
    # id of the account, as in its own record
    account_id: NotRequired[str | int | None]
    # role at the customer
    role: NotRequired[str | None]
    # known since
    since: NotRequired[datetime | str | None]
    # what to group by: names and short values
    segments: NotRequired[Mapping[str, str | float | bool | None] | None]
