"""A guided model on disk: the same after loading, and damage is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.test_guided.planted import ENCODER, corpus, taxonomy
from verbatim.errors import NotFoundError, StorageError, StoreFullError
from verbatim.guided.match import GuidedModel
from verbatim.guided.model_files import JSON_FILE, VECTOR_FILE, load_guided, save_guided

TEXTS = [text for _, text in corpus(12)]


@pytest.fixture(scope="module")
def model() -> GuidedModel:
    return GuidedModel.fit(taxonomy({"refund": tuple(TEXTS[:4])}), ENCODER, unlabelled=TEXTS)


def test_a_loaded_model_matches_as_the_saved_one(model: GuidedModel, tmp_path: Path) -> None:
    save_guided(model, tmp_path)
    loaded = load_guided(tmp_path)
    assert loaded.taxonomy == model.taxonomy
    assert loaded.match(TEXTS, ENCODER) == model.match(TEXTS, ENCODER)


def test_saving_twice_gives_the_same_bytes(model: GuidedModel, tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_guided(model, tmp_path / name)
    for file in (JSON_FILE, VECTOR_FILE):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no guided model"):
        load_guided(tmp_path)


@pytest.mark.parametrize("damage", ["cut", "vectors", "format", "taxonomy", "shape", "no object"])
def test_a_damaged_model_is_told(model: GuidedModel, tmp_path: Path, damage: str) -> None:
    save_guided(model, tmp_path)
    described = json.loads((tmp_path / JSON_FILE).read_text())
    if damage == "vectors":
        (tmp_path / VECTOR_FILE).write_bytes(b"\x00" * 40)
    elif damage == "format":
        described["format"] = "verbatim.guided/0"
    elif damage == "taxonomy":
        described["taxonomy"][0]["name"] = ""
    elif damage == "shape":
        described["taxonomy"] = described["taxonomy"][:2]
    text = {"cut": json.dumps(described)[:50], "no object": "[1]"}.get(damage, json.dumps(described))
    (tmp_path / JSON_FILE).write_text(text)
    with pytest.raises(StorageError, match="fit the guided model again"):
        load_guided(tmp_path)


def test_an_unwritable_place_is_told(model: GuidedModel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFullError, match="cannot be written"):
        save_guided(replace(model, language="de"), tmp_path / "file")
