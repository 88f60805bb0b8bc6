"""What goes with the score: how much of its spread each factor (channel, product, issue type, …) accounts for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from verbatim.scores.figures import moments
from verbatim.scores.groups import group
from verbatim.scores.segments import DEFAULT_RULES, Rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.scores.definitions import Definition


def factor_table(
    counts: pd.DataFrame, definition: Definition, factors: Sequence[str], *, rules: Rules = DEFAULT_RULES
) -> pd.DataFrame:
    """One row a factor, strongest first: an association, not a cause.

    Columns: ``factor``; ``groups``; ``n``; ``explained`` (per cent of the answers' variance between groups, ω² of a
    one-way analysis of variance, 0 or more); ``p_value`` (F test; NaN where it cannot be made); ``lowest``,
    ``lowest_score``, ``highest``, ``highest_score`` (groups that are not small; missing where fewer than two).

    Raises:
        UserError: a column is missing.
    """
    rows = [_one_factor(counts, definition, factor, rules) for factor in factors]
    names = ["factor", "groups", "n", "explained", "p_value", "lowest", "lowest_score", "highest", "highest_score"]
    table = pd.DataFrame(rows, columns=names)
    return table.sort_values(["explained", "factor"], ascending=[False, True], ignore_index=True)


def _one_factor(counts: pd.DataFrame, definition: Definition, factor: str, rules: Rules) -> dict[str, Any]:
    grouped = group(counts, [factor], definition)
    points = definition.points(grouped.tally.values)
    sizes = grouped.tally.totals
    means, variances = moments(grouped.tally.counts, points)
    n, groups = float(sizes.sum()), int((sizes > 0).sum())
    row: dict[str, Any] = {"factor": factor, "groups": groups, "n": round(n), "explained": 0.0, "p_value": np.nan}
    if groups > 1 and n > groups:
        overall = float((sizes * np.nan_to_num(means)).sum() / n)
        between = float((sizes * np.nan_to_num(means - overall) ** 2).sum())
        inside = float((np.maximum(sizes - 1, 0) * np.nan_to_num(variances)).sum())
        noise = inside / (n - groups)
        explained = (between - (groups - 1) * noise) / (between + inside + noise) if between + inside > 0 else 0.0
        row["explained"] = 100 * max(explained, 0.0)
        if noise > 0:
            row["p_value"] = float(fdtrc(groups - 1, n - groups, between / (groups - 1) / noise))
    large = np.flatnonzero((sizes >= rules.small_group) & grouped.keys[factor].notna().to_numpy())
    if len(large) > 1 and factor not in rules.protected:
        lowest, highest = large[np.argmin(means[large])], large[np.argmax(means[large])]
        row |= {"lowest": grouped.keys[factor][lowest], "lowest_score": float(means[lowest])}
        row |= {"highest": grouped.keys[factor][highest], "highest_score": float(means[highest])}
    return row
