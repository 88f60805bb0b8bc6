"""What is sent: predictions.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NotRequired, TypedDict


class EventNow(TypedDict):
    """Something that happened to the ticket."""

    at: datetime | str
    # as your helpdesk calls it
    kind: str
    # before a change
    from_value: NotRequired[str | None]
    # after a change
    to_value: NotRequired[str | None]
    # who did it
    actor: NotRequired[str | None]
    # what a customer wrote
    text: NotRequired[str | None]


class TicketNow(TypedDict):
    """A ticket as it stands; nothing of it is kept."""

    id: NotRequired[str | None]
    created_at: datetime | str
    # your id of the account
    account_id: NotRequired[str | None]
    # your id of the person
    contact_id: NotRequired[str | None]
    subject: NotRequired[str | None]
    body: NotRequired[str | None]
    channel: NotRequired[str | None]
    priority: NotRequired[str | None]
    issue_type: NotRequired[str | None]
    product: NotRequired[str | None]
    team: NotRequired[str | None]
    agent: NotRequired[str | None]
    # the organisation's own columns
    columns: NotRequired[Mapping[str, float | bool | str | None]]
