"""Mining with a store: reads the comments, finds their themes, and keeps what was found as the active model."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from verbatim.domain import Metric, stable_key
from verbatim.errors import EmptyError, EncoderError, NotFoundError, StorageError
from verbatim.pipeline import mine
from verbatim.scores.segments import PROTECTED
from verbatim.storage import queries
from verbatim.themes.artifact import check_encoder, load_artifact, save_artifact
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.encode import find_encoder
from verbatim.themes.name import PhraseNamer
from verbatim.themes.people import said_names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from verbatim.pipeline import Progress
    from verbatim.protocols import Encoder
    from verbatim.settings import Settings
    from verbatim.storage.store import Store
    from verbatim.themes.artifact import ThemeArtifact
    from verbatim.themes.model import ThemeModel

log = logging.getLogger(__name__)

METHOD = "leiden-ward/2"  # part of a model's id: raise it when the same comments would give other themes


@dataclass(frozen=True, slots=True)
class MineResult:
    """What ``mine_store`` did. ``distinct`` counts different texts with detail."""

    model_id: str
    model: ThemeModel
    comments: int
    distinct: int

    @property
    def summary(self) -> str:
        """One line for people."""
        top = [theme for theme in self.model.themes if theme.kind == "theme" and theme.parent_id is None]
        return f"{self.comments:,} comments ({self.distinct:,} different ones with detail): {len(top)} themes"


def mine_store(
    store: Store,
    settings: Settings,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    question: str | None = None,
    progress: Progress | None = None,
) -> MineResult:
    """Mine the comments of ``[start, end)`` (and of one ``question``) and keep the model as the active one.

    Mining the same comments with the same settings again gives the same model under the same id. The files are
    written before the database points to them, so that a killed process leaves the old model active and whole.

    Raises:
        EmptyError: no comments match.
        EncoderError: no embedding model was found.
        StorageError: the database or the disk.
    """
    comments = queries.comments(store, start=start, end=end, question=question)
    if comments.empty:
        raise EmptyError(_nothing_to_mine(start, end, question))
    encoder = CachedEncoder(find_encoder(settings.model), settings.home / "cache" / "vectors")
    model = mine(
        comments,
        encoder=encoder,
        clusterer=LeidenClusterer(themes=settings.themes, seed=settings.seed),
        namer=PhraseNamer(encoder, hidden=said_names(list(comments["text"]), people(store))),
        previous=active_artifact(store, settings, encoder),
        progress=progress,
    )
    parameters = {
        "method": METHOD,
        "start": start.isoformat() if start else None,
        "end": end.isoformat() if end else None,
        "question": question,
        "themes": settings.themes,
        "seed": settings.seed,
    }
    model_id = model_key(comments, encoder.id, parameters)
    save_artifact(model_folder(settings, model_id), model)
    removed = store.save_theme_model(*model_rows(model, model_id, parameters, len(comments)))
    for old in removed:
        shutil.rmtree(model_folder(settings, old), ignore_errors=True)
    distinct = comments.loc[comments["informative"].astype(bool), "text"].nunique()
    return MineResult(model_id, model, len(comments), int(distinct))


def active_artifact(store: Store, settings: Settings, encoder: Encoder) -> ThemeArtifact | None:
    """The themes of the active model, whose ids continue; ``None`` where there are none to compare with."""
    active = store.active_model_id()
    if active is None:
        return None
    try:
        artifact = load_artifact(model_folder(settings, active))
        check_encoder(artifact, encoder)
    except (EncoderError, NotFoundError, StorageError) as error:
        log.warning("theme ids start anew, since the active themes cannot be compared: %s", error)
        return None
    return artifact


def people(store: Store) -> set[str]:
    """The names of agents and of others whose names must not become themes."""
    found = set(queries.accounts(store)["owner"].dropna())
    for metric in Metric:
        for kind in sorted(PROTECTED.intersection(queries.segment_names(store, metric.value))):
            found |= set(queries.surveys(store, metric.value, by=[kind])[kind].dropna())
    return found


def model_folder(settings: Settings, model_id: str) -> Path:
    """Where the files of a theme model lie."""
    return settings.home / "themes" / model_id


def model_key(comments: pd.DataFrame, encoder_id: str, parameters: Mapping[str, object]) -> str:
    """The id of the model that these comments, encoder and parameters give."""
    said = comments.sort_values("id")
    texts = zip(said["id"].astype(str), said["text"].astype(str), said["informative"].astype(str), strict=True)
    return stable_key(
        encoder_id, json.dumps(dict(parameters), sort_keys=True), *(part for row in texts for part in row)
    )


def model_rows(
    model: ThemeModel, model_id: str, parameters: Mapping[str, object], comments: int
) -> tuple[dict[str, object], list[dict[str, object]], list[dict[str, object]]]:
    """The rows of the tables ``theme_model``, ``theme`` and ``assignment``."""
    head: dict[str, object] = {
        "id": model_id,
        "created_at": datetime.now(UTC),
        "encoder_id": model.encoder_id,
        "dimension": model.dimension,
        "comments": comments,
        "parameters": dict(parameters),
        "quality": dict(model.quality),
    }
    themes: list[dict[str, object]] = [
        {
            "id": theme.id,
            "parent_id": theme.parent_id,
            "kind": theme.kind,
            "name": theme.name,
            "keywords": list(theme.keywords),
            "quotes": list(theme.quotes),
            "size": theme.size,
        }
        for theme in model.themes
    ]
    assignments: list[dict[str, object]] = [
        {
            "comment_id": entry.comment_id,
            "start": entry.start,
            "end": entry.end,
            "theme_id": entry.theme_id,
            "similarity": entry.similarity,
            "margin": entry.margin,
            "sentiment": entry.sentiment,
        }
        for entry in model.assignments
    ]
    return head, themes, assignments


def _nothing_to_mine(start: datetime | None, end: datetime | None, question: str | None) -> str:
    limits = [
        f"from {start:%Y-%m-%d}" if start else "",
        f"before {end:%Y-%m-%d}" if end else "",
        f"to the question {question!r}" if question else "",
    ]
    asked = " ".join(part for part in limits if part)
    hint = "choose other limits" if asked else "ingest a file with comments first: `verbatim ingest responses FILE`"
    return f"there are no comments {asked or 'in the store'} to mine; {hint}"
