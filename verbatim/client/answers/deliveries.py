"""What comes back: deliveries.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to deliver a message."""

    at: datetime
    # what the receiver answered with
    status: int | None
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOut:
    """A message on its way to one receiver."""

    # webhook-id at the receiver, the same on every attempt
    id: str
    # null: mail
    endpoint_id: str | None
    event: str
    status: Literal["waiting", "sent", "dead"]
    attempts: int
    created_at: datetime
    # when it is tried next, while it waits
    next_at: datetime
    sent_at: datetime | None
    last_status: int | None
    last_problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries(Answered):
    """A page of messages, the newest first, and how many there are of each status."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    deliveries: tuple[DeliveryOut, ...]
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryWithLog(Answered):
    """A message with its content and every attempt."""

    # webhook-id at the receiver, the same on every attempt
    id: str
    # null: mail
    endpoint_id: str | None
    event: str
    status: Literal["waiting", "sent", "dead"]
    attempts: int
    created_at: datetime
    # when it is tried next, while it waits
    next_at: datetime
    sent_at: datetime | None
    last_status: int | None
    last_problem: str | None
    # what is sent; null for mail
    payload: Mapping[str, Any] | None
    log: tuple[Attempt, ...]
