"""What comes back: batches.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verbatim.client.reading import Answered
from verbatim.client.words import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One run of ingest: a file, or a call."""

    id: str
    kind: Kind
    source: str
    # the file's name, or `api`
    file: str
    started_at: datetime
    # null: it is running, or was killed
    finished_at: datetime | None
    # rows of the file, or records
    rows: int
    # rows of tables
    inserted: int
    updated: int
    unchanged: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches(Answered):
    """Runs of ingest, newest first."""

    # pass it as `after` to get the next page; null: this is the last
    next: str | None = None
    batches: tuple[Batch, ...]
