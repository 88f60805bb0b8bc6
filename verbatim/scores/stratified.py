"""Scores put together again from strata in other proportions: post-stratified, channel-adjusted, by mix.

Direct standardisation: each stratum's score counts with the share that the stratum has in a reference population.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.errors import EmptyError, UserError
from verbatim.scores.figures import Estimates, estimate, moments
from verbatim.scores.groups import codes_of, group, require
from verbatim.scores.intervals import quantile
from verbatim.scores.score import Estimate, Score, first, score_tally
from verbatim.scores.segments import DEFAULT_RULES, Rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.scores.definitions import Definition
    from verbatim.scores.intervals import Array

BORROWED = 1.0  # answers lent to every stratum from the reference when its spread is estimated: one answer has none


@dataclass(frozen=True, slots=True)
class PostStratified:
    """The score as answered (``raw``) beside the one weighted to the population (``adjusted``), never instead of it.

    ``coverage`` is the share (0…1) of the population in strata that have answers; the rest is not represented.
    """

    raw: Score
    adjusted: Estimate
    strata: tuple[str, ...]
    coverage: float

    @property
    def statement(self) -> str:
        """Both figures, labelled."""
        if self.raw.value is None or self.adjusted.value is None:
            return "No answers to weight."
        by = " and ".join(self.strata)
        return f"{self.raw.value:.1f} as answered, {self.adjusted.value:.1f} post-stratified by {by} to all tickets"


def post_stratify(
    counts: pd.DataFrame, population: pd.DataFrame, definition: Definition, strata: Sequence[str], *,
    rules: Rules = DEFAULT_RULES,
) -> PostStratified:  # fmt: skip
    """Weight the answers in ``counts`` so that ``strata`` stand as in ``population``: all tickets, as rows or as ``n``.

    Strata without answers are left out and the rest is weighted up; ``coverage`` says how much that leaves out.

    Raises:
        UserError: no strata, or a column is missing.
        EmptyError: the population is empty.
    """
    if not strata:
        raise UserError("name at least one segment to weight by")
    require(counts, [*strata, "value", "n"])
    sizes = _population_sizes(population, strata)
    answered = group(counts, strata, definition)
    positions = _matched(answered.keys, sizes, strata)
    weights = np.zeros(len(answered.keys))
    weights[positions >= 0] = sizes["n"].to_numpy(dtype=np.float64)[positions[positions >= 0]]
    used = weights > 0
    coverage = float(weights[used].sum() / sizes["n"].sum())
    cube = answered.tally.counts[None, :, :]
    points = definition.points(answered.tally.values)
    found, _ = _standardised(cube, weights, points, cube[0], rules.confidence)
    raw = score_tally(group(counts, (), definition).tally, definition, confidence=rules.confidence)
    return PostStratified(raw, first(found), tuple(strata), coverage)


def adjusted_table(
    counts: pd.DataFrame, definition: Definition, unit: str = "agent", *, adjust_for: Sequence[str] = ("channel",),
    rules: Rules = DEFAULT_RULES,
) -> pd.DataFrame:  # fmt: skip
    """Each unit's score as it is, and as it would be with the organisation's mix of ``adjust_for``; alphabetical.

    Columns: ``unit``, ``n``, ``score``, ``low``, ``high``, ``adjusted``, ``adjusted_low``, ``adjusted_high``,
    ``coverage`` (share 0…1 of the organisation's answers in strata where the unit has answers; below 1 the adjusted
    value rests on those strata only), ``uncertain``, ``withheld``. Answers without a unit count for the mix only.

    Raises:
        UserError: a column is missing, or nothing to adjust for.
    """
    if not adjust_for or unit in adjust_for:
        raise UserError(f"name at least one segment other than {unit!r} to adjust for")
    cube, units, strata_totals, values = _cube(counts, definition, unit, adjust_for)
    points = definition.points(values)
    weights = strata_totals.sum(axis=1)
    found, coverage = _standardised(cube, weights, points, strata_totals, rules.confidence)
    tally = group(counts[counts[unit].notna()], [unit], definition).tally
    raw = estimate(tally, definition, definition.figure, confidence=rules.confidence)
    n = np.rint(tally.totals).astype(np.int64)
    table = pd.DataFrame(
        {
            unit: units, "n": n, "score": raw.value, "low": raw.low, "high": raw.high,
            "adjusted": found.value, "adjusted_low": found.low, "adjusted_high": found.high, "coverage": coverage,
        }
    )  # fmt: skip
    withheld = (n < rules.agent_minimum) & (unit in rules.protected)
    table.loc[withheld, ["score", "low", "high", "adjusted", "adjusted_low", "adjusted_high"]] = np.nan
    return table.assign(uncertain=n < rules.small_group, withheld=withheld)


def mix_effects(
    counts: pd.DataFrame, definition: Definition, unit: str = "agent", *, factors: Sequence[str],
    rules: Rules = DEFAULT_RULES,
) -> pd.DataFrame:  # fmt: skip
    """What a unit's mix of work alone does to its score, factor by factor.

    Columns: ``unit``, ``factor``, ``n``, ``expected`` (the score if the unit did as the organisation does within every
    group of the factor) and ``effect`` (expected − organisation's score; below 0: the unit has the harder work).
    Withheld units have no figures.

    Raises:
        UserError: a column is missing.
    """
    parts = []
    for factor in factors:
        cube, units, strata_totals, values = _cube(counts, definition, unit, [factor])
        points = definition.points(values)
        typical, _ = moments(strata_totals, points)
        overall = float(moments(strata_totals.sum(axis=0, keepdims=True), points)[0][0])
        sizes = cube.sum(axis=2)
        n = sizes.sum(axis=1)
        expected = sizes @ np.nan_to_num(typical) / np.where(n > 0, n, np.nan)
        if unit in rules.protected:
            expected = np.where(n < rules.agent_minimum, np.nan, expected)
        shown = {unit: units, "factor": factor, "n": np.rint(n).astype(np.int64)}
        parts.append(pd.DataFrame({**shown, "expected": expected, "effect": expected - overall}))
    if not parts:
        raise UserError("name at least one factor, for example issue_type or product")
    return pd.concat(parts, ignore_index=True)


def _cube(
    counts: pd.DataFrame, definition: Definition, unit: str, strata: Sequence[str]
) -> tuple[Array, pd.Series, Array, Array]:
    """Counts ``(u, k, v)`` by unit, stratum and value; the units; the organisation's ``(k, v)``; the values."""
    require(counts, [unit, *strata])
    cells = group(counts, [unit, *strata], definition)
    columns, strata_keys = codes_of(cells.keys, strata)
    known = cells.keys[unit].notna().to_numpy()
    rows, unit_keys = codes_of(cells.keys[known], [unit])
    totals = np.zeros((len(strata_keys), len(cells.tally.values)))
    np.add.at(totals, columns, cells.tally.counts)
    cube = np.zeros((len(unit_keys), *totals.shape))
    cube[rows, columns[known]] = cells.tally.counts[known]
    return cube, unit_keys[unit], totals, cells.tally.values


def _standardised(
    cube: Array, weights: Array, points: Array, reference: Array, confidence: float
) -> tuple[Estimates, Array]:
    """Weighted mean of the strata's scores for each unit of ``cube (u, k, v)``, and the share of weight covered.

    The spread within a stratum is that of the unit's answers and one more, distributed as the reference ``(k, v)``.
    """
    sizes = cube.sum(axis=2)
    present = np.where(sizes > 0, weights, 0.0)
    covered = present.sum(axis=1)
    shares = np.divide(present, covered[:, None], out=np.zeros_like(present), where=covered[:, None] > 0)
    means = np.divide(cube @ points, sizes, out=np.zeros_like(sizes), where=sizes > 0)
    borrowed = cube + BORROWED * reference / np.maximum(reference.sum(axis=1, keepdims=True), 1e-300)
    lent_sizes = borrowed.sum(axis=2)
    lent_means = borrowed @ points / lent_sizes
    spread = np.maximum(borrowed @ points**2 / lent_sizes - lent_means**2, 0.0)
    variance = (shares**2 * np.divide(spread, sizes, out=np.zeros_like(sizes), where=sizes > 0)).sum(axis=1)
    value = np.where(covered > 0, (shares * means).sum(axis=1), np.nan)
    half = quantile(confidence) * np.sqrt(variance)
    low, high = np.maximum(value - half, points.min()), np.minimum(value + half, points.max())
    total = weights.sum()
    return Estimates(value, low, high), covered / total if total > 0 else np.zeros(len(cube))


def _population_sizes(population: pd.DataFrame, strata: Sequence[str]) -> pd.DataFrame:
    require(population, strata)
    sized = population if "n" in population else population.assign(n=1)
    rows, keys = codes_of(sized, strata)
    keys["n"] = np.bincount(rows, weights=sized["n"].to_numpy(dtype=np.float64), minlength=len(keys))
    if not keys["n"].sum() > 0:
        raise EmptyError("the population to weight to is empty; give all tickets of the period")
    return keys


def _matched(
    keys: pd.DataFrame, sizes: pd.DataFrame, strata: Sequence[str]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The row of ``sizes`` for every row of ``keys``, −1 where there is none; missing values match missing values."""
    places = {key: place for place, key in enumerate(_tuples(sizes, strata))}
    return np.array([places.get(key, -1) for key in _tuples(keys, strata)], dtype=np.int64)


def _tuples(frame: pd.DataFrame, strata: Sequence[str]) -> list[tuple[object, ...]]:
    return [
        tuple(None if pd.isna(part) else part for part in row) for row in frame[list(strata)].itertuples(index=False)
    ]
