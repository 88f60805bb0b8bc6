"""Several customers, one day: themes that more customers than usual speak of within 24 hours.

Customers (accounts, else contacts) are counted in windows of one local day, midnight to midnight and noon to noon, so
that a night is not cut in two. Usual is how many customers on the theme came with so many comments at other times of
the same month and the half-year before, the month and the day of the week counting for more where they tell something.
The evidence is the Poisson tail of the count, as a normal deviate, divided by the root of the theme's usual
restlessness from day to day: a theme that always comes in batches has to come in a larger one.

How strong the strongest evidence of a month gets by chance, in any theme and window, is found as in
`verbatim.findings.rates`: by dealing the dates out anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtri, pdtrc

from verbatim.findings.membership import indicator
from verbatim.findings.moments import counts_of, dated, half_days, p_values, strongest_by_chance, voices, who_spoke
from verbatim.scores.groups import require
from verbatim.scores.periods import checked_zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from verbatim.findings.resampling import Codes
    from verbatim.scores.intervals import Array

PERMUTATIONS = 999
LOOK_BACK = 7  # months: the one looked at and half a year before
SEVERAL = 3
KEYS = ("account_id", "contact_id")
LENT = 100.0  # comments by which the rates of the month and of the weekday are drawn to the usual one
LARGEST = 30.0
SMALLEST = 1e-300
DAYS = 7
COLUMNS = ("theme_id", "start", "end", "customers", "n", "of", "expected", "p", "alarm")


@dataclass(frozen=True, slots=True)
class _Clock:
    """Half-days ``(s,)``: whether each is of the month looked at, and its day of the week (0 is Monday)."""

    current: NDArray[np.bool_]
    weekday: NDArray[np.int64]


def day_alarms(
    comments: pd.DataFrame, pairs: pd.DataFrame, themes: Sequence[str], month: str, *, tz: str = "UTC",
    several: int = SEVERAL, permutations: int = PERMUTATIONS, seed: int = 7, alpha: float = 0.05,
) -> pd.DataFrame:  # fmt: skip
    """The strongest 24 hours of each theme in ``month`` with ``several`` customers or more, surest first.

    The arguments as for `rate_alarms`. Columns: ``theme_id``; ``start`` and ``end`` (aware, UTC; half-open);
    ``customers`` on the theme in that time, ``n`` their comments on it; ``of`` (customers who wrote in that time);
    ``expected`` (customers on the theme, as usual); ``p`` (allowing for all themes and days); ``alarm`` (``p`` below
    ``alpha``). A theme that never had so many customers within a day has no row.

    Raises:
        EmptyError: no comments in the month.
        UserError: a column is missing, or no month.
    """
    require(pairs, ["comment_id", "theme_id"])
    rows, labels = dated(comments, month, tz, months=LOOK_BACK)
    chosen = sorted(set(themes))
    slots, starts = half_days(rows, tz)
    on_theme = indicator(pairs, pd.Index(rows["id"]), chosen, key="comment_id")
    who = who_spoke(rows, KEYS)
    spoken = voices(on_theme, who, slots, len(starts) - 1).capped(1)
    local = [start.astimezone(checked_zone(tz)) for start in starts[:-1]]
    clock = _Clock(
        np.array([f"{start:%Y-%m}" == labels[-1] for start in local]), np.array([start.weekday() for start in local])
    )
    halves, totals = counts_of(spoken, spoken.slots)
    exact = _customers_by_window(on_theme, who, slots, spoken.count)
    deviate, expected = _evidence(halves, totals[None], clock, several, exact=exact)
    records = []
    for place in np.flatnonzero(deviate.max(axis=1, initial=0.0) > 0):
        window = int(np.argmax(deviate[place]))
        inside = (slots == window) | (slots == window + 1)
        records.append(
            {
                "theme_id": chosen[place], "start": starts[window], "end": starts[min(window + 2, len(starts) - 1)],
                "customers": int(exact[place, window]), "n": int(on_theme[inside].sum(axis=0)[0, place]),
                "of": len(np.unique(who[inside])), "expected": float(expected[place, window]),
                "deviate": float(deviate[place, window]),
            }
        )  # fmt: skip
    table = pd.DataFrame(records, columns=[*COLUMNS[:-2], "deviate"])
    strength = table["deviate"].to_numpy(dtype=np.float64)
    by_chance = strongest_by_chance(
        spoken, lambda dealt, of: _evidence(dealt, of, clock, several)[0].max(axis=(-2, -1), initial=0.0),
        permutations=permutations if len(table) else 0, seed=seed,
    )  # fmt: skip
    p = p_values(strength, by_chance)
    table = table.assign(p=p, alarm=p < alpha)
    order = np.lexsort([table["theme_id"].to_numpy(dtype=str), -strength, p])
    return table.iloc[order].reset_index(drop=True)[list(COLUMNS)]


def _customers_by_window(on_theme: sparse.csr_matrix, who: Codes, slots: Codes, count: int) -> Array:
    """Different customers on each theme in the half-days j and j + 1, ``(t, s)``."""
    found = np.zeros((on_theme.shape[1], count))
    for phase in (0, 1):
        windows = (slots + phase) // 2
        size = int(windows.max()) + 1
        inside = voices(on_theme, who, windows, size).capped(1)
        days, _ = counts_of(inside, inside.slots)
        firsts = 2 * np.arange(size) - phase
        kept = (firsts >= 0) & (firsts < count)
        found[:, firsts[kept]] = days[:, kept]
    return found


def _evidence(
    halves: Array, totals: Array, clock: _Clock, several: int, *, exact: Array | None = None
) -> tuple[Array, Array]:
    """Deviates and expected customers of each theme and window ``(…, t, s)``; 0 outside the month or below ``several``.

    ``halves`` ``(…, t, s)`` counts customers on each theme and half-day, ``totals`` ``(…, 1, s)`` all comments;
    ``exact`` ``(t, s)`` the customers of each window, without it those of both half-days.
    """
    on, of = _joined(halves), _joined(totals)
    current = np.flatnonzero(clock.current)
    usual = (halves.sum(axis=-1, keepdims=True) - on + 0.5) / (totals.sum(axis=-1, keepdims=True) - of + 1)
    this_month = [part[..., current].sum(axis=-1, keepdims=True) for part in (halves, totals)]
    month = _drawn(this_month[0] - on, this_month[1] - of, usual)
    expected = month * _joined(totals * _weekday_factor(halves, totals, clock))
    restless = np.sqrt(_restlessness(on[..., ::2], of[..., ::2]))[..., None]
    found = np.zeros_like(on)
    count = (on if exact is None else exact)[..., current]
    usually = expected[..., current]
    tail = np.clip(pdtrc(np.maximum(count - 1, 0), usually), SMALLEST, 0.5)
    worth = (count >= several) & (count > usually)
    found[..., current] = np.where(worth, np.minimum(-ndtri(tail), LARGEST) / restless, 0.0)
    return found, expected


def _weekday_factor(halves: Array, totals: Array, clock: _Clock) -> Array:
    """By how much each theme is more usual on the weekday of each half-day, that day itself left out ``(…, t, s)``."""
    kinds = np.eye(DAYS)[clock.weekday]
    on, of = _day_of(halves), _day_of(totals)
    usual = (halves.sum(axis=-1, keepdims=True) - on + 0.5) / (totals.sum(axis=-1, keepdims=True) - of + 1)
    found: Array = (
        _drawn((halves @ kinds)[..., clock.weekday] - on, (totals @ kinds)[..., clock.weekday] - of, usual) / usual
    )
    return found


def _joined(halves: Array) -> Array:
    """The sum of each half-day and the one after it."""
    joined = halves.copy()
    joined[..., :-1] += halves[..., 1:]
    return joined


def _day_of(halves: Array) -> Array:
    """The sum over the day that each half-day is of; days begin with the first half-day."""
    days: Array = halves.reshape(*halves.shape[:-1], -1, 2).sum(axis=-1)
    return np.repeat(days, 2, axis=-1)


def _drawn(on: Array, of: Array, usual: Array) -> Array:
    """A rate drawn to the usual one; a window that is not among what is counted may leave less than nothing."""
    found: Array = (np.maximum(on, 0.0) + LENT * usual) / (np.maximum(of, 0.0) + LENT)
    return found


def _restlessness(on: Array, of: Array) -> Array:
    """How much more than by chance each theme moves from day to day, 1 or more ``(…, t)``; its largest day left out.

    The theme's own, or halfway to that of all themes where that is more.
    """
    expected = of * on.sum(axis=-1, keepdims=True) / np.maximum(of.sum(axis=-1, keepdims=True), 1.0)
    squares = (on - expected) ** 2
    largest = np.argmax(squares, axis=-1)[..., None]
    left, without = (
        part.sum(axis=-1) - np.take_along_axis(part, largest, axis=-1)[..., 0] for part in (expected, squares)
    )
    own = np.where(left > 0, without / np.maximum(left, SMALLEST), 1.0)
    pooled = without.sum(axis=-1, keepdims=True) / np.maximum(left.sum(axis=-1, keepdims=True), SMALLEST)
    found: Array = np.maximum(np.maximum(own, (own + pooled) / 2), 1.0)
    return found
