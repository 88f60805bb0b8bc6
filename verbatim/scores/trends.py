"""Scores over time: every period with its change from the one before, and whether that is more than noise.

Works on counts frames with a ``period_start``. A rolling window pools its answers; percentages are never averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.errors import UserError
from verbatim.scores import periods
from verbatim.scores.figures import Estimates, Tally, change
from verbatim.scores.groups import Grouped, codes_of, group, require
from verbatim.scores.intervals import CONFIDENCE, Difference
from verbatim.scores.score import Score, first, score_tally
from verbatim.scores.segments import DEFAULT_RULES, Rules, figures_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from verbatim.scores.definitions import Definition
    from verbatim.scores.intervals import Array


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two scores under one definition; ``change`` is after minus before, in the unit of the headline."""

    before: Score
    after: Score
    change: Difference

    @property
    def is_fall(self) -> bool:
        """Whether it got worse by more than noise."""
        return self._moved(worse=True)

    @property
    def is_rise(self) -> bool:
        """Whether it got better by more than noise."""
        return self._moved(worse=False)

    def _moved(self, *, worse: bool) -> bool:
        if self.change.value is None or self.change.is_noise is not False:
            return False
        return (self.change.value < 0) == (worse == self.after.definition.higher_is_better)


@dataclass(frozen=True, slots=True)
class _Panel:
    """Counts by group, period and value, ``(g, p, v)``, over every period from the first to the last."""

    keys: pd.DataFrame
    bounds: pd.DatetimeIndex  # p + 1 edges
    values: Array
    counts: Array


def trend_table(
    counts: pd.DataFrame, definition: Definition, by: Sequence[str] = (), *, period: str = "month", tz: str = "UTC",
    window: int = 1, start: datetime | None = None, end: datetime | None = None, rules: Rules = DEFAULT_RULES,
) -> pd.DataFrame:  # fmt: skip
    """One row a group and period, empty periods included (n 0, score NaN), groups and then periods in order.

    ``counts`` has the columns ``by``, ``period_start`` (aware; made with the same ``period`` and ``tz``), ``value``
    and ``n``; rows without a period are left out. ``start``/``end`` (half-open) widen or narrow the span.
    Columns: those of ``score_table`` with ``period_start``, ``period_end`` (aware, exclusive) and ``period`` (text)
    after the groups, and ``change``, ``change_low``, ``change_high``, ``is_noise`` (nullable) from the period before.

    With ``window=k`` each row pools the answers of its own and the k − 1 periods before (only full windows are
    shown; ``window_start`` says where it begins), and the change is from the window k periods earlier, which shares
    no answer with it.

    Raises:
        UserError: a column is missing, a period start belongs to another period or time zone, a window below 1.
    """
    if window < 1:
        raise UserError(f"a window of {window} periods; it takes 1 or more")
    panel = _panel(counts, definition, by, periods.checked_period(period), tz=tz, span=(start, end))
    pooled = _pooled(panel.counts, window)
    groups, length, width = pooled.shape
    if not length:
        pooled = np.zeros((groups, 0, width))
    tally = Tally(panel.values, pooled.reshape(groups * length, width))
    keys = _period_keys(panel, window, length, period)
    table = figures_table(Grouped(keys, tally), definition, rules=rules)
    return _with_change(table, _changes(panel, pooled, window, definition, rules.confidence), window)


def rolling_weeks(
    counts: pd.DataFrame, definition: Definition, by: Sequence[str] = (), *, weeks: int = 4, tz: str = "UTC",
    rules: Rules = DEFAULT_RULES,
) -> pd.DataFrame:  # fmt: skip
    """Rolling four weeks from weekly counts: ``trend_table`` with the answers of ``weeks`` weeks pooled."""
    return trend_table(counts, definition, by, period="week", tz=tz, window=weeks, rules=rules)


def compare(
    before: pd.DataFrame, after: pd.DataFrame, definition: Definition, *, confidence: float = CONFIDENCE
) -> Comparison:
    """Two counts frames against each other, all their answers pooled."""
    side = "\0side"
    both = pd.concat([before.assign(**{side: 0}), after.assign(**{side: 1})], ignore_index=True)
    grouped = group(both, [side], definition)
    values, counts = grouped.tally.values, np.zeros((2, len(grouped.tally.values)))
    counts[grouped.keys[side].to_numpy(dtype=np.int64)] = grouped.tally.counts
    sides = Tally(values, counts[:1]), Tally(values, counts[1:])
    found = first(change(sides[1], sides[0], definition, confidence=confidence))
    scores = [score_tally(tally, definition, confidence=confidence) for tally in sides]
    return Comparison(scores[0], scores[1], Difference(found.value, found.low, found.high))


def before_and_after(
    counts: pd.DataFrame, at: datetime, definition: Definition, *, days: int = 28, tz: str = "UTC"
) -> Comparison:
    """The ``days`` before an event against the ``days`` from it on; ``counts`` are by day in ``tz``.

    The local day of ``at`` counts as after. This compares, it does not prove a cause: what else changed is not known.

    Raises:
        UserError: fewer than 1 day, a naive ``at``, or no column ``period_start``.
    """
    if days < 1:
        raise UserError(f"{days} days before and after an event; it takes 1 or more")
    require(counts, ["period_start"])
    day = periods.edges(at, at, "day", tz)[0].tz_localize(None)
    zone = periods.checked_zone(tz)
    span = pd.Timedelta(days=days)
    begin, turn, stop = periods.localise(pd.DatetimeIndex([day - span, day, day + span]), zone)
    moments = counts["period_start"]
    before = counts[(moments >= begin) & (moments < turn)]
    after = counts[(moments >= turn) & (moments < stop)]
    return compare(before, after, definition)


def _panel(
    counts: pd.DataFrame, definition: Definition, by: Sequence[str], period: str, *, tz: str,
    span: tuple[datetime | None, datetime | None],
) -> _Panel:  # fmt: skip
    require(counts, [*by, "period_start", "value", "n"])
    placed = counts[counts["period_start"].notna()]
    if placed.empty:
        placed = placed.assign(period_start=pd.DatetimeIndex([], tz="UTC"))
    if not isinstance(placed["period_start"].dtype, pd.DatetimeTZDtype):
        raise UserError("'period_start' has no time zone; make it with count_answers(…, period=…, tz=…)")
    bounds = _bounds(placed["period_start"], period, tz, span)
    inside = placed[(placed["period_start"] >= bounds[0]) & (placed["period_start"] < bounds[-1])]
    grouped = group(inside, [*by, "period_start"], definition)
    rows, keys = codes_of(grouped.keys, by) if by else (np.zeros(len(grouped.keys), dtype=np.int64), _one_row())
    starts = pd.DatetimeIndex(grouped.keys["period_start"]).as_unit(bounds.unit).asi8
    columns = np.searchsorted(bounds.asi8, starts)
    if (bounds.asi8[columns] != starts).any():
        wrong = grouped.keys["period_start"][int(np.flatnonzero(bounds.asi8[columns] != starts)[0])]
        raise UserError(f"{wrong.isoformat()} does not begin a {period} in {tz}; count with the same period and tz")
    panel = np.zeros((len(keys), len(bounds) - 1, len(grouped.tally.values)))
    panel[rows, columns] = grouped.tally.counts
    return _Panel(keys, bounds, grouped.tally.values, panel)


def _bounds(starts: pd.Series, period: str, tz: str, span: tuple[datetime | None, datetime | None]) -> pd.DatetimeIndex:
    begin, end = span
    if starts.empty and (begin is None or end is None):
        now = pd.Timestamp(0, tz="UTC")
        return periods.edges(now, now, period, tz)[:1]
    first_moment = pd.Timestamp(begin) if begin is not None else starts.min()
    last_moment = pd.Timestamp(end) - pd.Timedelta(microseconds=1) if end is not None else starts.max()
    if last_moment < first_moment:
        raise UserError(f"the span ends ({last_moment}) before it begins ({first_moment})")
    return periods.edges(first_moment, last_moment, period, tz)


def _one_row() -> pd.DataFrame:
    return pd.DataFrame(index=range(1))


def _pooled(counts: Array, window: int) -> Array:
    """Sums over ``window`` consecutive periods, ``(g, p − window + 1, v)``."""
    groups, length, width = counts.shape
    sums = np.concatenate([np.zeros((groups, 1, width)), counts.cumsum(axis=1)], axis=1)
    return np.asarray(sums[:, window:] - sums[:, : max(length - window + 1, 0)])


def _period_keys(panel: _Panel, window: int, length: int, period: str) -> pd.DataFrame:
    groups = len(panel.keys)
    repeated = panel.keys.loc[panel.keys.index.repeat(length)].reset_index(drop=True)
    at = np.tile(np.arange(length), groups)
    shown = panel.bounds[window - 1 : window - 1 + length]
    repeated["period_start"] = shown[at]
    repeated["period_end"] = panel.bounds[window : window + length][at]
    repeated["period"] = np.array([periods.label(moment, period) for moment in shown], dtype=object)[at]
    if window > 1:
        repeated["window_start"] = panel.bounds[:length][at]
    return repeated


def _changes(panel: _Panel, pooled: Array, window: int, definition: Definition, confidence: float) -> Estimates:
    groups, length, width = pooled.shape
    current, previous = pooled[:, window:], pooled[:, : max(length - window, 0)]
    compared = current.shape[1]
    found = change(
        Tally(panel.values, current.reshape(groups * compared, width)),
        Tally(panel.values, previous.reshape(groups * compared, width)),
        definition,
        confidence=confidence,
    )
    padded = np.full((3, groups, length), np.nan)
    padded[:, :, length - compared :] = np.stack(found).reshape(3, groups, compared)
    return Estimates(*padded.reshape(3, groups * length))


def _with_change(table: pd.DataFrame, found: Estimates, window: int) -> pd.DataFrame:
    withheld = table["withheld"].to_numpy()
    earlier = np.concatenate([np.zeros(min(window, len(table)), dtype=bool), withheld[:-window]])
    hidden = withheld | earlier  # a change would give the withheld figure away
    value, low, high = (np.where(hidden, np.nan, ends) for ends in found)
    noise = pd.Series((low <= 0) & (high >= 0), index=table.index, dtype="boolean")
    position = int(table.columns.get_loc("n")) + 1  # type: ignore[arg-type]
    table.insert(position, "change", value)
    table.insert(position + 1, "change_low", low)
    table.insert(position + 2, "change_high", high)
    table.insert(position + 3, "is_noise", noise.where(pd.Series(~np.isnan(low), index=table.index)))
    return table
