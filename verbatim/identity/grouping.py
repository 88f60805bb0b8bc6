"""Groups texts with the themes of the model before in mind: grows those, or fits anew, and says which and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verbatim.identity.growth import grow, layers_of
from verbatim.identity.leaning import lean, lean_reading
from verbatim.themes.model import text_key
from verbatim.themes.prototypes import ThemeArtifact, assign, finest_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Clusterer, SecondReading
    from verbatim.themes.model import ThemeModel

MOST_GROWTH = 0.5  # of the texts of the last whole fit: with more new ones, the themes are fitted anew
LEAST_LEFT = 0.5  # of those texts: with fewer left, too
MOST_STRANGE = 0.2  # of the new texts: with more that fit no theme, too …
FEWEST_STRANGE = 30  # … if they are so many


@dataclass(frozen=True, slots=True)
class Grouping:
    """Implements ``protocols.Tree``.

    ``waiting`` (n,): texts that are new since the last whole fit and fit their theme loosely. ``fitted``: the texts of
    that fit. ``told``: how it was done, as a sentence. ``grown``: without a fit, so that what was placed stays.
    """

    layers: tuple[NDArray[np.int64], ...]
    waiting: NDArray[np.bool_]
    fitted: int
    told: str
    grown: bool = False


def group(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    *,
    encoder_id: str,
    clusterer: Clusterer,
    previous: ThemeModel | None = None,
    refit: str | None = None,
    second: SecondReading | None = None,
    mood: NDArray[np.float64] | None = None,
) -> Grouping:
    """Layers of labels for distinct ``texts`` with ``vectors`` (n, d), unit rows.

    Without ``previous`` (the model before, without edits) the clusterer fits them. With it, texts that it placed keep
    their themes and new ones join them, until `why_refit` finds a reason to fit anew; ``refit`` is a reason given by
    the caller. A refit leans on the themes that were, if they were found in vectors of the same encoder; only then, and
    the first time, ``second`` is asked for a second reading of the texts. ``mood`` (n,) says how they sound, -1 to 1.
    """

    def fitted(
        rows: NDArray[np.float32], reading: SecondReading | None, told: str, usual: int | None = None
    ) -> Grouping:
        tree = clusterer.fit(rows, texts, reading, mood=mood, usual=usual)
        return Grouping(tree.layers, np.zeros(len(rows), dtype=np.bool_), len(rows), told)

    if previous is None:
        return fitted(vectors, second, f"fitted {len(texts):,} different comments")
    known = known_themes(texts, previous)
    same_space = (previous.encoder_id, previous.dimension) == (encoder_id, vectors.shape[1])
    reason = refit or (why_refit(vectors, known, previous) if same_space else _why_elsewhere(encoder_id, previous))
    if reason is None:
        grown = grow(vectors, known, _waiting_before(texts, previous), previous, clusterer)
        layers = layers_of(previous.themes, grown)
        return Grouping(layers, grown.waiting, previous.fitted, grown.told, grown=True)
    told = f"fitted {len(texts):,} different comments anew, since {reason}"
    usual = sum(theme.parent_id is None and theme.kind == "theme" for theme in previous.themes) or None
    if not same_space:
        return fitted(vectors, second, told, usual)

    def leaning(rows: NDArray[np.int64]) -> NDArray[np.float32] | None:
        stressed = None if second is None else second(rows)
        return None if stressed is None else lean_reading(stressed, known[rows], previous)

    return fitted(lean(vectors, known, previous), leaning, told, usual)


def known_themes(texts: Sequence[str], previous: ThemeModel) -> NDArray[np.int64]:
    """For each of ``texts`` the row of the theme of ``previous`` that it was placed in, -1 for a new text, ``(n,)``."""
    if previous.texts is None:
        return np.full(len(texts), -1, dtype=np.int64)
    finest = {previous.themes[row].id: int(row) for row in finest_rows(previous.themes)}
    placed = dict(zip(previous.texts.keys, previous.texts.themes, strict=True))
    return np.asarray([finest.get(placed.get(text_key(text), ""), -1) for text in texts], dtype=np.int64)


def why_refit(vectors: NDArray[np.float32], known: NDArray[np.int64], previous: ThemeModel) -> str | None:
    """Why the themes have to be fitted anew rather than grown, as part of a sentence; ``None``: they need not.

    ``vectors`` (n, d) are of the encoder of ``previous``; ``known`` (n,) as `known_themes` gives it.
    """
    if not len(finest_rows(previous.themes)) or not previous.fitted:
        return "there were no themes to grow"
    left, new = int((known >= 0).sum()), int((known < 0).sum())
    if left < LEAST_LEFT * previous.fitted:
        return f"only {left:,} of the {previous.fitted:,} different comments of the last whole fit are still there"
    if len(known) > (1 + MOST_GROWTH) * previous.fitted:
        return f"there are {len(known):,} different comments now, and were {previous.fitted:,} at the last whole fit"
    found = assign(ThemeArtifact.of(previous), vectors[known < 0])
    strange = sum(theme is None for theme in found.theme_ids)
    if strange >= FEWEST_STRANGE and strange > MOST_STRANGE * new:
        return f"{strange:,} of {new:,} new comments fit no theme"
    return None


def _why_elsewhere(encoder_id: str, previous: ThemeModel) -> str:
    if not previous.encoder_id:
        return "the vectors of the themes that were are lost"
    return f"the encoder was {previous.encoder_id} and is {encoder_id}"


def _waiting_before(texts: Sequence[str], previous: ThemeModel) -> NDArray[np.bool_]:
    if previous.texts is None:
        return np.zeros(len(texts), dtype=np.bool_)
    waiting = {key for key, waits in zip(previous.texts.keys, previous.texts.waiting, strict=True) if waits}
    return np.asarray([text_key(text) in waiting for text in texts], dtype=np.bool_)
