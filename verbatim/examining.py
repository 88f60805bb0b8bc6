"""The quality page of the stored themes: reads what was mined, and measures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verbatim.errors import EmptyError
from verbatim.mining import model_folder
from verbatim.storage import queries
from verbatim.themes.artifact import check_encoder, load_artifact
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.encode import find_encoder
from verbatim.themes.frames import label_of, layer_places
from verbatim.themes.quality import Mined, examine
from verbatim.themes.stability import measure_stability

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from verbatim.domain import Theme
    from verbatim.protocols import Encoder
    from verbatim.settings import Settings
    from verbatim.storage.store import Store
    from verbatim.themes.quality import QualityPage
    from verbatim.themes.stability import Stability


def examine_store(store: Store, settings: Settings, *, stability: bool = False) -> QualityPage:
    """The quality page of the active theme model; with ``stability`` the themes are found again five times.

    Raises:
        EmptyError: nothing was mined yet.
        EncoderError: the model's vectors are not those of the encoder that the settings name.
    """
    active = store.active_model_id()
    if active is None:
        raise EmptyError("no themes yet; run `verbatim mine` first")
    artifact = load_artifact(model_folder(settings, active))
    encoder = CachedEncoder(find_encoder(settings.model), settings.home / "cache" / "vectors")
    check_encoder(artifact, encoder)
    said = spans(queries.assignments(store, by=()))
    names = encoder.encode([theme.name for theme in artifact.themes])
    measured = None
    if stability:
        measured = stability_of(
            artifact.themes, said, encoder, lambda seed: LeidenClusterer(themes=settings.themes, seed=seed)
        )
    return examine(Mined(artifact.themes, said, artifact.centroids, names), stability=measured)


def spans(assigned: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``queries.assignments`` as ``quality.Mined.said`` takes them: each text cut to its span."""
    ends = assigned["end"].astype(float)
    cut = [
        text[start:] if np.isnan(end) else text[start : int(end)]
        for text, start, end in zip(assigned["text"], assigned["start"], ends, strict=True)
    ]
    kept = assigned.rename(
        columns={"comment_id": "comment", "theme_id": "theme", "account_id": "account", "contact_id": "author"}
    )
    columns = ["comment", "theme", "similarity", "margin", "sentiment", "language", "occurred_at", "account", "author"]
    return kept[columns].assign(text=cut)


def stability_of(
    themes: Sequence[Theme], said: pd.DataFrame, encoder: Encoder, make_clusterer: Callable[[int], LeidenClusterer]
) -> dict[str, Stability]:
    """By layer, how ``themes`` come out of further fits on what was ``said`` (see ``measure_stability``).

    A text that is in several themes counts where it is first.
    """
    finest = {themes[place].id for place in layer_places(themes, "fine")}
    placed = said[said["theme"].isin(finest)].drop_duplicates("text").sort_values("text", kind="stable")
    tops = {number: themes[place].id for number, place in enumerate(layer_places(themes, "top"))}
    numbers = label_of(themes, "top")
    fine = placed["theme"].to_numpy(dtype=object)
    top = np.asarray([tops[numbers[theme]] for theme in fine], dtype=object)
    layers = {"top": top, "fine": fine} if any(theme.parent_id for theme in themes) else {"top": top}
    return measure_stability(encoder.encode(placed["text"].tolist()), layers, make_clusterer)
