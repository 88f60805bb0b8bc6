"""What is sent: tickets.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NotRequired, TypedDict


class TicketRecord(TypedDict):
    """TicketRecord."""

    # the ticket's own id at its source: the same id again updates it
    id: str | int | None
    # id of the account, as in its own record
    account_id: NotRequired[str | int | None]
    # id of the person, as in its own record; an e-mail address is hashed
    contact_id: NotRequired[str | int | None]
    # subject
    subject: NotRequired[str | None]
    # first message of the customer
    body: NotRequired[str | None]
    # status
    status: NotRequired[str | None]
    # priority
    priority: NotRequired[str | None]
    # when it was opened; needed but where it is merged into a stored ticket
    created_at: NotRequired[datetime | str | None]
    # first reply of the team
    first_reply_at: NotRequired[datetime | str | None]
    # when it was solved
    solved_at: NotRequired[datetime | str | None]
    # when it was closed
    closed_at: NotRequired[datetime | str | None]
    # when it was last changed: what is older than what is stored does not put it back
    updated_at: NotRequired[datetime | str | None]
    # instead of first_reply_at: minutes after created_at
    first_reply_minutes: NotRequired[float | str | None]
    # instead of solved_at: minutes after created_at
    solved_minutes: NotRequired[float | str | None]
    # public replies of the team
    replies: NotRequired[int | str | None]
    # how often it was opened again
    reopens: NotRequired[int | str | None]
    # how often it changed hands
    reassignments: NotRequired[int | str | None]
    # how often the channel changed
    channel_switches: NotRequired[int | str | None]
    # whether it was escalated
    escalated: NotRequired[bool | str | None]
    # whether the first contact solved it
    first_contact_resolution: NotRequired[bool | str | None]
    # whether what was promised was kept
    sla_met: NotRequired[bool | str | None]
    # what to group by: names and short values
    segments: NotRequired[Mapping[str, str | float | bool | None] | None]
