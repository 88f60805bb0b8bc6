from __future__ import annotations

import json

import numpy as np
import pytest

from tests.test_themes.planted import comments
from verbatim.errors import EncoderError, NotFoundError, StorageError
from verbatim.pipeline import mine
from verbatim.themes.artifact import assign, check_encoder, load_artifact, save_artifact
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.model import NO_DETAIL
from verbatim.themes.name import PhraseNamer

ENCODER = HashingEncoder()


@pytest.fixture(scope="module")
def frame():
    return comments()


@pytest.fixture(scope="module")
def model(frame):
    return mine(frame, encoder=ENCODER, clusterer=LeidenClusterer(themes=6), namer=PhraseNamer(ENCODER))


def test_what_is_saved_is_loaded(tmp_path, model):
    save_artifact(tmp_path / "model", model)
    loaded = load_artifact(tmp_path / "model", ENCODER)
    assert loaded.themes == model.themes
    assert np.array_equal(loaded.centroids, model.centroids)
    assert (loaded.encoder_id, loaded.next_number) == (model.encoder_id, model.next_number)


def test_saving_again_writes_the_same_bytes(tmp_path, model):
    for _ in range(2):
        save_artifact(tmp_path, model)
        written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    save_artifact(tmp_path, model)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == written
    assert set(written) == {
        "model.json", "vectors.safetensors", "assignments.parquet", "themes.parquet", "texts.parquet"
    }  # fmt: skip


def test_another_encoder_is_refused_with_the_way_out(tmp_path, model):
    save_artifact(tmp_path, model)
    with pytest.raises(EncoderError, match=r"256 dimensions.*hashing@64.*verbatim mine"):
        load_artifact(tmp_path, HashingEncoder(64))
    check_encoder(load_artifact(tmp_path), ENCODER)


def test_no_model_is_not_found(tmp_path):
    with pytest.raises(NotFoundError, match="verbatim mine"):
        load_artifact(tmp_path / "none")


def test_torn_or_damaged_files_are_noticed(tmp_path, model):
    save_artifact(tmp_path, model)
    vectors, described = tmp_path / "vectors.safetensors", tmp_path / "model.json"
    whole, text = vectors.read_bytes(), described.read_text()
    vectors.write_bytes(whole[:-4])
    with pytest.raises(StorageError, match="does not belong"):
        load_artifact(tmp_path)
    vectors.write_bytes(whole)
    for broken in (
        text[:-40],
        "[]",
        text.replace("verbatim.themes/2", "verbatim.themes/1"),
        text.replace('"name"', '"nom"'),
    ):
        described.write_text(broken)
        with pytest.raises(StorageError, match="verbatim mine"):
            load_artifact(tmp_path)
    described.write_text(json.dumps({**json.loads(text), "dimension": 3}))
    with pytest.raises(StorageError, match="vectors"):
        load_artifact(tmp_path)


def test_assigning_the_same_comments_again_gives_their_themes(tmp_path, frame, model):
    save_artifact(tmp_path, model)
    themes = {entry.comment_id: entry.theme_id for entry in model.assignments if entry.theme_id != NO_DETAIL}
    said = frame[frame["id"].isin(themes)]
    found = assign(load_artifact(tmp_path), ENCODER.encode(said["text"].tolist()))
    agree = np.mean([themes[key] == theme for key, theme in zip(said["id"], found.theme_ids, strict=True)])
    assert agree >= 0.98
    assert (found.margin >= 0).all()
    assert (found.similarity <= 1.0001).all()


def test_a_model_without_themes_assigns_nothing(tmp_path, frame):
    silent = frame[frame["text"].isin(["ok", "good"])]
    save_artifact(tmp_path, mine(silent, encoder=ENCODER, clusterer=LeidenClusterer(), namer=PhraseNamer(ENCODER)))
    with pytest.raises(NotFoundError):
        assign(load_artifact(tmp_path), ENCODER.encode(["refund"]))
