"""Segments that have to be derived from dates: new or long-standing customers, and cohorts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from verbatim.errors import UserError
from verbatim.scores import periods

NEW, LONG_STANDING = "new", "long-standing"


def tenure(since: pd.Series, at: pd.Series, *, new_within_days: float = 90) -> pd.Series:
    """``new`` or ``long-standing`` at the moment of the answer; missing where a time is missing or ``at`` is earlier.

    Raises:
        UserError: times without a time zone.
    """
    for times in (since, at):
        if not isinstance(times.dtype, pd.DatetimeTZDtype):
            raise UserError(f"{times.name!r} has no time zone ({times.dtype}); use pd.to_datetime(…, utc=True)")
    days = (at - since).dt.total_seconds() / 86400
    kinds = np.where(days <= new_within_days, NEW, LONG_STANDING)
    return pd.Series(kinds, index=days.index, dtype=object).where(days >= 0)


def cohort(since: pd.Series, *, period: str = "quarter", tz: str = "UTC") -> pd.Series:
    """The period in which a customer began, as text ("2026-Q1"); missing where the date is.

    Raises:
        UserError: times without a time zone, an unknown period or time zone.
    """
    starts = periods.starts_of(since, period, tz)
    labels = {start: periods.label(start, period) for start in starts.dropna().unique()}
    return starts.map(labels).astype(object)
