"""A theme model that can be changed: what the steps of a replay work on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from verbatim.edits.outcome import conflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Assignment, Theme
    from verbatim.edits.corpus import Corpus
    from verbatim.edits.events import Edit
    from verbatim.edits.outcome import Conflict, Reason
    from verbatim.themes.model import ThemeModel

_REST = re.compile(r"(.+)-rest\d*")
LEAST_DEPTH = 2  # a tree can always have themes and sub-themes


@dataclass(slots=True)
class DraftTheme:
    """A theme under change. ``machine_name`` is what it is called when no person's name holds.

    ``given`` are the names by people, with the sequences of their edits, the last one in force; ``held`` says that a
    person put it where it is in the tree; ``origin`` is the theme as it was fitted.
    """

    id: str
    machine_name: str
    name: str
    keywords: tuple[str, ...]
    vector: NDArray[np.float32]
    parent_id: str | None = None
    kind: str = "theme"
    quotes: tuple[str, ...] = ()
    quote_kinds: tuple[str, ...] = ()
    size: int = 0
    description: str | None = None
    given: list[tuple[int, str]] = field(default_factory=list)
    pinned: bool = False
    archived: bool = False
    held: bool = False
    position: int = 0
    origin: Theme | None = None


@dataclass(slots=True)
class Draft:
    """The themes by id, and ``places`` (n,): for each assignment the code of its theme, -1 for none.

    ``aliases`` lead from a merged theme to the one it was merged into, ``replaced`` from a split one to its parts.
    ``needed`` are the ids of themes that edits are about, ``anchors`` those that stay even without comments;
    ``rows_of`` has the assignments of a comment, ``examples`` the texts that people put into a theme.
    """

    assignments: Sequence[Assignment]
    corpus: Corpus
    themes: dict[str, DraftTheme]
    places: NDArray[np.int64]
    codes: dict[str, int]
    ids: list[str]
    needed: frozenset[str]
    anchors: set[str]
    deepest: int
    rows_of: Mapping[str, Sequence[int]]
    aliases: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, tuple[str, ...]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    examples: dict[str, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, model: ThemeModel, corpus: Corpus, needed: Iterable[str], anchors: Iterable[str]) -> Draft:
        """``model`` as it is, open to change."""
        themes = {
            theme.id: _opened(theme, vector, position)
            for position, (theme, vector) in enumerate(zip(model.themes, model.centroids, strict=True))
        }
        ids = list(themes)
        codes = {key: code for code, key in enumerate(ids)}
        places = np.asarray(
            [-1 if entry.theme_id is None else codes[entry.theme_id] for entry in model.assignments], dtype=np.int64
        )
        parents = {key: theme.parent_id for key, theme in themes.items()}
        deepest = max([LEAST_DEPTH, *(len(_line(parents, key)) for key in parents)])
        rows_of: dict[str, list[int]] = {}
        for row, entry in enumerate(model.assignments):
            rows_of.setdefault(entry.comment_id, []).append(row)
        draft = cls(
            model.assignments,
            corpus,
            themes,
            places,
            codes,
            ids,
            frozenset(needed),
            set(anchors),
            deepest,
            rows_of,
        )
        draft.aliases = {alias: theme.id for theme in model.themes for alias in theme.aliases}
        return draft

    def add(self, theme: DraftTheme) -> DraftTheme:
        """Put a new theme in, after all others."""
        theme.position = len(self.ids)
        self.code(theme.id)
        self.themes[theme.id] = theme
        return theme

    def code(self, key: str) -> int:
        """The number that stands for a theme in ``places``."""
        if key not in self.codes:
            self.codes[key] = len(self.ids)
            self.ids.append(key)
        return self.codes[key]

    def children(self, key: str) -> list[DraftTheme]:
        """The sub-themes of a theme."""
        return [theme for theme in self.themes.values() if theme.parent_id == key]

    def subtree(self, key: str) -> list[str]:
        """The ids of a theme and of everything under it."""
        found = [key]
        for one in found:
            found += [child.id for child in self.children(one)]
        return found

    def leaves(self, key: str) -> list[str]:
        """The ids of the themes without sub-themes in the subtree of a theme."""
        return [one for one in self.subtree(key) if not self.children(one)]

    def depth(self, key: str) -> int:
        """1 for a theme at the top."""
        return len(_line({one: theme.parent_id for one, theme in self.themes.items()}, key))

    def rows_in(self, keys: Iterable[str]) -> NDArray[np.int64]:
        """The assignments that are in one of the themes ``keys`` itself."""
        return np.flatnonzero(np.isin(self.places, [self.codes[key] for key in keys if key in self.codes]))

    def now(self, key: str) -> list[str]:
        """The themes that a permanent id leads to now: itself, what it was merged into, or its parts.

        The rest of a theme that is whole in this fit leads to that theme.
        """
        if key in self.themes:
            return [key]
        if key in self.aliases:
            return self.now(self.aliases[key])
        if key not in self.replaced and (base := base_of_rest(key)) is not None:
            return self.now(base)
        return [one for part in self.replaced.get(key, ()) for one in self.now(part)]

    def report(self, edit: Edit, reason: Reason, message: str, comment_id: str | None = None) -> None:
        """Note that an edit is not true."""
        self.conflicts.append(conflict(edit, reason, message, comment_id))

    def place_nearest(self, rows: NDArray[np.int64], vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Put assignments into the theme of ``vectors`` that is nearest; those without a vector into the first."""
        keys = sorted(vectors)
        documents = self.corpus.rows[rows]
        nearest = np.zeros(len(rows), dtype=np.int64)
        known = documents >= 0
        cosines = self.corpus.vectors[documents[known]] @ np.stack([vectors[key] for key in keys]).T
        nearest[known] = cosines.round(6).argmax(axis=1)
        self.places[rows] = np.asarray([self.code(key) for key in keys])[nearest]


def base_of_rest(key: str) -> str | None:
    """The id of the theme whose rest ``key`` names; ``None`` for any other id.

    >>> base_of_rest("T003-rest"), base_of_rest("T003")
    ('T003', None)
    """
    found = _REST.fullmatch(key)
    return found[1] if found else None


def _opened(theme: Theme, vector: NDArray[np.float32], position: int) -> DraftTheme:
    return DraftTheme(
        id=theme.id,
        machine_name=theme.name,
        name=theme.name,
        keywords=theme.keywords,
        vector=vector,
        parent_id=theme.parent_id,
        kind=theme.kind,
        quotes=theme.quotes,
        quote_kinds=theme.quote_kinds,
        size=theme.size,
        description=theme.description,
        position=position,
        origin=theme,
    )


def _line(parents: Mapping[str, str | None], key: str) -> list[str]:
    """A theme and those above it."""
    line = [key]
    while (above := parents.get(line[-1])) is not None:
        line.append(above)
    return line
