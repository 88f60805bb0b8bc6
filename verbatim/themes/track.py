"""Keeps a theme's id from one mining to the next.

The themes of a new model are matched one to one with those of the model before by the cosine of their centres
(Hungarian method, Kuhn 1955); a matched theme continues the old id, any other gets the next free number, and a
number is never used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEAST_COSINE = 0.85  # centres less alike are different themes


def match_themes(old: NDArray[np.float32], new: NDArray[np.float32]) -> list[int | None]:
    """For each row of ``new`` (m, d) the row of ``old`` (n, d) that it continues, ``None`` for a new theme.

    Rows are unit vectors. Each old row is continued at most once; the sum of cosines is the largest possible.
    """
    matched: list[int | None] = [None] * len(new)
    if not len(old) or not len(new):
        return matched
    cosines = new.astype(np.float64) @ old.T.astype(np.float64)
    gain = np.where(cosines >= LEAST_COSINE, cosines, 0.0)  # a pair below the threshold must not displace one above
    for row, column in zip(*linear_sum_assignment(-gain), strict=True):
        if gain[row, column] > 0:
            matched[int(row)] = int(column)
    return matched


def continue_ids(
    old_ids: Sequence[str], old: NDArray[np.float32], new: NDArray[np.float32], next_number: int
) -> tuple[list[str], int]:
    """One id a row of ``new`` and the next free number; new themes are numbered in the order of the rows."""
    ids = []
    for continued in match_themes(old, new):
        if continued is None:
            ids.append(theme_id(next_number))
            next_number += 1
        else:
            ids.append(old_ids[continued])
    return ids, next_number


def theme_id(number: int) -> str:
    """``T001`` for 1."""
    return f"T{number:03d}"
