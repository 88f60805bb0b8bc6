"""From labels to themes: sizes, names, keywords, quotes and ids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from verbatim.domain import Theme
from verbatim.themes.cluster import group_centroids
from verbatim.themes.naming import Group, name_groups
from verbatim.themes.quotes import choose_quotes
from verbatim.themes.track import theme_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Namer, Tree
    from verbatim.themes.quotes import Quote


@dataclass(frozen=True, slots=True)
class Documents:
    """The distinct texts that are grouped, in alphabetical order.

    ``counts`` (n,) is how many comments have each text; ``speakers`` the comment that stands for them in quotes.
    ``recency`` (n,) goes from 0 (the oldest) to 1, ``mood`` (n,) from -1 (most critical) to 1, NaN where unknown.
    """

    texts: tuple[str, ...]
    counts: NDArray[np.int64]
    speakers: tuple[str, ...]
    recency: NDArray[np.float64] | None = None
    mood: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """Themes of one depth: ``labels`` (n,) say which of ``themes`` each document is in, -1 for none."""

    themes: tuple[Theme, ...]
    labels: NDArray[np.int64]
    centroids: NDArray[np.float32]


def describe(tree: Tree, documents: Documents, vectors: NDArray[np.float32], *, namer: Namer) -> tuple[Layer, Layer]:
    """The top layer and the layer of sub-themes.

    Themes are ordered by size, and numbered in this order; `verbatim.identity` gives them their lasting ids. A theme
    at the top has either no sub-themes or at least two.
    """
    fine, coarse = tree.layers[0], tree.layers[-1]
    top = _layer(_ordered(coarse, documents.counts), documents, vectors, namer, ())
    sub = _layer(_ordered(_split_groups(fine, top.labels), documents.counts), documents, vectors, namer, _names(top))
    top, sub = _numbered(top, 1), _numbered(sub, 1 + len(top.themes))
    first = [int(np.flatnonzero(sub.labels == place)[0]) for place in range(len(sub.themes))]
    parents = [top.themes[int(top.labels[document])].id for document in first]
    children = tuple(replace(theme, parent_id=parent) for theme, parent in zip(sub.themes, parents, strict=True))
    return top, replace(sub, themes=children)


def _layer(
    labels: NDArray[np.int64],
    documents: Documents,
    vectors: NDArray[np.float32],
    namer: Namer,
    taken: Collection[str],
) -> Layer:
    groups = int(labels.max(initial=-1)) + 1
    members = [np.flatnonzero(labels == group) for group in range(groups)]
    placed = np.flatnonzero(labels >= 0)
    centroids = group_centroids(vectors[placed], labels[placed], groups, documents.counts[placed].astype(np.float64))
    quotes = [_quotes(documents, vectors, rows, centroid) for rows, centroid in zip(members, centroids, strict=True)]
    seen = [
        Group(
            texts=tuple(documents.texts[row] for row in rows),
            vectors=vectors[rows],
            centroid=centroid,
            size=int(documents.counts[rows].sum()),
            quotes=tuple(documents.texts[quote.row] for quote in quoted),
            mood=None if documents.mood is None else documents.mood[rows],
        )
        for rows, centroid, quoted in zip(members, centroids, quotes, strict=True)
    ]
    named = name_groups(namer, seen, taken)
    themes = [
        Theme(
            id="",
            name=naming.name,
            keywords=naming.keywords,
            quotes=tuple(documents.speakers[quote.row] for quote in quoted),
            size=group.size,
            description=naming.description,
            quote_kinds=tuple(quote.kind.value for quote in quoted),
        )
        for naming, group, quoted in zip(named, seen, quotes, strict=True)
    ]
    return Layer(tuple(themes), labels, centroids)


def _quotes(
    documents: Documents, vectors: NDArray[np.float32], rows: NDArray[np.int64], centroid: NDArray[np.float32]
) -> list[Quote]:
    """The quotes of the theme whose documents are ``rows``; their ``row`` is that of the document."""
    chosen = choose_quotes(
        [documents.texts[row] for row in rows],
        vectors[rows],
        centroid,
        recency=None if documents.recency is None else documents.recency[rows],
        mood=None if documents.mood is None else documents.mood[rows],
    )
    return [replace(quote, row=int(rows[quote.row])) for quote in chosen]


def _split_groups(fine: NDArray[np.int64], coarse: NDArray[np.int64]) -> NDArray[np.int64]:
    """``fine`` where a coarse group holds several fine ones, -1 elsewhere."""
    pairs = np.unique(np.stack([coarse, fine]), axis=1)
    parts = np.bincount(pairs[0], minlength=int(coarse.max(initial=-1)) + 1)
    return np.where(parts[coarse] > 1, fine, -1) if len(coarse) else fine


def _ordered(labels: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """``labels`` renumbered by the number of comments, largest first; ties by the earlier first document; -1 stays."""
    placed = labels >= 0
    if not placed.any():
        return labels
    _, first, codes = np.unique(labels[placed], return_index=True, return_inverse=True)
    sizes = np.bincount(codes, weights=counts[placed])
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    ordered = np.full_like(labels, -1)
    ordered[placed] = rank[codes]
    return ordered


def _numbered(layer: Layer, first: int) -> Layer:
    return replace(
        layer, themes=tuple(replace(theme, id=theme_id(first + place)) for place, theme in enumerate(layer.themes))
    )


def _names(layer: Layer) -> Sequence[str]:
    return [theme.name for theme in layer.themes]
