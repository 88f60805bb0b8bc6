from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbatim.errors import StoreFullError
from verbatim.themes import cache
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.hashing import HashingEncoder


class CountingEncoder(HashingEncoder):
    """Remembers what it was asked to encode."""

    def __init__(self, dimension: int = 32) -> None:
        super().__init__(dimension)
        self.asked: list[str] = []

    def encode(self, texts):
        self.asked.extend(texts)
        return super().encode(texts)


@settings(max_examples=30)
@given(first=st.lists(st.text(max_size=6), max_size=12), second=st.lists(st.text(max_size=6), max_size=12))
def test_cached_vectors_are_those_of_the_encoder_and_only_new_texts_are_encoded(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("cache")
    plain, counting = HashingEncoder(32), CountingEncoder()
    assert np.array_equal(CachedEncoder(counting, folder).encode(first), plain.encode(first))
    assert sorted(counting.asked) == sorted(set(first))
    counting.asked.clear()
    assert np.array_equal(CachedEncoder(counting, folder).encode(second), plain.encode(second))
    assert sorted(counting.asked) == sorted(set(second) - set(first))


def test_another_encoder_gets_its_own_vectors(tmp_path):
    CachedEncoder(HashingEncoder(32), tmp_path).encode(["a", "b"])
    other = CountingEncoder(16)
    assert CachedEncoder(other, tmp_path).encode(["a"]).shape == (1, 16)
    assert other.asked == ["a"]


@pytest.mark.parametrize("kind", ["vectors", "keys"])
@pytest.mark.parametrize("damage", ["truncated", "zeroed", "emptied", "removed"])
def test_damaged_files_are_computed_again_and_reported(tmp_path, caplog, kind, damage):
    texts = [f"text {n}" for n in range(50)]
    CachedEncoder(CountingEncoder(), tmp_path).encode(texts)
    (file,) = tmp_path.rglob(f"*.{kind}.npy")
    content = file.read_bytes()
    if damage == "removed":
        file.unlink()
    else:
        file.write_bytes(
            {"truncated": content[:-70], "zeroed": content[:200] + bytes(len(content) - 200), "emptied": b""}[damage]
        )
    counting = CountingEncoder()
    with caplog.at_level(logging.WARNING):
        vectors = CachedEncoder(counting, tmp_path).encode(texts)
    assert np.array_equal(vectors, HashingEncoder(32).encode(texts))
    assert counting.asked
    if (kind, damage) not in {("keys", "removed"), ("keys", "zeroed")}:  # looks like a segment that was never finished
        assert "damaged" in caplog.text
    assert "text 1" not in caplog.text
    healed = CountingEncoder()
    CachedEncoder(healed, tmp_path).encode(texts)
    assert healed.asked == []


def test_a_pickle_in_the_cache_is_not_loaded(tmp_path):
    cached = CachedEncoder(CountingEncoder(), tmp_path)
    cached.encode(["a"])
    (keys,) = tmp_path.rglob("*.keys.npy")
    np.save(keys, np.asarray([{"an": "object"}], dtype=object), allow_pickle=True)
    counting = CountingEncoder()
    CachedEncoder(counting, tmp_path).encode(["a"])
    assert counting.asked == ["a"]


def test_a_killed_process_loses_one_chunk_at_most(tmp_path):
    script = f"""
import os, signal
from pathlib import Path
from verbatim.themes import cache
from verbatim.themes.hashing import HashingEncoder
cache.CHUNK_ROWS = 10
class Dying(HashingEncoder):
    calls = 0
    def encode(self, texts):
        Dying.calls += 1
        if Dying.calls == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts)
cache.CachedEncoder(Dying(32), Path({str(tmp_path)!r})).encode([f"text {{n:03d}}" for n in range(100)])
"""
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -signal.SIGKILL
    counting = CountingEncoder()
    texts = [f"text {n:03d}" for n in range(100)]
    vectors = CachedEncoder(counting, tmp_path).encode(texts)
    assert len(counting.asked) == 70
    assert np.array_equal(vectors, HashingEncoder(32).encode(texts))


def test_two_encoders_over_one_folder_see_each_others_vectors(tmp_path):
    first, second = CachedEncoder(HashingEncoder(32), tmp_path), CountingEncoder()
    other = CachedEncoder(second, tmp_path)
    first.encode(["a", "b"])
    other.encode(["a", "b", "c"])
    assert second.asked == ["c"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreFullError, match=str(tmp_path)):
        CachedEncoder(HashingEncoder(32), tmp_path).encode(["a"])


def test_a_full_disk_is_an_error_that_names_the_folder(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.os, "fsync", full)
    with pytest.raises(StoreFullError, match="No space left"):
        CachedEncoder(HashingEncoder(32), tmp_path).encode(["a"])
    assert not list(tmp_path.rglob("*.npy*"))
