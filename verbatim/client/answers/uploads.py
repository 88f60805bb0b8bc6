"""What comes back: uploads.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRead:
    """How one column is read, and why so."""

    column: str
    # null: it is not stored
    read_as: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCell:
    """What would be rejected."""

    row: int
    column: str | None
    # redacted and cut
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Answered):
    """How a file would be read; nothing was written."""

    file: str
    format: str
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    sheet: str | None
    source: str
    # of times without a zone
    timezone: str
    columns: tuple[ColumnRead, ...]
    # the first rows as they would be stored, by table, redacted
    preview: Mapping[str, tuple[Mapping[str, Any], ...]]
    # how many rows were tried
    tried: int
    # the first 100 that would be rejected
    rejects: tuple[RefusedCell, ...]
    # how many of those tried would be rejected, rows and cells
    rejected: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded(Answered):
    """A file that lies here, to be looked at and read within a week."""

    id: str
    # its name as it was kept
    name: str
    bytes: int
    sha256: str
