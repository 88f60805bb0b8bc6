"""What one process keeps for themes: one encoder, and a room for edits that it leaves again."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from api.problems import Refusal
from api.themes import shelf as shelves
from api.themes.shelf import OneAtATime, ThemeShelf
from tests.test_api.planted_themes import hashing, planted
from verbatim.errors import EmptyError, EncoderError, NotFoundError, StoreBusyError
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.themes import encode
from verbatim.themes.hashing import HashingEncoder


@pytest.fixture(scope="module")
def planted_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("shelf") / "home")
    with hashing():
        planted(settings)
    return settings


@pytest.fixture
def shelf(planted_settings: Settings) -> Iterator[ThemeShelf]:
    with hashing(), prepare_store(planted_settings) as store:
        made = ThemeShelf(store, planted_settings)
        yield made
        made.close()


def test_the_assigner_and_the_vectors_share_one_encoder(shelf: ThemeShelf) -> None:
    assert shelf.assigner.encoder is shelf.index.encoder is shelf.encoder


def test_without_an_encoder_callers_are_told_and_no_path_of_the_server(
    shelf: ThemeShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(model: str | None = None) -> HashingEncoder:
        raise EncoderError("/srv/secret/model is no model")

    monkeypatch.setattr(encode, "find_encoder", none)
    with pytest.raises(Refusal, match="no embedding model") as refused:
        _ = shelf.index
    assert refused.value.kind.name == "not-installed"
    assert "/srv" not in refused.value.detail
    monkeypatch.undo()
    with hashing():
        assert shelf.index.missing == 0  # tried again


def test_before_the_first_mining_there_is_nothing_to_assign_to_or_edit(settings: Settings) -> None:
    with hashing(), prepare_store(settings) as store:
        empty = ThemeShelf(store, settings)
        with pytest.raises(NotFoundError, match="no theme model"):
            _ = empty.assigner
        with pytest.raises(EmptyError), empty.room():
            pass
        empty.close()


def test_a_room_is_kept_for_the_next_edit_and_left_after_a_while(
    shelf: ThemeShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shelf.room() as first:
        pass
    with shelf.room() as second:
        assert second is first
    monkeypatch.setattr(shelves, "ROOM_KEPT_SECONDS", 0.2)
    with shelf.room():
        pass
    assert shelf._leaving is not None
    shelf._leaving.join()
    with shelf.room() as third:
        assert third is not first


def test_who_waits_too_long_for_another_edit_is_told_to_try_again(
    shelf: ThemeShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "WAIT_FOR_EDITS_SECONDS", 0.01)
    with shelf.room(), pytest.raises(StoreBusyError, match="another edit"), shelf.room():
        pass
    with shelf.room():
        pass  # it was given back


def test_threads_encode_one_after_the_other() -> None:
    inside = threading.Lock()
    overlaps: list[bool] = []

    class Watched(HashingEncoder):
        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            overlaps.append(not inside.acquire(timeout=0))
            try:
                return super().encode(texts)
            finally:
                if not overlaps[-1]:
                    inside.release()

    encoder = OneAtATime(Watched())
    threads = [threading.Thread(target=encoder.encode, args=(["late parcel"] * 200,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlaps == [False] * 8
    assert (encoder.id, encoder.dimension) == (HashingEncoder().id, HashingEncoder().dimension)
