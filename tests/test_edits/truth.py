"""What it means that an edit is true in a model, told independently of how edits are replayed."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from verbatim.edits import EditKind, live_edits
from verbatim.edits.names import key_of
from verbatim.themes.model import NO_DETAIL

STRUCTURAL = {EditKind.MERGE, EditKind.SPLIT, EditKind.MOVE_THEME}
LABELS = {EditKind.RENAME, EditKind.DESCRIBE}


class Shown:
    """A model as a reader sees it, and where permanent ids lead."""

    def __init__(self, model, edits):
        self.model = model
        self.themes = {theme.id: theme for theme in model.themes}
        self.live = live_edits(edits)
        self.of_comment = defaultdict(list)
        for entry in model.assignments:
            self.of_comment[entry.comment_id].append(entry.theme_id)

    def lead(self, key, seen=frozenset()):
        if key in self.themes or key in seen:
            return {key} & set(self.themes)
        seen = seen | {key}
        holders = {theme.id for theme in self.model.themes if key in theme.aliases}
        for edit in [] if holders else self.live:
            if edit.kind is EditKind.SPLIT and edit.theme_id == key:
                for part in (*edit.made, *edit.payload.get("sub_themes", ())):
                    holders |= self.lead(part, seen)
            if edit.kind is EditKind.MERGE and key in edit.payload["sources"] and not holders:
                holders |= self.lead(edit.theme_id, seen)
        if not holders and key.endswith("-rest"):  # what was left over of a theme that is whole now
            return self.lead(key.removesuffix("-rest"), seen)
        return holders

    def under(self, keys):
        found = set(keys)
        while more := {theme.id for theme in self.model.themes if theme.parent_id in found} - found:
            found |= more
        return found

    def later(self, edit):
        return [one for one in self.live if one.sequence > edit.sequence]


def assert_edits_are_true(outcome, edits, comments):
    """Every edit that holds is true, unless it is a conflict or a later edit is about the same."""
    shown = Shown(outcome.model, edits)
    excused = {(one.edit_id, one.comment_id) for one in outcome.conflicts}
    for edit in shown.live:
        if (edit.id, None) not in excused:
            CHECKS[edit.kind](shown, edit, excused, comments)


def _label(shown, edit, excused, comments):
    for later in shown.later(edit):
        same = later.kind is edit.kind and later.theme_id == edit.theme_id
        taken = later.kind is EditKind.MERGE and edit.theme_id in later.payload["sources"]
        split = later.kind is EditKind.SPLIT and later.theme_id == edit.theme_id
        if taken or (split and edit.theme_id not in shown.themes) or (same and (later.id, None) not in excused):
            return
    theme = shown.themes[edit.theme_id]
    if edit.kind is EditKind.RENAME:
        assert (theme.name, theme.name_by) == (edit.payload["name"], "person")
    else:
        assert (theme.description or "") == edit.payload["description"]


def _state(shown, edit, excused, comments):
    pins = {EditKind.PIN: True, EditKind.UNPIN: False}
    archives = {EditKind.ARCHIVE: True, EditKind.RESTORE: False}
    states, name = (pins, "pinned") if edit.kind in pins else (archives, "archived")
    if any(later.kind in states and later.theme_id == edit.theme_id for later in shown.later(edit)):
        return
    theme = shown.themes.get(edit.theme_id)
    if theme is not None:
        assert getattr(theme, name) == states[edit.kind]
    elif states[edit.kind]:
        assert shown.lead(edit.theme_id), f"{edit.theme_id} is gone"


def _merge(shown, edit, excused, comments):
    if any("sub_themes" in later.payload and later.theme_id == edit.theme_id for later in shown.later(edit)):
        return  # what was merged may have gone on with these
    assert shown.lead(edit.theme_id)
    for source in edit.payload["sources"]:
        assert shown.lead(source) == shown.lead(edit.theme_id)


def _split(shown, edit, excused, comments):
    touched = {key for later in shown.later(edit) if later.kind in STRUCTURAL for key in _mentioned(later)}
    for part in edit.payload.get("parts", ()):
        assert shown.lead(part["id"])
        if not edit.payload["apart"] and not touched.intersection((part["id"], edit.theme_id)):
            assert shown.themes[part["id"]].parent_id == edit.theme_id
        for comment in set(part["comments"]).intersection(comments):
            if not _placed_later(shown, edit, comment):
                assert shown.under(shown.lead(part["id"])).issuperset(shown.of_comment[comment])
    if edit.payload.get("apart") and edit.theme_id not in touched:
        assert edit.theme_id not in shown.themes
    for key in edit.payload.get("sub_themes", ()):
        if not touched.intersection((key, edit.theme_id)):
            assert shown.themes[key].parent_id != edit.theme_id


def _move(shown, edit, excused, comments):
    for comment in edit.payload["comments"]:
        if (edit.id, comment) in excused or _placed_later(shown, edit, comment):
            continue
        assert comment in comments
        there = shown.under(shown.lead(edit.theme_id))
        if edit.payload["from"] is None:
            assert there.issuperset(shown.of_comment[comment])
        else:
            assert there.intersection(shown.of_comment[comment])


def _move_theme(shown, edit, excused, comments):
    touched = {key for later in shown.later(edit) if later.kind in STRUCTURAL for key in _mentioned(later)}
    if not touched.intersection((edit.theme_id, edit.payload["parent"])):
        assert shown.themes[edit.theme_id].parent_id == edit.payload["parent"]


CHECKS = {
    **dict.fromkeys(LABELS, _label),
    **dict.fromkeys((EditKind.PIN, EditKind.UNPIN, EditKind.ARCHIVE, EditKind.RESTORE), _state),
    EditKind.MERGE: _merge,
    EditKind.SPLIT: _split,
    EditKind.MOVE: _move,
    EditKind.MOVE_THEME: _move_theme,
}


def _placed_later(shown, edit, comment):
    return any(
        comment in later.payload.get("comments", ())
        or any(comment in part["comments"] for part in later.payload.get("parts", ()))
        for later in shown.later(edit)
    )


def _mentioned(edit):
    payload = edit.payload
    return {edit.theme_id, payload.get("parent"), *payload.get("sources", ()), *payload.get("sub_themes", ())}


def assert_model_is_whole(model, before):
    """Nothing is lost, everything adds up."""
    ids = [theme.id for theme in model.themes]
    assert len(set(ids)) == len(ids)
    assert len({key_of(theme.name) for theme in model.themes}) == len(ids)
    places = [(entry.comment_id, entry.start, entry.end, entry.sentiment) for entry in model.assignments]
    assert places == [(entry.comment_id, entry.start, entry.end, entry.sentiment) for entry in before.assignments]
    parents = {theme.parent_id for theme in model.themes} - {None}
    assert parents <= set(ids)
    assert {entry.theme_id for entry in model.assignments} <= set(ids) - parents
    above = {theme.id: theme.parent_id for theme in model.themes}
    said = defaultdict(set)
    for entry in model.assignments:
        key, depth = entry.theme_id, 0
        while key is not None:
            said[key].add(entry.comment_id)
            key, depth = above[key], depth + 1
        assert depth <= 2
    assert {theme.id: theme.size for theme in model.themes} == {key: len(said[key]) for key in ids}
    assert model.centroids.shape == (len(ids), before.dimension)
    lengths = np.linalg.norm(model.centroids, axis=1)
    for theme, length in zip(model.themes, lengths, strict=True):
        assert np.isclose(length, 0 if theme.id == NO_DETAIL else 1, atol=1e-5)
        assert set(theme.quotes) <= said[theme.id]
    aliases = Counter(alias for theme in model.themes for alias in theme.aliases)
    assert set(aliases.values()) <= {1}
    assert aliases.keys().isdisjoint(ids)
    order = [theme.id for theme in model.themes if theme.parent_id is None and theme.kind == "theme"]
    sizes = [len(said[key]) for key in order]
    assert sizes == sorted(sizes, reverse=True)
