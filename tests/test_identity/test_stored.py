from __future__ import annotations

import shutil
from datetime import UTC, datetime

import numpy as np
import pytest

from tests.test_identity.places import Places, Words
from verbatim import mining
from verbatim.domain import stable_key
from verbatim.errors import EmptyError, NotFoundError
from verbatim.identity.history import theme_changes
from verbatim.identity.stored import model_before, model_of_rows
from verbatim.mining import mine_store, model_folder
from verbatim.storage import queries, tables
from verbatim.themes.artifact import load_model

TOPICS = dict(refund=40, login=30, parcel=20)


@pytest.fixture(autouse=True)
def known_places(monkeypatch):
    monkeypatch.setattr(mining, "find_encoder", lambda model: Places())
    monkeypatch.setattr(mining, "find_namer", lambda *given, **options: Words())


def stored(**counts):
    rows = []
    for topic, count in counts.items():
        for number in range(count):
            text = f"{topic} {number}"
            rows.append(
                {
                    "id": stable_key("comment", text), "source": "test", "batch_id": "b",
                    "submission_id": stable_key(text), "text": text, "text_key": stable_key(text), "language": "en",
                    "informative": True, "occurred_at": datetime(2026, 1, 1, tzinfo=UTC), "segments": {},
                }
            )  # fmt: skip
    return rows


def finest(store):
    frame = queries.assignments(store, by=())
    return dict(zip(frame["comment_id"], frame["theme_id"], strict=True))


def test_a_month_is_added_and_the_store_tells_what_became_of_the_themes(store, settings):
    store.upsert(tables.comment, stored(**TOPICS))
    first = mine_store(store, settings)
    before = finest(store)
    store.upsert(tables.comment, stored(refund=44, login=32, parcel=20, zebra=12))
    second = mine_store(store, settings)
    after = finest(store)
    assert {key: after[key] for key in before} == before
    changes = theme_changes(store)
    assert {change.model_id for change in changes} == {second.model_id}
    assert [change.new_name for change in changes if change.kind == "new"] == ["zebra"]
    assert "made 1 new theme" in second.summary
    assert set(queries.theme_links(store)["previous_model_id"]) == {first.model_id}
    assert load_model(model_folder(settings, second.model_id)).links == second.model.links


def test_the_same_comments_again_change_nothing(store, settings):
    store.upsert(tables.comment, stored(**TOPICS))
    first = mine_store(store, settings)
    created = queries.theme_models(store)["created_at"].tolist()
    again = mine_store(store, settings)
    assert (again.model_id, again.changed) == (first.model_id, False)
    assert queries.theme_models(store)["created_at"].tolist() == created
    assert "nothing new" in again.summary


def test_a_refit_is_made_when_it_is_asked_for(store, settings):
    store.upsert(tables.comment, stored(**TOPICS))
    mine_store(store, settings)
    before = finest(store)
    again = mine_store(store, settings, refit=True)
    assert again.changed
    assert "anew, since that was asked for" in again.summary
    assert finest(store) == before


def test_other_settings_ask_for_a_refit(store, settings):
    store.upsert(tables.comment, stored(**TOPICS))
    mine_store(store, settings)
    again = mine_store(store, settings.model_copy(update={"seed": 11}))
    assert "anew, since the settings are others (seed 7 → 11)" in again.summary


def test_numbers_go_on_when_everything_else_is_lost(store, settings):
    store.upsert(tables.comment, stored(**TOPICS))
    first = mine_store(store, settings)
    with store.writing() as connection:
        connection.execute(tables.theme_model.delete())
    shutil.rmtree(settings.home / "themes")
    second = mine_store(store, settings)
    old = {theme.id for theme in first.model.themes}
    assert old.isdisjoint({theme.id for theme in second.model.themes})


def test_the_store_knows_enough_for_ids_to_go_on(store, settings):
    store.upsert(tables.comment, stored(**TOPICS))
    first = mine_store(store, settings)
    known = model_of_rows(queries.themes(store), queries.assignments(store, by=()))
    assert known.texts is not None
    assert known.texts.keys == first.model.texts.keys
    assert known.texts.themes == first.model.texts.themes
    assert known.texts.counts.tolist() == first.model.texts.counts.tolist()
    assert known.dimension == 0
    lost = model_before(store, first.model_id, settings.home / "nowhere", edited=False)
    assert lost.texts.themes == known.texts.themes


def test_a_text_in_several_themes_counts_for_the_one_with_most_of_it(store, settings):
    store.upsert(tables.comment, stored(refund=1))
    mine_store(store, settings)
    frame = queries.assignments(store, by=())
    parts = frame.loc[[0, 0, 0]].reset_index(drop=True)
    parts = parts.assign(start=[0, 2, 5], end=[2, 5, 8], theme_id=["T001", "T002", "T002"])
    themes = queries.themes(store).loc[[0, 0]].assign(id=["T001", "T002"])
    known = model_of_rows(themes, parts)
    assert known.texts.themes == ("T002",)
    assert [entry.end for entry in known.assignments] == [2, 5, 8]


def test_what_became_of_one_theme(store, settings):
    with pytest.raises(EmptyError, match="no themes yet"):
        theme_changes(store)
    store.upsert(tables.comment, stored(**TOPICS))
    mine_store(store, settings)
    assert theme_changes(store) == []
    store.upsert(tables.comment, stored(refund=44, login=30, parcel=20))
    mine_store(store, settings)
    mine_store(store, settings, refit=True)
    assert [change.kind for change in theme_changes(store, "T001")] == ["continued", "continued"]
    assert len(theme_changes(store, every_model=True)) == 2 * len(theme_changes(store))
    with pytest.raises(NotFoundError, match="T999"):
        theme_changes(store, "T999")


def test_retired_themes_and_prototypes_are_in_the_files(store, settings):
    store.upsert(tables.comment, stored(**TOPICS))
    mine_store(store, settings)
    with store.writing() as connection:
        gone = [row["id"] for row in stored(refund=40)]
        connection.execute(tables.comment.delete().where(tables.comment.c.id.in_(gone)))
    second = mine_store(store, settings)
    loaded = load_model(model_folder(settings, second.model_id))
    assert [theme.id for theme in loaded.retired] == [theme.id for theme in second.model.retired]
    assert loaded.retired
    assert np.array_equal(loaded.retired[0].centroid, second.model.retired[0].centroid)
    assert loaded.owners == second.model.owners or sorted(loaded.owners) == sorted(second.model.owners)
    assert loaded.texts is not None
    assert loaded.texts.keys == second.model.texts.keys
