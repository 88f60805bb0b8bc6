"""What moved up to a month: new, growing and fading themes, several customers on one day, under one rate of alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from verbatim.findings.bursts import SEVERAL, day_alarms
from verbatim.findings.rates import PERMUTATIONS, rate_alarms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FALSE_ALARMS = 0.05
FAMILIES = 2  # rates and days; each gets half of the false alarms


@dataclass(frozen=True, slots=True)
class Emerging:
    """What moved up to ``month``: the rows of `rate_alarms` and `day_alarms` that are alarms.

    ``p`` there allows for all themes, windows, days and for both tables: where dates mean nothing, a month has an
    alarm in any of them in at most ``false_alarms`` of cases. ``rates`` holds each theme or its sub-theme, not both for
    one movement. ``candidates`` are all rows of `rate_alarms`, those that are noise too. ``comments`` are those of the
    month, ``themes`` how many were looked at.
    """

    month: str
    rates: pd.DataFrame
    days: pd.DataFrame
    candidates: pd.DataFrame
    comments: int
    themes: int
    false_alarms: float

    @property
    def is_noise(self) -> bool:
        """Whether nothing moved beyond noise."""
        return self.rates.empty and self.days.empty


def find_emerging(
    comments: pd.DataFrame, pairs: pd.DataFrame, themes: Sequence[str], month: str, *, tz: str = "UTC",
    parents: Mapping[str, str] | None = None, several: int = SEVERAL, permutations: int = PERMUTATIONS, seed: int = 7,
    false_alarms: float = FALSE_ALARMS,
) -> Emerging:  # fmt: skip
    """New, growing and fading themes and days of several customers; the arguments as for `rate_alarms`.

    ``parents`` maps sub-themes to themes: where both moved in one way, the one with the smaller p is kept, of equal
    ones the theme; a day is named once, for the theme with most customers then.

    Raises:
        EmptyError: no comments in the month, or too few before it to compare with.
        UserError: a column is missing, or no month.
    """
    share = false_alarms / FAMILIES
    rates = rate_alarms(comments, pairs, themes, month, tz=tz, permutations=permutations, seed=seed, alpha=share)
    days = day_alarms(
        comments, pairs, themes, month, tz=tz, several=several, permutations=permutations, seed=seed, alpha=share
    )
    rates, days = (table.assign(p=(FAMILIES * table["p"]).clip(upper=1.0)) for table in (rates, days))
    above = parents or {}
    moved, spoken = rates[rates["alarm"]], days[days["alarm"]]
    moved, spoken = (
        once(table, above, by=table["p"], same=same) for table, same in ((moved, ["kind"]), (spoken, ["start"]))
    )
    return Emerging(month, moved, spoken, rates, _in_month(comments, month, tz), len(set(themes)), false_alarms)


def once(
    table: pd.DataFrame, parents: Mapping[str, str | None], *, by: pd.Series, same: Sequence[str] = ()
) -> pd.DataFrame:
    """Of a theme and its sub-theme that say the ``same``, the one that is first ``by``; of equal ones the theme."""
    rank = dict(zip(table["theme_id"], by, strict=True))
    rows = {row["theme_id"]: row for row in table.to_dict("records")}
    dropped: set[str] = set()
    for theme, row in rows.items():
        above = rows.get(parents.get(theme) or "")
        if above is not None and all(row[name] == above[name] for name in same):
            dropped.add(theme if rank[above["theme_id"]] <= rank[theme] else above["theme_id"])
    return table[~table["theme_id"].isin(dropped)].reset_index(drop=True)


def _in_month(comments: pd.DataFrame, month: str, tz: str) -> int:
    local = comments["occurred_at"].dropna().dt.tz_convert(tz)
    return int((local.dt.strftime("%Y-%m") == month).sum())
