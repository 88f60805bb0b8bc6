"""From a settled draft to a theme model: sizes, centres, quotes and similarities of what changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from verbatim.domain import Theme
from verbatim.edits.prototypes import mean_direction
from verbatim.themes.quotes import choose_quotes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from verbatim.domain import Assignment
    from verbatim.edits.draft import Draft, DraftTheme
    from verbatim.themes.model import ThemeModel


def rebuild(draft: Draft, model: ThemeModel) -> ThemeModel:
    """``model`` with the themes and assignments of ``draft``.

    Themes whose comments are as they were keep their centre and quotes; every size is counted anew, in comments.
    """
    before = np.asarray([-1 if one.theme_id is None else draft.codes[one.theme_id] for one in model.assignments])
    changed = _changed(draft, model, before)
    members = {key: draft.rows_in(draft.subtree(key)) for key in draft.themes}
    for key in sorted(changed):
        _describe(draft, draft.themes[key], members[key])
    comments = _comment_codes(draft)
    for key, theme in draft.themes.items():
        theme.size = len(np.unique(comments[members[key]]))
    ordered = in_reading_order(draft)
    prototypes, owners = _prototypes(draft, model)
    return replace(
        model,
        prototypes=prototypes,
        owners=owners,
        themes=tuple(_closed(draft, theme) for theme in ordered),
        assignments=_assignments(draft, changed, before),
        centroids=np.stack([theme.vector for theme in ordered]).astype(np.float32),
    )


def in_reading_order(draft: Draft) -> list[DraftTheme]:
    """The top by size, each followed by what is under it, "No detail" last."""
    ordered: list[DraftTheme] = []
    below: dict[str | None, list[DraftTheme]] = {}
    for theme in sorted(draft.themes.values(), key=lambda one: (one.kind != "theme", -one.size, one.position)):
        below.setdefault(theme.parent_id, []).append(theme)

    def put(parent: str | None) -> None:
        for theme in below.get(parent, ()):
            ordered.append(theme)
            put(theme.id)

    put(None)
    return ordered


def _changed(draft: Draft, model: ThemeModel, before: NDArray[np.int64]) -> set[str]:
    """The themes that hold other comments than they did, and all above them."""
    moved = draft.places != before
    held = {draft.ids[code] for code in {*before[moved].tolist(), *draft.places[moved].tolist()} if code >= 0}
    parents = {theme.id: theme.parent_id for theme in model.themes}
    held |= {key for key, theme in draft.themes.items() if key not in parents}
    regrouped = {key: theme.parent_id for key, theme in draft.themes.items() if parents.get(key) != theme.parent_id}
    held |= {key for child, parent in regrouped.items() for key in (parent, parents.get(child)) if key}
    found: set[str] = set()
    open_ones = list(held)
    for key in open_ones:  # and everything that is, or was, above
        if key in draft.themes:
            found.add(key)
        now = draft.themes[key].parent_id if key in draft.themes else None
        open_ones += [one for one in {now, parents.get(key)} if one is not None]
    return found


def _describe(draft: Draft, theme: DraftTheme, rows: NDArray[np.int64]) -> None:
    """Centre and quotes from the comments; a theme without comments keeps its centre and quotes nothing."""
    documents, counts = np.unique(draft.corpus.rows[rows], return_counts=True)
    documents, counts = documents[documents >= 0], counts[documents >= 0]
    theme.quote_kinds = ()
    if theme.kind != "theme" or not len(documents):
        theme.quotes = tuple(dict.fromkeys(draft.assignments[row].comment_id for row in rows[:3].tolist()))
        return
    vectors = draft.corpus.vectors[documents]
    theme.vector = mean_direction((vectors * counts[:, None]).astype(np.float32))
    texts = [draft.corpus.texts[one] for one in documents]
    chosen = choose_quotes(texts, vectors, theme.vector, mood=_moods(draft, rows, documents))
    speakers = _speakers(draft, rows, theme.quotes)
    theme.quotes = tuple(speakers[int(documents[quote.row])] for quote in chosen)
    theme.quote_kinds = tuple(quote.kind.value for quote in chosen)


def _moods(draft: Draft, rows: NDArray[np.int64], documents: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sentiment of each of ``documents``, NaN where unknown."""
    felt = {int(draft.corpus.rows[row]): draft.assignments[row].sentiment for row in rows.tolist()}
    return np.asarray([felt[one] if felt[one] is not None else np.nan for one in documents.tolist()], dtype=np.float64)


def _speakers(draft: Draft, rows: NDArray[np.int64], quoted: tuple[str, ...]) -> dict[int, str]:
    """The comment that speaks for each text: one that was quoted before, else the first."""
    speakers: dict[int, str] = {}
    for row in rows.tolist():
        comment = draft.assignments[row].comment_id
        if comment in quoted or int(draft.corpus.rows[row]) not in speakers:
            speakers[int(draft.corpus.rows[row])] = comment
    return speakers


def _prototypes(draft: Draft, model: ThemeModel) -> tuple[NDArray[np.float32] | None, tuple[str, ...]]:
    """The model's own prototypes, a merged theme's with the one it went to, and what people moved.

    A theme without any is known by its centre.
    """
    leaves = {key for key, theme in draft.themes.items() if not draft.children(key) and theme.kind == "theme"}
    own = () if model.prototypes is None else model.prototypes
    led = [(draft.now(owner), vector) for owner, vector in zip(model.owners, own, strict=True)]
    found = [(keys[0], vector) for keys, vector in led if len(keys) == 1 and keys[0] in leaves]
    known = {(owner, vector.tobytes()) for owner, vector in found}
    owners = {owner for owner, _ in found}
    for key in sorted(leaves.intersection(draft.examples)):
        moved = list(draft.corpus.vectors[sorted(draft.examples[key] - {-1})])
        centre = [draft.themes[key].vector] if moved and key not in owners else []
        found += [(key, vector) for vector in (*centre, *moved) if (key, vector.tobytes()) not in known]
    if not found:
        return None, ()
    return np.stack([vector for _, vector in found]).astype(np.float32), tuple(owner for owner, _ in found)


def _comment_codes(draft: Draft) -> NDArray[np.int64]:
    codes: dict[str, int] = {}
    return np.asarray([codes.setdefault(one.comment_id, len(codes)) for one in draft.assignments], dtype=np.int64)


def _assignments(draft: Draft, changed: set[str], before: NDArray[np.int64]) -> tuple[Assignment, ...]:
    """The assignments; in themes that changed, with similarity and margin to the centres that are now."""
    leaves = [key for key, theme in draft.themes.items() if not draft.children(key) and theme.kind == "theme"]
    rows = draft.rows_in([key for key in leaves if key in changed])
    rows = rows[draft.corpus.rows[rows] >= 0]
    own, margin = np.zeros(len(draft.places)), np.zeros(len(draft.places))
    if len(rows):
        cosines = (
            draft.corpus.vectors[draft.corpus.rows[rows]] @ np.stack([draft.themes[key].vector for key in leaves]).T
        )
        cosines = cosines.astype(np.float64)
        column = {draft.codes[key]: place for place, key in enumerate(leaves)}
        at = np.asarray([column[code] for code in draft.places[rows].tolist()])
        own[rows] = cosines[np.arange(len(rows)), at]
        cosines[np.arange(len(rows)), at] = -np.inf
        margin[rows] = own[rows] - (cosines.max(axis=1) if len(leaves) > 1 else 0.0)
    measured = set(rows.tolist())
    found = []
    for row, entry in enumerate(draft.assignments):
        code = int(draft.places[row])
        if row in measured:
            entry = replace(
                entry,
                theme_id=draft.ids[code],
                similarity=round(float(own[row]), 6),
                margin=round(float(margin[row]), 6),
            )
        elif code != before[row]:
            entry = replace(entry, theme_id=draft.ids[code], similarity=0.0, margin=0.0)
        found.append(entry)
    return tuple(found)


def _closed(draft: Draft, theme: DraftTheme) -> Theme:
    origin = theme.origin or Theme(theme.id, theme.name, theme.keywords, theme.quotes, theme.size, kind=theme.kind)
    return replace(
        origin,
        name=theme.name,
        keywords=theme.keywords,
        quotes=theme.quotes,
        quote_kinds=theme.quote_kinds,
        size=theme.size,
        parent_id=theme.parent_id,
        description=theme.description,
        name_by="person" if theme.given else "machine",
        pinned=theme.pinned,
        archived=theme.archived,
        aliases=tuple(sorted(alias for alias in draft.aliases if draft.now(alias) == [theme.id])),
    )
