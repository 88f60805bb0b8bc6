"""Gives the themes of a new model the ids, and the names, of the themes they continue.

First those of the model before (`verbatim.themes.track`); then, by their centres, those of themes that were gone and
come back, as seasonal ones do; the rest get numbers that were never used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from verbatim.themes.model import RetiredTheme
from verbatim.themes.name import reads_alike
from verbatim.themes.track import (
    SAME_DEPTH,
    depths,
    likeness,
    match_one_to_one,
    match_themes,
    shared_comments,
    sizes_upward,
    theme_id,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Theme
    from verbatim.themes.model import PlacedTexts, ThemeModel

KEPT_NAME = 0.7  # likeness from which a theme keeps its name too


def carry_on(
    model: ThemeModel, previous: ThemeModel | None, *, first_number: int = 1, keep_names: bool = True
) -> ThemeModel:
    """``model`` with lasting ids instead of the ones it was numbered with.

    ``previous`` is the model before, without edits. New themes get numbers from ``first_number`` on, or from the next
    number of ``previous`` if that is higher, in the order of the themes. A continued theme keeps its name if it is
    much the same and no new theme has taken the name; with ``keep_names`` false none does.
    """
    rows = [row for row, theme in enumerate(model.themes) if theme.kind == "theme"]
    themes = [model.themes[row] for row in rows]
    number = max(first_number, previous.next_number if previous else 1)
    if previous is None:
        ids = {theme.id: theme_id(number + place) for place, theme in enumerate(themes)}
        return replace(renamed(model, ids), next_number=number + len(themes))
    old_rows = [row for row, theme in enumerate(previous.themes) if theme.kind == "theme"]
    old = [previous.themes[row] for row in old_rows]
    comparable = comparable_models(previous, model)
    cosines = previous.centroids[old_rows].astype(np.float64) @ model.centroids[rows].T if comparable else None
    scores = _likeness(old, themes, previous.texts, model.texts, cosines)
    matched = match_one_to_one(scores + SAME_DEPTH * (depths(old)[:, None] == depths(themes)[None, :]))
    ids = {theme.id: old[row].id for theme, row in zip(themes, matched, strict=True) if row is not None}
    if comparable:
        ids |= _returning(model, previous, [row for row, at in zip(rows, matched, strict=True) if at is None])
    for theme in themes:
        if theme.id not in ids:
            ids[theme.id] = theme_id(number)
            number += 1
    kept = {
        ids[theme.id]: old[row]
        for place, (theme, row) in enumerate(zip(themes, matched, strict=True))
        if keep_names and row is not None and scores[row, place] >= KEPT_NAME
    }
    carried = with_kept_names(renamed(model, ids), kept)
    return replace(carried, next_number=number, retired=_retired(carried, previous, comparable=comparable))


def comparable_models(first: ThemeModel, second: ThemeModel) -> bool:
    """Whether the centres of two models are of one encoder, so that cosines between them mean something."""
    return (first.encoder_id, first.dimension) == (second.encoder_id, second.dimension)


def renamed(model: ThemeModel, ids: Mapping[str, str]) -> ThemeModel:
    """``model`` with other ids for its themes, wherever they are named; an id that ``ids`` lacks stays."""

    def own(key: str) -> str:
        return ids.get(key, key)

    def own_or_none(key: str | None) -> str | None:
        return None if key is None else own(key)

    return replace(
        model,
        themes=tuple(
            replace(theme, id=own(theme.id), parent_id=own_or_none(theme.parent_id)) for theme in model.themes
        ),
        assignments=tuple(replace(entry, theme_id=own_or_none(entry.theme_id)) for entry in model.assignments),
        texts=None if model.texts is None else replace(model.texts, themes=tuple(map(own, model.texts.themes))),
        owners=tuple(map(own, model.owners)),
    )


def with_kept_names(model: ThemeModel, kept: Mapping[str, Theme]) -> ThemeModel:
    """``model`` with names and descriptions of the themes ``kept``, by id, unless another has just been named so.

    The names of ``model`` are distinct, and those of ``kept`` are; so giving up a kept name settles every clash.
    """
    names = {theme.id: kept.get(theme.id, theme).name for theme in model.themes}
    fresh = {theme.id: theme.name for theme in model.themes}
    while clashes := [
        key for key in names if names[key] != fresh[key] and _said_twice(names[key], list(names.values()))
    ]:
        for key in clashes:
            names[key] = fresh[key]
    described = {
        theme.id: kept[theme.id].description if names[theme.id] != theme.name else theme.description
        for theme in model.themes
    }
    return replace(
        model,
        themes=tuple(replace(theme, name=names[theme.id], description=described[theme.id]) for theme in model.themes),
    )


def shared_texts(old: PlacedTexts | None, new: PlacedTexts | None) -> tuple[list[str], list[str], NDArray[np.float64]]:
    """The texts that both models placed: their themes in the one, in the other, and how many comments say them now."""
    if old is None or new is None:
        return [], [], np.zeros(0)
    place = {key: row for row, key in enumerate(old.keys)}
    rows = [(place[key], row) for row, key in enumerate(new.keys) if key in place]
    return (
        [old.themes[row] for row, _ in rows],
        [new.themes[row] for _, row in rows],
        np.asarray([new.counts[row] for _, row in rows], dtype=np.float64),
    )


def _likeness(
    old: Sequence[Theme],
    new: Sequence[Theme],
    old_texts: PlacedTexts | None,
    new_texts: PlacedTexts | None,
    cosines: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    before, after, weights = shared_texts(old_texts, new_texts)
    place_old = {theme.id: row for row, theme in enumerate(old)}
    place_new = {theme.id: row for row, theme in enumerate(new)}
    both = [(place_old[a], place_new[b], w) for a, b, w in zip(before, after, weights, strict=True) if a in place_old]
    rows, columns, counts = (np.asarray([pair[at] for pair in both]) for at in range(3))
    pairs = rows.astype(np.int64), columns.astype(np.int64), counts.astype(np.float64)
    shared = shared_comments(old, new, pairs)
    sizes_old = sizes_upward(old, pairs[0], pairs[2])
    sizes_new = sizes_upward(new, pairs[1], pairs[2])
    return likeness(shared, sizes_old, sizes_new, cosines)


def _returning(model: ThemeModel, previous: ThemeModel, rows: Sequence[int]) -> dict[str, str]:
    """The ids of retired themes for the themes in ``rows``, by their ids now, where one has come back."""
    if not previous.retired or not rows:
        return {}
    known = np.stack([theme.centroid for theme in previous.retired])
    found = match_themes(known, model.centroids[list(rows)])
    return {
        model.themes[row].id: previous.retired[at].id for row, at in zip(rows, found, strict=True) if at is not None
    }


def _retired(model: ThemeModel, previous: ThemeModel, *, comparable: bool) -> tuple[RetiredTheme, ...]:
    """Every theme that was and is not, by id; those of another encoder cannot be recognised and are left out."""
    if not comparable:
        return ()
    there = {theme.id for theme in model.themes}
    gone = {theme.id: theme for theme in previous.retired}
    for theme, centroid in zip(previous.themes, previous.centroids, strict=True):
        if theme.kind == "theme":
            gone[theme.id] = RetiredTheme(theme.id, theme.name, centroid)
    return tuple(gone[key] for key in sorted(gone) if key not in there)


def _said_twice(name: str, names: Sequence[str]) -> bool:
    return sum(reads_alike(other, name) for other in names) > 1
