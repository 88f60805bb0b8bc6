"""What a theme model is worth, in figures that need no labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def measure_quality(
    own: NDArray[np.float64], margin: NDArray[np.float64], centroids: NDArray[np.float32], *, comments: int
) -> dict[str, float]:
    """Figures of a model, each rounded to four digits; an empty model has its shares only.

    ``own`` and ``margin`` (n,) are the cosines of the comments with detail to their theme's centre and their leads
    over the nearest other one; ``centroids`` (t, d) those of the themes they are assigned to; ``comments`` counts all.

    ``no_detail_share``: of all comments. ``cohesion``: mean of ``own``. ``clear_share``: of comments nearer to their
    own centre than to any other. ``separation``: one less the mean cosine of a centre to the nearest other.
    """
    figures = {"no_detail_share": 1 - len(own) / comments if comments else 0.0}
    if len(own):
        figures["cohesion"] = float(own.mean())
        figures["clear_share"] = float((margin > 0).mean())
    if len(centroids) > 1:
        cosines = centroids.astype(np.float64) @ centroids.T
        np.fill_diagonal(cosines, -1)
        figures["separation"] = float(1 - cosines.max(axis=1).mean())
    return {name: round(value, 4) for name, value in figures.items()}
