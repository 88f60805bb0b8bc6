"""Looking around in what was mined: a theme by name, its months, what people said about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.domain import Metric
from verbatim.edits.archived import hidden_themes
from verbatim.errors import EmptyError, NotFoundError
from verbatim.storage import queries
from verbatim.text.excerpt import covered, excerpt

if TYPE_CHECKING:
    from datetime import datetime

    from verbatim.storage.store import Store


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme as it is listed; sub-themes name their parent.

    ``size`` are distinct comments, ``share`` (0…1) is of all that were mined; a comment can be on several themes.
    ``aliases`` are the ids of themes that people merged into it.
    """

    id: str
    parent_id: str | None
    kind: str
    name: str
    keywords: tuple[str, ...]
    quotes: tuple[str, ...]
    size: int
    share: float
    description: str | None = None
    pinned: bool = False
    archived: bool = False
    aliases: tuple[str, ...] = ()
    quote_kinds: tuple[str, ...] = ()


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
class Stretch:
    """The characters ``[start, end)`` of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """One comment on a theme; ``day`` is ISO (UTC), ``ratings`` what was answered in the same survey, by metric.

    ``text`` is the whole comment, ``spans`` say where it speaks of the theme, ``part`` is what it says there, with
    “…” where there is more. ``kind`` is why it was picked as a quote, where it was.
    """

    comment_id: str
    text: str
    part: str
    spans: tuple[Stretch, ...]
    day: str | None
    ratings: dict[str, float]
    kind: str | None = None


def theme_tree(store: Store, *, archived: bool = False) -> list[ThemeRow]:
    """The themes of the active model: each top theme, largest first, followed by what is under it.

    With ``archived`` those that a person archived too.

    Raises:
        EmptyError: nothing was mined yet.
    """
    frame = queries.themes(store)
    if frame.empty:
        raise EmptyError("no themes yet; run `verbatim mine` first")
    rows = [_row(record) for record in frame.to_dict("records")]
    counted = queries.theme_counts(store, period=None, under=_all(frame))["n"]
    total = int(counted.sum())
    hidden = set() if archived else hidden_themes(frame)
    below: dict[str | None, list[ThemeRow]] = {}
    for row in rows:
        if row.id not in hidden:
            below.setdefault(row.parent_id, []).append(replace(row, share=row.size / total if total else 0.0))
    ordered = below.get(None, [])[::-1]
    tree = []
    while ordered:
        tree.append(ordered.pop())
        ordered += below.get(tree[-1].id, [])[::-1]
    return tree


def find_theme(tree: list[ThemeRow], wanted: str) -> ThemeRow:
    """The theme whose id (or that of one merged into it) is ``wanted``, or whose name is it or begins with it.

    Case does not matter.

    Raises:
        NotFoundError: none, or several; the message names them.
    """
    plain = wanted.strip().casefold()
    exact = [row for row in tree if plain in (row.id.casefold(), *map(str.casefold, row.aliases))]
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
    """The ids of a theme and of all themes under it; ``tree`` is in the order of `theme_tree`."""
    found = {theme.id}
    for row in tree:
        if row.parent_id in found:
            found.add(row.id)
    return found


def months_of(store: Store, ids: set[str], *, tz: str) -> list[MonthShare]:
    """Every month with comments, oldest first; comments without a time are in none."""
    wanted: dict[str | None, str] = dict.fromkeys(ids, "theme")
    mine, total = (
        queries.theme_counts(store, period="month", tz=tz, under=under).set_index("period_start")["n"]
        for under in (wanted, _all(queries.themes(store)))
    )
    own = mine.reindex(total.index, fill_value=0)
    labels = pd.DatetimeIndex(total.index).strftime("%Y-%m")
    return [MonthShare(month, int(n), int(of)) for month, n, of in zip(labels, own, total, strict=True)]


def best_quotes(store: Store, tree: list[ThemeRow], theme: ThemeRow) -> list[Said]:
    """The quotes picked when the theme was mined, best first; ``tree`` as in `theme_tree`, archived themes too."""
    if not theme.quotes:
        return []
    said = {quote.comment_id: quote for quote in everything_said(store, with_sub_themes(tree, theme))}
    if any(quote not in said for quote in theme.quotes):
        said = {quote.comment_id: quote for quote in everything_said(store, None)} | said
    kinds = dict(zip(theme.quotes, theme.quote_kinds, strict=False))
    return [replace(said[quote], kind=kinds.get(quote)) for quote in theme.quotes if quote in said]


def everything_said(
    store: Store, ids: set[str] | None, *, start: datetime | None = None, end: datetime | None = None
) -> list[Said]:
    """Every comment on the themes ``ids`` (``None``: on any) in ``[start, end)``, each once, newest first."""
    frame = queries.assignments(store, start=start, end=end, by=())
    if ids is not None:
        frame = frame[frame["theme_id"].isin(ids)]
    places: dict[str, list[tuple[int, int | None]]] = {}
    for comment_id, first, last in zip(frame["comment_id"], frame["start"], frame["end"], strict=True):
        places.setdefault(comment_id, []).append((int(first), None if pd.isna(last) else int(last)))
    rows = frame.drop_duplicates("comment_id").iloc[::-1].to_dict("records")
    return [_said(record, places[record["comment_id"]] if ids is not None else [(0, None)]) for record in rows]


def _all(themes: pd.DataFrame) -> dict[str | None, str]:
    """What makes `queries.theme_counts` count the comments of every theme, and of none, once."""
    return dict.fromkeys([None, *themes["id"]], "all")


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
        description=record["description"] if isinstance(record["description"], str) else None,
        pinned=bool(record["pinned"]),
        archived=bool(record["archived"]),
        aliases=tuple(record["aliases"]),
        quote_kinds=tuple(record["quote_kinds"]),
    )


def _said(record: dict[Any, Any], places: list[tuple[int, int | None]]) -> Said:
    moment = record["occurred_at"]
    return Said(
        comment_id=record["comment_id"],
        text=record["text"],
        part=excerpt(record["text"], places),
        spans=tuple(Stretch(*place) for place in covered(record["text"], places)),
        day=None if pd.isna(moment) else f"{moment:%Y-%m-%d}",
        ratings={metric.value: float(record[metric.value]) for metric in Metric if not pd.isna(record[metric.value])},
    )
