"""Comments that mean what somebody wrote, whatever their words: the nearest vectors of those that mining made.

Only comments whose text was mined or encoded (`encode_missing`) have a vector; `MeaningIndex.missing` says how many
have none. Up to `EXACT_ROWS` texts all cosines are computed. Beyond, they are first compared along the directions in
which they differ most (the leading eigenvectors of their second moments), which keeps the matrix that is read small,
and the best of these exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sqlalchemy import func, select

from verbatim.ingest.texts import TextDesk
from verbatim.storage.queries.browsing import ids_among, ids_of
from verbatim.storage.tables import comment, theme_model
from verbatim.themes.cache import CachedEncoder, VectorCache, folder_name, text_keys
from verbatim.themes.encode import find_encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Select

    from verbatim.protocols import Encoder
    from verbatim.settings import Settings
    from verbatim.storage.queries import CommentFilter
    from verbatim.storage.store import Store

EXACT_ROWS, DIRECTIONS, LEAST_AGAIN = 50_000, 96, 5_000
BLOCK_ROWS = 65_536
FEW_COMMENTS = 5_000  # that a filter leaves: these are compared, and no others
BATCH = 500
CHUNK_TEXTS = 2_048


@dataclass(frozen=True, slots=True)
class Similar:
    """A comment and the cosine of its text to what was asked."""

    comment_id: str
    cosine: float


class Nearest:
    """Unit ``vectors`` (n, d) to search in; kept in half precision."""

    def __init__(self, vectors: NDArray[np.float32], *, exact_rows: int = EXACT_ROWS) -> None:
        self.vectors = vectors.astype(np.float16)
        self._directions: NDArray[np.float32] | None = None
        if len(vectors) > exact_rows:
            moments = sum(vectors[at].T @ vectors[at] for at in _blocks(len(vectors)))
            leading = np.linalg.eigh(np.asarray(moments))[1][:, ::-1][:, :DIRECTIONS]
            self._directions = np.ascontiguousarray(leading, dtype=np.float32)
            self._projected = np.concatenate([vectors[at] @ self._directions for at in _blocks(len(vectors))])

    def best(self, vector: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The rows nearest to ``vector`` (d,), at most ``k``, best first, and their cosines."""
        rows = np.arange(len(self.vectors), dtype=np.int64)
        if self._directions is not None:
            about = self._projected @ (vector @ self._directions)
            rows = _largest(about, max(LEAST_AGAIN, 4 * k))
        cosines = self.cosines(vector, rows)
        order = _largest(cosines, k)
        order = order[np.lexsort((rows[order], -cosines[order]))]
        return rows[order], cosines[order]

    def cosines(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosines of ``rows``."""
        found = [self.vectors[rows[at]].astype(np.float32) @ vector for at in _blocks(len(rows))]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class CommentsVersion:
    """What tells one state of the comments from another: the active model, how many have detail, the newest."""

    model_id: str | None
    comments: int
    newest_at: datetime | None
    newest_id: str | None


@dataclass(frozen=True, slots=True)
class MeaningIndex:
    """The vectors of distinct texts, and which comments say them; keep it, and load it again where it is not `current`.

    ``ids`` (c,) are those of comments with a vector, sorted; ``rows`` (c,) the row of the text of each.
    """

    nearest: Nearest
    ids: NDArray[np.bytes_]
    rows: NDArray[np.int64]
    version: CommentsVersion
    cache: VectorCache
    segments: int
    encoder: Encoder
    desk: TextDesk

    @classmethod
    def load(cls, store: Store, settings: Settings, *, encoder: Encoder | None = None) -> Self:
        """Read the texts of the comments with detail, and the vectors that mining left in the cache.

        Raises:
            EncoderError: no embedding model was found.
            StorageError: the cache cannot be read.
        """
        encoder = find_encoder(settings.model) if encoder is None else encoder
        with store.reading() as connection:
            version = _version(connection)
            found = connection.execute(_with_detail()).all()
        number = {text: row for row, text in enumerate(dict.fromkeys(row.text for row in found))}
        cache = _cache(settings, encoder)
        segments = cache.segments()
        there, vectors = cache.read(text_keys(list(number)))
        place = np.cumsum(there) - 1
        of = np.asarray([number[row.text] for row in found], dtype=np.int64)
        known = there[of] if len(of) else np.zeros(0, dtype=np.bool_)
        ids = np.asarray([row.id for row in found], dtype="S32")
        desk = TextDesk(settings)
        return cls(Nearest(vectors[there]), ids[known], place[of[known]], version, cache, segments, encoder, desk)

    @property
    def missing(self) -> int:
        """How many comments with detail have no vector yet, since they were not mined; these are never found."""
        return max(self.version.comments - len(self.ids), 0)

    def current(self, store: Store) -> bool:
        """Whether nothing was mined since this was loaded, no comment came or went, and no missing vector was made.

        A comment whose text changed is not noticed.
        """
        if self.missing and self.cache.segments() != self.segments:
            return False
        with store.reading() as connection:
            return _version(connection) == self.version

    def similar(self, store: Store, text: str, wanted: CommentFilter, *, k: int = 20) -> list[Similar]:
        """The ``k`` comments that ``wanted`` lets through whose texts are nearest to ``text``, best first.

        Empty where nothing is left of ``text`` after redaction. Raises what `comment_page` raises.
        """
        asked = self.desk.redacted(text)
        if not asked or not len(self.ids):
            return []
        vector = np.asarray(self.encoder.encode([asked])[0], dtype=np.float32)
        few = ids_of(store, wanted, most=FEW_COMMENTS)
        if few is not None:
            return self._ranked(vector, few)[:k]
        found: list[Similar] = []
        for batch in self._candidates(vector, k):
            allowed = ids_among(store, wanted, [one.comment_id for one in batch])
            found += [one for one in batch if one.comment_id in allowed]
            if len(found) >= k:
                break
        return found[:k]

    def _ranked(self, vector: NDArray[np.float32], ids: Sequence[str]) -> list[Similar]:
        asked = np.asarray(sorted(ids), dtype="S32")
        places = np.searchsorted(self.ids, asked).clip(max=len(self.ids) - 1)
        places = places[self.ids[places] == asked]
        return self._similar(places, self.nearest.cosines(vector, self.rows[places]))

    def _candidates(self, vector: NDArray[np.float32], k: int) -> Iterator[list[Similar]]:
        """Comments by nearness, each once: those of the nearest texts, then, where they do not suffice, the others."""
        texts = len(self.nearest.vectors)
        rows, near = self.nearest.best(vector, max(BATCH, k))
        seen = np.zeros(texts, dtype=np.bool_)
        by_row = np.zeros(texts, dtype=np.float32)
        seen[rows], by_row[rows] = True, near
        yield from self._batches(np.flatnonzero(seen[self.rows]), by_row)
        rest = np.flatnonzero(~seen)
        by_row[rest] = self.nearest.cosines(vector, rest)
        yield from self._batches(np.flatnonzero(~seen[self.rows]), by_row)

    def _batches(self, places: NDArray[np.int64], by_row: NDArray[np.float32]) -> Iterator[list[Similar]]:
        ranked = self._similar(places, by_row[self.rows[places]])
        return (ranked[at : at + BATCH] for at in range(0, len(ranked), BATCH))

    def _similar(self, places: NDArray[np.int64], cosines: NDArray[np.float32]) -> list[Similar]:
        order = np.lexsort((self.ids[places], -cosines))
        return [Similar(self.ids[places[row]].decode(), float(cosines[row])) for row in order]


def encode_missing(
    store: Store, settings: Settings, *, encoder: Encoder | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:  # fmt: skip
    """Make the vectors of the comments with detail that have none yet; gives how many distinct texts these were.

    ``progress`` is called with how many are done and of how many. What was made stays when this is stopped.

    Raises:
        EncoderError: no embedding model was found.
        StoreFullError: the cache cannot be written.
    """
    encoder = find_encoder(settings.model) if encoder is None else encoder
    with store.reading() as connection:
        texts = list(dict.fromkeys(row.text for row in connection.execute(_with_detail())))
    there, _ = _cache(settings, encoder).read(text_keys(texts))
    missing = [text for text, known in zip(texts, there, strict=True) if not known]
    cached = CachedEncoder(encoder, settings.home / "cache" / "vectors")
    for first in range(0, len(missing), CHUNK_TEXTS):
        chunk = missing[first : first + CHUNK_TEXTS]
        cached.encode(chunk)
        if progress is not None:
            progress(first + len(chunk), len(missing))
    return len(missing)


def _cache(settings: Settings, encoder: Encoder) -> VectorCache:
    return VectorCache(settings.home / "cache" / "vectors" / folder_name(encoder.id), encoder.dimension)


def _with_detail() -> Select[Any]:
    return select(comment.c.id, comment.c.text).where(comment.c.informative).order_by(comment.c.id)


def _version(connection: Connection) -> CommentsVersion:
    model_id = connection.execute(select(theme_model.c.id).where(theme_model.c.active)).scalar()
    number = connection.execute(select(func.count()).where(comment.c.informative)).scalar_one()
    latest = select(comment.c.occurred_at, comment.c.id).where(comment.c.occurred_at.is_not(None))
    newest = connection.execute(latest.order_by(comment.c.occurred_at.desc(), comment.c.id.desc()).limit(1)).first()
    at, key = (None, None) if newest is None else (newest.occurred_at, newest.id)
    return CommentsVersion(model_id, int(number), at, key)


def _largest(values: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """The places of the ``k`` largest, in any order."""
    if k >= len(values):
        return np.arange(len(values), dtype=np.int64)
    return np.asarray(np.argpartition(values, len(values) - k)[len(values) - k :], dtype=np.int64)


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(at, at + BLOCK_ROWS) for at in range(0, rows, BLOCK_ROWS))
