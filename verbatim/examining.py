"""The quality page of the stored themes: reads what was mined, and measures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verbatim.errors import EmptyError
from verbatim.mining import model_folder
from verbatim.storage import queries
from verbatim.themes.artifact import check_encoder, load_artifact, load_fitted
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.encode import find_encoder
from verbatim.themes.frames import whole_themes
from verbatim.themes.quality import Mined, examine
from verbatim.themes.stability import stability_of

if TYPE_CHECKING:
    import pandas as pd

    from verbatim.settings import Settings
    from verbatim.storage.store import Store
    from verbatim.themes.quality import QualityPage


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
    assigned = queries.assignments(store, by=())
    names = encoder.encode([theme.name for theme in artifact.themes])
    measured = None
    if stability:
        texts = dict(zip(assigned["comment_id"], assigned["text"], strict=True))
        placed = whole_themes(texts, load_fitted(model_folder(settings, active)), artifact.themes)
        by_text = {texts[comment]: theme for comment, theme in placed.items()}
        measured = stability_of(
            artifact.themes, by_text, encoder, lambda seed: LeidenClusterer(themes=settings.themes, seed=seed)
        )
    return examine(Mined(artifact.themes, spans(assigned), artifact.centroids, names), stability=measured)


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
