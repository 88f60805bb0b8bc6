"""The map of themes: similar ones near each other, the area as the number of comments; always the same for the same.

Places are those of t-SNE (van der Maaten & Hinton 2008) of the themes' centres, begun with their principal components;
then bubbles that cover each other are pushed apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from api.web.theme_figures import mood

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from api.routers.theme_shapes import ThemeOut
    from api.themes.asking import ThemesVersion
    from verbatim.settings import Settings

WIDTH, HEIGHT, EDGE = 1000, 640, 8
COVERED = 0.36  # of the paper, by bubbles
LEAST_RADIUS, GAP = 15.0, 5.0
RINGED, RING = 38.0, 20.0  # bubbles from this radius on have comments around them, which need so much room
ROUNDS = 400
LETTER, LINE = 6.4, 14.0  # of a label, in the paper's units
Places = dict[str, dict[str, tuple[float, float]]]  # by layer and theme
SIGNS = {"positive": "+", "negative": "−", "mixed": "±", "unknown": "?"}


@dataclass(frozen=True, slots=True)
class Bubble:
    """A theme on the paper."""

    theme: ThemeOut
    x: float
    y: float
    r: float
    mood: str
    lines: tuple[tuple[float, str], ...]

    @property
    def sign(self) -> str:
        """The mood as a sign, for who does not see colours."""
        return SIGNS[self.mood]


def has_ring(radius: float) -> bool:
    """Whether a bubble is large enough to have comments around it."""
    return radius >= RINGED


def places_of(settings: Settings, version: ThemesVersion) -> Places:
    """Where each theme of the model lies; takes a second.

    Raises:
        NotFoundError, StorageError: the files of the theme model are not there, or damaged.
    """
    from verbatim.mining import model_folder
    from verbatim.themes.artifact import load_artifact

    artifact = load_artifact(model_folder(settings, version.model_id))
    parents = {theme.parent_id for theme in artifact.themes}
    layers = {
        "top": [place for place, theme in enumerate(artifact.themes) if theme.parent_id is None],
        "fine": [place for place, theme in enumerate(artifact.themes) if theme.id not in parents],
    }
    found: Places = {}
    for layer, rows in layers.items():
        told = [place for place in rows if artifact.centroids[place].any()]
        flat = _flat(artifact.centroids[told].astype(np.float64))
        found[layer] = {
            artifact.themes[place].id: (float(x), float(y)) for place, (x, y) in zip(told, flat, strict=True)
        }
    return found


def drawn_map(places: Mapping[str, tuple[float, float]], themes: list[ThemeOut]) -> list[Bubble]:
    """The bubbles, largest first; a theme without a place lies in the middle."""
    shown = sorted(themes, key=lambda one: (-one.n, one.id))
    ids = tuple(one.id for one in shown)
    if not ids:
        return []
    sizes = np.sqrt(np.array([float(one.n) for one in shown]))
    radii = np.maximum(sizes * np.sqrt(COVERED * WIDTH * HEIGHT / (np.pi * (sizes**2).sum())), LEAST_RADIUS)
    radii = np.minimum(radii, 0.21 * HEIGHT)
    centres = _apart(_unit(places, ids), radii + np.where(radii >= RINGED, RING, 0.0))
    return [
        Bubble(
            one, round(float(x), 1), round(float(y), 1), round(float(r), 1), mood(one.sentiment), _lines(one.name, r)
        )
        for one, (x, y), r in zip(shown, centres, radii, strict=True)
    ]


def _unit(places: Mapping[str, tuple[float, float]], ids: tuple[str, ...]) -> NDArray[np.float64]:
    """The places of these themes, spread over the unit square."""
    found = np.array([places.get(key, (np.nan, np.nan)) for key in ids])
    known = found[~np.isnan(found[:, 0])]
    if not len(known):
        return np.full((len(ids), 2), 0.5)
    low, high = known.min(axis=0), known.max(axis=0)
    spread: NDArray[np.float64] = np.nan_to_num((found - low) / np.where(high > low, high - low, 1.0), nan=0.5)
    return spread


def _flat(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """``(t, 2)``; similar rows are near."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    count = len(vectors)
    if count < 3:
        return np.array([[float(place), 0.0] for place in range(count)])
    begun = PCA(n_components=2, svd_solver="full").fit_transform(vectors)
    if count < 6 or float(begun.std()) == 0.0:
        return np.asarray(begun, dtype=np.float64)
    begun = begun / begun[:, 0].std() * 1e-4
    placed = TSNE(
        perplexity=min(12.0, (count - 1) / 3), metric="cosine", init=begun, method="exact", random_state=0,
        learning_rate=50.0,
    ).fit_transform(vectors)  # fmt: skip
    return np.asarray(placed, dtype=np.float64)


def _apart(unit: NDArray[np.float64], radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centres on the paper, with no bubble (and its ring) over another as far as there is room."""
    room = np.array([WIDTH, HEIGHT]) - 2 * EDGE
    centres: NDArray[np.float64] = unit * room * 0.86 + EDGE + 0.07 * room
    # equal places would never part
    centres += np.array([[np.cos(place), np.sin(place)] for place in range(len(radii))])
    least = radii[:, None] + radii[None, :] + GAP
    low, high = EDGE + radii[:, None], np.array([WIDTH, HEIGHT]) - EDGE - radii[:, None]
    for _ in range(ROUNDS):
        gaps = centres[:, None, :] - centres[None, :, :]
        far = np.maximum(np.sqrt((gaps**2).sum(axis=2)), 1e-6)
        over = np.maximum(least - far, 0.0)
        np.fill_diagonal(over, 0.0)
        if not over.any():
            break
        centres += 0.5 * (gaps / far[:, :, None] * over[:, :, None]).sum(axis=1)
        centres = np.clip(centres, low, high)
    return centres


def _lines(name: str, radius: float) -> tuple[tuple[float, str], ...]:
    """The name in lines that fit into the bubble, each with its place below the centre; empty where none fits."""
    width = int((2 * radius * 0.86) / LETTER)
    most = min(int((2 * radius * 0.7) / LINE) - 1, 4)
    if width < 6 or most < 1:
        return ()
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    cut = [line if len(line) <= width else f"{line[: width - 1]}…" for line in lines]
    if len(cut) > most:
        cut = [*cut[: most - 1], f"{cut[most - 1][: width - 1]}…"]
    top = -LINE * len(cut) / 2 + 3
    return tuple((round(top + LINE * place, 1), line) for place, line in enumerate(cut))
