"""THE MAIN PATH: comments in, themes out.

``mine`` is the path itself, without a store; ``mine_store`` reads the comments and keeps what was found.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.domain import Assignment, Metric, Theme, stable_key
from verbatim.errors import EmptyError, EncoderError, NotFoundError, StorageError
from verbatim.scores.segments import PROTECTED
from verbatim.storage import queries
from verbatim.text.informative import is_informative
from verbatim.text.sentiment import sentiments
from verbatim.themes.artifact import check_encoder, load_artifact, save_artifact
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.describe import Documents, Layer, describe
from verbatim.themes.encode import find_encoder
from verbatim.themes.model import NO_DETAIL, ThemeModel
from verbatim.themes.name import PhraseNamer
from verbatim.themes.people import said_names
from verbatim.themes.quality import measure_quality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from verbatim.protocols import Clusterer, Encoder, Namer
    from verbatim.settings import Settings
    from verbatim.storage.store import Store
    from verbatim.themes.artifact import ThemeArtifact

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and how much there is."""

METHOD = "leiden-ward/2"  # part of a model's id: raise it when the same comments would give other themes
CHUNK_ROWS = 2048


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


def mine(
    comments: pd.DataFrame,
    *,
    encoder: Encoder,
    clusterer: Clusterer,
    namer: Namer,
    previous: ThemeArtifact | None = None,
    progress: Progress | None = None,
) -> ThemeModel:
    """Find the themes of ``comments``; the order of the rows does not matter.

    ``comments`` has the columns ``id`` (unique) and ``text`` (redacted), and, where known, ``informative``,
    ``language`` and ``occurred_at``. Theme ids continue those of ``previous``.

    Raises:
        EmptyError: there are no comments.
    """
    report = progress or _silent
    rows = prepare(comments)
    documents = distinct_documents(rows)
    vectors = encode(documents.texts, encoder, report)
    report("Grouping", 0, 1)
    tree = clusterer.fit(vectors)
    report("Naming", 0, 1)
    top, sub, next_number = describe(tree, documents, vectors, namer=namer, previous=previous)
    finest = finest_layer(top, sub)
    own, margin = closeness(vectors, finest)
    assignments = assign_comments(rows, documents, finest, own, margin)
    report("Naming", 1, 1)
    themes, centroids = in_reading_order(top, sub, no_detail_theme(rows))
    spread = documents.counts
    return ThemeModel(
        encoder_id=encoder.id,
        themes=themes,
        assignments=assignments,
        centroids=centroids,
        next_number=next_number,
        quality=measure_quality(
            np.repeat(own, spread), np.repeat(margin, spread), finest.centroids, comments=len(rows)
        ),
    )


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


def prepare(comments: pd.DataFrame) -> pd.DataFrame:
    """The comments in the order of their ids, with every column that mining reads.

    Raises:
        EmptyError: there are none.
    """
    if comments.empty:
        raise EmptyError("there are no comments to mine")
    rows = comments.sort_values("id", kind="stable").reset_index(drop=True)
    texts = rows["text"].astype(str)
    distinct = texts.drop_duplicates()
    if "informative" not in rows:
        known = {text: is_informative(text) for text in distinct}
        rows["informative"] = texts.map(known)
    languages = rows["language"] if "language" in rows else pd.Series(None, index=rows.index, dtype=object)
    first = [language if isinstance(language, str) else None for language in languages[distinct.index]]
    felt = sentiments(list(distinct), first if "language" in rows else None)
    sentiment_of = dict(zip(distinct, felt, strict=True))
    rows["sentiment"] = pd.Series([sentiment_of[text] for text in texts], index=rows.index, dtype=object)
    return rows.assign(text=texts, informative=rows["informative"].astype(bool))


def distinct_documents(rows: pd.DataFrame) -> Documents:
    """The distinct texts with detail, in alphabetical order; the newest comment speaks for its text."""
    detailed = rows[rows["informative"]]
    counts = Counter(detailed["text"])
    if "occurred_at" in detailed:
        detailed = detailed.sort_values("occurred_at", kind="stable", na_position="first")
    speakers = dict(zip(detailed["text"], detailed["id"], strict=True))
    texts = tuple(sorted(counts))
    return Documents(
        texts,
        np.asarray([counts[text] for text in texts], dtype=np.int64),
        tuple(str(speakers[text]) for text in texts),
    )


def encode(texts: Sequence[str], encoder: Encoder, report: Progress) -> NDArray[np.float32]:
    """The vectors of ``texts``, shape ``(n, d)``, encoded in chunks of like length."""
    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), row))
    for at in range(0, len(order), CHUNK_ROWS):
        report("Encoding", at, len(order))
        rows = order[at : at + CHUNK_ROWS]
        vectors[rows] = encoder.encode([texts[row] for row in rows])
    report("Encoding", len(order), len(order))
    return vectors


def finest_layer(top: Layer, sub: Layer) -> Layer:
    """The themes without sub-themes: those that comments are assigned to, so that every comment is in exactly one."""
    whole = sorted(set(top.labels[sub.labels < 0].tolist()))
    place = {group: len(sub.themes) + number for number, group in enumerate(whole)}
    outside = np.asarray([place.get(int(group), -1) for group in top.labels], dtype=np.int64)
    return Layer(
        themes=(*sub.themes, *(top.themes[group] for group in whole)),
        labels=np.where(sub.labels >= 0, sub.labels, outside),
        centroids=np.concatenate([sub.centroids, top.centroids[whole]]),
    )


def closeness(vectors: NDArray[np.float32], finest: Layer) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each document the cosine to its theme's centre and the lead over the nearest other, rounded to 6 digits.

    The lead is negative where another centre is nearer (the neighbours decided); with one theme it is the cosine.
    """
    if not len(vectors):
        return np.zeros(0), np.zeros(0)
    cosines = (vectors @ finest.centroids.T).astype(np.float64)
    rows = np.arange(len(vectors))
    own = cosines[rows, finest.labels]
    cosines[rows, finest.labels] = -np.inf
    others = cosines.max(axis=1) if len(finest.themes) > 1 else np.zeros(len(vectors))
    return own.round(6), (own - others).round(6)


def assign_comments(
    rows: pd.DataFrame, documents: Documents, finest: Layer, own: NDArray[np.float64], margin: NDArray[np.float64]
) -> tuple[Assignment, ...]:
    """One assignment a comment, in the order of ``rows``; a comment without detail has similarity and margin 0."""
    place = {text: row for row, text in enumerate(documents.texts)}
    assignments = []
    for key, text, informative, felt in zip(
        rows["id"], rows["text"], rows["informative"], rows["sentiment"], strict=True
    ):
        document = place[text] if informative else None
        found = (NO_DETAIL, 0.0, 0.0)
        if document is not None:
            found = (finest.themes[int(finest.labels[document])].id, float(own[document]), float(margin[document]))
        assignments.append(Assignment(str(key), *found, sentiment=felt))
    return tuple(assignments)


def no_detail_theme(rows: pd.DataFrame) -> Theme | None:
    """The bucket for comments that say nothing, quoting its commonest texts; ``None`` where there are none."""
    silent = rows[~rows["informative"]]
    if silent.empty:
        return None
    counts = Counter(silent["text"])
    first = dict(zip(reversed(silent["text"].tolist()), reversed(silent["id"].tolist()), strict=True))
    quotes = tuple(str(first[text]) for text in sorted(counts, key=lambda text: (-counts[text], text))[:3])
    return Theme(NO_DETAIL, "No detail", (), quotes, len(silent), kind="no_detail")


def in_reading_order(top: Layer, sub: Layer, no_detail: Theme | None) -> tuple[tuple[Theme, ...], NDArray[np.float32]]:
    """Every theme, each at the top followed by its sub-themes, "No detail" last; and their centres in that order."""
    themes: list[Theme] = []
    centroids: list[NDArray[np.float32]] = []
    for theme, centroid in zip(top.themes, top.centroids, strict=True):
        children = [row for row, child in enumerate(sub.themes) if child.parent_id == theme.id]
        themes += [theme, *(sub.themes[row] for row in children)]
        centroids += [centroid, *(sub.centroids[row] for row in children)]
    if no_detail is not None:
        themes.append(no_detail)
        centroids.append(np.zeros(top.centroids.shape[1], dtype=np.float32))
    return tuple(themes), np.stack(centroids)


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


def _silent(step: str, done: int, total: int) -> None:
    """Report nothing."""
