"""Comments with their clauses and the vectors of both: what is matched to themes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verbatim.text.clauses import split_many_clauses
from verbatim.text.informative import is_informative

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from verbatim.protocols import Encoder

MOST_CLAUSES = 200  # of one comment are read: a pasted log is not a comment


@dataclass(frozen=True, slots=True)
class Pieces:
    """n comments, ``vectors`` (n, d), and their c clauses, ``clause_vectors`` (c, d), in the order of the comments.

    ``owner`` (c,) is the comment of a clause, ``starts`` and ``ends`` (c,) its characters; every comment has at least
    one clause.
    """

    vectors: NDArray[np.float32]
    owner: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    clause_vectors: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def first(self) -> NDArray[np.int64]:
        """The first clause of each comment, shape ``(n,)``."""
        return np.searchsorted(self.owner, np.arange(len(self.vectors))).astype(np.int64)

    def largest(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The largest of ``values`` (c, t) among each comment's clauses, shape ``(n, t)``."""
        if not len(self):
            return np.zeros((0, values.shape[1]))
        return np.asarray(np.maximum.reduceat(values, self.first, axis=0), dtype=np.float64)

    def rows(self, wanted: NDArray[np.bool_]) -> Pieces:
        """The comments where ``wanted`` (n,) is true."""
        kept = wanted[self.owner]
        number = np.cumsum(wanted) - 1
        return Pieces(
            self.vectors[wanted],
            number[self.owner[kept]],
            self.starts[kept],
            self.ends[kept],
            self.clause_vectors[kept],
        )

    def chunks(self, rows: int) -> Iterator[Pieces]:
        """The comments in groups of ``rows``, in order."""
        first = np.append(self.first, len(self.owner))
        for at in range(0, len(self), rows):
            until = min(at + rows, len(self))
            own = slice(int(first[at]), int(first[until]))
            yield Pieces(
                self.vectors[at:until],
                self.owner[own] - at,
                self.starts[own],
                self.ends[own],
                self.clause_vectors[own],
            )


def cut_into_pieces(texts: Sequence[str], encoder: Encoder, language: str = "en") -> Pieces:
    """Split ``texts`` into clauses and encode both; a comment of one clause is encoded once, blank ones count as one.

    A comment's first 200 clauses are read. Those without detail ("thank you") are left out where others have some.
    """
    spans = list(split_many_clauses(texts, language))
    owner, starts, ends = [], [], []
    for row, (text, found) in enumerate(zip(texts, spans, strict=True)):
        clauses = [(span.start, span.end) for span in found[:MOST_CLAUSES]] or [(0, len(text))]
        if len(clauses) > 1:
            clauses = [(start, end) for start, end in clauses if is_informative(text[start:end])] or clauses
        for start, end in clauses:
            owner.append(row)
            starts.append(start)
            ends.append(end)
    vectors = encoder.encode(list(texts))
    several = np.asarray([len(found) > 1 for found in spans], dtype=np.bool_)
    clause_vectors = vectors[owner]
    parts = [row for row, own in enumerate(owner) if several[own]]
    said = [texts[owner[row]][starts[row] : ends[row]] for row in parts]
    if said:
        clause_vectors[parts] = encoder.encode(said)
    places = [np.asarray(values, dtype=np.int64) for values in (owner, starts, ends)]
    return Pieces(vectors, places[0], places[1], places[2], clause_vectors)
