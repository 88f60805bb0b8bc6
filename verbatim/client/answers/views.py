"""What comes back: views.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewOut(Answered):
    """A view of the comments."""

    id: str
    name: str
    # the query of GET /v1/comments
    query: str
    by_meaning: bool
    shared: bool
    # whether you saved it
    own: bool
    # who saved it
    person: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Views(Answered):
    """Your views, and those that were shared, by name."""

    views: tuple[ViewOut, ...]
