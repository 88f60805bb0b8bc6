"""What people change in themes, as bodies; and what comes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from api.routers.theme_shapes import ThemeChangeOut, ThemeState
from api.shapes import Answer, Body, Name, Page, PlainText
from verbatim.edits import EditKind, requests

MOST_COMMENTS = 1_000

ThemeId = Annotated[Name, Field(description="id of a theme", examples=["T044"])]
Comments = Annotated[
    list[Name], Field(min_length=1, max_length=MOST_COMMENTS, examples=[["5d41402abc4b2a76b9719d911017c592"]])
]


class Rename(Body):
    """Call a theme something else; names are unique."""

    kind: Literal["rename"]
    theme: ThemeId
    name: Name = Field(examples=["Wrong invoices"])

    def request(self) -> requests.Request:
        """As the library takes it; the same below."""
        return requests.Rename(self.theme, self.name)


class Describe(Body):
    """Say what a theme is about; an empty text takes the description away."""

    kind: Literal["describe"]
    theme: ThemeId
    text: Annotated[PlainText, Field(max_length=5_000, examples=["Wrong amounts and currencies"])]

    def request(self) -> requests.Request:
        """See `Rename`."""
        return requests.Describe(self.theme, self.text)


class Merge(Body):
    """Make themes one with another, whose id and name stay; their ids lead to it from then on."""

    kind: Literal["merge"]
    target: ThemeId
    sources: list[Name] = Field(min_length=1, max_length=100, examples=[["T046"]])

    def request(self) -> requests.Request:
        """See `Rename`."""
        return requests.Merge(self.target, tuple(self.sources))


class Part(Body):
    """A part of a split: comments that belong to it; without a name it gets one."""

    comments: Comments
    name: Name | None = Field(None, examples=["Wrong currency"])


class Split(Body):
    """Split a theme by examples: each comment of it, later ones too, goes to the part with the nearest example."""

    kind: Literal["split"]
    theme: ThemeId
    parts: list[Part] = Field(min_length=2, max_length=20)
    apart: bool = Field(False, description="put the parts in the theme's place instead of under it")

    def request(self) -> requests.Request:
        """See `Rename`."""
        parts = tuple(requests.Part(tuple(part.comments), part.name) for part in self.parts)
        return requests.Split(self.theme, parts, self.apart)


class SplitOff(Body):
    """Make sub-themes of a theme themes beside it."""

    kind: Literal["split-off"]
    theme: ThemeId
    sub_themes: list[Name] = Field(min_length=1, max_length=100, examples=[["T045"]])

    def request(self) -> requests.Request:
        """See `Rename`."""
        return requests.SplitOff(self.theme, tuple(self.sub_themes))


class Move(Body):
    """Put comments into a theme, for good; others with the same text go along."""

    kind: Literal["move"]
    comments: Comments
    theme: Annotated[Name, Field(description="where they belong; no-detail: nowhere", examples=["T045"])]
    source: Name | None = Field(None, description="only what they say on this theme", examples=[None])

    def request(self) -> requests.Request:
        """See `Rename`."""
        return requests.Move(tuple(self.comments), self.theme, self.source)


class MoveTheme(Body):
    """Put a theme under another one, or at the top."""

    kind: Literal["move-theme"]
    theme: ThemeId
    parent: Name | None = Field(description="a theme at the top; null: the theme goes to the top itself")

    def request(self) -> requests.Request:
        """See `Rename`."""
        return requests.MoveTheme(self.theme, self.parent)


class Mark(Body):
    """Pin a theme (it stays though later comments are not about it), archive it (in no list), or end either."""

    kind: Literal["pin", "unpin", "archive", "restore"]
    theme: ThemeId

    def request(self) -> requests.Request:
        """See `Rename`."""
        return requests.Mark(self.theme, EditKind(self.kind))


class Undo(Body):
    """Take an edit back: by its number or id, or without one the last that holds. Undoing an undo makes it again."""

    kind: Literal["undo"]
    edit: Annotated[int, Field(ge=1, le=10**9)] | Name | None = Field(None, examples=[1])

    def request(self) -> requests.Request:
        """See `Rename`."""
        return requests.Undo(self.edit)


AnyEdit = Annotated[
    Rename | Describe | Merge | Split | SplitOff | Move | MoveTheme | Mark | Undo, Field(discriminator="kind")
]


class EditOut(Answer):
    """An edit that was made."""

    id: str
    sequence: int = Field(description="its number in the history", examples=[1])
    at: datetime
    person: str = Field(examples=["helpdesk (4f6e9a1b2c3d)"])
    kind: str = Field(examples=["rename"])
    theme_id: str | None = Field(examples=["T044"])
    words: str = Field(description="what it does, in a few words", examples=["rename T044 to 'Wrong invoices'"])
    payload: dict[str, Any] = Field(description="what it was asked to do", examples=[{"name": "Wrong invoices"}])


class ConflictOut(Answer):
    """An edit that is not true in the themes, in whole or for one comment."""

    edit_id: str
    sequence: int
    kind: str
    theme_id: str | None
    reason: str = Field(examples=["theme-merged"])
    message: str
    comment_id: str | None


class PastEdit(EditOut):
    """An edit of the history."""

    undone_by: int | None = Field(description="number of the edit that took it back", examples=[None])


class PastEdits(Page):
    """The history, newest first."""

    edits: list[PastEdit]


class ThemeHistory(Answer):
    """What became of a theme: with each mining, and by people."""

    lineage: list[ThemeChangeOut] = Field(description="as in GET /v1/themes/changes, oldest first")
    edits: list[PastEdit] = Field(description="oldest first")


class Change(Answer):
    """A theme before and after; null where it is not there."""

    before: ThemeState | None
    after: ThemeState | None


class EditOutcomeOut(Answer):
    """What an edit did, or in a preview would do."""

    preview: bool = Field(examples=[False])
    edit: EditOut
    moved_comments: int = Field(description="comments that are in another theme now", examples=[0])
    changes: list[Change]
    conflicts: list[ConflictOut] = Field(description="edits that are then not true any more, and were before")
