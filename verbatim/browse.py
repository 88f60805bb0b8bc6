"""Looking around in what was mined: a theme by name, its months, what people said about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.domain import Metric
from verbatim.errors import EmptyError, NotFoundError
from verbatim.storage import queries

if TYPE_CHECKING:
    from datetime import datetime

    from verbatim.storage.store import Store


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme as it is listed; ``share`` (0…1) is of all comments mined; sub-themes name their parent."""

    id: str
    parent_id: str | None
    kind: str
    name: str
    keywords: tuple[str, ...]
    quotes: tuple[str, ...]
    size: int
    share: float


@dataclass(frozen=True, slots=True)
class MonthShare:
    """How many comments of a month are on a theme, of how many."""

    month: str
    n: int
    of: int

    @property
    def share(self) -> float:
        """0…1; a month without comments has 0."""
        return self.n / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """One comment on a theme; ``day`` is ISO (UTC), ``ratings`` what was answered in the same survey, by metric."""

    comment_id: str
    text: str
    day: str | None
    ratings: dict[str, float]


def theme_tree(store: Store) -> list[ThemeRow]:
    """The themes of the active model: each top theme, largest first, followed by its sub-themes.

    Raises:
        EmptyError: nothing was mined yet.
    """
    frame = queries.themes(store)
    if frame.empty:
        raise EmptyError("no themes yet; run `verbatim mine` first")
    rows = [_row(record) for record in frame.to_dict("records")]
    total = sum(row.size for row in rows if row.parent_id is None)
    shared = [ThemeRow(**{**asdict(row), "share": row.size / total if total else 0.0}) for row in rows]
    tops = [row for row in shared if row.parent_id is None]
    return [row for top in tops for row in (top, *(sub for sub in shared if sub.parent_id == top.id))]


def find_theme(tree: list[ThemeRow], wanted: str) -> ThemeRow:
    """The theme whose id is ``wanted``, or whose name is it or begins with it (case does not matter).

    Raises:
        NotFoundError: none, or several; the message names them.
    """
    plain = wanted.strip().casefold()
    exact = [row for row in tree if row.id.casefold() == plain]
    named = [row for row in tree if row.name.casefold() == plain]
    begins = [row for row in tree if plain and row.name.casefold().startswith(plain)]
    for found in (exact, named, begins):
        if len(found) == 1:
            return found[0]
        if found:
            names = "; ".join(f"{row.id} {row.name}" for row in found[:5])
            raise NotFoundError(f"{wanted!r} fits several themes ({names}); name one by its id")
    raise NotFoundError(f"no theme {wanted!r}; `verbatim themes` lists them")


def with_sub_themes(tree: list[ThemeRow], theme: ThemeRow) -> set[str]:
    """The ids of a theme and of its sub-themes."""
    return {theme.id, *(row.id for row in tree if row.parent_id == theme.id)}


def months_of(store: Store, ids: set[str], *, tz: str) -> list[MonthShare]:
    """Every month with comments, oldest first; comments without a time are in none."""
    counts = queries.theme_counts(store, period="month", tz=tz)
    counts = counts[counts["period_start"].notna()]
    mine = counts[counts["theme_id"].isin(ids)].groupby("period_start")["n"].sum()
    total = counts.groupby("period_start")["n"].sum()
    own = mine.reindex(total.index, fill_value=0)
    labels = pd.DatetimeIndex(total.index).strftime("%Y-%m")
    return [MonthShare(month, int(n), int(of)) for month, n, of in zip(labels, own, total, strict=True)]


def best_quotes(store: Store, theme: ThemeRow) -> list[Said]:
    """The quotes picked when the theme was mined, best first."""
    said = {quote.comment_id: quote for quote in everything_said(store, {theme.id})} if theme.quotes else {}
    if any(quote not in said for quote in theme.quotes):
        said |= {quote.comment_id: quote for quote in everything_said(store, None)}
    return [said[quote] for quote in theme.quotes if quote in said]


def everything_said(
    store: Store, ids: set[str] | None, *, start: datetime | None = None, end: datetime | None = None
) -> list[Said]:
    """Every comment on the themes ``ids`` (``None``: on any) in ``[start, end)``, newest first."""
    frame = queries.assignments(store, start=start, end=end, by=())
    if ids is not None:
        frame = frame[frame["theme_id"].isin(ids)]
    return [_said(record) for record in frame.drop_duplicates("comment_id").iloc[::-1].to_dict("records")]


def _row(record: dict[Any, Any]) -> ThemeRow:
    return ThemeRow(
        id=record["id"],
        parent_id=record["parent_id"] if isinstance(record["parent_id"], str) else None,
        kind=record["kind"],
        name=record["name"],
        keywords=tuple(record["keywords"]),
        quotes=tuple(record["quotes"]),
        size=int(record["size"]),
        share=0.0,
    )


def _said(record: dict[Any, Any]) -> Said:
    moment = record["occurred_at"]
    return Said(
        comment_id=record["comment_id"],
        text=record["text"],
        day=None if pd.isna(moment) else f"{moment:%Y-%m-%d}",
        ratings={metric.value: float(record[metric.value]) for metric in Metric if not pd.isna(record[metric.value])},
    )
