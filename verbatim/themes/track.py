"""Which theme of a new model is which theme of the model before: by the comments they share and by their centres.

Themes are matched one to one over the whole tree, so that a theme that moves up or down in it stays itself (Hungarian
method, Kuhn 1955). Two themes are as alike as the F1 score of one predicting the other on the comments that both
models placed; where they share few, the cosine of their centres counts as much as it must.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Theme

LEAST_LIKENESS = 0.5  # themes less alike are different ones
LEAST_COSINE = 0.85  # of centres, where nothing else is known: the cosine that gives LEAST_LIKENESS
CERTAIN_COMMENTS = 10.0  # so many comments in both count as much as the centres
SAME_DEPTH = 0.02  # of likeness, for staying at the same depth of the tree: decides between equals


def theme_id(number: int) -> str:
    """``T001`` for 1."""
    return f"T{number:03d}"


def upward(themes: Sequence[Theme]) -> NDArray[np.bool_]:
    """Shape ``(t, t)``: whether the second theme is the first or lies above it."""
    place = {theme.id: row for row, theme in enumerate(themes)}
    above = np.eye(len(themes), dtype=np.bool_)
    for row, theme in enumerate(themes):
        parent = theme.parent_id
        while parent is not None and parent in place and not above[row, place[parent]]:
            above[row, place[parent]] = True
            parent = themes[place[parent]].parent_id
    return above


def depths(themes: Sequence[Theme]) -> NDArray[np.int64]:
    """Shape ``(t,)``: 0 for a theme at the top."""
    return np.asarray(upward(themes).sum(axis=1) - 1, dtype=np.int64)


def sizes_upward(themes: Sequence[Theme], rows: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of ``weights`` (n,) in each of ``themes``, with those of its sub-themes; ``rows`` (n,) say the theme."""
    own = np.bincount(rows, weights=weights, minlength=len(themes))
    return np.asarray(own @ upward(themes), dtype=np.float64)


def shared_comments(
    old: Sequence[Theme], new: Sequence[Theme], pairs: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """How many comments each theme of ``old`` shares with each of ``new``, with those of their sub-themes: ``(o, n)``.

    ``pairs``: for each text that both placed its row in ``old``, its row in ``new``, and how many comments say it.
    """
    table = np.zeros((len(old), len(new)))
    np.add.at(table, pairs[:2], pairs[2])
    return np.asarray(upward(old).T.astype(np.float64) @ table @ upward(new), dtype=np.float64)


def likeness(
    shared: NDArray[np.float64],
    old_sizes: NDArray[np.float64],
    new_sizes: NDArray[np.float64],
    cosines: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """How alike themes are, 0…1, shape ``(o, n)``; sizes count comments that both models placed.

    ``cosines`` of the centres are ``None`` where models of different encoders are compared.
    """
    total = old_sizes[:, None] + new_sizes[None, :]
    f1 = np.divide(2 * shared, total, out=np.zeros_like(shared), where=total > 0)
    if cosines is None:
        return f1
    known = np.minimum(old_sizes[:, None], new_sizes[None, :])
    trust = known / (known + CERTAIN_COMMENTS)
    near = np.clip(1 - (1 - cosines) / (2 * (1 - LEAST_COSINE)), 0, 1)
    return np.asarray(trust * f1 + (1 - trust) * near, dtype=np.float64)


def match_one_to_one(scores: NDArray[np.float64], least: float = LEAST_LIKENESS) -> list[int | None]:
    """For each column of ``scores`` (o, n) the row it belongs to, ``None`` for none; each row at most once.

    The sum of the scores of the matched pairs is the largest possible; pairs below ``least`` do not match.
    """
    matched: list[int | None] = [None] * scores.shape[1]
    gain = np.where(scores >= least, scores, 0.0)  # a pair below must not displace one above
    for row, column in zip(*linear_sum_assignment(-gain), strict=True):
        if gain[row, column] > 0:
            matched[int(column)] = int(row)
    return matched


def match_themes(old: NDArray[np.float32], new: NDArray[np.float32]) -> list[int | None]:
    """For each row of ``new`` (m, d) the row of ``old`` (n, d) whose centre it has, ``None`` for none.

    Rows are unit vectors. Each old row is matched at most once.
    """
    if not len(old) or not len(new):
        return [None] * len(new)
    cosines = old.astype(np.float64) @ new.T.astype(np.float64)
    return match_one_to_one(cosines, LEAST_COSINE)
