"""A counts frame as a matrix: one row a group, one column a value; and the checks that stop false averages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from verbatim.domain import Metric
from verbatim.errors import ScaleError, UserError
from verbatim.scores.counting import sort_key
from verbatim.scores.figures import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.scores.definitions import Definition

APART = {Metric.NPS: "step"}  # relational and transactional NPS are kept apart; CES steps may be pooled


@dataclass(frozen=True, slots=True)
class Grouped:
    """``keys`` has one row a group (columns ``by``, sorted, missing last), aligned with the rows of ``tally``."""

    keys: pd.DataFrame
    tally: Tally


def group(counts: pd.DataFrame, by: Sequence[str], definition: Definition) -> Grouped:
    """Add the counts up by the columns ``by``; without ``by`` there is one group, of no answers perhaps.

    Raises:
        UserError: a column of ``by`` (or ``value``, ``n``) is missing, or a count is negative.
        ScaleError: values off the definition's scale, or answers that must not be averaged together.
    """
    require(counts, [*by, "value", "n"])
    refuse_mixture(counts, by, definition)
    values = _scale_values(counts["value"].to_numpy(dtype=np.float64), definition)
    n = counts["n"].to_numpy(dtype=np.float64)
    if (n < 0).any() or np.isnan(n).any():
        raise UserError("a count is negative or missing; every row of a counts frame has n of 0 or more")
    columns = np.searchsorted(values, counts["value"].to_numpy(dtype=np.float64))
    if not by:
        row = np.bincount(columns, weights=n, minlength=len(values)).astype(np.float64)
        return Grouped(pd.DataFrame(index=range(1)), Tally(values, row[None, :]))
    rows, keys = codes_of(counts, by)
    cells = np.bincount(rows * len(values) + columns, weights=n, minlength=len(keys) * len(values))
    return Grouped(keys, Tally(values, cells.astype(np.float64).reshape(len(keys), len(values))))


def codes_of(frame: pd.DataFrame, by: Sequence[str]) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """The group of every row, and one row of keys a group, sorted; missing values are a group of their own, last."""
    combined = np.zeros(len(frame), dtype=np.int64)
    for name in by:
        codes, size = _sorted_codes(frame[name])
        combined = combined * size + codes
    _, first_rows, rows = np.unique(combined, return_index=True, return_inverse=True)
    keys = frame[list(by)].iloc[first_rows].reset_index(drop=True)
    return rows.astype(np.int64), keys


def require(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Check that the columns are there.

    Raises:
        UserError: one is missing; the message lists what there is.
    """
    missing = [name for name in names if name not in frame]
    if missing:
        raise UserError(f"no column {missing[0]!r}; there are {', '.join(map(str, frame.columns)) or 'none'}")


def refuse_mixture(counts: pd.DataFrame, by: Sequence[str], definition: Definition) -> None:
    """Stop an average over answers of several scales, or over relational and transactional NPS.

    Raises:
        ScaleError: it would be one; the message says how to keep them apart.
    """
    if "scale" in counts:
        scales = sorted(set(counts["scale"].dropna()))
        other = [name for name in scales if name != definition.scale.name]
        if len(scales) > 1:
            raise ScaleError(
                f"answers on several scales ({', '.join(scales)}) are never averaged; score each scale by itself"
                + (", or ask for the ease index (to_ease_index)" if definition.metric is Metric.CES else "")
            )
        if other:
            raise ScaleError(f"answers are on {other[0]}, but the definition is for {definition.scale.describe()}")
    apart = APART.get(definition.metric)
    if apart in counts and apart not in by:
        kinds = sorted(set(map(str, counts[apart].dropna())))
        if len(kinds) > 1:
            raise ScaleError(
                f"{' and '.join(kinds)} {definition.metric.value.upper()} are kept apart; "
                f"choose one, or add {apart!r} to the segments"
            )


def _scale_values(found: NDArray[np.float64], definition: Definition) -> NDArray[np.float64]:
    if not definition.has_shares:  # index points: any number from 0 to 100
        return np.unique(found)
    values = np.array(definition.scale.values, dtype=np.float64)
    off = found[~np.isin(found, values)]
    if off.size:
        definition.scale.parse(float(off[0]))
        raise ScaleError(f"{off[0]} is not an answer on {definition.scale.describe()}")
    return values


def _sorted_codes(column: pd.Series) -> tuple[NDArray[np.int64], int]:
    codes, uniques = pd.factorize(column, use_na_sentinel=True)
    labels: list[Any] = list(uniques)
    order = sorted(range(len(labels)), key=lambda i: sort_key(labels[i]))
    ranks = np.empty(len(labels) + 1, dtype=np.int64)
    ranks[order] = np.arange(len(labels))
    ranks[-1] = len(labels)  # missing
    return ranks[codes], len(labels) + 1
