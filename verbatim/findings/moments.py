"""When things were said, in the organisation's time zone: months, half-days, and one voice a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.domain import Period
from verbatim.errors import EmptyError
from verbatim.findings.membership import indicator
from verbatim.findings.resampling import CUSTOMER_KEYS
from verbatim.scores import periods
from verbatim.scores.groups import require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scipy import sparse

    from verbatim.findings.resampling import Codes

LOOK_BACK = 30  # months: the longest window, a year before it, and the same a year earlier


@dataclass(frozen=True, slots=True)
class Voices:
    """One row a voice: a customer within one slot of time, on every theme that they spoke of there.

    ``matrix`` ``(v, t)`` 0/1, ``slots`` ``(v,)`` the number of the month (or half-day), 0 … ``count`` − 1, the last
    one being (the end of) the month looked at.
    """

    matrix: sparse.csr_matrix
    slots: Codes
    count: int


def who_spoke(comments: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """The customer of each comment by the first of ``keys`` that is known, else by its submission, else by itself."""
    who = "comment " + comments["id"].astype(str)
    for key in reversed([*keys, CUSTOMER_KEYS[-1]]):
        if key in comments:
            who = (f"{key} " + comments[key].astype(str)).where(comments[key].notna(), who)
    return who


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


def voices(
    rows: pd.DataFrame, slots: Codes, count: int, pairs: pd.DataFrame, themes: Sequence[str], keys: Sequence[str]
) -> Voices:
    """Several comments of a customer in one slot become one voice: one person who writes ten times counts once."""
    who = pd.factorize(who_spoke(rows, keys), sort=True)[0].astype(np.int64)
    cells, voice = np.unique(who * count + slots, return_inverse=True)
    spoken = pd.Series(voice, index=rows["id"])
    on = pairs[pairs["comment_id"].isin(spoken.index)]
    matrix = indicator(
        pd.DataFrame({"voice": on["comment_id"].map(spoken), "theme_id": on["theme_id"]}),
        pd.RangeIndex(len(cells)), themes, key="voice",
    )  # fmt: skip
    return Voices(matrix, cells % count, count)


def half_days(rows: pd.DataFrame, tz: str) -> tuple[Codes, list[datetime]]:
    """The local half-day (midnight to noon, noon to midnight) of each row, and when each begins, in UTC."""
    days = periods.edges(rows["occurred_at"].min(), rows["occurred_at"].max(), "day", tz)
    noons = periods.localise(days.tz_localize(None).normalize() + pd.Timedelta(hours=12), periods.checked_zone(tz))
    halves = np.sort(np.concatenate([days.asi8, noons.as_unit(days.unit).asi8]))[:-1]
    slots = np.searchsorted(halves, _nanoseconds(rows["occurred_at"], days), side="right") - 1
    starts = pd.to_datetime(halves, unit=days.unit, utc=True)
    return slots.astype(np.int64), [start.to_pydatetime() for start in starts]


def shuffled_counts(
    spoken: Voices, rng: np.random.Generator, *, shuffle: bool = True
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Voices on each theme and slot ``(t, s)`` and all voices by slot ``(s,)``, dates dealt out anew among voices."""
    slots = rng.permutation(spoken.slots) if shuffle else spoken.slots
    entries = spoken.matrix.indices.astype(np.int64)
    rows = np.repeat(np.arange(spoken.matrix.shape[0]), np.diff(spoken.matrix.indptr))
    themes = spoken.matrix.shape[1]
    cells = np.bincount(entries * spoken.count + slots[rows], minlength=themes * spoken.count)
    totals = np.bincount(spoken.slots, minlength=spoken.count)
    return cells.reshape(themes, spoken.count).astype(np.float64), totals.astype(np.float64)


def _months_before(month: str, back: int) -> str:
    ordinal = int(month[:4]) * 12 + int(month[5:7]) - 1 - back
    return f"{ordinal // 12:04d}-{ordinal % 12 + 1:02d}"


def _nanoseconds(times: pd.Series, like: pd.DatetimeIndex) -> Codes:
    found: Codes = times.dt.as_unit(like.unit).astype("int64").to_numpy()
    return found
