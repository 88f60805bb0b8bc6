"""Edits in a store: kept at once, refused when somebody was faster, replayed by mining."""

from __future__ import annotations

import threading

import pandas as pd
import pytest

from tests.test_pipeline import stored_rows
from tests.test_themes.planted import comments
from verbatim import editing, mining
from verbatim.editing import edit_themes, find_comments, find_id, history, open_room
from verbatim.edits import EditKind, Reason
from verbatim.edits.requests import Mark, Merge, Move, Part, Rename, Split, Undo
from verbatim.errors import EditConflictError, EmptyError, EncoderError, InputError, NotFoundError, StoreFullError
from verbatim.mining import mine_store, model_folder
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import comment
from verbatim.themes.artifact import load_fitted, load_model
from verbatim.themes.hashing import HashingEncoder


@pytest.fixture
def settings(tmp_path, monkeypatch):
    for room in (mining, editing):
        monkeypatch.setattr(room, "find_encoder", lambda model: HashingEncoder())
    return Settings(home=tmp_path / "var", themes=6)


@pytest.fixture
def store(settings):
    with prepare_store(settings) as opened:
        opened.upsert(comment, stored_rows(comments(20)))
        mine_store(opened, settings)
        yield opened


def tops(store):
    """The ids of the themes at the top, largest first."""
    frame = queries.themes(store)
    return frame[(frame["kind"] == "theme") & frame["parent_id"].isna()]["id"].tolist()


def themes_of(store):
    return queries.themes(store).set_index("id")


def test_an_edit_changes_the_active_model_at_once_in_store_and_files(store, settings):
    one = tops(store)[0]
    model_id = store.active_model_id()
    outcome = edit_themes(store, settings, Rename(one, "Slow refunds"), person="Ana")
    assert store.active_model_id() == model_id
    row = themes_of(store).loc[one]
    assert (row["name"], row["name_by"]) == ("Slow refunds", "person")
    folder = model_folder(settings, model_id)
    assert {theme.id: theme.name for theme in load_model(folder).themes}[one] == "Slow refunds"
    assert {theme.id: theme.name for theme in load_fitted(folder).themes}[one] != "Slow refunds"
    assert queries.theme_models(store)["edited_through"].tolist() == [1]
    assert (outcome.edit.sequence, outcome.edit.person, outcome.moved) == (1, "Ana", 0)
    assert [change.after.name for change in outcome.changes] == ["Slow refunds"]


def test_assignments_in_the_store_are_those_of_the_files_after_any_edit(store, settings):
    one, other, third = tops(store)[:3]
    moved = queries.assignments(store, by=()).query("theme_id == @third")["comment_id"].iloc[0]
    edit_themes(store, settings, Merge(one, (other,)), person="Ana")
    edit_themes(store, settings, Move((moved,), one), person="Bob")
    model = load_model(model_folder(settings, store.active_model_id()))
    rows = queries.assignments(store, by=()).set_index("comment_id")
    assert {entry.comment_id: entry.theme_id for entry in model.assignments} == rows["theme_id"].to_dict()
    assert {entry.comment_id: entry.similarity for entry in model.assignments} == rows["similarity"].to_dict()
    assert themes_of(store)["size"].to_dict() == {theme.id: theme.size for theme in model.themes}
    assert other not in themes_of(store).index
    assert themes_of(store).loc[one, "aliases"] == [other]


def test_a_preview_keeps_nothing(store, settings):
    one, other = tops(store)[:2]
    before = queries.themes(store)
    outcome = edit_themes(store, settings, Merge(one, (other,)), person="Ana", preview=True)
    assert outcome.moved > 0
    assert outcome.preview
    pd.testing.assert_frame_equal(queries.themes(store), before)
    assert queries.edits(store).empty


def test_undo_brings_back_what_was_and_redo_what_was_done(store, settings):
    one, other = tops(store)[:2]
    before = (queries.themes(store), queries.assignments(store, by=()))
    edit_themes(store, settings, Merge(one, (other,)), person="Ana")
    merged = queries.themes(store)
    edit_themes(store, settings, Undo(), person="Bob")
    pd.testing.assert_frame_equal(queries.themes(store), before[0])
    pd.testing.assert_frame_equal(queries.assignments(store, by=()), before[1])
    assert queries.edits(store)["undone_by"].notna().tolist() == [True, False]
    edit_themes(store, settings, Undo(2), person="Ana")
    pd.testing.assert_frame_equal(queries.themes(store), merged)
    assert queries.edits(store)["undone_by"].notna().tolist() == [False, True, False]


def test_edits_are_true_after_mining_anew(store, settings):
    one, other = tops(store)[:2]
    inside = queries.assignments(store, by=()).query("theme_id == @one")["comment_id"].tolist()
    edit_themes(store, settings, Rename(one, "Slow refunds"), person="Ana")
    edit_themes(store, settings, Split(one, (Part((inside[0],), "First"), Part((inside[-1],)))), person="Ana")
    edit_themes(store, settings, Move((inside[1],), other), person="Bob")
    store.upsert(comment, stored_rows(comments(26)))
    result = mine_store(store, settings.model_copy(update={"seed": 3}), refit=True)
    assert result.conflicts == ()
    themes = themes_of(store)
    assert themes.loc[one, "name"] == "Slow refunds"
    assert themes.loc["E002-1", ["name", "parent_id"]].tolist() == ["First", one]
    placed = queries.assignments(store, by=()).set_index("comment_id")["theme_id"]
    assert placed[inside[-1]] == "E002-2"
    assert placed[inside[1]] in {other, *themes.index[themes["parent_id"] == other]}
    assert [entry.conflicts for entry in history(store, settings)] == [(), (), ()]


def test_a_deleted_comment_is_told_by_mining_and_in_the_history(store, settings):
    one, other = tops(store)[:2]
    moved = queries.assignments(store, by=()).query("theme_id == @one")["comment_id"].iloc[0]
    edit_themes(store, settings, Move((moved,), other), person="Ana")
    with store.writing() as connection:
        connection.execute(comment.delete().where(comment.c.id == moved))
    (conflict,) = mine_store(store, settings, refit=True).conflicts
    assert (conflict.reason, conflict.comment_id) == (Reason.COMMENT_MISSING, moved)
    assert history(store, settings)[0].conflicts == (conflict,)


def test_of_two_people_who_edit_at_once_the_second_is_told(store, settings):
    one, other = tops(store)[:2]
    room = open_room(store, settings)
    edit_themes(store, settings, Rename(one, "Slow refunds"), person="Ana")
    before = queries.themes(store)
    files = load_model(model_folder(settings, store.active_model_id())).themes
    with pytest.raises(EditConflictError, match=r"Ana did 'rename' on \w+ \(edit 1, you saw 0\)"):
        editing.edit_in_room(store, settings, room, Rename(other, "Late parcels"), person="Bob")
    with pytest.raises(EditConflictError, match="edited since you looked"):
        edit_themes(store, settings, Rename(other, "Late parcels"), person="Bob", seen=0)
    pd.testing.assert_frame_equal(queries.themes(store), before)
    assert load_model(model_folder(settings, store.active_model_id())).themes == files
    edit_themes(store, settings, Rename(other, "Late parcels"), person="Bob", seen=1)


def test_many_edits_at_once_are_each_made_or_refused(store, settings):
    keys = tops(store)
    done, refused = [], []

    def edit(place):
        with prepare_store(settings) as own:
            try:
                done.append(edit_themes(own, settings, Rename(keys[place], f"Name {place}"), person=f"P{place}"))
            except EditConflictError as error:
                refused.append(error)

    threads = [threading.Thread(target=edit, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) + len(refused) == 4
    assert sorted(outcome.edit.sequence for outcome in done) == list(range(1, len(done) + 1))
    names = themes_of(store)["name"]
    assert all(names[outcome.edit.theme_id] == outcome.edit.payload["name"] for outcome in done)


def test_an_edit_of_themes_that_were_mined_anew_is_refused(store, settings):
    room = open_room(store, settings)
    one = tops(store)[0]
    store.upsert(comment, stored_rows(comments(24)))
    mine_store(store, settings, refit=True)
    with pytest.raises(EditConflictError, match="mined anew"):
        editing.edit_in_room(store, settings, room, Rename(one, "Slow refunds"), person="Ana")


def test_mining_takes_in_an_edit_that_was_made_while_it_ran(store, settings, monkeypatch):
    one = tops(store)[0]
    fit = mining.mine

    def slow(*given, **options):
        model = fit(*given, **options)
        edit_themes(store, settings, Rename(one, "Slow refunds"), person="Ana")
        monkeypatch.setattr(mining, "mine", fit)
        return model

    monkeypatch.setattr(mining, "mine", slow)
    store.upsert(comment, stored_rows(comments(24)))
    mine_store(store, settings, refit=True)
    assert themes_of(store).loc[one, "name"] == "Slow refunds"


def test_where_the_files_cannot_be_written_the_edit_is_not_kept(store, settings, monkeypatch):
    def full(*given, **options):
        raise StoreFullError("no space left")

    monkeypatch.setattr(editing, "save_artifact", full)
    before = queries.themes(store)
    with pytest.raises(StoreFullError):
        edit_themes(store, settings, Rename(tops(store)[0], "Slow refunds"), person="Ana")
    pd.testing.assert_frame_equal(queries.themes(store), before)
    assert queries.edits(store).empty


@pytest.mark.parametrize("person", ["", "  ", "x" * 101, "Ana\nBob", "Ana\x1b[31m"])
def test_nobody_edits(store, settings, person):
    if person == "Ana\nBob":
        person = "Ana\x00Bob"
    with pytest.raises(InputError, match="--as NAME"):
        edit_themes(store, settings, Mark(tops(store)[0], EditKind.PIN), person=person)


def test_another_encoder_than_that_of_the_themes_says_to_mine_anew(store, settings, monkeypatch):
    monkeypatch.setattr(editing, "find_encoder", lambda model: HashingEncoder(32))
    with pytest.raises(EncoderError, match="run `verbatim mine`"):
        edit_themes(store, settings, Mark(tops(store)[0], EditKind.PIN), person="Ana")


def test_before_mining_there_is_nothing_to_edit(settings):
    with prepare_store(settings) as empty:
        with pytest.raises(EmptyError, match="verbatim mine"):
            edit_themes(empty, settings, Rename("T001", "x"), person="Ana")
        assert history(empty, settings) == []


def test_themes_are_found_by_id_alias_name_and_beginning(store, settings):
    one, other = tops(store)[:2]
    name = themes_of(store).loc[one, "name"]
    edit_themes(store, settings, Merge(one, (other,)), person="Ana")
    model = open_room(store, settings).desk.model
    assert [find_id(model, word) for word in (one.lower(), other, f" {name.upper()} ", name[:-1])] == [one] * 4
    with pytest.raises(NotFoundError, match="no theme 'nothing of this'"):
        find_id(model, "nothing of this")


def test_comments_are_found_by_how_their_ids_begin(store, settings):
    model = open_room(store, settings).desk.model
    key = model.assignments[5].comment_id
    assert find_comments(model, [key, key[:12]]) == (key, key)
    for word in (key[:3], "zzzzzzzz"):
        with pytest.raises(NotFoundError, match="no comment"):
            find_comments(model, [word])
