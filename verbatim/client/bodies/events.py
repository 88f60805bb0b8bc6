"""What is sent: events.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NotRequired, TypedDict


class EventRecord(TypedDict):
    """EventRecord."""

    # the event's own id at its source: the same id again updates it
    id: str | int | None
    # id of the ticket, as in its own record
    ticket_id: str | int | None
    # when it happened
    at: datetime | str | None
    # what happened, for example reply, status, assignee
    kind: str | None
    # who did it; an e-mail address becomes a code
    actor: NotRequired[str | None]
    # what it was before
    from_value: NotRequired[str | None]
    # what it is now
    to_value: NotRequired[str | None]
    # what was written
    text: NotRequired[str | None]
    # what to group by: names and short values
    segments: NotRequired[Mapping[str, str | float | bool | None] | None]
