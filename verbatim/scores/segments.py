"""Scores by segment: one row a group, every figure with n and interval; small groups marked, agents protected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from verbatim.errors import UserError
from verbatim.scores.bands import BANDS, Bands, band_of, bands_for
from verbatim.scores.definitions import Definition, Figure
from verbatim.scores.figures import category_shares, estimate
from verbatim.scores.groups import Grouped, group
from verbatim.scores.intervals import CONFIDENCE
from verbatim.scores.score import SMALL_GROUP, Score, or_none, rounded, score_tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROTECTED = frozenset({"agent"})
FIGURE_COLUMNS = ("score", "low", "high", "mean", "mean_low", "mean_high")


@dataclass(frozen=True, slots=True)
class Rules:
    """How figures of small groups are shown; the defaults are those of the settings.

    Groups under ``small_group`` answers are marked ``uncertain``; rows of a ``protected`` segment (people) under
    ``agent_minimum`` answers are ``withheld``: their n stays, their figures go.
    """

    small_group: int = SMALL_GROUP
    agent_minimum: int = 5
    protected: frozenset[str] = PROTECTED
    confidence: float = CONFIDENCE
    bands: Mapping[str, Bands] = field(default_factory=lambda: BANDS)


DEFAULT_RULES = Rules()


def score_table(
    counts: pd.DataFrame, definition: Definition, by: Sequence[str] = (), *, baseline: float | None = None,
    rules: Rules = DEFAULT_RULES,
) -> pd.DataFrame:  # fmt: skip
    """One row a group of ``by``, sorted: a counts frame (``by`` columns, ``value``, ``n``) becomes scores.

    Columns: ``by``; ``score``, ``low``, ``high`` (the definition's figure; NaN without answers or withheld); ``n``;
    ``mean``, ``mean_low``, ``mean_high``; the three categories in per cent (satisfied, neutral, dissatisfied; easy …;
    promoters …); for CES also ``net_easy`` and ``ease_index`` with ``_low`` and ``_high``; ``band``; ``baseline`` and
    ``above_baseline`` where a baseline is given; ``uncertain``, ``withheld`` (bool); ``definition`` (its name).
    Use ``records`` for JSON. Without ``by``: one row, also of no answers.

    Raises:
        UserError: a column is missing.
        ScaleError: values off the scale, or scales that must not be averaged.
    """
    return figures_table(group(counts, by, definition), definition, baseline=baseline, rules=rules)


def figures_table(
    grouped: Grouped, definition: Definition, *, baseline: float | None = None, rules: Rules = DEFAULT_RULES
) -> pd.DataFrame:
    """``score_table`` of what is grouped already."""
    tally = grouped.tally
    columns: dict[str, Any] = {}
    for name, figure in _shown_figures(definition).items():
        found = estimate(tally, definition, figure, confidence=rules.confidence)
        low, high = ("low", "high") if name == "score" else (f"{name}_low", f"{name}_high")
        columns |= {name: found.value, low: found.low, high: found.high}
        if name == "score":
            columns["n"] = np.rint(tally.totals).astype(np.int64)
    if definition.has_shares:
        columns |= dict(zip(definition.categories, category_shares(tally, definition).T, strict=True))
    table = pd.DataFrame({**grouped.keys, **columns}, index=grouped.keys.index)
    withheld = np.zeros(len(table), dtype=bool)
    if rules.protected & set(grouped.keys.columns):
        withheld = (table["n"] < rules.agent_minimum).to_numpy()
    table.loc[withheld, [name for name in columns if name != "n"]] = np.nan
    bands = bands_for(definition, definition.figure, rules.bands)
    table["band"] = pd.Series([band_of(or_none(score), bands) for score in table["score"]], dtype=object)
    if baseline is not None:
        table["baseline"], table["above_baseline"] = baseline, table["score"] - baseline
    table["uncertain"], table["withheld"] = table["n"] < rules.small_group, withheld
    table["definition"] = definition.name
    return table


def cross_table(
    counts: pd.DataFrame, definition: Definition, rows: str, columns: str, *, rules: Rules = DEFAULT_RULES
) -> pd.DataFrame:
    """Two segments at a time: every pair (also those without answers: n 0, score NaN), with totals.

    The table is long: the columns of ``score_table`` and ``total_of``, which is ``None`` for a pair, else the segment
    whose total the row is (the other segment is missing then). The pairs pivot: ``table[table["total_of"].isna()]
    .pivot(index=rows, columns=columns, values="score")``.

    Raises:
        UserError: both segments are the same, or a column is missing.
    """
    if rows == columns:
        raise UserError(f"a cross table needs two different segments, not {rows!r} twice")
    inner = score_table(counts, definition, [rows, columns], rules=rules)
    row_totals = score_table(counts, definition, [rows], rules=rules)
    column_totals = score_table(counts, definition, [columns], rules=rules)
    pairs = row_totals[[rows]].merge(column_totals[[columns]], how="cross")
    full = pairs.merge(inner, on=[rows, columns], how="left")
    full["n"] = full["n"].fillna(0).astype("int64")
    full["uncertain"] = full["n"] < rules.small_group
    full["withheld"] = (full["n"] < rules.agent_minimum) & bool(rules.protected & {rows, columns})
    full["definition"] = definition.name
    full["band"] = full["band"].astype(object).where(full["band"].notna(), None)
    full["total_of"] = pd.Series([None] * len(full), index=full.index, dtype=object)
    table = pd.concat(
        [full, row_totals.assign(total_of=rows), column_totals.assign(total_of=columns)], ignore_index=True
    )
    return table[[rows, columns, *(name for name in table if name not in {rows, columns})]]


def score_counts(counts: pd.DataFrame, definition: Definition, *, baseline: float | None = None) -> Score:
    """The score of all answers in a counts frame."""
    grouped = group(counts, (), definition)
    return score_tally(grouped.tally, definition, baseline=baseline)


def rank_units(table: pd.DataFrame, unit: str = "agent", *, higher_is_better: bool = True) -> pd.DataFrame:
    """A ``score_table`` by ``unit`` with ``rank``, ``better_than`` and ``worse_than``; alphabetical, never a league.

    ``better_than`` counts the others whose interval lies wholly below this one's, ``worse_than`` those wholly above.
    A ``rank`` (1 = best, nullable Int64) is given only where the interval overlaps with no other's.
    """
    known = (table["score"].notna() & table[unit].notna()).to_numpy()
    low, high = table["low"].to_numpy(dtype=np.float64), table["high"].to_numpy(dtype=np.float64)
    low, high = np.where(known, low, np.nan), np.where(known, high, np.nan)
    above = low[:, None] > high[None, :]  # [i, j]: i lies wholly above j; False where NaN
    better, worse = (above, above.T) if higher_is_better else (above.T, above)
    better_than, worse_than = better.sum(axis=1), worse.sum(axis=1)
    apart = known & (better_than + worse_than == known.sum() - 1) & (known.sum() > 1)
    rank = pd.Series(worse_than + 1, index=table.index, dtype="Int64").where(pd.Series(apart, index=table.index))
    ranked = table.assign(rank=rank, better_than=better_than, worse_than=worse_than)
    return ranked.sort_values(unit, kind="stable").reset_index(drop=True)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON: missing becomes ``None``, numbers are rounded to six decimals, times are ISO 8601."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _shown_figures(definition: Definition) -> dict[str, Figure]:
    """Column name of each figure, the headline first."""
    shown = {"score": definition.figure}
    if not definition.has_shares:
        return shown
    shown["mean"] = Figure.MEAN
    if Figure.INDEX in definition.figures:
        shown |= {"net_easy": Figure.NET, "ease_index": Figure.INDEX}
    return shown


def _plain(value: Any) -> Any:  # noqa: ANN401
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return None if np.isnan(value) else rounded(float(value))
    return value.isoformat() if hasattr(value, "isoformat") else value
