from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from tests.test_themes.planted import comments, sentences
from verbatim import mining
from verbatim.domain import stable_key
from verbatim.errors import EmptyError
from verbatim.mining import mine_store, model_folder
from verbatim.pipeline import mine
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import comment
from verbatim.text.informative import is_informative
from verbatim.themes.artifact import load_model, save_artifact
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.model import NO_DETAIL
from verbatim.themes.name import PhraseNamer

ENCODER = HashingEncoder()


def mined(frame, themes=6, **options):
    return mine(frame, encoder=ENCODER, clusterer=LeidenClusterer(themes=themes), namer=PhraseNamer(ENCODER), **options)


def of_texts(texts):
    return pd.DataFrame({"id": [f"c{row:06d}" for row in range(len(texts))], "text": texts, "language": "en"})


def as_bytes(model):
    plain = [[asdict(theme) for theme in model.themes], [asdict(entry) for entry in model.assignments]]
    return json.dumps([*plain, dict(model.quality)]).encode() + model.centroids.tobytes()


def tops(model):
    parent = {theme.id: theme.parent_id or theme.id for theme in model.themes}
    return {entry.comment_id: parent[entry.theme_id] for entry in model.assignments}


def test_planted_themes_are_found():
    frame = comments()
    found = tops(mined(frame))
    planted = {text: theme for theme, text in sentences()}
    said = frame[frame["text"].isin(planted)]
    assert adjusted_rand_score(said["text"].map(planted), said["id"].map(found)) > 0.95


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_order_of_the_rows_changes_nothing(seed):
    frame = comments().assign(occurred_at=pd.Timestamp("2026-01-01", tz="UTC"))
    shuffled = frame.sample(frac=1, random_state=seed)
    assert as_bytes(mined(frame, themes=None)) == as_bytes(mined(shuffled, themes=None))


def test_every_comment_is_in_one_finest_theme_and_sizes_add_up():
    model = mined(comments(120), themes=3)
    parents = {theme.parent_id for theme in model.themes}
    sizes = Counter(entry.theme_id for entry in model.assignments)
    assert len(model.assignments) == len(comments(120))
    for theme in model.themes:
        if theme.id in parents:
            assert theme.id not in sizes
            assert theme.size == sum(child.size for child in model.themes if child.parent_id == theme.id)
            assert sum(child.parent_id == theme.id for child in model.themes) >= 2
        else:
            assert theme.size == sizes[theme.id]
    assert any(theme.parent_id for theme in model.themes)


def test_names_are_distinct_and_quotes_are_comments_of_the_theme():
    model = mined(comments())
    found = tops(model)
    names = [theme.name for theme in model.themes]
    assert len(set(names)) == len(names)
    for theme in model.themes:
        assert theme.quotes
        assert {found[quote] for quote in theme.quotes} == {theme.parent_id or theme.id}


def test_comments_without_detail_get_their_own_theme():
    model = mined(comments())
    assert model.themes[-1].id == NO_DETAIL
    assert (model.themes[-1].kind, model.themes[-1].size, model.themes[-1].name) == ("no_detail", 3, "No detail")
    assert {entry.theme_id for entry in model.assignments[360:363]} == {NO_DETAIL}


def test_a_given_verdict_on_detail_is_kept():
    frame = comments().assign(informative=True)
    assert NO_DETAIL not in {theme.id for theme in mined(frame).themes}


def test_the_newest_comment_speaks_for_its_text():
    frame = comments()
    days = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(np.arange(len(frame)), unit="D")
    repeated = frame["text"].iloc[0]
    ids = frame.loc[frame["text"] == repeated, "id"].tolist()
    assert len(ids) == 2
    quoted = {quote for theme in mined(frame.assign(occurred_at=days)).themes for quote in theme.quotes}
    assert ids[0] not in quoted


@pytest.mark.parametrize("refit", [False, True])
def test_ids_continue_when_comments_are_added_and_are_never_used_again(tmp_path, refit):
    first = mined(comments(60))
    save_artifact(tmp_path, first)
    more = comments(66)
    second = mined(more, previous=load_model(tmp_path), refit="the test wants it" if refit else None)
    before, after = tops(first), tops(second)
    words = {text: key for key, text in zip(comments(60)["id"], comments(60)["text"], strict=True)}
    shared = [
        (before[words[text]], after[key]) for key, text in zip(more["id"], more["text"], strict=True) if text in words
    ]
    assert np.mean([old == new for old, new in shared]) > 0.95
    assert second.next_number >= first.next_number


@pytest.mark.parametrize(
    "texts",
    [
        ["The refund never arrived on my account"],
        ["The refund never arrived on my account"] * 7,
        [f"The courier lost parcel number {n}" for n in range(5)],
        ["👍", "🎉🎉", "😡"],
        ["ok", "good", "n/a", "nothing"],
        ["word " * 100_000, "The refund never arrived", "The courier lost it"],
        ["", " ", "The refund never arrived"],
        ["zero\u200bwidth \ufeff in a refund text", "null \0 byte in a refund text"],
    ],
    ids=["one", "identical", "five", "emoji", "no detail", "100,000 words", "blank", "odd characters"],
)
def test_odd_input_is_placed_too(texts):
    model = mined(of_texts(texts), themes=None)
    assert [entry.comment_id for entry in model.assignments] == of_texts(texts)["id"].tolist()
    known = {theme.id for theme in model.themes}
    assert {entry.theme_id for entry in model.assignments} <= known
    for entry in model.assignments:
        assert (entry.theme_id == NO_DETAIL) == (not is_informative(texts[int(entry.comment_id[1:])]))


def test_100_000_duplicates_are_one_theme():
    model = mined(of_texts(["The refund never arrived"] * 100_000), themes=None)
    assert [theme.size for theme in model.themes] == [100_000]


def test_no_comments_are_an_error():
    with pytest.raises(EmptyError):
        mined(of_texts([]))


def test_progress_counts_up_to_the_whole():
    seen = []
    mined(comments(), progress=lambda step, done, total: seen.append((step, done, total)))
    assert ("Encoding", 360, 360) in seen
    assert seen[-1] == ("Naming", 1, 1)


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(mining, "find_encoder", lambda model: HashingEncoder())
    return Settings(home=tmp_path / "var", themes=6)


@pytest.fixture
def store(settings):
    with prepare_store(settings) as opened:
        opened.upsert(comment, stored_rows(comments()))
        yield opened


def stored_rows(frame):
    began = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        {
            "id": stable_key("comment", key),
            "source": "test",
            "batch_id": "b",
            "submission_id": stable_key(key),
            "question": "Why?" if place % 2 else "What else?",
            "text": text,
            "text_key": stable_key(text),
            "language": "en",
            "informative": is_informative(text),
            "occurred_at": began + timedelta(hours=place),
            "segments": {},
        }
        for place, (key, text) in enumerate(zip(frame["id"], frame["text"], strict=True))
    ]


def test_mining_a_store_keeps_the_model_active(store, settings):
    result = mine_store(store, settings)
    assert store.active_model_id() == result.model_id
    themes, assignments = queries.themes(store), queries.assignments(store, by=())
    assert set(themes["id"]) == {theme.id for theme in result.model.themes}
    assert len(assignments) == result.comments == len(comments())
    assert assignments["theme_id"].value_counts()[NO_DETAIL] == 3
    assert assignments["sentiment"].notna().all()
    assert (model_folder(settings, result.model_id) / "model.json").is_file()
    assert "6 themes" in result.summary


def test_mining_again_gives_the_same_model_and_encodes_nothing(store, settings, monkeypatch):
    first = mine_store(store, settings)
    before = (queries.themes(store), queries.assignments(store, by=()))

    class Refusing(HashingEncoder):
        def encode(self, texts):
            raise AssertionError(f"asked to encode {len(texts)} texts")

    monkeypatch.setattr(mining, "find_encoder", lambda model: Refusing())
    second = mine_store(store, settings)
    assert second.model_id == first.model_id
    assert as_bytes(second.model) == as_bytes(first.model)
    pd.testing.assert_frame_equal(queries.themes(store), before[0])
    pd.testing.assert_frame_equal(queries.assignments(store, by=()), before[1])


def test_ids_go_on_from_the_active_model(store, settings):
    first = mine_store(store, settings)
    second = mine_store(store, settings, end=datetime(2026, 1, 14, tzinfo=UTC))
    assert second.model_id != first.model_id
    old = {theme.id for theme in first.model.themes}
    assert len({theme.id for theme in second.model.themes if theme.parent_id is None} & old) >= 4


def test_limits_and_question_choose_comments(store, settings):
    result = mine_store(store, settings, start=datetime(2026, 1, 3, tzinfo=UTC), question="Why?")
    assert 0 < result.comments < len(comments()) / 2


def test_nothing_to_mine_says_what_to_do(store, settings):
    with pytest.raises(EmptyError, match="from 2030-01-01 to the question 'Why\\?'.*choose other limits"):
        mine_store(store, settings, start=datetime(2030, 1, 1, tzinfo=UTC), question="Why?")


def test_lost_files_of_the_active_model_do_not_stop_mining(store, settings, caplog):
    first = mine_store(store, settings)
    shutil.rmtree(model_folder(settings, first.model_id))
    second = mine_store(store, settings)
    assert "compared by their comments alone" in caplog.text
    assert store.active_model_id() == second.model_id != first.model_id
    assert tops(second.model) == tops(first.model)


def test_files_of_models_that_are_not_kept_are_removed(store, settings):
    for day in range(3, 10):
        mine_store(store, settings, end=datetime(2026, 1, day, tzinfo=UTC))
    kept = set(queries.theme_models(store)["id"])
    assert {path.name for path in (settings.home / "themes").iterdir()} == kept


def test_themes_are_the_same_in_another_process():
    script = (
        "from tests.test_pipeline import as_bytes, mined; from tests.test_themes.planted import comments;"
        "import sys; sys.stdout.buffer.write(as_bytes(mined(comments())))"
    )
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env={"PYTHONHASHSEED": "1"})
    assert other.stdout == as_bytes(mined(comments()))
