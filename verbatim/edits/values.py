"""Edits as plain values, for JSON files that are read without Verbatim."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from verbatim.edits.events import Edit, EditKind

if TYPE_CHECKING:
    from collections.abc import Mapping


def edit_values(edit: Edit) -> dict[str, Any]:
    """An edit as JSON holds it, the moment in ISO 8601; `edit_of` reads it."""
    return {**asdict(edit), "at": edit.at.isoformat(), "kind": edit.kind.value, "payload": dict(edit.payload)}


def edit_of(values: Mapping[str, Any]) -> Edit:
    """What `edit_values` wrote.

    Raises:
        KeyError, ValueError, TypeError: it is something else.
    """
    moment, kind = datetime.fromisoformat(values["at"]), EditKind(values["kind"])
    return Edit(**{**values, "at": moment, "kind": kind})
