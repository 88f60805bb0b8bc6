"""When things were said, in the organisation's time zone: months, half-days, one voice a customer, dates by chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from verbatim.domain import Period
from verbatim.errors import EmptyError
from verbatim.findings.resampling import CUSTOMER_KEYS
from verbatim.scores import periods
from verbatim.scores.groups import require

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from verbatim.findings.resampling import Codes
    from verbatim.scores.intervals import Array

CHUNK = 25
TOLERANCE = 1e-9  # sums in another order differ in their last digits
LOOK_BACK = 30  # months: the longest window, a year before it, and the same a year earlier


@dataclass(frozen=True, slots=True)
class Voices:
    """One row a voice: what a customer said within one slot of time, ``said`` ``(v,)`` comments.

    ``on`` ``(v, t)`` says how many of them are on each theme; ``slots`` ``(v,)`` is the number of the month (or
    half-day), 0 … ``count`` − 1, the last one being (the end of) the month looked at.
    """

    on: sparse.csr_matrix
    said: Array
    slots: Codes
    count: int

    def capped(self, most: float) -> Voices:
        """The same, where a voice has at most ``most`` comments on a theme."""
        on = self.on.copy()
        on.data = np.minimum(on.data, most)
        return replace(self, on=on)


def who_spoke(comments: pd.DataFrame, keys: Sequence[str]) -> Codes:
    """The number of the customer of each comment, by the first of ``keys`` that is known, else by its submission.

    A comment of which nothing is known has a customer of its own.
    """
    who = ("comment " + comments["id"].astype(str)).to_numpy(dtype=object)
    for key in reversed([*keys, CUSTOMER_KEYS[-1]]):
        if key in comments:
            known = comments[key].notna().to_numpy()
            who[known] = (f"{key} " + comments.loc[known, key].astype(str)).to_numpy(dtype=object)
    return pd.factorize(who, sort=True)[0].astype(np.int64)


def dated(comments: pd.DataFrame, month: str, tz: str, *, months: int = LOOK_BACK) -> tuple[pd.DataFrame, list[str]]:
    """Comments of the ``months`` months that end with ``month``, with ``month_number``, and the labels of these months.

    Sorted by id; comments without a time are left out. The labels begin with the first month that has a comment.

    Raises:
        EmptyError: nothing was said in ``month``.
        UserError: a column is missing, or ``month`` is no month.
    """
    require(comments, ["id", "occurred_at"])
    period = Period.of_month(month, tz)
    first = _months_before(month, months - 1)
    inside = comments["occurred_at"].between(Period.of_month(first, tz).start, period.end, inclusive="left")
    rows = comments[inside].drop_duplicates("id").sort_values("id", kind="stable", ignore_index=True)
    if rows.empty or not (rows["occurred_at"] >= period.start).any():
        raise EmptyError(f"no comments with a date in {month}; choose a month that has some")
    starts = periods.edges(rows["occurred_at"].min(), period.start, "month", tz)
    number = np.searchsorted(starts.asi8, _nanoseconds(rows["occurred_at"], starts), side="right") - 1
    labels = [start.strftime("%Y-%m") for start in starts[:-1]]
    return rows.assign(month_number=number), labels


def voices(comments: sparse.csr_matrix, who: Codes, slots: Codes, count: int) -> Voices:
    """Comments ``(n, t)`` by theme, of the customers ``who`` and in the ``slots`` ``(n,)``, as one row a voice."""
    cells, voice = np.unique(who * count + slots, return_inverse=True)
    whose = sparse.csr_matrix((np.ones(len(who)), (voice, np.arange(len(who)))), shape=(len(cells), len(who)))
    return Voices(sparse.csr_matrix(whose @ comments), np.bincount(voice).astype(np.float64), cells % count, count)


def half_days(rows: pd.DataFrame, tz: str) -> tuple[Codes, list[datetime]]:
    """The local half-day (midnight to noon, noon to midnight) of each row, and when each begins, in UTC."""
    days = periods.edges(rows["occurred_at"].min(), rows["occurred_at"].max(), "day", tz)
    noons = periods.localise(days.tz_localize(None).normalize() + pd.Timedelta(hours=12), periods.checked_zone(tz))
    halves = np.sort(np.concatenate([days.asi8, noons.as_unit(days.unit).asi8]))[:-1]
    slots = np.searchsorted(halves, _nanoseconds(rows["occurred_at"], days), side="right") - 1
    starts = pd.to_datetime(halves, unit=days.unit, utc=True)
    return slots.astype(np.int64), [start.to_pydatetime() for start in starts]


def counts_of(spoken: Voices, slots: Codes) -> tuple[Array, Array]:
    """Sums of ``on`` by theme and slot ``(t, s)``, and of ``said`` by slot ``(s,)``, were the voices in ``slots``."""
    themes = spoken.on.shape[1]
    places = np.repeat(slots, np.diff(spoken.on.indptr))
    cells = spoken.on.indices.astype(np.int64) * spoken.count + places
    on = np.bincount(cells, weights=spoken.on.data, minlength=themes * spoken.count)
    return on.astype(np.float64).reshape(themes, spoken.count), np.bincount(
        slots, weights=spoken.said, minlength=spoken.count
    ).astype(np.float64)


def strongest_by_chance(
    spoken: Voices, evidence: Callable[[Array, Array], Array], *, permutations: int, seed: int
) -> Array:
    """The largest of ``evidence`` where the dates are dealt out anew among the voices, once a permutation.

    ``evidence`` takes counts ``(b, t, s)`` and totals ``(b, 1, s)`` of several permutations and gives the strongest of
    each, ``(b,)``.
    """
    rng = np.random.default_rng(seed)
    found = np.empty(permutations)
    for first in range(0, permutations, CHUNK):
        last = min(first + CHUNK, permutations)
        dealt = [counts_of(spoken, rng.permutation(spoken.slots)) for _ in range(first, last)]
        found[first:last] = evidence(
            np.stack([counts for counts, _ in dealt]), np.stack([totals for _, totals in dealt])[:, None]
        )
    return found


def p_values(strength: Array, by_chance: Array) -> Array:
    """The share of permutations (with the month itself as one) whose strongest evidence reaches each ``strength``."""
    reached = (by_chance[:, None] >= strength[None, :] - TOLERANCE).sum(axis=0)
    found: Array = (1 + reached) / (len(by_chance) + 1)
    return found


def _months_before(month: str, back: int) -> str:
    ordinal = int(month[:4]) * 12 + int(month[5:7]) - 1 - back
    return f"{ordinal // 12:04d}-{ordinal % 12 + 1:02d}"


def _nanoseconds(times: pd.Series, like: pd.DatetimeIndex) -> Codes:
    found: Codes = times.dt.as_unit(like.unit).astype("int64").to_numpy()
    return found
