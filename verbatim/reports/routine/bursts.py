"""What is new on a day: themes that several customers spoke of at once, as `verbatim.findings.bursts` finds them.

Only what was known at the end of the day is looked at: a digest that is made again later says the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from verbatim.errors import EmptyError
from verbatim.findings import Layer, day_alarms, membership, themes_of_layer
from verbatim.findings.emerging import once
from verbatim.reports.quotes import LONGEST
from verbatim.reports.routine.contrasts import NOT_MINED
from verbatim.reports.routine.model import Burst
from verbatim.reports.words import cut, day_name
from verbatim.storage import queries
from verbatim.text.excerpt import excerpt

if TYPE_CHECKING:
    from datetime import datetime

    from verbatim.reports.routine.spans import Days
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

MOST = 3
QUOTES = 2


def bursts_on(store: Store, settings: Settings, days: Days) -> tuple[tuple[Burst, ...], str | None]:
    """The themes whose strongest 24 hours of the month so far touch this day, surest first; or why none can be told."""
    themes = queries.themes(store)
    if themes.empty:
        return (), NOT_MINED
    day = days.period
    assigned = queries.assignments(store, end=day.end, by=())
    silent = set(themes.loc[themes["kind"] != "theme", "id"])
    telling = assigned[~assigned["theme_id"].isin(silent)]
    columns = ["id", "occurred_at", "account_id", "contact_id", "submission_id"]
    comments = telling.drop_duplicates("comment_id").rename(columns={"comment_id": "id"})[columns]
    try:
        layer = themes_of_layer(themes, Layer.ALL)
        found = day_alarms(
            comments.reset_index(drop=True), membership(assigned, themes), layer, f"{days.first:%Y-%m}",
            tz=days.tz, several=settings.several_customers, seed=settings.seed,
        )  # fmt: skip
    except EmptyError:
        return (), None
    touching = found[found["alarm"] & (found["start"] < day.end) & (found["end"] > day.start)]
    parents = {row["id"]: row["parent_id"] for row in themes.dropna(subset="parent_id").to_dict("records")}
    kept = once(touching, parents, by=touching["p"], same=["start"]).head(MOST)
    names = dict(zip(themes["id"], themes["name"], strict=True))
    bursts = []
    for row in kept.to_dict("records"):
        theme = str(row["theme_id"])
        family = {theme, *(child for child, parent in parents.items() if parent == theme)}
        inside = telling[telling["theme_id"].isin(family) & telling["occurred_at"].between(row["start"], row["end"])]
        bursts.append(
            Burst(
                theme,
                names[theme],
                names.get(parents.get(theme, "")),
                _hours(days, row["start"], row["end"]),
                int(row["customers"]),
                int(row["of"]),
                round(float(row["expected"]), 2),
                round(float(row["p"]), 4),
                _quotes(inside),
            )  # fmt: skip
        )
    return tuple(bursts), None


def _hours(days: Days, start: datetime, end: datetime) -> str:
    first, last = (f"{day_name(days.local_day(each))} {days.clock(each)}" for each in (start, end))
    return f"{first} to {last}"


def _quotes(rows: pd.DataFrame) -> tuple[str, ...]:
    shown: list[str] = []
    ordered = rows.sort_values(["similarity", "comment_id"], ascending=[False, True], kind="stable")
    for row in ordered.drop_duplicates("comment_id").to_dict("records"):
        part = cut(
            excerpt(row["text"], [(int(row["start"]), None if pd.isna(row["end"]) else int(row["end"]))]), LONGEST
        )
        if part not in shown:
            shown.append(part)
        if len(shown) == QUOTES:
            break
    return tuple(shown)
