"""Several customers, one day: themes that more customers than usual speak of within 24 hours.

Customers (accounts, else contacts) are counted in windows of one local day, midnight to midnight and noon to noon, so
that a night is not cut in two. Usual is the theme's share of the customers who wrote at other times of the same month
and the half-year before, the month and the day of the week counting for more where they tell something, times those
who wrote in the window. The evidence is the Poisson tail of the count, as a normal deviate, divided by the root of the
theme's usual restlessness from day to day: a theme that always comes in batches has to come in a larger one.

How strong the strongest evidence of a month gets by chance, in any theme and window, is found as in
`verbatim.findings.rates`: by dealing the dates out anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtri, pdtrc

from verbatim.findings.moments import Voices, dated, half_days, shuffled_counts, voices, who_spoke
from verbatim.scores.groups import require
from verbatim.scores.periods import checked_zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.scores.intervals import Array

PERMUTATIONS = 999
LOOK_BACK = 7  # months: the one looked at and half a year before
SEVERAL = 3
KEYS = ("account_id", "contact_id")
LENT = 100.0  # customers by which the rates of the month and of the weekday are drawn to the usual one
LARGEST = 30.0
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
    spoken = voices(rows, slots, len(starts) - 1, pairs, chosen, KEYS)
    local = [start.astimezone(checked_zone(tz)) for start in starts[:-1]]
    clock = _Clock(
        np.array([f"{start:%Y-%m}" == labels[-1] for start in local]), np.array([start.weekday() for start in local])
    )
    halves, totals = shuffled_counts(spoken, np.random.default_rng(seed), shuffle=False)
    exact = _customers_by_window(rows, slots, spoken.count, pairs, chosen)
    deviate, expected = _evidence(halves, totals, clock, several, exact=exact)
    records = []
    for place in np.flatnonzero(deviate.max(axis=1, initial=0.0) > 0):
        window = int(np.argmax(deviate[place]))
        inside = (slots == window) | (slots == window + 1)
        records.append(
            {
                "theme_id": chosen[place], "start": starts[window], "end": starts[min(window + 2, len(starts) - 1)],
                "customers": int(exact[place, window]), "n": _comments_on(rows[inside], pairs, chosen[place]),
                "of": int(who_spoke(rows[inside], KEYS).nunique()), "expected": float(expected[place, window]),
                "deviate": float(deviate[place, window]),
            }
        )  # fmt: skip
    table = pd.DataFrame(records, columns=[*COLUMNS[:-2], "deviate"])
    strength = table["deviate"].to_numpy(dtype=np.float64)
    p = _p_values(strength, spoken, clock, several, permutations=permutations, seed=seed)
    table = table.assign(p=p, alarm=p < alpha)
    order = np.lexsort([table["theme_id"].to_numpy(dtype=str), -strength, p])
    return table.iloc[order].reset_index(drop=True)[list(COLUMNS)]


def _customers_by_window(
    rows: pd.DataFrame, slots: NDArray[np.int64], count: int, pairs: pd.DataFrame, themes: Sequence[str]
) -> Array:
    """Different customers on each theme in the half-days j and j + 1, ``(t, s)``."""
    found = np.zeros((len(themes), count))
    for phase in (0, 1):
        windows = (slots + phase) // 2
        size = int(windows.max()) + 1
        days, _ = shuffled_counts(
            voices(rows, windows, size, pairs, themes, KEYS), np.random.default_rng(0), shuffle=False
        )
        firsts = 2 * np.arange(size) - phase
        inside = (firsts >= 0) & (firsts < count)
        found[:, firsts[inside]] = days[:, inside]
    return found


def _p_values(strength: Array, spoken: Voices, clock: _Clock, several: int, *, permutations: int, seed: int) -> Array:
    """How often the strongest evidence of any theme and day is as strong where dates mean nothing."""
    if not len(strength):
        return strength
    rng = np.random.default_rng(seed)
    strongest = np.empty(permutations)
    for draw in range(permutations):
        strongest[draw] = _evidence(*shuffled_counts(spoken, rng), clock, several)[0].max(initial=0.0)
    reached = (strongest[:, None] >= strength[None, :] - 1e-9).sum(axis=0)
    found: Array = (1 + reached) / (permutations + 1)
    return found


def _evidence(
    halves: Array, totals: Array, clock: _Clock, several: int, *, exact: Array | None = None
) -> tuple[Array, Array]:
    """Deviates and expected customers of each theme and window ``(t, s)``; 0 outside the month or below ``several``.

    ``halves`` ``(t, s)`` and ``totals`` ``(s,)`` count voices by half-day; ``exact`` the customers of each window,
    without it the voices of both half-days.
    """
    on, of = _joined(halves), _joined(totals[None, :])
    rest, rest_of = halves.sum(axis=1, keepdims=True) - on, totals.sum() - of
    usual = (rest + 0.5) / (rest_of + 1)
    current = clock.current
    month = _drawn(halves[:, current].sum(axis=1, keepdims=True) - on, totals[current].sum() - of, usual)
    kinds = np.eye(DAYS)[clock.weekday]
    same_day = _drawn((halves @ kinds)[:, clock.weekday] - on, (totals @ kinds)[clock.weekday] - of, usual)
    expected = of * month * same_day / usual
    count = on if exact is None else exact
    tail = np.clip(pdtrc(np.maximum(count - 1, 0), expected), 1e-300, 0.5)
    worth = (count >= several) & current[None, :] & (count > expected)
    restless = np.sqrt(_restlessness(on[:, ::2], of[:, ::2]))[:, None]
    return np.where(worth, np.minimum(-ndtri(tail), LARGEST) / restless, 0.0), expected


def _joined(halves: Array) -> Array:
    """The sum of each half-day and the one after it."""
    joined = halves.copy()
    joined[:, :-1] += halves[:, 1:]
    return joined


def _drawn(on: Array, of: Array, usual: Array) -> Array:
    """A rate drawn to the usual one; a window that is not among what is counted may leave less than nothing."""
    return (np.maximum(on, 0.0) + LENT * usual) / (np.maximum(of, 0.0) + LENT)


def _restlessness(on: Array, of: Array) -> Array:
    """How much more than by chance each theme moves from day to day, 1 or more ``(t,)``; its largest day left out."""
    share = on.sum(axis=1, keepdims=True) / max(of.sum(), 1.0)
    expected = of * share
    squares = (on - expected) ** 2
    largest = np.argmax(squares, axis=1)[:, None]
    left = expected.sum(axis=1) - np.take_along_axis(expected, largest, axis=1)[:, 0]
    without = squares.sum(axis=1) - np.take_along_axis(squares, largest, axis=1)[:, 0]
    own = np.where(left > 0, without / np.maximum(left, 1e-12), 1.0)
    pooled = without.sum() / left.sum() if left.sum() > 0 else 1.0
    return np.maximum((own + pooled) / 2, 1.0)


def _comments_on(rows: pd.DataFrame, pairs: pd.DataFrame, theme: str) -> int:
    return int(pairs.loc[(pairs["theme_id"] == theme) & pairs["comment_id"].isin(rows["id"]), "comment_id"].nunique())
