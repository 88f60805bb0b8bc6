"""Themes that stay unhappy: month after month clearly below the rest, by the score or by how it is said.

A month counts as unhappy where the one-sided 95 % bound (the 90 % interval's better end) of theme minus rest lies on
the worse side of 0. By chance that happens to a theme like the others in one month of twenty, three months running in
one of 8,000. Months with fewer than `FEWEST` answers on the theme or beside it say nothing: they neither count nor
break a run; a known month that is not unhappy ends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.findings.membership import indicator
from verbatim.findings.moments import dated
from verbatim.scores.figures import Tally, change, estimate
from verbatim.scores.groups import require
from verbatim.scores.intervals import welch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import sparse

    from verbatim.findings.resampling import Codes, Flags
    from verbatim.scores.definitions import Definition
    from verbatim.scores.intervals import Array

MONTHS = 3
LOOK_BACK = 24
CONFIDENCE = 0.9
FEWEST = 5
SILENT = 2  # a run that nobody added to for so many months is over
COLUMNS = ("theme_id", "basis", "run", "since", "until", "n", "value", "rest", "difference", "low", "high")


def chronic_themes(
    answers: pd.DataFrame, pairs: pd.DataFrame, themes: Sequence[str], definition: Definition, month: str, *,
    tz: str = "UTC", months: int = MONTHS,
) -> pd.DataFrame:  # fmt: skip
    """Themes whose score was below that of the rest in ``months`` months running, up to ``month``; longest run first.

    ``answers``: ``id``, ``value`` (on the definition's scale), ``occurred_at``, one row an answer that came with a
    comment; ``pairs``: ``answer_id``, ``theme_id`` (`membership`).

    Columns: ``theme_id``; ``basis`` (the metric); ``run`` (unhappy months); ``since`` and ``until`` (first and last of
    them); and over all months of the run: ``n`` (answers on the theme), ``value`` and ``rest`` (the definition's figure
    of these and of the others), ``difference`` with ``low`` and ``high`` (95 %, turned so that negative is worse).

    Raises:
        EmptyError: no answers in the month.
        UserError: a column is missing, or no month.
    """
    require(answers, ["id", "value", "occurred_at"])
    rows, labels = dated(answers, month, tz, months=LOOK_BACK)
    chosen = sorted(set(themes))
    matrix = indicator(pairs, pd.Index(rows["id"]), chosen, key="answer_id")
    levels, codes = np.unique(rows["value"].to_numpy(dtype=np.float64), return_inverse=True)
    counts, totals = _tallies(matrix, rows["month_number"].to_numpy(), codes, (len(labels), len(levels)))
    rest = totals[None] - counts
    sign = 1.0 if definition.higher_is_better else -1.0
    found = change(_flat(levels, counts), _flat(levels, rest), definition, confidence=CONFIDENCE)
    worse_end = found.high if sign > 0 else -found.low
    known = (counts.sum(axis=2) >= FEWEST) & (rest.sum(axis=2) >= FEWEST)
    runs = _runs(known, (worse_end < 0).reshape(known.shape), months)
    records = []
    for place, (first, last, run) in runs.items():
        span = slice(first, last + 1)
        own, others = (Tally(levels, part[place, span].sum(axis=0)[None]) for part in (counts, rest))
        moved = [float(part[0]) for part in change(own, others, definition)]
        values = [float(estimate(side, definition, definition.figure).value[0]) for side in (own, others)]
        low, high = sorted((sign * moved[1], sign * moved[2]))
        records.append(
            (chosen[place], definition.metric.value, run, labels[first], labels[last], int(own.totals[0]), *values,
             sign * moved[0], low, high)
        )  # fmt: skip
    return _table(records)


def chronic_sentiments(
    spoken: pd.DataFrame, themes: Sequence[str], month: str, *, tz: str = "UTC", months: int = MONTHS
) -> pd.DataFrame:
    """The same by sentiment, for themes that have hardly any ratings; columns as for `chronic_themes`.

    ``spoken`` has one row a comment and theme: ``comment_id``, ``theme_id``, ``sentiment`` (−1 … 1, NaN is left out;
    several spans of one comment on one theme: their mean), ``occurred_at``. The rest are comments on other themes
    only. ``basis`` is "sentiment"; intervals are Welch's.

    Raises:
        EmptyError: nothing in the month.
        UserError: a column is missing, or no month.
    """
    require(spoken, ["comment_id", "theme_id", "sentiment", "occurred_at"])
    known = spoken[spoken["sentiment"].notna()]
    said = known.groupby("comment_id", as_index=False).agg(sentiment=("sentiment", "mean"), at=("occurred_at", "first"))
    rows, labels = dated(said.rename(columns={"comment_id": "id", "at": "occurred_at"}), month, tz, months=LOOK_BACK)
    number = pd.Series(rows["month_number"].to_numpy(), index=rows["id"])
    everything = pd.Series(rows["sentiment"].to_numpy(), index=rows["id"])
    on = known[known["comment_id"].isin(number.index)]
    own = on.groupby(["theme_id", "comment_id"])["sentiment"].mean()
    records = []
    for theme in sorted(set(themes) & set(own.index.get_level_values(0))):
        inside = own.loc[theme]
        outside = everything.drop(inside.index)
        sides = [_by_month(side, number, len(labels)) for side in (inside, outside)]
        enough = (sides[0][2] >= FEWEST) & (sides[1][2] >= FEWEST)
        high = welch(sides[0], sides[1], confidence=CONFIDENCE).high
        runs = _runs(enough[None], (high < 0)[None], months)
        for first, last, run in runs.values():
            spans = [side[number[side.index].between(first, last)] for side in (inside, outside)]
            moments = [(side.mean(), side.var(), len(side)) for side in spans]
            low, up = (float(end) for end in welch(moments[0], moments[1]))
            means = [float(side.mean()) for side in spans]
            records.append(
                (theme, "sentiment", run, labels[first], labels[last], len(spans[0]), *means, means[0] - means[1],
                 low, up)
            )  # fmt: skip
    return _table(records)


def _tallies(matrix: sparse.csr_matrix, months: Codes, codes: Codes, shape: tuple[int, int]) -> tuple[Array, Array]:
    """Answers by theme, month and value ``(t, m, v)``, and by month and value ``(m, v)``."""
    size = shape[0] * shape[1]
    cells = (months * shape[1] + codes).astype(np.int64)
    entries = matrix.tocoo()
    on = np.bincount(entries.col * size + cells[entries.row], minlength=matrix.shape[1] * size)
    totals = np.bincount(cells, minlength=size)
    return on.reshape(-1, *shape).astype(np.float64), totals.reshape(shape).astype(np.float64)


def _flat(levels: Array, counts: Array) -> Tally:
    return Tally(levels, counts.reshape(-1, len(levels)))


def _runs(known: Flags, unhappy: Flags, least: int) -> dict[int, tuple[int, int, int]]:
    """Place of a theme → first and last month and number of unhappy months of the run that lasts until now."""
    found = {}
    for place in range(len(known)):
        months = np.flatnonzero(known[place])[::-1]
        bad = unhappy[place][months]
        run = len(bad) if bad.all() else int(np.argmin(bad))
        if run >= least and known.shape[1] - 1 - months[0] <= SILENT:
            found[place] = (int(months[run - 1]), int(months[0]), run)
    return found


def _by_month(values: pd.Series, number: pd.Series, months: int) -> tuple[Array, Array, Array]:
    grouped = values.groupby(number[values.index].to_numpy()).agg(["mean", "var", "size"]).reindex(range(months))
    return (
        grouped["mean"].to_numpy(dtype=np.float64),
        grouped["var"].fillna(0.0).to_numpy(dtype=np.float64),
        grouped["size"].fillna(0).to_numpy(dtype=np.float64),
    )


def _table(records: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(records, columns=list(COLUMNS))
    order = np.lexsort([table["theme_id"].to_numpy(dtype=str), table["difference"].to_numpy(dtype=np.float64),
                        -table["run"].to_numpy(dtype=np.int64)])  # fmt: skip
    return table.iloc[order].reset_index(drop=True)
