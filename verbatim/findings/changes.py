"""Whether a theme takes a larger or smaller share of comments than in the period before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.findings.membership import indicator
from verbatim.findings.resampling import customers_of, holm
from verbatim.scores.groups import require
from verbatim.scores.intervals import newcombe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.scores.intervals import Array

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class _Side:
    """One period: comments on each theme ``(t,)``, all comments, and the design effect of each theme ``(t,)``."""

    on: Array
    of: int
    design: Array


def share_changes(
    now: pd.DataFrame, before: pd.DataFrame | None, pairs: pd.DataFrame, themes: Sequence[str]
) -> pd.DataFrame:
    """One row a theme of ``themes``, in their order.

    ``now`` and ``before`` are the comments of two periods, one row each: ``id`` and, where known, ``account_id``,
    ``contact_id``, ``submission_id``; ``pairs`` are those of `membership` (``comment_id``, ``theme_id``).

    Columns: ``theme_id``; ``volume`` (comments); ``share`` and ``share_before`` (per cent of the comments of the
    period; NaN for a period without any); ``volume_before``; ``change``, ``change_low``, ``change_high`` (percentage
    points, Newcombe's 95 % interval of each theme by itself); ``change_p`` (mid-p of Fisher's exact test, allowing
    for all themes by Holm's method); ``change_is_noise`` (nullable: p of 0.05 or more; missing where nothing was
    before). Comments of one customer are alike: counts are divided by the design effect of the customers (Rao and
    Scott 1992), never below 1. Without ``before`` the change is missing.

    Raises:
        UserError: a column is missing.
    """
    require(now, ["id"])
    require(pairs, ["comment_id", "theme_id"])
    after = _side(now, pairs, themes)
    earlier = _side(now.iloc[:0] if before is None else before, pairs, themes)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = [100 * side.on / side.of if side.of else np.full(len(themes), np.nan) for side in (after, earlier)]
    table = pd.DataFrame(
        {
            "theme_id": list(themes), "volume": after.on.astype(np.int64), "share": shares[0],
            "volume_before": earlier.on.astype(np.int64), "share_before": shares[1], "change": shares[0] - shares[1],
        }
    )  # fmt: skip
    if not (after.of and earlier.of):
        nothing = dict.fromkeys(("change_low", "change_high", "change_p"), np.nan)
        return table.assign(**nothing, change_is_noise=pd.array([pd.NA] * len(table), dtype="boolean"))
    design = np.maximum(after.design, earlier.design)
    low, high = newcombe(after.on / design, after.of / design, earlier.on / design, earlier.of / design)
    p = holm(_fisher(after, earlier, design))
    return table.assign(
        change_low=100 * low, change_high=100 * high, change_p=p, change_is_noise=pd.array(p >= ALPHA, dtype="boolean")
    )


def _side(comments: pd.DataFrame, pairs: pd.DataFrame, themes: Sequence[str]) -> _Side:
    known = comments.drop_duplicates("id").set_index("id", drop=False)
    matrix = indicator(pairs, known.index, themes, key="comment_id")
    on = np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel()
    of = len(known)
    if of < 2:
        return _Side(on, of, np.ones(len(themes)))
    codes, names = pd.factorize(customers_of(known)[0], sort=True)
    member = indicator(
        pd.DataFrame({"row": np.arange(of), "theme_id": codes.astype(str)}), pd.RangeIndex(of),
        [str(code) for code in range(len(names))], key="row",
    )  # fmt: skip
    sizes = np.asarray(member.sum(axis=0), dtype=np.float64).ravel()
    share = on / of
    deviations = (member.T @ matrix).toarray() - np.outer(sizes, share)
    usual = of * share * (1 - share)
    with np.errstate(invalid="ignore", divide="ignore"):
        design = np.where(usual > 0, (deviations**2).sum(axis=0) / usual, 1.0)
    return _Side(on, of, np.maximum(design, 1.0))


def _fisher(after: _Side, earlier: _Side, design: Array) -> Array:
    """Two-sided mid-p, ``(t,)``: twice the smaller tail of the hypergeometric distribution, at most 1."""
    counts = [np.rint(side.on / design).astype(np.int64) for side in (after, earlier)]
    sizes = [np.maximum(np.rint(side.of / design).astype(np.int64), count) for side, count in
             zip((after, earlier), counts, strict=True)]  # fmt: skip
    from scipy.stats import hypergeom  # slow to import, and much imports this module

    whole = hypergeom(sizes[0] + sizes[1], counts[0] + counts[1], sizes[0])
    same = whole.pmf(counts[0])
    smaller = np.minimum(whole.cdf(counts[0]), whole.sf(counts[0] - 1)) - same / 2
    return np.clip(2 * smaller, 0.0, 1.0)
