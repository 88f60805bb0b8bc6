"""From what a person asks for to an edit that can be replayed, or an error that says why it cannot be done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any

import numpy as np

from verbatim.edits.events import EditKind, Snapshot, live_edits, pack, undone_edits
from verbatim.edits.names import check_description, check_name, key_of
from verbatim.edits.prototypes import mean_direction
from verbatim.edits.requests import (
    Describe,
    Mark,
    Merge,
    Move,
    MoveTheme,
    Rename,
    Request,
    Split,
    SplitOff,
    Undo,
)
from verbatim.errors import EditConflictError, InputError, NotFoundError, UserError
from verbatim.themes.model import NO_DETAIL
from verbatim.themes.naming import Group

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from verbatim.domain import Theme
    from verbatim.edits.corpus import Corpus
    from verbatim.edits.events import Edit
    from verbatim.themes.model import ThemeModel
    from verbatim.themes.naming import Naming

NEAREST_KEPT = 20  # comments that a snapshot remembers
LOOSEST_SHARE = 0.1  # of a theme's comments may be further from its centre than what it takes when it is brought back


@dataclass(frozen=True, slots=True)
class Desk:
    """What an edit is planned on: the model as ``fitted`` and as it is with the edits so far, and its texts.

    ``name_groups`` names groups of texts, given the names that are taken.
    """

    fitted: ThemeModel
    model: ThemeModel
    corpus: Corpus
    edits: tuple[Edit, ...]
    name_groups: Callable[[Sequence[Group], Sequence[str]], list[Naming]]

    @property
    def sequence(self) -> int:
        """The sequence of the last edit, 0 before the first."""
        return max((edit.sequence for edit in self.edits), default=0)

    def theme(self, key: str) -> Theme:
        """The theme of an id.

        Raises:
            NotFoundError: there is none.
            InputError: it is "No detail", which is not a theme that can be changed.
        """
        found = next((theme for theme in self.model.themes if theme.id == key), None)
        if found is None:
            raise NotFoundError(f"no theme {key!r}; `verbatim themes` lists them")
        if found.kind != "theme":
            raise InputError(f"{found.name!r} holds the comments that say nothing; only comments can move there")
        return found

    def children(self, key: str) -> list[Theme]:
        """The sub-themes of a theme."""
        return [theme for theme in self.model.themes if theme.parent_id == key]

    def subtree(self, key: str) -> list[str]:
        """The ids of a theme and all under it."""
        found = [key]
        for one in found:
            found += [child.id for child in self.children(one)]
        return found

    def documents_of(self, comments: Sequence[str]) -> list[int]:
        """The rows of the texts of these comments; those without detail have none."""
        wanted = set(comments)
        rows = [row for row, entry in enumerate(self.fitted.assignments) if entry.comment_id in wanted]
        return sorted({int(self.corpus.rows[row]) for row in rows} - {-1})


@dataclass(frozen=True, slots=True)
class Plan:
    """An edit that was not made yet."""

    kind: EditKind
    theme_id: str | None
    payload: Mapping[str, Any]


def plan(request: Request, desk: Desk) -> Plan:
    """The edit that ``request`` asks for.

    Raises:
        NotFoundError: a theme, comment or edit that is not there.
        InputError: a name, description or set of examples that cannot be taken.
        EditConflictError: it contradicts what is there: a name that another theme has, an edit that is already undone.
        UserError: it would change nothing.
    """
    made = _plan(request, desk)
    if made.kind is EditKind.UNDO:
        return made
    about = [made.theme_id, made.payload.get("parent"), *made.payload.get("sources", ())]
    about += made.payload.get("sub_themes", ())
    kept = {key: snapshot(key, desk).as_payload() for key in about if key and key != NO_DETAIL}
    return Plan(made.kind, made.theme_id, {**made.payload, "themes": kept, "encoder": desk.fitted.encoder_id})


def snapshot(key: str, desk: Desk) -> Snapshot:
    """A theme as it is, to keep it alive when a refit does not find it."""
    place = next(row for row, theme in enumerate(desk.model.themes) if theme.id == key)
    theme, centre = desk.model.themes[place], desk.model.centroids[place]
    names = {one.id: one.name for one in desk.fitted.themes}
    names |= {part["id"]: part["name"] for edit in desk.edits for part in edit.payload.get("parts", ())}
    below = set(desk.subtree(key))
    rows = [row for row, entry in enumerate(desk.model.assignments) if entry.theme_id in below]
    known = [row for row in rows if desk.corpus.rows[row] >= 0]
    cosines = (desk.corpus.vectors[desk.corpus.rows[known]] @ centre).astype(np.float64).round(6)
    nearest = [known[place] for place in np.argsort(-cosines, kind="stable")[:NEAREST_KEPT]]
    return Snapshot(
        name=names.get(key, theme.name),
        keywords=theme.keywords,
        parent_id=theme.parent_id,
        vector=centre,
        least=float(np.quantile(cosines, LOOSEST_SHARE)) if known else 1.0,
        comments=tuple(dict.fromkeys(desk.model.assignments[row].comment_id for row in nearest)),
    )


@singledispatch
def _plan(request: Request, desk: Desk) -> Plan:
    raise TypeError(f"no way to plan {request!r}")


@_plan.register
def _(request: Rename, desk: Desk) -> Plan:
    theme, name = desk.theme(request.theme), check_name(request.name)
    if name == theme.name and theme.name_by == "person":
        raise UserError(f"{theme.id} is called {name!r} already")
    _demand_free_name(name, desk, theme.id)
    return Plan(EditKind.RENAME, theme.id, {"name": name})


@_plan.register
def _(request: Describe, desk: Desk) -> Plan:
    theme, text = desk.theme(request.theme), check_description(request.text)
    if text == (theme.description or ""):
        raise UserError(f"{theme.id} has this description already" if text else f"{theme.id} has no description")
    return Plan(EditKind.DESCRIBE, theme.id, {"description": text})


@_plan.register
def _(request: Merge, desk: Desk) -> Plan:
    target = desk.theme(request.target)
    sources = [desk.theme(key).id for key in dict.fromkeys(request.sources)]
    if not sources or target.id in sources:
        raise InputError(f"name the themes to merge into {target.id}: one other at least, and not itself")
    above = next((key for key in sources if target.id in desk.subtree(key)), None)
    if above is not None:
        raise InputError(f"{target.id} is a sub-theme of {above}; merge {target.id} into {above} instead")
    return Plan(EditKind.MERGE, target.id, {"sources": sources})


@_plan.register
def _(request: Split, desk: Desk) -> Plan:
    theme = desk.theme(request.theme)
    if desk.children(theme.id):
        subs = ", ".join(child.id for child in desk.children(theme.id))
        raise InputError(f"{theme.id} has sub-themes ({subs}); split one of these, or make some themes of their own")
    _demand_examples(request, desk, theme)
    names = [None if part.name is None else check_name(part.name) for part in request.parts]
    given = [name for name in names if name is not None]
    for place, name in enumerate(given):
        _demand_free_name(name, desk, None)
        if key_of(name) in map(key_of, given[:place]):
            raise EditConflictError(f"two parts are called {name!r}; names are unique")
    rows = [desk.documents_of(part.comments) for part in request.parts]
    vectors = [mean_direction(desk.corpus.vectors[own]) for own in rows]
    named = _named_parts(desk, theme, rows, given)
    parts = [
        {
            "id": f"E{desk.sequence + 1:03d}-{place + 1}",
            "name": names[place] or named[place].name,
            "name_by": "machine" if names[place] is None else "person",
            "keywords": list(named[place].keywords),
            "comments": list(dict.fromkeys(part.comments)),
            "vector": pack(vectors[place]),
        }
        for place, part in enumerate(request.parts)
    ]
    apart = request.apart or theme.parent_id is not None
    return Plan(EditKind.SPLIT, theme.id, {"parts": parts, "apart": apart, "next_number": desk.fitted.next_number})


@_plan.register
def _(request: SplitOff, desk: Desk) -> Plan:
    theme = desk.theme(request.theme)
    below = [child.id for child in desk.children(theme.id)]
    wanted = list(dict.fromkeys(request.sub_themes))
    wrong = next((key for key in wanted if key not in below), None)
    if wrong is not None or not wanted:
        known = ", ".join(below) or "none"
        raise InputError(f"{wrong or 'nothing'} is not a sub-theme of {theme.id}; it has {known}")
    return Plan(EditKind.SPLIT, theme.id, {"sub_themes": wanted})


@_plan.register
def _(request: Move, desk: Desk) -> Plan:
    target = NO_DETAIL if request.theme == NO_DETAIL else desk.theme(request.theme).id
    source = None if request.source is None else request.source
    if source is not None and source != NO_DETAIL:
        source = desk.theme(source).id
    aims = set(desk.subtree(target))
    left = set(desk.subtree(source)) if source is not None else None
    comments = list(dict.fromkeys(request.comments))
    if not comments:
        raise InputError("name the comments to move, by their ids; `verbatim quotes THEME --json` shows them")
    placed: dict[str, list[str | None]] = {comment: [] for comment in comments}
    for entry in desk.model.assignments:
        if entry.comment_id in placed:
            placed[entry.comment_id].append(entry.theme_id)
    for comment, themes in placed.items():
        if not themes:
            raise NotFoundError(f"no comment {comment!r} among those mined; `verbatim quotes THEME --json` shows ids")
        if left is not None and left.isdisjoint(key or "" for key in themes):
            raise NotFoundError(f"comment {comment} is not in {source}; it is in {', '.join(map(str, themes))}")
    if all(aims.issuperset(themes) for themes in placed.values()):
        raise UserError(f"what was named is in {target} already")
    return Plan(EditKind.MOVE, target, {"comments": comments, "from": source})


@_plan.register
def _(request: MoveTheme, desk: Desk) -> Plan:
    theme = desk.theme(request.theme)
    if request.parent is None:
        if theme.parent_id is None:
            raise UserError(f"{theme.id} is at the top already")
        return Plan(EditKind.MOVE_THEME, theme.id, {"parent": None})
    parent = desk.theme(request.parent)
    if parent.id == theme.parent_id:
        raise UserError(f"{theme.id} is under {parent.id} already")
    if parent.id in desk.subtree(theme.id):
        raise InputError(f"{parent.id} is {theme.id} itself or under it")
    if parent.parent_id is not None:
        raise InputError(f"{parent.id} is a sub-theme itself; themes go under a theme at the top")
    if desk.children(theme.id):
        raise InputError(f"{theme.id} has sub-themes, which would be too deep; move these one by one, or merge")
    return Plan(EditKind.MOVE_THEME, theme.id, {"parent": parent.id})


@_plan.register
def _(request: Mark, desk: Desk) -> Plan:
    theme = desk.theme(request.theme)
    now = theme.pinned if request.kind in (EditKind.PIN, EditKind.UNPIN) else theme.archived
    if now == (request.kind in (EditKind.PIN, EditKind.ARCHIVE)):
        state = {"pin": "pinned already", "unpin": "not pinned", "archive": "archived already"}
        raise UserError(f"{theme.id} is {state.get(request.kind.value, 'not archived')}")
    return Plan(request.kind, theme.id, {})


@_plan.register
def _(request: Undo, desk: Desk) -> Plan:
    if request.edit is None:
        holding = live_edits(desk.edits)
        if not holding:
            raise UserError("there is nothing to undo: no edit holds")
        edit = holding[-1]
    else:
        found = [edit for edit in desk.edits if request.edit in (edit.id, edit.sequence)]
        if not found:
            raise NotFoundError(f"no edit {request.edit!r}; `verbatim theme history` lists them")
        edit = found[0]
    undo = undone_edits(desk.edits).get(edit.id)
    if undo is not None:
        raise EditConflictError(
            f"edit {edit.sequence} is undone already, by {undo.person}; undo edit {undo.sequence} to make it again"
        )
    return Plan(EditKind.UNDO, edit.theme_id, {"edit": edit.id, "sequence": edit.sequence})


def _demand_free_name(name: str, desk: Desk, own: str | None) -> None:
    holder = next((one for one in desk.model.themes if one.id != own and key_of(one.name) == key_of(name)), None)
    if holder is not None:
        raise EditConflictError(f"{holder.id} is called {holder.name!r}; rename it first, or merge the two")


def _demand_examples(request: Split, desk: Desk, theme: Theme) -> None:
    if len(request.parts) < 2:
        raise InputError("a split needs two parts at least, each with one example comment or more")
    inside = {entry.comment_id for entry in desk.model.assignments if entry.theme_id == theme.id}
    seen: set[str] = set()
    for part in request.parts:
        for comment in part.comments:
            if comment not in inside:
                raise NotFoundError(f"comment {comment!r} is not in {theme.id}; `verbatim quotes {theme.id} --json`")
            if comment in seen:
                raise InputError(f"comment {comment} is an example of two parts")
        seen.update(part.comments)
        if not desk.documents_of(part.comments):
            raise InputError("every part needs one example at least that says something")


def _named_parts(desk: Desk, theme: Theme, examples: Sequence[list[int]], given: Sequence[str]) -> list[Naming]:
    """What the machine calls the parts, each seen as the comments of the theme that are nearest to it."""
    rows = [row for row, entry in enumerate(desk.model.assignments) if entry.theme_id == theme.id]
    documents = np.unique(desk.corpus.rows[np.asarray(rows, dtype=np.int64)])
    documents = documents[documents >= 0]
    vectors = [mean_direction(desk.corpus.vectors[own]) for own in examples]
    nearest = (desk.corpus.vectors[documents] @ np.stack(vectors).T).round(6).argmax(axis=1)
    groups = []
    for place, vector in enumerate(vectors):
        own = np.union1d(documents[nearest == place], examples[place]).astype(np.int64)
        texts = tuple(desk.corpus.texts[row] for row in own)
        groups.append(Group(texts, desk.corpus.vectors[own], vector, len(own)))
    return desk.name_groups(groups, [*(one.name for one in desk.model.themes), *given])
