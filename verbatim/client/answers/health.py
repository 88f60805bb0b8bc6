"""What comes back: health.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Answered):
    """The process answers."""

    status: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemPage(Answered):
    """A kind of problem: what it means and what to do."""

    type: str
    status: int
    title: str
    fix: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness(Answered):
    """Whether requests can be served, and each thing that it takes."""

    ready: bool
    checks: Mapping[str, str]
