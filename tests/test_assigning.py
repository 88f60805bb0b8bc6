from __future__ import annotations

from datetime import timedelta

import pytest

from tests.test_pipeline import stored_rows
from tests.test_themes.planted import comments
from verbatim import assigning, editing, meaning, mining
from verbatim.assigning import Assigner, assign_texts
from verbatim.edits.requests import Rename
from verbatim.errors import NotFoundError
from verbatim.meaning import MeaningIndex, encode_missing
from verbatim.mining import mine_store
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries import CommentFilter
from verbatim.storage.tables import comment
from verbatim.themes.hashing import HashingEncoder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("assigning") / "var"


@pytest.fixture(scope="module")
def settings(home):
    with pytest.MonkeyPatch.context() as patched:
        for room in (mining, editing, assigning, meaning):
            patched.setattr(room, "find_encoder", lambda model: HashingEncoder())
        yield Settings(home=home, themes=6)


@pytest.fixture(scope="module")
def store(settings):
    with prepare_store(settings) as opened:
        opened.upsert(comment, stored_rows(comments(20)))
        mine_store(opened, settings)
        yield opened


def test_without_a_model_nothing_is_assigned(tmp_path):
    own = Settings(home=tmp_path / "empty")
    with prepare_store(own) as empty, pytest.raises(NotFoundError, match="verbatim mine"):
        Assigner.load(empty, own, encoder=HashingEncoder())


def test_most_comments_get_the_theme_again_that_mining_gave_them(store, settings):
    frame = queries.assignments(store)
    mined = frame[frame["informative"].astype(bool)].drop_duplicates("comment_id")
    found = assign_texts(store, settings, list(mined["text"]))
    same = [one.theme_id == theme for one, theme in zip(found, mined["theme_id"], strict=True)]
    assert sum(same) / len(same) > 0.9
    names = queries.themes(store).set_index("id")["name"].to_dict()
    assert all(one.theme_name == names[one.theme_id] for one in found if one.theme_id)


def test_texts_keep_their_order_and_what_says_nothing_has_no_theme(store, settings):
    assigner = Assigner.load(store, settings)
    some = queries.comments(store)["text"].iloc[0]
    found = assigner.assign([some, "", "ok", "n/a", some])
    assert found[0] == found[4] != found[1]
    assert (found[1].text, found[1].theme_id) == (None, None)
    assert (found[2].theme_id, found[2].similarity) == ("no-detail", None)
    assert assigner.assign([]) == []
    many = [some, "ok"] * 200
    assert [one.theme_id for one in assigner.assign(many)] == [found[0].theme_id, "no-detail"] * 200


def test_texts_are_redacted_before_anything_is_done_with_them(store, settings):
    (one,) = assign_texts(store, settings, ["Write to ada@example.com about the refund please"])
    assert "ada@example.com" not in str(one)
    assert "refund" in one.text


def test_similar_comments_are_found_by_their_vectors(store, settings):
    index = MeaningIndex.load(store, settings)
    frame = queries.comments(store).set_index("id")
    text = frame["text"].iloc[3]
    found = index.similar(store, text, CommentFilter(), k=5)
    assert index.missing == 0
    assert len(found) == 5
    assert frame.loc[found[0].comment_id, "text"] == text
    assert found[0].cosine == pytest.approx(1, abs=1e-3)
    cosines = [one.cosine for one in found]
    assert cosines == sorted(cosines, reverse=True)


@pytest.mark.parametrize("few", [0, 5_000])
def test_a_filter_that_leaves_few_still_finds_them(store, settings, monkeypatch, few):
    monkeypatch.setattr(meaning, "FEW_COMMENTS", few)
    monkeypatch.setattr(meaning, "BATCH", 3)
    index = MeaningIndex.load(store, settings)
    frame = queries.comments(store, informative=True)
    last = frame.iloc[-4:]
    wanted = CommentFilter(start=last["occurred_at"].min().to_pydatetime())
    found = index.similar(store, frame["text"].iloc[0], wanted, k=50)
    expected = set(queries.comments(store, informative=True, start=wanted.start)["id"])
    assert len(found) == len(expected)
    assert {one.comment_id for one in found} == expected


def test_comments_that_were_not_mined_are_said_to_be_missing(store, settings):
    index = MeaningIndex.load(store, settings)
    assert index.current(store)
    row = {**stored_rows(comments(1))[0], "id": "new", "text": "A sentence that nobody has ever mined before"}
    store.upsert(comment, [row])
    assert not index.current(store)
    assert MeaningIndex.load(store, settings).missing == 1


def test_vectors_that_were_missing_are_made_once_and_make_an_index_old(store, settings):
    row = {**stored_rows(comments(1))[0], "id": "newer", "text": "Nobody mined this remarkable sentence either"}
    store.upsert(comment, [row])
    index = MeaningIndex.load(store, settings)
    assert index.missing > 0
    assert index.current(store)
    told = []
    assert encode_missing(store, settings, progress=lambda done, of: told.append((done, of))) == index.missing
    assert told == [(index.missing, index.missing)]
    assert encode_missing(store, settings) == 0
    assert not index.current(store)
    index = MeaningIndex.load(store, settings)
    assert index.missing == 0
    assert index.similar(store, row["text"], CommentFilter(), k=1)[0].comment_id == "newer"


def test_an_index_is_old_when_one_comment_takes_the_place_of_another(store, settings):
    row = {**stored_rows(comments(1))[0], "id": "passing", "text": "Here today and gone tomorrow, said the customer"}
    store.upsert(comment, [row])
    index = MeaningIndex.load(store, settings)
    store.upsert(comment, [{**row, "id": "coming", "occurred_at": row["occurred_at"] + timedelta(days=999)}])
    with store.writing() as connection:
        connection.execute(comment.delete().where(comment.c.id == "passing"))
    assert not index.current(store)


def test_an_edit_makes_an_assigner_old(store, settings):
    assigner = Assigner.load(store, settings)
    assert assigner.current(store)
    assert assigner.model_id == store.active_model_id()
    theme = next(one.theme_id for one in assigner.assign(list(queries.comments(store)["text"])) if one.theme_id)
    editing.edit_themes(store, settings, Rename(theme, "Another name"), person="Ada")
    assert not assigner.current(store)
