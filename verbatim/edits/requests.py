"""What a person asks for. Themes are named by their permanent ids; `verbatim.editing` resolves names to them."""

from __future__ import annotations

from dataclasses import dataclass

from verbatim.edits.events import EditKind


@dataclass(frozen=True, slots=True)
class Rename:
    """Call a theme ``name``."""

    theme: str
    name: str


@dataclass(frozen=True, slots=True)
class Describe:
    """Say what a theme is about; an empty text takes the description away."""

    theme: str
    text: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Make ``sources`` one with ``target``, whose id and name stay."""

    target: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a split: the ids of at least one comment that belongs to it; without a name it gets one."""

    comments: tuple[str, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Split a theme by examples, into two parts at least; ``apart`` puts these in its place instead of under it."""

    theme: str
    parts: tuple[Part, ...]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class SplitOff:
    """Make ``sub_themes`` of a theme themes beside it."""

    theme: str
    sub_themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Put comments into a theme; ``source``: only their parts that are in this theme."""

    comments: tuple[str, ...]
    theme: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class MoveTheme:
    """Put a theme under another one, or, without ``parent``, at the top."""

    theme: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Pin, unpin, archive or restore a theme."""

    theme: str
    kind: EditKind


@dataclass(frozen=True, slots=True)
class Undo:
    """Take an edit back: its id, or its number in the history; ``None``: the last one that holds."""

    edit: str | int | None = None


Request = Rename | Describe | Merge | Split | SplitOff | Move | MoveTheme | Mark | Undo
