"""What comes back: endpoints.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointOut(Answered):
    """A receiver, without its secret."""

    id: str
    name: str
    style: str
    url: str
    # empty: all
    events: tuple[str, ...]
    active: bool
    # why it was switched off
    problem: str | None
    created_at: datetime
    created_by: str
    # when its secret was last renewed
    rotated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints(Answered):
    """Every receiver, the oldest first."""

    endpoints: tuple[EndpointOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeEndpoint(Answered):
    """A receiver that was just added."""

    id: str
    name: str
    style: str
    url: str
    # empty: all
    events: tuple[str, ...]
    active: bool
    # why it was switched off
    problem: str | None
    created_at: datetime
    created_by: str
    # when its secret was last renewed
    rotated_at: datetime | None
    # what it verifies with: shown now and never again
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried(Answered):
    """How many dead messages try again."""

    retried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret(Answered):
    """A renewed secret."""

    # shown now and never again
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent(Answered):
    """The test message that was put down; GET /v1/deliveries/{id} says what became of it."""

    delivery_id: str
