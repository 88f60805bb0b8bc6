from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.test_tone.rated import ENCODER
from verbatim.errors import EncoderError, NotFoundError, StorageError
from verbatim.themes.hashing import HashingEncoder
from verbatim.tone import SentimentModel, find_sentiment, load_sentiment, save_sentiment
from verbatim.tone.saving import JSON_FILE, WEIGHT_FILE

TEXTS = ["the zephyr of yesterday", "gravel again", "nothing"]


@pytest.fixture
def folder(tmp_path: Path, learned: SentimentModel) -> Path:
    save_sentiment(tmp_path / "model", learned)
    return tmp_path / "model"


def test_a_saved_model_scores_as_before(folder: Path, learned: SentimentModel) -> None:
    loaded = load_sentiment(folder, ENCODER)
    vectors = ENCODER.encode(TEXTS)
    assert np.array_equal(loaded.predict(TEXTS, vectors), learned.predict(TEXTS, vectors))
    assert loaded.report == learned.report
    assert loaded.languages == learned.languages


def test_a_model_without_own_ratings_is_kept_too(tmp_path: Path) -> None:
    save_sentiment(tmp_path, find_sentiment(ENCODER))
    assert load_sentiment(tmp_path).source == "written examples"


def test_the_same_model_gives_the_same_bytes(folder: Path, tmp_path: Path, learned: SentimentModel) -> None:
    save_sentiment(tmp_path / "again", learned)
    for name in (JSON_FILE, WEIGHT_FILE):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_no_model_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="verbatim mine"):
        load_sentiment(tmp_path)


def test_another_encoder_is_refused(folder: Path) -> None:
    with pytest.raises(EncoderError, match="hashing@32"):
        load_sentiment(folder, HashingEncoder(32))


@pytest.mark.parametrize("name", [JSON_FILE, WEIGHT_FILE])
def test_a_damaged_file_is_noticed(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(StorageError):
        load_sentiment(folder)


@pytest.mark.parametrize("change", [{"format": "other/1"}, {"own": {"intercept": 0}}, {"report": None}, {"signs": []}])
def test_another_content_is_refused(folder: Path, change: dict[str, object]) -> None:
    path = folder / JSON_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(StorageError):
        load_sentiment(folder)
