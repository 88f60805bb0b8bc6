"""Edits as values: what was done, by whom, when, and what is needed to do it again on other comments."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray


class EditKind(StrEnum):
    """What a person did."""

    RENAME = "rename"
    DESCRIBE = "describe"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    MOVE_THEME = "move-theme"
    PIN = "pin"
    UNPIN = "unpin"
    ARCHIVE = "archive"
    RESTORE = "restore"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Edit:
    """One event. ``theme_id`` is the theme it is about (of a merge and a move: the target).

    ``payload`` is JSON: ``name``; ``description``; ``sources`` (merge); ``parts``, ``apart`` and ``next_number`` (the
    number of the next new theme then), or ``sub_themes`` (split); ``comments`` and ``from`` (move); ``parent``
    (move-theme); ``edit`` and ``sequence`` (undo: of what); and, for every kind but undo, ``encoder`` and ``themes``:
    snapshots of the themes it is about, by id (see `Snapshot`).
    """

    id: str
    sequence: int
    at: datetime
    person: str
    kind: EditKind
    theme_id: str | None
    payload: Mapping[str, Any]

    @property
    def made(self) -> tuple[str, ...]:
        """The ids of the themes that this edit makes."""
        return tuple(part["id"] for part in self.payload.get("parts", ()))

    @property
    def about(self) -> tuple[str, ...]:
        """The ids of the themes that this edit needs, besides those it makes or takes away."""
        named = [self.theme_id, self.payload.get("parent"), *self.payload.get("sub_themes", ())]
        return tuple(dict.fromkeys(key for key in named if key))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A theme as it was at an edit: enough to keep it alive when a refit does not find it.

    ``name`` is the one the machine gave. ``vector`` (d,) is its centre, unit length, ``None`` where it was made with
    another encoder; ``least`` the cosine to it that nine in ten of its comments reached; ``comments`` the ids of some.
    """

    name: str
    keywords: tuple[str, ...]
    parent_id: str | None
    vector: NDArray[np.float32] | None
    least: float
    comments: tuple[str, ...]

    def as_payload(self) -> dict[str, Any]:
        """As JSON; `snapshot_of` reads it."""
        return {
            "name": self.name,
            "keywords": list(self.keywords),
            "parent": self.parent_id,
            "vector": None if self.vector is None else pack(self.vector),
            "least": round(self.least, 6),
            "comments": list(self.comments),
        }


def snapshot_of(edit: Edit, theme_id: str, encoder_id: str) -> Snapshot | None:
    """The theme as it was at ``edit``; ``None`` where the edit has none."""
    kept = edit.payload.get("themes", {}).get(theme_id)
    if kept is None:
        return None
    known = edit.payload.get("encoder") == encoder_id and kept["vector"] is not None
    return Snapshot(
        name=kept["name"],
        keywords=tuple(kept["keywords"]),
        parent_id=kept["parent"],
        vector=unpack(kept["vector"]) if known else None,
        least=kept["least"],
        comments=tuple(kept["comments"]),
    )


def live_edits(edits: Iterable[Edit]) -> list[Edit]:
    """The edits that hold, in order: neither undone nor undos. An undo that was itself undone does not count."""
    ordered = sorted(edits, key=lambda edit: edit.sequence)
    dead: set[str] = set()
    for edit in reversed(ordered):
        if edit.kind is EditKind.UNDO and edit.id not in dead:
            dead.add(edit.payload["edit"])
    return [edit for edit in ordered if edit.id not in dead and edit.kind is not EditKind.UNDO]


def undone_edits(edits: Sequence[Edit]) -> dict[str, Edit]:
    """By the id of an edit that does not hold, the undo that took it back."""
    dead: dict[str, Edit] = {}
    for edit in sorted(edits, key=lambda edit: -edit.sequence):
        if edit.kind is EditKind.UNDO and edit.id not in dead:
            dead[edit.payload["edit"]] = edit
    return dead


def pack(vector: NDArray[np.float32]) -> str:
    """A vector as text: little-endian float32 in base 64."""
    return base64.b64encode(np.ascontiguousarray(vector, dtype="<f4").tobytes()).decode("ascii")


def unpack(text: str) -> NDArray[np.float32]:
    """The vector that `pack` wrote."""
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float32)
