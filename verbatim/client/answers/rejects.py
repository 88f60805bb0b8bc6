"""What comes back: rejects.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass

from verbatim.client.reading import Answered
from verbatim.client.words import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row, or a cell of one, that could not be taken."""

    id: str
    batch_id: str
    kind: Kind
    source: str
    # the file's name, or `api`
    file: str
    row: int
    # null: the whole row
    column: str | None
    # redacted, and cut to 200 characters
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejects(Answered):
    """What could not be taken, by source, kind, file and row."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    rejects: tuple[Reject, ...]
