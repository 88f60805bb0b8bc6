"""The parts of comments: what each clause speaks of, and how each part sounds.

A comment is mined as a whole first; then the clauses of longer comments claim further themes where they clearly speak
of them (`verbatim.guided.spans`), and the comment's assignments name the characters. A clause without detail ("thank
you") claims nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.domain import Assignment
from verbatim.guided.pieces import MOST_CLAUSES
from verbatim.guided.spans import claim_thresholds, spread_many
from verbatim.text.clauses import split_many_clauses
from verbatim.text.informative import is_informative
from verbatim.text.language import detect_languages
from verbatim.themes.encode import unit_rows
from verbatim.themes.model import NO_DETAIL
from verbatim.themes.prototypes import finest_rows
from verbatim.tone import score_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.guided.spans import Spread
    from verbatim.themes.model import ThemeModel
    from verbatim.tone import SentimentModel

    Encode = Callable[[Sequence[str]], NDArray[np.float32]]

CHUNK_CLAUSES = 20_000  # compared with the themes at once
MOST_JUDGED = 20_000  # comments of one clause that say how near is near
COMMON_LANGUAGE = "en"  # the rules for texts of unknown language

Place = tuple[int, int | None]
"""The characters ``[start, end)`` of a text; ``None``: to its end."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a span of a text speaks of; ``vector`` (d,) is that of its clauses."""

    place: Place
    theme_id: str
    similarity: float
    margin: float
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Claimed:
    """The themes that clauses can claim: ``ids``, ``centres`` (t, d), and how near a clause must be (t,)."""

    ids: tuple[str, ...]
    centres: NDArray[np.float32]
    thresholds: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Clauses:
    """The clauses with detail of texts that have several, by row of the text; ``vectors`` (c, d)."""

    owner: NDArray[np.int64]
    places: NDArray[np.int64]
    vectors: NDArray[np.float32]


def read_parts(
    model: ThemeModel,
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    main: Sequence[str],
    languages: Sequence[str | None],
    encode: Encode,
) -> dict[str, tuple[Part, ...]]:
    """The parts of each of ``texts`` that speaks of several themes; a text that speaks of one only is left out.

    ``texts`` are distinct, with detail; ``vectors`` (n, d) theirs; ``main`` the id of the theme of each as a whole;
    ``languages`` ISO 639-1 codes, ``None`` where not known. ``encode`` makes the vectors of distinct clauses.
    """
    rows = finest_rows(model.themes)
    if len(rows) < 2 or not len(texts):
        return {}
    ids = tuple(model.themes[row].id for row in rows.tolist())
    place = {theme: row for row, theme in enumerate(ids)}
    own = np.asarray([place[theme] for theme in main], dtype=np.int64)
    centres = model.centroids[rows]
    found = _split(texts, languages)
    single = np.asarray([row for row in range(len(texts)) if row not in found], dtype=np.int64)
    judged = single[:: -(-len(single) // MOST_JUDGED) or 1]
    thresholds = claim_thresholds((vectors[judged] @ centres.T).astype(np.float64), own[judged])
    claimed = _Claimed(ids, centres, thresholds)
    parts: dict[str, tuple[Part, ...]] = {}
    for chunk in _chunks(found):
        clauses = _encoded(texts, {row: found[row] for row in chunk}, encode)
        for row, several in zip(chunk, _spread(clauses, own[chunk], claimed), strict=True):
            if several:
                parts[texts[row]] = several
    return parts


def with_parts(
    model: ThemeModel,
    rows: pd.DataFrame,
    parts: Mapping[str, tuple[Part, ...]],
    sentiment: SentimentModel | None,
) -> ThemeModel:
    """``model`` with an assignment a part for the comments whose text has ``parts``; sizes follow.

    ``rows`` are the comments, as `verbatim.pipeline.prepare` gives them. Each part has a sentiment of its own.
    """
    of = rows.set_index(rows["id"].astype(str))
    said = {key: parts[text] for key, text in of["text"].items() if text in parts}
    placed = [entry for entry in model.assignments if entry.comment_id in said and entry.theme_id != NO_DETAIL]
    felt = iter(
        _sounds(of, [(entry.comment_id, part) for entry in placed for part in said[entry.comment_id]], sentiment)
    )
    assignments: list[Assignment] = []
    for entry in model.assignments:
        if entry.comment_id not in said or entry.theme_id == NO_DETAIL:
            assignments.append(entry)
            continue
        for part in said[entry.comment_id]:
            start, end = part.place
            assignments.append(
                Assignment(
                    entry.comment_id, part.theme_id, part.similarity, part.margin, start, end, sentiment=next(felt)
                )
            )
    return recounted(replace(model, assignments=tuple(assignments)))


def how_comments_sound(
    rows: pd.DataFrame, vector_of: Mapping[str, NDArray[np.float32]], encode: Encode, sentiment: SentimentModel | None
) -> list[float | None]:
    """The sentiment of each of ``rows`` as a whole, −1 … 1; ``None`` where its language is not served.

    ``vector_of`` knows the vectors of some texts; ``encode`` makes those of others. Without a model VADER answers.
    """
    spoken = _spoken(rows)
    pairs = spoken.drop_duplicates(["text", "question"])
    lacking = sorted(set(pairs["text"]) - set(vector_of)) if sentiment is not None else []
    known = {**vector_of, **dict(zip(lacking, encode(lacking), strict=True))} if lacking else vector_of
    blank = np.zeros(0, dtype=np.float32)
    vectors = [known[text] if sentiment is not None else blank for text in pairs["text"]]
    felt = score_texts(
        list(pairs["text"]), np.asarray(vectors), _or_none(pairs, "language"), sentiment, list(pairs["question"])
    )
    by_pair = dict(zip(zip(pairs["text"], pairs["question"], strict=True), felt, strict=True))
    return [by_pair[pair] for pair in zip(spoken["text"], spoken["question"], strict=True)]


def _sounds(of: pd.DataFrame, said: Sequence[tuple[str, Part]], sentiment: SentimentModel | None) -> list[float | None]:
    """The sentiment of each part of a comment; its language is that of the whole, which is surer than the part's."""
    if not said:
        return []
    spoken = _spoken(of.loc[[key for key, _ in said]])
    whole = list(spoken["text"])
    texts = [text[slice(*part.place)] for text, (_, part) in zip(whole, said, strict=True)]
    vectors = np.stack([part.vector for _, part in said])
    languages = _or_none(spoken, "language") or detect_languages(whole)
    return score_texts(texts, vectors, languages, sentiment, list(spoken["question"]))


def _spoken(rows: pd.DataFrame) -> pd.DataFrame:
    """The text, question and language of comments; ``None`` where not known."""
    columns = {name: rows[name] if name in rows else None for name in ("text", "question", "language")}
    frame = pd.DataFrame(columns, index=rows.index).astype(object)
    return frame.where(frame.notna(), None)


def _or_none(spoken: pd.DataFrame, name: str) -> list[str | None] | None:
    """A column; ``None`` where nothing in it is known, so that it is found out."""
    values = list(spoken[name])
    return values if any(value is not None for value in values) else None


def recounted(model: ThemeModel) -> ThemeModel:
    """``model`` with the size of every theme as the number of its distinct comments, those of sub-themes included."""
    parent = {theme.id: theme.parent_id for theme in model.themes}
    members: dict[str, set[str]] = defaultdict(set)
    for entry in model.assignments:
        theme = entry.theme_id
        while theme is not None:
            members[theme].add(entry.comment_id)
            theme = parent[theme]
    themes = tuple(replace(theme, size=len(members[theme.id])) for theme in model.themes)
    return replace(model, themes=themes)


def _split(texts: Sequence[str], languages: Sequence[str | None]) -> dict[int, list[tuple[int, int]]]:
    """The clauses with detail of each text, by its row, where there are several."""
    by_language: dict[str, list[int]] = defaultdict(list)
    for row, language in enumerate(languages):
        by_language[language or COMMON_LANGUAGE].append(row)
    found = {}
    for language, rows in sorted(by_language.items()):
        for row, spans in zip(rows, split_many_clauses([texts[row] for row in rows], language), strict=True):
            if len(spans) < 2:
                continue
            kept = [
                (span.start, span.end)
                for span in spans[:MOST_CLAUSES]
                if is_informative(texts[row][span.start : span.end])
            ]
            if len(kept) > 1:
                found[row] = kept
    return dict(sorted(found.items()))


def _chunks(found: Mapping[int, Sequence[tuple[int, int]]]) -> list[list[int]]:
    chunks: list[list[int]] = [[]]
    clauses = 0
    for row, places in found.items():
        if clauses + len(places) > CHUNK_CLAUSES and chunks[-1]:
            chunks.append([])
            clauses = 0
        chunks[-1].append(row)
        clauses += len(places)
    return [chunk for chunk in chunks if chunk]


def _encoded(texts: Sequence[str], found: Mapping[int, Sequence[tuple[int, int]]], encode: Encode) -> _Clauses:
    said = [texts[row][start:end] for row, places in found.items() for start, end in places]
    distinct = sorted(set(said))
    number = {clause: place for place, clause in enumerate(distinct)}
    vectors = encode(distinct)[[number[clause] for clause in said]]
    owner = np.repeat(np.arange(len(found)), [len(places) for places in found.values()])
    places = np.asarray([place for row_places in found.values() for place in row_places], dtype=np.int64)
    return _Clauses(owner.astype(np.int64), places.reshape(-1, 2), vectors)


def _spread(clauses: _Clauses, main: NDArray[np.int64], claimed: _Claimed) -> list[tuple[Part, ...]]:
    """The parts of each text, none for one that speaks of a single theme; ``main`` is the row of its own theme."""
    cosines = (clauses.vectors @ claimed.centres.T).astype(np.float64)
    spans = spread_many(clauses.owner, clauses.places, cosines, main, claimed.thresholds)
    first = np.searchsorted(spans.owner, np.arange(len(main) + 1)).tolist()
    begins = np.searchsorted(clauses.owner, np.arange(len(main) + 1)).tolist()
    found = []
    for text in range(len(main)):
        own = range(first[text], first[text + 1])
        several = len({int(spans.theme[span]) for span in own}) > 1
        inside = np.arange(begins[text], begins[text + 1])
        found.append(tuple(_part(spans, span, clauses, inside, claimed.ids) for span in own) if several else ())
    return found


def _part(spans: Spread, span: int, clauses: _Clauses, inside: NDArray[np.int64], ids: Sequence[str]) -> Part:
    start, end = int(spans.start[span]), int(spans.end[span])
    within = inside[(clauses.places[inside, 0] >= start) & (clauses.places[inside, 1] <= end)]
    total = clauses.vectors[within].sum(axis=0)
    return Part(
        place=(start, end),
        theme_id=ids[int(spans.theme[span])],
        similarity=float(spans.similarity[span]),
        margin=float(spans.margin[span]),
        vector=unit_rows(total[None, :])[0],
    )
