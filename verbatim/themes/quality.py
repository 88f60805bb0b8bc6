"""What a theme model is worth, in figures that need no labels: the quality page.

`measure_quality` is what mining itself keeps with a model; `examine` makes the whole page, for the top layer and for
the finest themes, a line a theme, with what looks wrong and what to do about it (``verbatim.themes.suspects``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from verbatim.themes.coherence import Cooccurrence, diversity
from verbatim.themes.frames import LAYERS, shown_places
from verbatim.themes.model import NO_DETAIL
from verbatim.themes.suspects import Suspect, find_suspects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from verbatim.domain import Theme
    from verbatim.themes.stability import Stability

DEFINITIONS = {
    "coverage": "share of comments that have a theme",
    "no_detail_share": 'share of comments that say nothing ("ok", "n/a"): they are in "No detail"',
    "unassigned_share": "share of comments with detail that are unlike every theme",
    "several_share": "share of comments that have several themes",
    "cohesion": "mean cosine of what was said to the centre of its theme, −1…1",
    "clear_share": "share of what was said that is nearer to its own theme than to any other",
    "coherence": "do a theme's keywords come together? mean NPMI of pairs, −1…1, 0 = chance; short comments: below 0",
    "diversity": "share of distinct keywords among all themes' keywords",
    "separation": "1 − mean cosine of a theme's centre to the nearest other",
    "name_score": "share of themes whose name, embedded, is nearer to their own centre than to any other",
    "stability": "share of pairs of texts that stay together when themes are found again in a part of the comments",
}
"""What each figure says, for people."""


@dataclass(frozen=True, slots=True)
class Mined:
    """What the page is made from.

    ``said`` has a row a comment, or a span of it: ``comment`` (id), ``text`` (of the span), ``theme`` (an id or
    ``None``), ``similarity``, ``margin``, ``sentiment``, and where known ``language``, ``occurred_at``, ``account`` and
    ``author``. ``centroids`` (t, d) belong to ``themes`` in order, ``names`` (t, d) are the vectors of their names.
    """

    themes: tuple[Theme, ...]
    said: pd.DataFrame
    centroids: NDArray[np.float32]
    names: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LayerQuality:
    """The figures of a layer ("top" or "fine"), defined in ``DEFINITIONS``; ``None`` where there is nothing to say."""

    layer: str
    themes: int
    coherence: float | None
    diversity: float | None
    separation: float | None
    name_score: float | None
    stability: float | None = None


@dataclass(frozen=True, slots=True)
class ThemeQuality:
    """The figures of one theme; ``nearest`` is the id of the theme of its layer whose centre is nearest.

    ``cohesion`` and ``clear_share`` are those of the theme's own comments: ``None`` for a theme with sub-themes.
    """

    id: str
    name: str
    parent_id: str | None
    size: int
    share: float
    cohesion: float | None
    clear_share: float | None
    coherence: float | None
    name_fits: bool | None
    nearest: str | None
    nearest_cosine: float | None
    stability: float | None = None


@dataclass(frozen=True, slots=True)
class QualityPage:
    """The whole page; figures are defined in ``DEFINITIONS``, shares are 0…1, ``None`` says that there is nothing."""

    comments: int
    coverage: float
    no_detail_share: float
    unassigned_share: float
    several_share: float
    cohesion: float | None
    clear_share: float | None
    layers: tuple[LayerQuality, ...]
    themes: tuple[ThemeQuality, ...]
    suspects: tuple[Suspect, ...]
    definitions: Mapping[str, str] = field(default_factory=lambda: dict(DEFINITIONS))

    def to_dict(self) -> dict[str, object]:
        """The page as plain values for JSON."""
        return asdict(self)


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
    apart = separation(centroids)
    if apart is not None:
        figures["separation"] = apart
    return {name: round(value, 4) for name, value in figures.items()}


def examine(mined: Mined, *, stability: Mapping[str, Stability] | None = None) -> QualityPage:
    """The quality page of ``mined``; ``stability`` by layer, where it was measured.

    Archived themes cover their comments, and are in nothing else.
    """
    measured = stability or {}
    counts = Cooccurrence.of(
        sorted(set(_placed(mined.said)["text"])), [theme.keywords for theme in mined.themes if theme.id != NO_DETAIL]
    )
    coverage, no_detail, unassigned, several = shares(mined.said)
    placed = _placed(mined.said)
    themes = tuple(_theme_quality(mined, counts, measured))
    return QualityPage(
        comments=int(mined.said["comment"].nunique()),
        coverage=coverage,
        no_detail_share=no_detail,
        unassigned_share=unassigned,
        several_share=several,
        cohesion=_mean(placed["similarity"]),
        clear_share=_mean(placed["margin"] > 0),
        layers=tuple(_layer_quality(mined, layer, counts, measured.get(layer)) for layer in _layers(mined.themes)),
        themes=themes,
        suspects=find_suspects(
            mined.themes,
            mined.said,
            mined.centroids,
            mined.names,
            kept={theme.id: theme.stability for theme in themes if theme.stability is not None},
        ),
    )


def shares(said: pd.DataFrame) -> tuple[float, float, float, float]:
    """Of the distinct comments of ``said`` those with a theme, in "No detail" only, with neither, with several themes.

    The first three add up to 1; without comments all are 0.
    """
    total = said["comment"].nunique()
    if not total:
        return 0.0, 0.0, 0.0, 0.0
    placed = _placed(said)
    themes = placed.drop_duplicates(["comment", "theme"])["comment"].value_counts()
    silent = set(said.loc[said["theme"] == NO_DETAIL, "comment"]) - set(themes.index)
    outside = total - len(themes) - len(silent)
    counts = (len(themes), len(silent), outside, int((themes > 1).sum()))
    covered, no_detail, unassigned, several = (round(count / total, 4) for count in counts)
    return covered, no_detail, unassigned, several


def separation(centroids: NDArray[np.float32]) -> float | None:
    """One less the mean cosine of each row of ``centroids`` (t, d) to the nearest other; ``None`` for fewer than two.

    0 where themes coincide, 1 where they have nothing in common.
    """
    if len(centroids) < 2:
        return None
    _, cosines = nearest(centroids)
    return round(float(1 - cosines.mean()), 4)


def nearest(centroids: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each of two or more rows of ``centroids`` (t, d) the nearest other row and the cosine to it, each (t,)."""
    cosines = centroids.astype(np.float64) @ centroids.astype(np.float64).T
    np.fill_diagonal(cosines, -np.inf)
    return cosines.argmax(axis=1), cosines.max(axis=1)


def names_fit(names: NDArray[np.float32], centroids: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether each name, embedded (t, d), is nearest to its own row of ``centroids`` (t, d); shape ``(t,)``."""
    if not len(names):
        return np.zeros(0, dtype=np.bool_)
    return np.asarray((names @ centroids.T).argmax(axis=1) == np.arange(len(names)))


def _placed(said: pd.DataFrame) -> pd.DataFrame:
    return said[said["theme"].notna() & (said["theme"] != NO_DETAIL)]


def _layers(themes: Sequence[Theme]) -> tuple[str, ...]:
    """Both layers, or only the top one where no theme has sub-themes."""
    return LAYERS if any(theme.parent_id for theme in themes) else LAYERS[:1]


def _layer_quality(mined: Mined, layer: str, counts: Cooccurrence, stability: Stability | None) -> LayerQuality:
    places = shown_places(mined.themes, layer)
    keywords = [mined.themes[place].keywords for place in places]
    known = [value for value in map(counts.coherence, keywords) if value is not None]
    fit = names_fit(mined.names[places], mined.centroids[places])
    return LayerQuality(
        layer=layer,
        themes=len(places),
        coherence=_mean(np.asarray(known)),
        diversity=diversity(keywords),
        separation=separation(mined.centroids[places]),
        name_score=_mean(fit),
        stability=stability.pairs_kept if stability else None,
    )


def _theme_quality(mined: Mined, counts: Cooccurrence, stability: Mapping[str, Stability]) -> list[ThemeQuality]:
    own = _placed(mined.said).groupby("theme")
    cohesion = own["similarity"].mean().to_dict()
    clear = own["margin"].agg(lambda margin: (margin > 0).mean()).to_dict()
    comments = max(1, mined.said["comment"].nunique())
    found: dict[str, ThemeQuality] = {}
    for layer in _layers(mined.themes):
        places = shown_places(mined.themes, layer)
        centroids = mined.centroids[places]
        fit = names_fit(mined.names[places], centroids)
        other, cosine = nearest(centroids) if len(places) > 1 else (None, None)
        kept = stability[layer].kept if layer in stability else {}
        for row, place in enumerate(places):
            theme = mined.themes[place]
            found[theme.id] = ThemeQuality(
                id=theme.id,
                name=theme.name,
                parent_id=theme.parent_id,
                size=theme.size,
                share=round(theme.size / comments, 4),
                cohesion=_rounded(cohesion.get(theme.id)),
                clear_share=_rounded(clear.get(theme.id)),
                coherence=counts.coherence(theme.keywords),
                name_fits=bool(fit[row]) if len(places) > 1 else None,
                nearest=None if other is None else mined.themes[places[int(other[row])]].id,
                nearest_cosine=None if cosine is None else round(float(cosine[row]), 4),
                stability=kept.get(theme.id),
            )
    return [found[theme.id] for theme in mined.themes if theme.id in found]


def _mean(values: NDArray[np.float64] | NDArray[np.bool_] | pd.Series[float] | pd.Series[bool]) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)
