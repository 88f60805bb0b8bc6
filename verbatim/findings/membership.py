"""Which comment is on which theme: assignments, several a comment perhaps, as distinct pairs with roll-up.

First step of every finding. A comment on a sub-theme is on its theme too; it counts once on each, however many of its
spans are assigned there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from verbatim.errors import EmptyError
from verbatim.scores.groups import require

if TYPE_CHECKING:
    from collections.abc import Sequence

THEME = "theme"
DEEPEST = 8  # layers that are rolled up; trees have two or three


class Layer(StrEnum):
    """Which themes are looked at: those without a parent, those without children, or both."""

    TOP = "top"
    FINE = "fine"
    ALL = "all"


def membership(assignments: pd.DataFrame, themes: pd.DataFrame, *, comment: str = "comment_id") -> pd.DataFrame:
    """Columns ``comment`` and ``theme_id``: every theme of a comment and the themes above it, each pair once.

    ``assignments`` has a column called as ``comment`` says and ``theme_id`` (``None``: no theme; left out), one row a
    span; ``themes`` has ``id`` and ``parent_id``. Ids that are no theme of ``themes`` are left out. Sorted by both
    columns, so that the order of the rows changes nothing.

    Raises:
        UserError: a column is missing.
    """
    require(assignments, [comment, "theme_id"])
    require(themes, ["id", "parent_id"])
    parents = dict(zip(themes["id"], themes["parent_id"], strict=True))
    given = assignments.loc[assignments["theme_id"].isin(list(parents)), [comment, "theme_id"]].drop_duplicates()
    found, rising = [given], given
    for _ in range(DEEPEST):
        above = rising["theme_id"].map(parents)
        rising = rising.assign(theme_id=above)[above.isin(list(parents))].drop_duplicates()
        found.append(rising)
    every = pd.concat(found, ignore_index=True).drop_duplicates()
    return every.sort_values([comment, "theme_id"], ignore_index=True)


def themes_of_layer(themes: pd.DataFrame, layer: Layer | str = Layer.TOP) -> list[str]:
    """Ids of the themes of a layer that are not archived, "No detail" left out, in order.

    ``themes`` has ``id``, ``parent_id``, ``kind`` and, where there is one, ``archived``. A theme without children is
    in both layers.

    Raises:
        EmptyError: there is none.
        UserError: a column is missing.
    """
    require(themes, ["id", "parent_id", "kind"])
    shown = themes[themes["kind"] == THEME]
    if "archived" in themes:
        shown = shown[~shown["archived"].fillna(value=False).astype(bool)]
    parents = set(shown["parent_id"].dropna())
    wanted = Layer(layer)
    if wanted is Layer.TOP:
        shown = shown[~shown["parent_id"].isin(set(themes["id"]))]
    elif wanted is Layer.FINE:
        shown = shown[~shown["id"].isin(parents)]
    if shown.empty:
        raise EmptyError("no themes to look at; run `verbatim mine` first")
    return sorted(shown["id"])


def indicator(pairs: pd.DataFrame, rows: pd.Index, columns: Sequence[str], *, key: str) -> sparse.csr_matrix:
    """0/1 matrix ``(rows, columns)``, float64: 1 where ``pairs`` has the row (column ``key``) with the ``theme_id``.

    Pairs on other rows or themes are left out; a pair that comes twice counts once.
    """
    at = rows.get_indexer(pd.Index(pairs[key]))
    on = pd.Index(list(columns), dtype=object).get_indexer(pd.Index(pairs["theme_id"], dtype=object))
    inside = (at >= 0) & (on >= 0)
    cells = np.unique(at[inside].astype(np.int64) * max(len(columns), 1) + on[inside])
    places = np.divmod(cells, max(len(columns), 1))
    ones = np.ones(len(cells))
    return sparse.csr_matrix((ones, places), shape=(len(rows), len(columns)))
