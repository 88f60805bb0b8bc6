"""What a replay gives: the model in which every edit is true, and the edits that cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verbatim.domain import Theme
    from verbatim.edits.events import Edit
    from verbatim.themes.model import ThemeModel


class Reason(StrEnum):
    """Why an edit cannot be true. There are no other reasons."""

    COMMENT_MISSING = "comment-missing"  # deleted, or not among the comments mined
    COMMENT_TAKEN = "comment-taken"  # other edits moved every part of the comment elsewhere
    NAME_TAKEN = "name-taken"  # an earlier edit gave the name to another theme
    THEME_UNDONE = "theme-undone"  # the split that made the theme was undone
    THEME_MERGED = "theme-merged"  # another edit merged the theme away
    THEME_SPLIT = "theme-split"  # another edit replaced the theme by its parts
    TREE = "tree"  # other edits put the themes where this one would make a circle, or too deep a tree
    ENCODER = "encoder"  # made with another encoder, and none of its examples is among the comments


@dataclass(frozen=True, slots=True)
class Conflict:
    """An edit that is not true in a model, in whole or for one comment, and why."""

    edit_id: str
    sequence: int
    kind: str
    theme_id: str | None
    reason: Reason
    message: str
    comment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """``model`` with every edit that holds, except for ``conflicts``, which are in the order of the edits."""

    model: ThemeModel
    conflicts: tuple[Conflict, ...]


def conflict(edit: Edit, reason: Reason, message: str, comment_id: str | None = None) -> Conflict:
    """A conflict of ``edit``."""
    return Conflict(edit.id, edit.sequence, edit.kind.value, edit.theme_id, reason, message, comment_id)


@dataclass(frozen=True, slots=True)
class ThemeChange:
    """A theme before and after an edit; ``None`` where it is not there."""

    before: Theme | None
    after: Theme | None


def changes_between(before: ThemeModel, after: ThemeModel) -> tuple[ThemeChange, ...]:
    """The themes that are not what they were, for people: in name, place, size or state; not in quotes or keywords."""
    old = {theme.id: theme for theme in before.themes}
    new = {theme.id: theme for theme in after.themes}
    return tuple(
        ThemeChange(old.get(key), new.get(key))
        for key in dict.fromkeys((*new, *old))
        if key not in old or key not in new or _plain(old[key]) != _plain(new[key])
    )


def _plain(theme: Theme) -> tuple[object, ...]:
    return theme.name, theme.parent_id, theme.size, theme.description, theme.pinned, theme.archived, theme.aliases
