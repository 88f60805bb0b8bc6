"""THE MAIN PATH: comments in, themes out.

No store is needed here: ``verbatim.mining`` reads the comments from one and keeps what was found.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.domain import Assignment, Theme
from verbatim.errors import EmptyError
from verbatim.identity import carry_on, group, keep_parts, links_between
from verbatim.parts import how_comments_sound, read_parts, recounted, with_parts
from verbatim.text.informative import is_informative
from verbatim.themes.boundaries import learn_prototypes
from verbatim.themes.cluster import MOST_GROUPED
from verbatim.themes.describe import Documents, Layer, describe
from verbatim.themes.languages import foreign_language_note
from verbatim.themes.model import NO_DETAIL, PlacedTexts, ThemeModel, text_key
from verbatim.themes.quality import measure_quality
from verbatim.themes.readings import Readings, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from verbatim.identity import Grouping
    from verbatim.parts import Part
    from verbatim.protocols import Clusterer, Encoder, Namer
    from verbatim.themes.readings import Progress
    from verbatim.tone import SentimentModel

log = logging.getLogger(__name__)


def mine(
    comments: pd.DataFrame,
    *,
    encoder: Encoder,
    clusterer: Clusterer,
    namer: Namer,
    learn: Callable[[], SentimentModel] | None = None,
    previous: ThemeModel | None = None,
    refit: str | None = None,
    first_number: int = 1,
    keep_names: bool = True,
    progress: Progress | None = None,
) -> ThemeModel:
    """Find the themes of ``comments``; the order of the rows does not matter.

    ``comments`` has the columns ``id`` (unique) and ``text`` (redacted), and, where known, ``informative``,
    ``language``, ``question`` and ``occurred_at``. ``learn`` gives the model of how they sound, and is asked once they
    have been read, so that it finds their vectors kept; without it VADER says how they sound.

    With ``previous``, the model before (without edits), its themes grow by what is new, or are fitted anew where that
    is needed or ``refit`` gives a reason to; either way their ids continue. Numbers of new themes start from
    ``first_number``, or higher where ``previous`` says so. With ``keep_names`` a theme that is much the same keeps its
    name.

    Raises:
        EmptyError: there are no comments.
    """
    report = progress or _silent
    rows = prepare(comments)
    documents = distinct_documents(rows)
    _warn_of_languages(rows, encoder.id)
    few = len(documents.texts) <= MOST_GROUPED
    readings = Readings(documents.texts, encoder, report, twice=previous is None and few)
    vectors = readings.vectors
    sentiment = None if learn is None else learn()
    felt = how_comments_sound(rows, dict(zip(documents.texts, vectors, strict=True)), encoder.encode, sentiment)
    rows["sentiment"] = pd.Series(felt, index=rows.index, dtype=object)  # keeps None where the language is not served
    documents = replace(documents, mood=_mood(rows, documents.texts))
    report("Grouping", 0, 1)
    tree = group(
        documents.texts,
        vectors,
        encoder_id=encoder.id,
        clusterer=clusterer,
        previous=previous,
        refit=refit,
        second=readings.second,
        mood=documents.mood,
    )
    report("Naming", 0, 1)
    top, sub = describe(tree, documents, vectors, namer=namer)
    finest = finest_layer(top, sub)
    own, margin = closeness(vectors, finest)
    assignments = assign_comments(rows, documents, finest, own, margin)
    report("Naming", 1, 1)
    themes, centroids = in_reading_order(top, sub, no_detail_theme(rows))
    prototypes, owners = learn_prototypes(vectors, finest.labels, finest.centroids)
    spread = documents.counts
    model = ThemeModel(
        encoder_id=encoder.id,
        themes=themes,
        assignments=assignments,
        centroids=centroids,
        next_number=1,
        quality=measure_quality(
            np.repeat(own, spread), np.repeat(margin, spread), finest.centroids, comments=len(rows)
        ),
        texts=placed_texts(documents, finest, tree),
        fitted=tree.fitted,
        told=tree.told,
        prototypes=prototypes,
        owners=tuple(finest.themes[row].id for row in owners.tolist()),
    )
    carried = carry_on(model, previous, first_number=first_number, keep_names=keep_names)
    parts = parts_of(carried, rows, documents, vectors, lambda texts: encode(texts, encoder, report, "Reading clauses"))
    whole = with_parts(carried, rows, parts, sentiment)
    if previous is None:
        return whole
    if tree.grown:
        whole = recounted(keep_parts(whole, previous, dict(zip(rows["id"].astype(str), rows["text"], strict=True))))
    return replace(whole, links=links_between(previous, whole))


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
        recency=_recency(detailed, texts),
    )


def _recency(detailed: pd.DataFrame, texts: Sequence[str]) -> NDArray[np.float64] | None:
    """How new each text is among all, from 0 to 1, as its newest comment is; ``None`` where no moment is known."""
    if "occurred_at" not in detailed or detailed["occurred_at"].isna().all():
        return None
    newest = pd.to_datetime(detailed["occurred_at"], utc=True).groupby(detailed["text"]).max().reindex(list(texts))
    return np.asarray(newest.rank(pct=True).fillna(0.0), dtype=np.float64)


def _mood(rows: pd.DataFrame, texts: Sequence[str]) -> NDArray[np.float64] | None:
    """The sentiment of each text, from -1 to 1, NaN where unknown; ``None`` where none is known."""
    if rows["sentiment"].isna().all():
        return None
    felt = pd.to_numeric(rows["sentiment"]).groupby(rows["text"]).mean().reindex(list(texts))
    return np.asarray(felt, dtype=np.float64)


def parts_of(
    model: ThemeModel,
    rows: pd.DataFrame,
    documents: Documents,
    vectors: NDArray[np.float32],
    encode_clauses: Callable[[Sequence[str]], NDArray[np.float32]],
) -> dict[str, tuple[Part, ...]]:
    """The parts of the texts that speak of several themes, by text."""
    theme_of = {entry.comment_id: entry.theme_id or NO_DETAIL for entry in model.assignments}
    first = rows[rows["informative"]].drop_duplicates("text").set_index("text")
    main = [theme_of[str(key)] for key in first["id"].reindex(list(documents.texts))]
    known = first["language"].reindex(list(documents.texts)) if "language" in first else [None] * len(main)
    languages = [language if isinstance(language, str) else None for language in known]
    return read_parts(model, documents.texts, vectors, main, languages, encode_clauses)


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


def placed_texts(documents: Documents, finest: Layer, tree: Grouping) -> PlacedTexts:
    """Where each text was placed, for the next mining to carry on from."""
    ids = [finest.themes[label].id for label in finest.labels.tolist()]
    keys = map(text_key, documents.texts)
    return PlacedTexts.of(zip(keys, ids, documents.counts.tolist(), tree.waiting.tolist(), strict=True))


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


def _warn_of_languages(rows: pd.DataFrame, encoder_id: str) -> None:
    """Say in the log that most comments are in languages that the encoder does not know, and what to set."""
    said = rows[rows["informative"]]
    languages = said["language"].tolist() if "language" in said else None
    note = foreign_language_note(said["text"].tolist(), languages, encoder_id)
    if note is not None:
        log.warning(note)


def _silent(step: str, done: int, total: int) -> None:
    """Report nothing."""
