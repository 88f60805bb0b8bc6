"""Lets a whole fit lean on the themes that were, so that it changes them where the comments say so, and only there.

Clustering is unsteady: on real comments two fits that differ in a twentieth of the comments, or in their seed only,
agree on two comments in three. So each text that was placed before is moved a little towards the centre of its theme
before it is clustered (evolutionary clustering: Chakrabarti, Kumar and Tomkins 2006; here in the vectors, so that it
works with every clusterer). Texts that are new stay where they are, and groups of them can become themes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from verbatim.themes.encode import unit_rows
from verbatim.themes.track import upward

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from verbatim.themes.model import ThemeModel

TOWARDS_THEME = 0.2  # of a unit vector, to the centre of the theme that the text was in
TOWARDS_ABOVE = 0.1  # to the centre of each theme above that one


def lean(
    vectors: NDArray[np.float32],
    known: NDArray[np.int64],
    previous: ThemeModel,
    centroids: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """``vectors`` (n, d), moved towards the themes of ``previous`` in the rows ``known`` (n,), -1 for new; unit rows.

    ``centroids`` (themes, d) are those of the model, unless given. Measured in ``bench/identity.py``.
    """
    above = upward(previous.themes).astype(np.float32)
    pull = TOWARDS_ABOVE * above
    np.fill_diagonal(pull, TOWARDS_THEME)
    towards = pull @ (previous.centroids if centroids is None else centroids)
    moved = vectors.copy()
    placed = known >= 0
    moved[placed] += towards[known[placed]]
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def lean_reading(stressed: NDArray[np.float32], known: NDArray[np.int64], previous: ThemeModel) -> NDArray[np.float32]:
    """The same for a second reading (n, w), whose centres are those of the rows that are ``known``."""
    placed = np.flatnonzero(known >= 0)
    ones, shape = np.ones(len(placed), dtype=np.float32), (len(previous.themes), len(placed))
    members = csr_array((ones, (known[placed], np.arange(len(placed)))), shape=shape)
    below = upward(previous.themes).T.astype(np.float32)
    return lean(stressed, known, previous, unit_rows(below @ (members @ stressed[placed])))
