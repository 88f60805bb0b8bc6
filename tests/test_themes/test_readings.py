from __future__ import annotations

import numpy as np
import pytest

from verbatim.protocols import RereadingEncoder
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.readings import Readings, encode, read_twice

TEXTS = ["my card was stolen", "card", "", "the refund is late, very late indeed", "late"]


class Twice(HashingEncoder):
    """A second reading that says how long a text is; remembers what was read twice."""

    def __init__(self, *, able: bool = True) -> None:
        super().__init__(16)
        self.able = able
        self.read: list[str] = []

    def rarity(self, texts):
        return np.asarray([len(texts)], dtype=np.float32) if self.able else None

    def encode_twice(self, texts, rarity):
        self.read.extend(texts)
        return self.encode(texts), np.asarray([[len(text), rarity[0]] for text in texts], dtype=np.float32)


def silent(*_):
    pass


def test_both_readings_are_made_at_once_in_the_order_of_the_texts():
    encoder = Twice()
    readings = Readings(TEXTS, encoder, silent, twice=True)
    assert np.array_equal(readings.vectors, HashingEncoder(16).encode(TEXTS))
    assert sorted(encoder.read) == sorted(TEXTS)
    rows = np.asarray([3, 0])
    assert readings.second(rows).tolist() == [[len(TEXTS[row]), len(TEXTS)] for row in rows]
    assert len(encoder.read) == len(TEXTS)


def test_the_second_reading_is_made_for_the_rows_that_are_asked_for():
    encoder = Twice()
    readings = Readings(TEXTS, encoder, silent)
    assert not encoder.read
    assert readings.second(np.asarray([4, 0])).tolist() == [[4, len(TEXTS)], [len(TEXTS[0]), len(TEXTS)]]
    assert sorted(encoder.read) == sorted([TEXTS[4], TEXTS[0]])


@pytest.mark.parametrize("encoder", [HashingEncoder(16), Twice(able=False)])
@pytest.mark.parametrize("twice", [True, False])
def test_an_encoder_that_cannot_has_no_second_reading(encoder, twice):
    readings = Readings(TEXTS, encoder, silent, twice=twice)
    assert np.array_equal(readings.vectors, HashingEncoder(16).encode(TEXTS))
    assert readings.second(np.asarray([0])) is None


def test_no_texts_have_no_readings():
    readings = Readings([], Twice(), silent, twice=True)
    assert readings.vectors.shape == (0, 16)
    assert readings.second(np.zeros(0, dtype=np.int64)) is None
    assert read_twice(TEXTS, [], Twice(), silent, "Reading") is None


def test_progress_is_told_from_nothing_to_all():
    told = []
    encode(TEXTS, HashingEncoder(16), lambda *said: told.append(said), "Step")
    assert told == [("Step", 0, 5), ("Step", 5, 5)]


def test_a_cache_keeps_the_first_reading_and_passes_the_second_on(tmp_path):
    encoder = Twice()
    cached = CachedEncoder(encoder, tmp_path)
    assert isinstance(cached, RereadingEncoder)
    cached.encode(TEXTS[:2])
    vectors, second = cached.encode_twice([*TEXTS, TEXTS[3]], cached.rarity(TEXTS))
    assert np.array_equal(vectors, HashingEncoder(16).encode([*TEXTS, TEXTS[3]]))
    assert second[:, 0].tolist() == [len(text) for text in (*TEXTS, TEXTS[3])]
    fresh = CachedEncoder(HashingEncoder(16), tmp_path)
    assert fresh._cache.read(np.asarray([b"none"], dtype="S16"))[0].tolist() == [False]
    assert np.array_equal(fresh.encode(TEXTS), vectors[:5])


def test_a_cache_over_an_encoder_without_a_second_reading_says_so(tmp_path):
    cached = CachedEncoder(HashingEncoder(16), tmp_path)
    assert cached.rarity(TEXTS) is None
    with pytest.raises(TypeError, match="no second reading"):
        cached.encode_twice(TEXTS, np.zeros(1, dtype=np.float32))
