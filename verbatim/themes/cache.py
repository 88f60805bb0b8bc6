"""Vectors on disk, keyed by text and encoder: mining again encodes only what is new.

A cache is a folder of segments that never change once written. A segment is a pair of files, ``<name>.vectors.npy``
and ``<name>.keys.npy``; the keys are renamed into place last, so a segment exists whole or not at all,
also when the process is killed or two processes write at once.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from verbatim.domain import stable_key
from verbatim.errors import StorageError, StoreFullError
from verbatim.protocols import RereadingEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Encoder

log = logging.getLogger(__name__)

KEY_BYTES = 16
CHUNK_ROWS = 2048
LENGTH_TOLERANCE = 1e-3  # a stored row whose length is further from 1 was damaged

Keys = np.ndarray[tuple[int], np.dtype[np.bytes_]]


class CachedEncoder:
    """Implements ``protocols.Encoder`` over another one; vectors are kept in ``folder/<encoder id>``."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self._encoder = encoder
        self._cache = VectorCache(folder / folder_name(encoder.id), encoder.dimension)

    @property
    def id(self) -> str:
        """The id of the encoder beneath."""
        return self._encoder.id

    @property
    def dimension(self) -> int:
        """The number of columns of a vector."""
        return self._encoder.dimension

    @property
    def vocabulary(self) -> frozenset[str]:
        """The words that the encoder beneath knows; empty where it does not say."""
        return getattr(self._encoder, "vocabulary", frozenset())

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape ``(len(texts), dimension)``; what is not yet kept is encoded, each distinct text once.

        A chunk is kept as soon as it is encoded, so a killed process loses one chunk at most.
        """
        keys = text_keys(texts)
        found, vectors = self._cache.read(keys)
        missing = np.flatnonzero(~found)
        _, first, inverse = np.unique(keys[missing], return_index=True, return_inverse=True)
        new = [texts[int(row)] for row in missing[first]]
        distinct = sorted(range(len(new)), key=lambda i: (len(new[i]), new[i]))
        fresh = np.zeros((len(first), self.dimension), dtype=np.float32)
        for start in range(0, len(distinct), CHUNK_ROWS):
            chunk = distinct[start : start + CHUNK_ROWS]
            rows = missing[first[chunk]]
            fresh[chunk] = self._encoder.encode([texts[int(row)] for row in rows])
            self._cache.write(keys[rows], fresh[chunk])
        vectors[missing] = fresh[inverse]
        return vectors

    def rarity(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """How rare the tokens of ``texts`` are; ``None`` where the encoder beneath has no second reading."""
        return self._encoder.rarity(texts) if isinstance(self._encoder, RereadingEncoder) else None

    def encode_twice(
        self, texts: Sequence[str], rarity: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Both readings; the vectors of the first are kept, the second is made anew each time.

        Raises:
            TypeError: the encoder beneath has none; ``rarity`` has told so.
        """
        if not isinstance(self._encoder, RereadingEncoder):
            raise TypeError(f"{self.id} has no second reading")
        keys = text_keys(texts)
        found, vectors = self._cache.read(keys)
        fresh, stressed = self._encoder.encode_twice(texts, rarity)
        new = ~found
        vectors[new] = fresh[new]
        _, first = np.unique(keys[new], return_index=True)
        if len(first):
            self._cache.write(keys[new][first], fresh[new][first])
        return vectors, stressed


class VectorCache:
    """Vectors of one encoder in one folder; only keys are held in memory, vectors are read where they lie."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._dimension = dimension
        self._segments: dict[str, Keys] = {}

    def read(self, keys: Keys) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Which of ``keys`` are kept, shape ``(n,)``, and their vectors ``(n, d)``, zeros where not.

        A damaged segment counts as absent and is reported in the log.
        """
        self._find_segments()
        found = np.zeros(len(keys), dtype=np.bool_)
        vectors = np.zeros((len(keys), self._dimension), dtype=np.float32)
        for name in sorted(self._segments):
            open_rows = np.flatnonzero(~found)
            if not len(open_rows):
                break
            stored = self._segments[name]
            place = np.searchsorted(stored, keys[open_rows]).clip(max=len(stored) - 1)
            hit = stored[place] == keys[open_rows]
            if hit.any():
                rows = open_rows[hit]
                found[rows] = self._read_segment(name, place[hit], vectors, rows)
        return found, vectors

    def segments(self) -> int:
        """How many segments lie in the folder: it grows whenever vectors are added."""
        return sum(1 for _ in self._folder.glob("*.keys.npy"))

    def write(self, keys: Keys, vectors: NDArray[np.float32]) -> None:
        """Keep ``vectors`` (n, d) under ``keys`` (n,), distinct.

        Raises:
            StoreFullError: no space, or the folder cannot be written to.
        """
        order = np.argsort(keys)
        name = stable_key(*(bytes(key).hex() for key in keys[order]))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write_array(self._folder / f"{name}.vectors.npy", vectors[order])
            _write_array(self._folder / f"{name}.keys.npy", keys[order])
        except OSError as error:
            raise StoreFullError(f"the embedding cache {self._folder} cannot be written: {error.strerror}") from error
        self._segments[name] = keys[order]

    def _find_segments(self) -> None:
        for path in self._folder.glob("*.keys.npy"):
            name = path.name.removesuffix(".keys.npy")
            if name not in self._segments:
                keys = _load_array(path)
                if keys is not None and keys.ndim == 1 and keys.dtype == f"S{KEY_BYTES}" and len(keys):
                    self._segments[name] = keys.astype(f"S{KEY_BYTES}", copy=False).ravel()
                else:
                    self._drop(name)

    def _read_segment(
        self, name: str, places: NDArray[np.int64], vectors: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> bool:
        """Copy the segment's ``places`` into ``vectors[rows]``, and say whether it was sound."""
        path = self._folder / f"{name}.vectors.npy"
        stored = _load_array(path)
        if stored is None or stored.shape != (len(self._segments[name]), self._dimension):
            self._drop(name)
            return False
        read = np.asarray(stored[places], dtype=np.float32)
        with np.errstate(invalid="ignore", over="ignore"):
            sound = np.abs(np.linalg.norm(read, axis=1) - 1) < LENGTH_TOLERANCE
        if not sound.all():
            self._drop(name)
            return False
        vectors[rows] = read
        return True

    def _drop(self, name: str) -> None:
        """Forget a damaged segment; what was in it is encoded and written again."""
        log.warning("cached vectors in %s are damaged (segment %s) and are computed again", self._folder, name)
        self._segments.pop(name, None)
        for kind in ("keys", "vectors"):
            (self._folder / f"{name}.{kind}.npy").unlink(missing_ok=True)


def text_keys(texts: Sequence[str]) -> Keys:
    """One 16-byte key a text: BLAKE2b of its UTF-8 bytes; shape ``(n,)``."""
    digests = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest() for text in texts]
    return np.frombuffer(b"".join(digests), dtype=f"S{KEY_BYTES}")


def _write_array(path: Path, array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            np.save(stream, array, allow_pickle=False)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _load_array(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]] | None:
    """The array in a file, memory-mapped if it holds vectors; ``None`` where the file is damaged or gone."""
    try:
        loaded = np.load(path, mmap_mode="r" if path.name.endswith(".vectors.npy") else None, allow_pickle=False)
    except (ValueError, EOFError, FileNotFoundError):
        return None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error
    return np.asarray(loaded) if not isinstance(loaded, np.memmap) else loaded


def folder_name(encoder_id: str) -> str:
    """Where the vectors of an encoder are, below ``cache/vectors``."""
    return f"{re.sub(r'[^A-Za-z0-9.@-]+', '_', encoder_id)}-{stable_key(encoder_id)[:8]}"
