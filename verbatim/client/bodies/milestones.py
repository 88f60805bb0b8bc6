"""What is sent: milestones.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NotRequired, TypedDict


class MilestoneRecord(TypedDict):
    """MilestoneRecord."""

    # the milestone's own id at its source: the same id again updates it
    id: str | int | None
    # when it took effect; may lie in the future
    at: datetime | str | None
    # release, price change …; without it milestone
    kind: NotRequired[str | None]
    # name
    name: str | None
    # what to group by: names and short values
    segments: NotRequired[Mapping[str, str | float | bool | None] | None]
