"""What each theme does to a score: the table of drivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from verbatim.errors import EmptyError
from verbatim.findings import adjusted
from verbatim.findings.adjusted import Adjusted, Design, adjust
from verbatim.findings.leave_out import Impact, block_sums, left_out, refusals, theme_scores
from verbatim.findings.membership import indicator
from verbatim.findings.resampling import DRAWS, blocks_of, customers_of, draws_of, holm
from verbatim.scores.groups import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.findings.resampling import Flags
    from verbatim.scores.definitions import Definition
    from verbatim.scores.intervals import Array

ALPHA = 0.05
RARE_LEVEL = 10  # answers: rarer levels of a segment are put together
NO_COMMENTS = "fewer than 50 answers with a comment"
OTHER_LEVELS = "other"


@dataclass(frozen=True, slots=True)
class Drivers:
    """The table of `drive`, and what it rests on.

    ``table`` has one row a theme, the one that pulls the score down most first. Points are those of the definition's
    figure, turned so that negative is always worse (a mean on a scale where low is good too); ``score`` itself is not
    turned. Columns: ``theme_id``; ``n`` (answers on it), ``customers`` behind them; ``score``, ``score_low``,
    ``score_high`` of these answers; ``impact``, ``impact_low``, ``impact_high`` (score of all answers minus score
    without the theme's); ``adjusted``, ``adjusted_low``, ``adjusted_high`` (how the score would move if the theme's
    comments had been like the others, all else equal, sign as for the impact); ``effect``, ``effect_low``,
    ``effect_high`` (the same for one answer on the theme); ``p`` (of the adjusted impact, else of the impact, allowing
    for the number of themes by Holm's method); ``is_noise`` (nullable; p of 0.05 or more; missing where refused);
    ``why`` (why a figure is missing, else ``None``). Intervals are 95 % and of each theme by itself.

    ``score`` is that of all ``n`` answers, ``commented`` of which came with a comment; ``by`` names the customers that
    were drawn for the intervals (account, contact, submission or answer), ``customers`` how many; ``strength`` is the
    λ of the regression and ``explained`` the share (0…1) of the answers' variance that it explains on customers it has
    not seen (``None``: too little to adjust).
    """

    table: pd.DataFrame
    definition: Definition
    score: float
    n: int
    commented: int
    customers: int
    by: str
    segments: tuple[str, ...]
    strength: float | None
    explained: float | None


def drive(
    answers: pd.DataFrame, pairs: pd.DataFrame, themes: Sequence[str], definition: Definition, *,
    segments: Sequence[str] = (), seed: int = 7, draws: int = DRAWS,
) -> Drivers:  # fmt: skip
    """What each of ``themes`` does to the score of ``answers``.

    ``answers`` has one row an answer: ``id``, ``value`` on the definition's scale, the columns ``segments`` and, where
    known, ``account_id``, ``contact_id``, ``submission_id`` and ``commented`` (else those with a pair are).
    ``pairs`` has ``answer_id`` and ``theme_id``, rolled up (`membership`); themes that are not asked for ("No detail",
    other layers left out beforehand) count among the others that a theme is compared with.

    Raises:
        EmptyError: no answers, or no themes.
        UserError: a column is missing.
    """
    require(answers, ["id", "value", *segments])
    require(pairs, ["answer_id", "theme_id"])
    if answers.empty or not themes:
        raise EmptyError("there are no answers" if answers.empty else "there are no themes")
    rows = answers.sort_values("id", kind="stable").drop_duplicates("id").set_index("id", drop=False)
    values = rows["value"].to_numpy(dtype=np.float64)
    direction = 1.0 if definition.higher_is_better else -1.0
    points = direction * definition.points(values)
    chosen = sorted(set(themes))
    matrix = indicator(pairs, rows.index, chosen, key="answer_id")
    rng = np.random.default_rng(seed)
    customers, by = customers_of(rows)
    blocks, count = blocks_of(customers, rng)
    drawn = draws_of(count, rng, draws=draws)
    on = np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel()
    behind = _customers_on(matrix, customers)
    why = refusals(on, behind, len(rows))
    usable = np.array([reason is None for reason in why])
    impact = left_out(points, matrix, blocks, drawn, usable, rng=rng)
    said = _commented(rows, pairs)
    regression = None
    if said.sum() >= adjusted.FEWEST_COMMENTED:
        design = _design(rows[said], matrix[np.flatnonzero(said)], pairs, chosen, segments)
        regression = adjust(
            points[said], design, blocks[said], drawn,
            answers_of_block=np.bincount(blocks, minlength=count).astype(np.float64), rng=rng,
        )  # fmt: skip
    table = pd.DataFrame({"theme_id": chosen, "n": on.astype(np.int64), "customers": behind.astype(np.int64)})
    table[["score", "score_low", "score_high"]] = np.column_stack(theme_scores(values, matrix, definition))
    table = _with_impacts(table, impact, regression, why, on)
    return Drivers(
        table, definition, float(definition.points(values).mean()), len(rows), int(said.sum()),
        int(customers.nunique()), by, tuple(segments),
        None if regression is None else regression.strength, None if regression is None else regression.explained,
    )  # fmt: skip


def _customers_on(matrix: sparse.csr_matrix, customers: pd.Series) -> Array:
    """How many customers stand behind the answers on each theme, ``(t,)``."""
    codes, names = pd.factorize(customers, sort=True)
    behind = block_sums(matrix, codes.astype(np.int64), len(names)) > 0
    count: Array = behind.sum(axis=0).astype(np.float64)
    return count


def _commented(rows: pd.DataFrame, pairs: pd.DataFrame) -> Flags:
    on_any = np.zeros(len(rows), dtype=bool)
    places = rows.index.get_indexer(pd.Index(pairs["answer_id"]))
    on_any[places[places >= 0]] = True
    said: Flags = on_any | rows["commented"].to_numpy(dtype=bool) if "commented" in rows else on_any
    return said


def _design(
    rows: pd.DataFrame, matrix: sparse.csr_matrix, pairs: pd.DataFrame, chosen: Sequence[str], segments: Sequence[str]
) -> Design:
    """Themes, then other themes such as "No detail", then "on none", then the levels of the segments."""
    others = sorted(set(pairs["theme_id"]) - set(chosen))
    beside = indicator(pairs, rows.index, others, key="answer_id")
    none = (np.asarray(matrix.sum(axis=1)).ravel() + np.asarray(beside.sum(axis=1)).ravel()) == 0
    mentions = [matrix, beside, sparse.csr_matrix(none.astype(np.float64)[:, None])]
    levels = [_levels(rows[name]) for name in segments]
    whole = sparse.hstack([*mentions, *levels], format="csr")
    return Design(whole, len(chosen), len(chosen) + len(others) + 1)


def _levels(column: pd.Series) -> sparse.csr_matrix:
    """One 0/1 column a level; a missing value is a level, rare ones are put together."""
    text = column.astype(object).where(column.notna(), "").astype(str)
    sizes = text.map(text.value_counts())
    codes, names = pd.factorize(text.where(sizes >= RARE_LEVEL, OTHER_LEVELS), sort=True)
    places = (np.arange(len(codes)), codes)
    return sparse.csr_matrix((np.ones(len(codes)), places), shape=(len(codes), len(names)))


def _with_impacts(
    table: pd.DataFrame, impact: Impact, regression: Adjusted | None, why: list[str | None], on: Array
) -> pd.DataFrame:
    reasons, missing = list(why), np.full(len(table), np.nan)
    fitted = {"adjusted": Impact(*[missing] * 4), "effect": Impact(*[missing] * 4)}
    if regression is not None:
        kept = np.zeros(len(table), dtype=bool)
        for place in range(len(table)):
            reasons[place] = why[place] or _too_little(place, regression, table, on)
            kept[place] = reasons[place] is None
        fitted = {"adjusted": _where(kept, regression.impact), "effect": _where(kept, regression.effect)}
    else:
        reasons = [reason or NO_COMMENTS for reason in reasons]
    for name, found in {"impact": impact, **fitted}.items():
        table[[name, f"{name}_low", f"{name}_high"]] = np.column_stack([found.value, found.low, found.high])
    p = holm(np.where(np.isnan(fitted["adjusted"].p), impact.p, fitted["adjusted"].p))
    noise = pd.array(p >= ALPHA, dtype="boolean")
    noise[np.isnan(p)] = pd.NA
    table = table.assign(p=p, is_noise=noise, why=pd.Series(reasons, dtype=object))
    weight = table["adjusted"].fillna(table["impact"])
    order = np.lexsort([table["theme_id"].to_numpy(dtype=str), weight.to_numpy()])
    return table.iloc[order].reset_index(drop=True)


def _too_little(place: int, regression: Adjusted, table: pd.DataFrame, on: Array) -> str | None:
    if on[place] < adjusted.FEWEST:
        return adjusted.TOO_FEW
    if place in regression.alike:
        other = regression.alike[place]
        ids = table["theme_id"]
        named = ids[other] if other is not None and other < len(ids) else "others"
        return f"cannot be told apart from {named}"
    return None


def _where(kept: Flags, impact: Impact) -> Impact:
    return Impact(*(np.where(kept, part, np.nan) for part in (impact.value, impact.low, impact.high, impact.p)))
