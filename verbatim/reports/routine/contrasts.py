"""Themes of some comments against all others of the same time: what the low scores, or one account, speak of more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from verbatim.edits.archived import hidden_themes
from verbatim.reports.figures import family_confidence, mean_figure, share_change, share_figure
from verbatim.reports.quotes import month_quotes
from verbatim.reports.routine.model import Contrast
from verbatim.reports.themes import roots_of
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verbatim.reports.metrics import Asked
    from verbatim.reports.model import Figure
    from verbatim.reports.quotes import Kind
    from verbatim.reports.routine.spans import Days
    from verbatim.storage.store import Store

NOT_MINED = "No themes yet: `verbatim mine` finds them."
FEWEST = 2  # comments on a theme to be worth a line
FEWEST_SOUNDING = 5  # comments from which on their mean sentiment is shown


@dataclass(frozen=True, slots=True)
class Spoken:
    """Assignments of comments that say something, with ``root`` (the topmost theme), and the themes by id."""

    rows: pd.DataFrame
    themes: Mapping[str, Mapping[Any, Any]]

    @property
    def comments(self) -> set[str]:
        """The comments that say something."""
        return set(self.rows["comment_id"])


def spoken_in(store: Store, days: Days) -> Spoken | None:
    """What was said in these days, by theme; ``None`` where nothing was mined."""
    known = queries.themes(store)
    if known.empty:
        return None
    span = days.period
    rows = queries.assignments(store, start=span.start, end=span.end, by=())
    rows["root"] = rows["theme_id"].map(roots_of(known)).astype(object)
    silent = set(known.loc[known["kind"] != "theme", "id"])
    hidden = hidden_themes(known)
    shown = known[(known["kind"] == "theme") & known["parent_id"].isna() & ~known["id"].isin(hidden)]
    return Spoken(rows[~rows["root"].isin(silent)], {row["id"]: row for row in shown.to_dict("records")})


def contrasts(
    spoken: Spoken, inside: set[str], *, asked: Sequence[Asked], days: Days, against: str, most: int,
    leaning: Kind | None = None,
) -> tuple[Contrast, ...]:  # fmt: skip
    """The themes of the comments ``inside``, more than noise above the others first, then by comments.

    A theme has two comments there at least. The intervals allow for the number of themes that are compared.
    """
    every = spoken.comments
    here, there = every & inside, every - inside
    pairs = spoken.rows[spoken.rows["root"].isin(list(spoken.themes))].drop_duplicates(["comment_id", "root"])
    on = [_volumes(pairs[pairs["comment_id"].isin(side)]) for side in (here, there)]
    compared = sorted(theme for theme, n in on[0].items() if n >= FEWEST)
    confidence = family_confidence(len(compared))
    found = []
    for theme in compared:
        parts = on[0][theme], on[1].get(theme, 0)
        change = share_change((parts[0], len(here)), (parts[1], len(there)), against, confidence)
        own = spoken.rows[(spoken.rows["root"] == theme) & spoken.rows["comment_id"].isin(here)]
        quotes = month_quotes(own, list(spoken.themes[theme]["quotes"]), asked, days, leaning)
        name, share = spoken.themes[theme]["name"], share_figure(parts[0], len(here))
        found.append(Contrast(theme, name, parts[0], share, change, _sentiment(own), quotes))
    found.sort(key=lambda one: (not stands_out(one), -one.volume, one.theme_id))
    return tuple(found[:most])


def _volumes(pairs: pd.DataFrame) -> dict[str, int]:
    """Comments by theme."""
    return {str(theme): int(n) for theme, n in pairs["root"].value_counts().items()}


def stands_out(theme: Contrast) -> bool:
    """Whether these comments speak of it more than the others do, by more than noise."""
    return theme.change is not None and theme.change.real and theme.change.difference > 0


def _sentiment(rows: pd.DataFrame) -> Figure | None:
    """The mean over comments, kept within −1 and 1; ``None`` for too few to say how they sound."""
    known = rows[rows["sentiment"].notna()].astype({"sentiment": "float64"})
    values = known.groupby("comment_id")["sentiment"].mean().to_numpy(dtype=np.float64)
    if len(values) < FEWEST_SOUNDING:
        return None
    found = mean_figure(values)
    ends = [None if end is None else min(1.0, max(-1.0, end)) for end in (found.low, found.high)]
    return replace(found, low=ends[0], high=ends[1])
