"""A theme model as pandas frames: what ``ThemeMiner`` shows and saves, and the integers of scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.text.informative import is_informative
from verbatim.themes.model import NO_DETAIL, text_key
from verbatim.themes.prototypes import assign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Assignment, Theme
    from verbatim.themes.model import ThemeLink, ThemeModel
    from verbatim.themes.prototypes import ThemeArtifact

NO_LABEL = -1
"""The integer of a comment that has no theme: without detail, unlike every theme, or without a text."""
LAYERS = ("top", "fine")


def layer_places(themes: Sequence[Theme], layer: str) -> list[int]:
    """The places in ``themes`` of those of a layer, in their order: those without a parent, or those without children.

    Their order gives the integers 0, 1, 2 … that stand for them. "No detail" is in no layer.
    """
    parents = {theme.parent_id for theme in themes}
    return [
        place
        for place, theme in enumerate(themes)
        if theme.id != NO_DETAIL and (theme.parent_id is None if layer == "top" else theme.id not in parents)
    ]


def shown_places(themes: Sequence[Theme], layer: str) -> list[int]:
    """The places of `layer_places` without those of themes that people archived."""
    return [place for place in layer_places(themes, layer) if not themes[place].archived]


def label_of(themes: Sequence[Theme], layer: str) -> dict[str, int]:
    """The integer of every theme: its own, or for the layer "top" that of the theme at the top above it.

    A theme that has no place in the layer (a parent in the layer "fine", "No detail") is left out.
    """
    numbers = {themes[place].id: number for number, place in enumerate(layer_places(themes, layer))}
    parent = {theme.id: theme.parent_id for theme in themes}
    found: dict[str, int] = {}
    for theme in themes:
        above: str | None = theme.id
        while above is not None and above not in numbers:
            above = parent.get(above) if layer == "top" else None
        if above is not None:
            found[theme.id] = numbers[above]
    return found


def theme_frame(themes: Sequence[Theme], *, layer: str, texts: Mapping[str, str], comments: int) -> pd.DataFrame:
    """One row a theme, each at the top followed by its sub-themes.

    Columns: ``id`` (permanent), ``label`` (the integer in ``labels_``; <NA> where it is not of the chosen layer),
    ``parent`` (an id or ``None``), ``kind`` ("theme" or "no_detail"), ``name``, ``keywords`` and ``quotes`` (lists,
    best first; quotes are texts), ``size`` (comments), ``share`` (of ``comments``, 0…1), ``description`` and
    ``archived``, both what people decided.
    """
    numbers: dict[str, int] = {themes[place].id: label for label, place in enumerate(layer_places(themes, layer))}
    return pd.DataFrame(
        {
            "id": [theme.id for theme in themes],
            "label": pd.array([numbers.get(theme.id) for theme in themes], dtype="Int64"),
            "parent": pd.Series([theme.parent_id for theme in themes], dtype=object),
            "kind": [theme.kind for theme in themes],
            "name": [theme.name for theme in themes],
            "keywords": [list(theme.keywords) for theme in themes],
            "quotes": [[texts[key] for key in theme.quotes if key in texts] for theme in themes],
            "size": [theme.size for theme in themes],
            "share": [theme.size / comments if comments else 0.0 for theme in themes],
            "description": pd.Series([theme.description for theme in themes], dtype=object),
            "archived": np.asarray([theme.archived for theme in themes], dtype=np.bool_),
        }
    )


def assignment_frame(assignments: Iterable[Assignment], texts: Mapping[str, str]) -> pd.DataFrame:
    """One row a comment, or a span of it that has a theme of its own.

    Columns: ``comment`` (id), ``start`` and ``end`` (of the span, in characters of the cleaned text), ``theme`` (an id;
    ``None``: unlike every theme), ``similarity`` (cosine to the theme), ``margin`` (its lead over the next one) and
    ``sentiment`` (−1…1, NaN where not known).
    """
    kept = list(assignments)
    ends = (len(texts.get(one.comment_id, "")) if one.end is None else one.end for one in kept)
    return pd.DataFrame(
        {
            "comment": pd.Series([one.comment_id for one in kept], dtype=object),
            "start": np.asarray([one.start for one in kept], dtype=np.int64),
            "end": np.fromiter(ends, dtype=np.int64, count=len(kept)),
            "theme": pd.Series([one.theme_id for one in kept], dtype=object),
            "similarity": np.asarray([one.similarity for one in kept], dtype=np.float64),
            "margin": np.asarray([one.margin for one in kept], dtype=np.float64),
            "sentiment": np.asarray([one.sentiment for one in kept], dtype=np.float64),
        }
    )


def new_assignments(
    comments: pd.DataFrame, artifact: ThemeArtifact, encode: Callable[[list[str]], NDArray[np.float32]]
) -> pd.DataFrame:
    """The themes of comments that were not mined, in the columns of ``assignment_frame`` but for the sentiment.

    ``comments`` has the columns ``id`` and ``text``; one without a text has no row. Each distinct text is encoded once.
    """
    said = comments[comments["text"] != ""]
    texts = said["text"].tolist()
    detailed = sorted(text for text in set(texts) if is_informative(text))
    found: dict[str, tuple[str | None, float, float]] = {}
    if detailed and layer_places(artifact.themes, "fine"):
        matches = assign(artifact, encode(detailed))
        columns = (matches.theme_ids, matches.similarity.tolist(), matches.margin.tolist())
        found = dict(zip(detailed, zip(*columns, strict=True), strict=True))
    else:
        found = {text: (None, 0.0, 0.0) for text in detailed}
    rows = [found.get(text, (NO_DETAIL, 0.0, 0.0)) for text in texts]
    return pd.DataFrame(
        {
            "comment": said["id"].to_numpy(dtype=object),
            "start": np.zeros(len(said), dtype=np.int64),
            "end": np.asarray([len(text) for text in texts], dtype=np.int64),
            "theme": pd.Series([row[0] for row in rows], dtype=object),
            "similarity": np.asarray([row[1] for row in rows], dtype=np.float64).round(6),
            "margin": np.asarray([row[2] for row in rows], dtype=np.float64).round(6),
        }
    )


def link_frame(links: Sequence[ThemeLink]) -> pd.DataFrame:
    """One row a link between a theme of the model before and one of the new one; none after a first fit.

    Columns: ``kind`` (continued, new, split, merged, gone), ``old`` and ``new`` (ids or ``None``), and the evidence:
    ``shared`` comments, their share of the old theme's (``kept``) and of the new one's (``explained``), ``cosine``.
    """
    evidence = ("shared", "kept", "explained", "cosine")
    return pd.DataFrame(
        {
            "kind": pd.Series([link.kind.value for link in links], dtype=object),
            "old": pd.Series([link.old_id for link in links], dtype=object),
            "new": pd.Series([link.new_id for link in links], dtype=object),
            **{name: np.asarray([link.evidence.get(name, np.nan) for link in links], float) for name in evidence},
        }
    )


def main_labels(
    assigned: pd.DataFrame,
    comments: Sequence[str],
    numbers: Mapping[str, int],
    whole: Mapping[str, str] | None = None,
) -> NDArray[np.int64]:
    """The integer of the main theme of each comment, shape ``(len(comments),)``; −1 for none.

    ``assigned`` has the columns of ``assignment_frame``, ``numbers`` are those of ``label_of``. Of several themes the
    main one is that of the comment as a ``whole`` (a theme by comment, where known), if a span of it is in that theme;
    else the one that most characters are about, then the larger similarity, then the smaller integer.
    """
    spans = pd.DataFrame(
        {
            "comment": assigned["comment"],
            "label": [numbers.get(theme, NO_LABEL) for theme in assigned["theme"].tolist()],
            "length": assigned["end"] - assigned["start"],
            "similarity": assigned["similarity"],
        }
    )
    spans = spans[spans["label"] != NO_LABEL]
    if spans["comment"].duplicated().any():
        known = whole or {}
        totals = spans.groupby(["comment", "label"], sort=False).agg({"length": "sum", "similarity": "max"})
        totals = totals.reset_index()
        pairs = zip(totals["comment"].tolist(), totals["label"].tolist(), strict=True)
        totals["whole"] = [numbers.get(known.get(comment, ""), NO_LABEL) == label for comment, label in pairs]
        order = ["whole", "length", "similarity", "label"]
        spans = totals.sort_values(order, ascending=[False, False, False, True]).drop_duplicates("comment")
    found = dict(zip(spans["comment"].tolist(), spans["label"].tolist(), strict=True))
    return np.asarray([found.get(key, NO_LABEL) for key in comments], dtype=np.int64)


def whole_themes(texts: Mapping[str, str], fitted: ThemeModel, themes: Sequence[Theme]) -> dict[str, str]:
    """The theme of each comment as a whole, by its id: where ``fitted`` placed its text, or what that became a part of.

    ``texts`` are those of the comments, by id; ``themes`` those after people's edits.
    """
    if fitted.texts is None:
        return {}
    now = {alias: theme.id for theme in themes for alias in theme.aliases}
    placed = dict(zip(fitted.texts.keys, fitted.texts.themes, strict=True))
    found = {text: placed[key] for text in set(texts.values()) if (key := text_key(text)) in placed}
    return {comment: now.get(found[text], found[text]) for comment, text in texts.items() if text in found}
