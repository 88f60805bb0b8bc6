"""Whether themes are found again: in other draws of the comments, with other seeds. Measured when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from sklearn.metrics import adjusted_rand_score

from verbatim.themes.cluster import MOST_GROUPED
from verbatim.themes.frames import label_of, layer_places
from verbatim.themes.readings import Readings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Theme
    from verbatim.protocols import Clusterer, Encoder, SecondReading

RUNS = 5
SHARE = 0.8  # of the texts, drawn without replacement


@dataclass(frozen=True, slots=True)
class Stability:
    """How a layer of themes came out of ``runs`` further fits.

    ``pairs_kept``: of all pairs of texts in one theme, the share that was in one theme again. ``agreement``: adjusted
    Rand index (Hubert and Arabie 1985), which also counts pairs that were wrongly joined. ``kept`` and ``overlap`` by
    theme: its own share of pairs kept, and the Jaccard index of its texts with those of the theme most like it
    (Hennig 2007: below 0.6 a cluster should not be trusted). Means over the runs.
    """

    runs: int
    pairs_kept: float | None
    agreement: float | None
    kept: Mapping[str, float]
    overlap: Mapping[str, float]


def stability_of(
    themes: Sequence[Theme], placed: Mapping[str, str], encoder: Encoder, make_clusterer: Callable[[int], Clusterer]
) -> dict[str, Stability]:
    """By layer, how ``themes`` come out of further fits on the texts of ``placed`` (see ``measure_stability``).

    ``placed`` names the theme of each distinct text, without sub-themes; one of another kind is left out. Of more than
    20,000 texts so many are drawn.
    """
    finest = {themes[place].id for place in layer_places(themes, "fine")}
    texts = sorted(text for text, theme in placed.items() if theme in finest)
    if len(texts) > MOST_GROUPED:
        texts = sorted(np.random.default_rng(0).permutation(np.asarray(texts, dtype=object))[:MOST_GROUPED].tolist())
    tops = {number: themes[place].id for number, place in enumerate(layer_places(themes, "top"))}
    numbers = label_of(themes, "top")
    fine = np.asarray([placed[text] for text in texts], dtype=object)
    top = np.asarray([tops[numbers[theme]] for theme in fine], dtype=object)
    layers = {"top": top, "fine": fine} if any(theme.parent_id for theme in themes) else {"top": top}
    readings = Readings(texts, encoder, lambda *_: None, twice=True)
    return measure_stability(readings.vectors, layers, make_clusterer, texts=texts, second=readings.second)


def measure_stability(
    vectors: NDArray[np.float32],
    layers: Mapping[str, NDArray[np.object_]],
    make_clusterer: Callable[[int], Clusterer],
    *,
    texts: Sequence[str] | None = None,
    second: SecondReading | None = None,
    runs: int = RUNS,
    seed: int = 7,
) -> dict[str, Stability]:
    """By layer, how its themes come out of ``runs`` fits on four in five of the texts, each with a seed of its own.

    ``vectors`` (n, d) are those of the distinct ``texts``, ``second`` gives their second reading. ``layers`` gives the
    theme id of each text, shape ``(n,)``, under "top" (compared with a tree's coarsest layer) and "fine" (its finest).
    Fewer than two texts give no figures.
    """
    found: dict[str, list[tuple[float, float, dict[str, float], dict[str, float]]]] = {layer: [] for layer in layers}
    count = len(vectors)
    for run in range(runs if count > 1 else 0):
        rows = np.sort(np.random.default_rng([seed, run]).choice(count, max(2, round(SHARE * count)), replace=False))
        drawn = None if texts is None else [texts[row] for row in rows.tolist()]
        again = None if second is None else _within(second, rows)
        tree = make_clusterer(seed + run + 1).fit(vectors[rows], drawn, again)
        for layer, themes in layers.items():
            labels = tree.layers[-1 if layer == "top" else 0]
            kept, overlap, pairs = compare(themes[rows], labels)
            found[layer].append((pairs, float(adjusted_rand_score(themes[rows], labels)), kept, overlap))
    return {layer: _summed(results) for layer, results in found.items()}


def compare(themes: NDArray[np.object_], again: NDArray[np.int64]) -> tuple[dict[str, float], dict[str, float], float]:
    """How ``themes`` (n,) are found in ``again`` (n,): by theme pairs kept and best overlap, and pairs kept of all.

    A theme with one text has an overlap, but no pairs.
    """
    ids, rows = np.unique(themes.astype(str), return_inverse=True)
    _, columns = np.unique(again, return_inverse=True)
    table = csr_array((np.ones(len(rows)), (rows.ravel(), columns.ravel()))).toarray()
    sizes, others = table.sum(axis=1), table.sum(axis=0)
    own, together = _pairs(sizes), _pairs(table).sum(axis=1)
    jaccard = (table / (sizes[:, None] + others[None, :] - table)).max(axis=1)
    kept = {str(key): float(both / all_) for key, both, all_ in zip(ids, together, own, strict=True) if all_ > 0}
    overlap = {str(key): float(best) for key, best in zip(ids, jaccard, strict=True)}
    return kept, overlap, float(together.sum() / own.sum()) if own.sum() > 0 else 1.0


def _within(second: SecondReading, rows: NDArray[np.int64]) -> SecondReading:
    """The second reading of a draw, by the places in the draw."""
    return lambda places: second(rows[places])


def _pairs(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return counts * (counts - 1) / 2


def _summed(results: list[tuple[float, float, dict[str, float], dict[str, float]]]) -> Stability:
    if not results:
        return Stability(0, None, None, {}, {})
    pairs, agreement, kept, overlap = zip(*results, strict=True)
    return Stability(len(results), _mean(pairs), _mean(agreement), _by_theme(kept), _by_theme(overlap))


def _by_theme(runs: tuple[dict[str, float], ...]) -> dict[str, float]:
    themes = sorted({theme for run in runs for theme in run})
    return {theme: _mean([run[theme] for run in runs if theme in run]) for theme in themes}


def _mean(values: tuple[float, ...] | list[float]) -> float:
    return round(float(np.mean(values)), 4)
