"""Themes as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from api.routers.comment_shapes import CommentOut
from api.shapes import Answer, Body, PlainText

if TYPE_CHECKING:
    import pandas as pd

    from verbatim.domain import Theme

MOST_TEXTS, LONGEST_TEXT = 1_000, 20_000


class ThemeOut(Answer):
    """A theme and its figures, of what the caller may see; a comment on several themes counts in each."""

    id: str = Field(description="permanent", examples=["T044"])
    parent_id: str | None = Field(examples=[None])
    kind: str = Field(description="theme, or no_detail: comments that say nothing in detail", examples=["theme"])
    name: str = Field(examples=["Invoice is wrong"])
    keywords: list[str] = Field(examples=[["invoice", "currency"]])
    description: str | None = Field(description="what a person wrote about it", examples=[None])
    pinned: bool
    archived: bool
    n: int = Field(description="comments on it or its sub-themes, each once", examples=[359])
    of: int = Field(description="comments of the span on any theme or none", examples=[5350])
    share: float | None = Field(description="n of `of`; null: there are none", examples=[0.067103])
    sentiment: float | None = Field(description="mean of what is said on it, -1 to 1", examples=[-0.41])
    n_before: int | None = Field(description="in the span of equal length before; needs from and to", examples=[24])
    of_before: int | None = Field(examples=[430])
    change: float | None = Field(description="difference of the shares, 0.01 is a percentage point", examples=[0.004])
    sub_themes: list[ThemeOut] = Field(default_factory=list, description="largest first")


class Themes(Answer):
    """The tree of themes, largest first."""

    model_id: str = Field(description="which mining they are of", examples=["a3d09ebe9afd63870da9557c58af96cd"])
    edit: int = Field(description="number of the last edit in them; 0: none", examples=[0])
    themes: list[ThemeOut]


class Stretch(Answer):
    """The characters `[start, end)` of a text."""

    start: int = Field(examples=[0])
    end: int = Field(examples=[41])


class QuoteOut(Answer):
    """A comment that shows what a theme is about."""

    why: str | None = Field(description="why it was chosen", examples=["typical"])
    part: str = Field(description="what it says on the theme", examples=["… the currency was wrong again. …"])
    spans: list[Stretch] = Field(description="where in the text it speaks of the theme")
    comment: CommentOut


class ThemeDetail(ThemeOut):
    """A theme with the comments that show best what it is about."""

    merged_from: str | None = Field(description="the id asked for, where it was merged into this one", examples=[None])
    aliases: list[str] = Field(description="ids of themes that were merged into it", examples=[[]])
    quotes: list[QuoteOut] = Field(description="best first; those that the caller may see")


class CountRow(Answer):
    """How many comments of a period or segment are on the theme, of how many."""

    period_start: datetime | None = Field(
        None, description="local midnight; null without a period, and for comments without a time",
        examples=["2026-10-01T00:00:00Z"],
    )  # fmt: skip
    segments: dict[str, str | None] = Field(description="value by name; null: without one", examples=[{}])
    n: int = Field(examples=[31])
    of: int = Field(examples=[440])
    share: float = Field(examples=[0.070455])
    sentiment: float | None = Field(examples=[-0.37])


class ThemeCounts(Answer):
    """A theme over time, or by segment."""

    id: str = Field(examples=["T044"])
    name: str = Field(examples=["Invoice is wrong"])
    rows: list[CountRow]


class ToneOut(Answer):
    """How a theme sounds, of its newest comments."""

    id: str = Field(examples=["T044"])
    name: str = Field(examples=["Invoice is wrong"])
    comments: int = Field(description="how many of the newest were read", examples=[359])
    scored: int = Field(description="those with a sentiment", examples=[357])
    sentiment: float | None = Field(description="mean, -1 to 1", examples=[-0.41])
    low: float | None = Field(description="95 % interval (Student's t)", examples=[-0.46])
    high: float | None = Field(examples=[-0.36])
    kinds: dict[str, float] = Field(
        description="shares; a comment can be of several kinds", examples=[{"complaint": 0.8, "request": 0.1}]
    )
    subjects: dict[str, float] = Field(examples=[{"support": 0.1, "product": 0.7, "both": 0.1, "unclear": 0.1}])
    emotion: float = Field(description="mean strength, 0 to 1", examples=[0.35])
    strong: float = Field(description="share of strong ones", examples=[0.2])


class ThemeChangeOut(Answer):
    """What became of a theme when comments were mined anew."""

    at: datetime
    model_id: str = Field(examples=["a3d09ebe9afd63870da9557c58af96cd"])
    kind: str = Field(description="continued, new, split, merged or gone", examples=["continued"])
    old_id: str | None = Field(examples=["T044"])
    old_name: str | None = Field(examples=["Invoice is wrong"])
    new_id: str | None = Field(examples=["T044"])
    new_name: str | None = Field(examples=["Invoice is wrong"])
    shared: float | None = Field(description="comments in both", examples=[310])
    kept: float | None = Field(description="share of the old theme's comments", examples=[0.95])
    explained: float | None = Field(description="share of the new theme's comments", examples=[0.93])
    cosine: float | None = Field(description="of the centres", examples=[0.99])


class Changes(Answer):
    """What became of the themes."""

    changes: list[ThemeChangeOut]


class TextsIn(Body):
    """Texts to find themes for; nothing of them is kept."""

    texts: list[Annotated[PlainText, Field(max_length=LONGEST_TEXT)]] = Field(
        min_length=1, max_length=MOST_TEXTS, examples=[["The currency on the invoice is wrong again.", "ok"]]
    )


class AssignedOut(Answer):
    """What one text speaks of."""

    text: str | None = Field(description="as it was read, redacted; null: nothing was left")
    language: str | None = Field(examples=["en"])
    theme_id: str | None = Field(description="the finest theme; null: none is near", examples=["T045"])
    theme_name: str | None = Field(examples=["Currency on the invoice"])
    similarity: float | None = Field(description="cosine to the theme", examples=[0.83])
    margin: float | None = Field(description="by how much it is nearer than the next one", examples=[0.12])
    sentiment: float | None = Field(description="from -1 to 1", examples=[-0.5])


class AssignedTexts(Answer):
    """One answer a text, in order."""

    model_id: str = Field(examples=["a3d09ebe9afd63870da9557c58af96cd"])
    edit: int = Field(description="number of the last edit in the themes used", examples=[0])
    texts: list[AssignedOut]


class ThemeState(Answer):
    """A theme as an edit finds or leaves it."""

    id: str = Field(examples=["T044"])
    parent_id: str | None
    name: str = Field(examples=["Invoices"])
    description: str | None
    size: int = Field(description="comments", examples=[359])
    pinned: bool
    archived: bool
    aliases: list[str]

    @classmethod
    def of(cls, theme: Theme) -> ThemeState:
        """The domain's theme as shown."""
        return cls(
            id=theme.id, parent_id=theme.parent_id, name=theme.name, description=theme.description, size=theme.size,
            pinned=theme.pinned, archived=theme.archived, aliases=list(theme.aliases),
        )  # fmt: skip


def theme_tree(frame: pd.DataFrame, *, archived: bool) -> list[ThemeOut]:
    """The rows of `theme_overview` as a tree; with ``archived`` those and what is under them, too."""
    from verbatim.edits.archived import hidden_themes
    from verbatim.scores.segments import records

    hidden = set() if archived else hidden_themes(frame)
    found = {row["id"]: ThemeOut.model_validate(row) for row in records(frame) if row["id"] not in hidden}
    for one in found.values():
        if one.parent_id in found:
            found[one.parent_id].sub_themes.append(one)
    return [one for one in found.values() if one.parent_id not in found]
