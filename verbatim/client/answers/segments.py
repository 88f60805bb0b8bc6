"""What comes back: segments.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from dataclasses import dataclass

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Something that answers can be grouped and narrowed by."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentNames(Answered):
    """Every segment, by name."""

    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentValue:
    """A value of a segment, and how many answers have it; null: those without one."""

    value: str | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentValues(Answered):
    """The values of a segment, those with most answers first; `truncated`: there are more than 1,000."""

    name: str
    metric: str
    values: tuple[SegmentValue, ...]
    truncated: bool
