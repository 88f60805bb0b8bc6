"""Which themes are new, grow, shrink or fade: rates of a window of months against those before, by permutation.

A theme's rate is comments on it ÷ all comments of a month; of one person's comments on a theme in a month three count.
Windows of one to six months that end with the month looked at are compared with the twelve months before each. The
evidence is the exact conditional test of two Poisson rates (Przyborowski and Wilenski 1940, mid-p), as a normal
deviate, divided by the root of the design effect of people who say something several times a month, and of the theme's
usual restlessness from month to month where that is more than chance. Where the same window a year ago rose (or fell)
against its own year, the theme's season is taken out first. The strongest window counts.

How strong evidence gets by chance, in any theme and window, is found by dealing the months out anew `permutations`
times, what one person said in a month staying together (Westfall and Young 1993, single-step): at a p of 0.05 no more
than 5 % of months without any change have any theme that is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import betainc, ndtri

from verbatim.errors import EmptyError
from verbatim.findings.membership import indicator
from verbatim.findings.moments import (
    TOLERANCE,
    Voices,
    counts_of,
    dated,
    p_values,
    strongest_by_chance,
    voices,
    who_spoke,
)
from verbatim.findings.resampling import CUSTOMER_KEYS
from verbatim.scores.groups import require

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scipy import sparse

    from verbatim.findings.resampling import Codes
    from verbatim.scores.intervals import Array

PERMUTATIONS = 999
WINDOW = 6
YEAR = 12
FEWEST_BEFORE = 30  # voices before a window, or a year ago, to compare with
MOST = 3.0  # comments of a voice on a theme that count
FEWEST = 5  # voices on a theme, in the window or before it
FEWEST_CUSTOMERS = 3
LITTLE = 0.2  # of the larger rate: so much may there have been before a new theme, and be left of a fading one
DOMINATED = 0.5
SEASONAL = 1.64  # a rise or fall a year ago that is more than chance (one-sided 5 %)
LARGEST = 30.0
SMALLEST = 1e-300
FEWEST_STEPS = 5  # from month to month
LENT_STEPS = 20
JUMPS = 2
COLUMNS = (
    "theme_id", "kind", "since", "months", "n", "n_before", "of", "of_before", "rate", "rate_before", "customers",
    "p", "alarm", "why",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Signed deviates ``(t,)``, positive for a rise, and the window (months) that each comes from."""

    deviate: Array
    window: Array


def rate_alarms(
    comments: pd.DataFrame, pairs: pd.DataFrame, themes: Sequence[str], month: str, *, tz: str = "UTC",
    permutations: int = PERMUTATIONS, seed: int = 7, alpha: float = 0.05,
) -> pd.DataFrame:  # fmt: skip
    """One row a theme of ``themes``, surest first: what its rate did up to the end of ``month`` ("2026-10", in ``tz``).

    ``comments``: ``id``, ``occurred_at`` (aware; NaT is left out) and, where known, ``contact_id``, ``account_id``,
    ``submission_id``; ``pairs``: ``comment_id``, ``theme_id`` (`membership`).

    Columns: ``theme_id``; ``kind`` (new: a fifth or less before; growing; shrinking; fading: a fifth or less
    is left; what it would be, see ``alarm``); ``since`` (first month of
    the window) and ``months`` (its length); ``n``, ``of`` (comments on the theme and all comments in the window),
    ``n_before``, ``of_before`` (in the twelve months before it); ``rate``, ``rate_before`` (per cent of comments);
    ``customers`` (accounts, else contacts, behind ``n``); ``p`` (allowing for all themes and windows); ``alarm``
    (``p`` below ``alpha``, enough voices, several customers and no single one behind most of it); ``why`` there is no
    alarm although p is below ``alpha``, else ``None``.

    Raises:
        EmptyError: no comments in the month, or too few before it to compare with.
        UserError: a column is missing, or no month.
    """
    require(pairs, ["comment_id", "theme_id"])
    rows, labels = dated(comments, month, tz)
    chosen = sorted(set(themes))
    month_number = rows["month_number"].to_numpy().astype(np.int64)
    on_theme = indicator(pairs, pd.Index(rows["id"]), chosen, key="comment_id")
    person = who_spoke(rows, ("contact_id", "account_id"))
    spoken = voices(on_theme, person, month_number, len(labels)).capped(MOST)
    counts, totals = counts_of(spoken, spoken.slots)
    if not _windows(totals):
        raise EmptyError(f"fewer than {FEWEST_BEFORE} comments before {month}; there is nothing to compare it with")
    windows = _windows(totals)
    repeated = np.sqrt(_repetition(spoken))
    evidence = _evidence(counts, totals[None], windows, repeated)
    by_chance = strongest_by_chance(
        spoken, lambda dealt, of: np.abs(_evidence(dealt, of, windows, repeated).deviate).max(axis=-1, initial=0.0),
        permutations=permutations, seed=seed,
    )  # fmt: skip
    p = p_values(np.abs(evidence.deviate), by_chance)
    customer = who_spoke(rows, CUSTOMER_KEYS[:2])
    table = _described(on_theme, month_number, customer, labels, evidence).assign(theme_id=chosen)
    table["p"] = p
    table["why"] = [_objection(row) if row["p"] < alpha else None for row in table.to_dict("records")]
    table["why"] = table["why"].astype(object).where(table["why"].notna(), None)
    table["alarm"] = (table["p"] < alpha) & table["why"].isna()
    order = np.lexsort([np.array(chosen, dtype=str), -np.abs(evidence.deviate), p])
    return table.iloc[order].reset_index(drop=True)[list(COLUMNS)]


def _windows(totals: Array) -> list[int]:
    """Lengths of windows that have somebody in them and enough voices before."""
    size = len(totals)
    return [
        w for w in range(1, min(WINDOW, size - 1) + 1)
        if totals[size - w :].sum() > 0 and totals[max(0, size - w - YEAR) : size - w].sum() >= FEWEST_BEFORE
    ]  # fmt: skip


def _evidence(counts: Array, totals: Array, windows: Sequence[int], repeated: Array) -> _Evidence:
    """From counts ``(…, t, m)`` and totals ``(…, 1, m)`` to the strongest deviate of each theme ``(…, t)``."""
    uncertain = repeated * np.sqrt(_restlessness(counts, totals, repeated))
    best, window = np.zeros(counts.shape[:-1]), np.ones(counts.shape[:-1])
    for w in windows:
        season = _season(counts, totals, w)
        deviate = _deviate(*_sums(counts, totals, counts.shape[-1] - w, w), season) / uncertain
        better = np.abs(deviate) > np.abs(best) + TOLERANCE
        best, window = np.where(better, deviate, best), np.where(better, w, window)
    return _Evidence(best, window)


def _repetition(spoken: Voices) -> Array:
    """The design effect of several comments by one voice on each theme, Σ y² ÷ Σ y, 1 or more ``(t,)``."""
    sums, squares = (np.asarray(part.sum(axis=0)).ravel() for part in (spoken.on, spoken.on.power(2)))
    return np.where(sums > 0, squares / np.maximum(sums, 1.0), 1.0)


def _sums(counts: Array, totals: Array, end: int, w: int) -> tuple[Array, Array, Array, Array]:
    """Comments on each theme and all, in the window of ``w`` months from ``end`` and in the year before it."""
    now, before = slice(end, end + w), slice(max(0, end - YEAR), end)
    return (
        counts[..., now].sum(axis=-1), totals[..., now].sum(axis=-1),
        counts[..., before].sum(axis=-1), totals[..., before].sum(axis=-1),
    )  # fmt: skip


def _season(counts: Array, totals: Array, w: int) -> Array:
    """By how much each theme rose or fell in the same months a year ago; 1 where that is not known, or was chance."""
    end = counts.shape[-1] - w - YEAR
    if end < 1:
        return np.ones(counts.shape[:-1])
    on, of, on_before, of_before = _sums(counts, totals, end, w)
    known = (of >= FEWEST_BEFORE) & (of_before >= FEWEST_BEFORE) & (on + on_before >= FEWEST)
    real = np.abs(_deviate(on, of, on_before, of_before, np.ones_like(on))) > SEASONAL
    return np.where(known & real, ((on + 0.5) / (of + 1)) / ((on_before + 0.5) / (of_before + 1)), 1.0)


def _deviate(on: Array, of: Array, on_before: Array, of_before: Array, season: Array) -> Array:
    """Normal deviate of the exact test that the rate is ``season`` times that before.

    0 where the rate itself went the other way, which a season may make it.
    """
    both = on + on_before
    expected = of * season / np.maximum(of * season + of_before, 1.0)
    rising = on > both * expected
    hits, chance = np.where(rising, on, both - on), np.where(rising, expected, 1 - expected)
    at_least = np.where(hits > 0, betainc(np.maximum(hits, 1), both - hits + 1, chance), 1.0)
    beyond = np.where(hits < both, betainc(hits + 1, np.maximum(both - hits, 1), chance), 0.0)
    tail = np.clip((at_least + beyond) / 2, SMALLEST, 0.5)
    share = np.clip(both / np.maximum(of + of_before, 1.0), 0.0, 0.95)
    size = np.minimum(-ndtri(tail) / np.sqrt(1 - share), LARGEST)
    wrong_way = np.where(rising, on * of_before <= on_before * of, on * of_before >= on_before * of)
    return np.where((both == 0) | wrong_way, 0.0, np.where(rising, size, -size))


def _restlessness(counts: Array, totals: Array, repeated: Array) -> Array:
    """How much more than by chance each theme moves from month to month, 1 or more ``(…, t)``.

    From the mean of squared standardised steps without the two largest, so that one jump, up or down or both, does
    not count; drawn to the mean of all themes, the more so the shorter the history.
    """
    months = np.flatnonzero(totals.reshape(-1, totals.shape[-1])[0] > 0)  # the same ones, however dates are dealt out
    steps = len(months) - 1
    if steps < FEWEST_STEPS:
        return np.ones(counts.shape[:-1])
    of = totals[..., months]
    share = counts.sum(axis=-1, keepdims=True) / totals.sum(axis=-1, keepdims=True)
    size = np.maximum(share * (1 - share), SMALLEST) * (1 / of[..., 1:] + 1 / of[..., :-1]) * repeated[:, None] ** 2
    squares = np.sort(np.diff(counts[..., months] / of, axis=-1) ** 2 / size, axis=-1)
    usual = (ndtri((1 + (np.arange(steps) + 0.5) / steps) / 2) ** 2)[:-JUMPS].mean()
    large = counts.sum(axis=-1) >= FEWEST * (steps + 1)
    own = np.where(large, squares[..., :-JUMPS].mean(axis=-1) / usual, 1.0)
    pooled = np.where(large, own, 0.0).sum(axis=-1) / np.maximum(large.sum(axis=-1), 1)
    pooled = np.where(large.any(axis=-1), pooled, 1.0)[..., None]
    found: Array = np.maximum((steps * own + LENT_STEPS * pooled) / (steps + LENT_STEPS), 1.0)
    return found


def _described(
    on_theme: sparse.csr_matrix, month: Codes, customer: Codes, labels: Sequence[str], evidence: _Evidence
) -> pd.DataFrame:
    """What is shown of each theme: comments in its window and before, and the customers behind them."""
    columns = on_theme.tocsc()
    records = []
    for place, window in enumerate(evidence.window.astype(np.int64)):
        end = len(labels) - window
        rows = columns.indices[columns.indptr[place] : columns.indptr[place + 1]]
        inside = rows[month[rows] >= end]
        n, of = len(inside), int((month >= end).sum())
        n_before, of_before = (int(((m >= end - YEAR) & (m < end)).sum()) for m in (month[rows], month))
        rate, rate_before = 100 * n / max(of, 1), 100 * n_before / max(of_before, 1)
        kind = _kind(rate, rate_before, rising=evidence.deviate[place] > 0)
        first = int(month[inside].min()) if kind == "new" and n else end
        sizes = np.unique(customer[inside], return_counts=True)[1]
        records.append(
            {
                "kind": kind, "since": labels[first], "months": int(window), "n": n, "of": of, "n_before": n_before,
                "of_before": of_before, "rate": rate, "rate_before": rate_before, "customers": len(sizes),
                "largest": sizes.max() / n if n else 0.0,
            }
        )  # fmt: skip
    return pd.DataFrame(records)


def _kind(rate: float, rate_before: float, *, rising: bool) -> str:
    if rising:
        return "new" if rate_before <= LITTLE * rate else "growing"
    return "fading" if rate <= LITTLE * rate_before else "shrinking"


def _objection(row: Mapping[Any, Any]) -> str | None:
    """Why a theme that moved is not named."""
    if row["kind"] in {"fading", "shrinking"}:
        return None if row["n_before"] >= FEWEST else f"fewer than {FEWEST} comments before"
    if row["n"] < FEWEST:
        return f"fewer than {FEWEST} comments"
    if row["customers"] < FEWEST_CUSTOMERS:
        return f"fewer than {FEWEST_CUSTOMERS} customers"
    return "one customer is behind most of it" if row["largest"] > DOMINATED else None
