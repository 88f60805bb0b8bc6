"""What comes back: event types.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOut:
    """A kind of event."""

    name: str
    help: str
    # of its payload
    version: int
    # a payload, made up
    example: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Events(Answered):
    """Every kind of event."""

    events: tuple[EventOut, ...]
