"""The texts behind the assignments of a model, and their vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verbatim.themes.model import NO_DETAIL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Assignment
    from verbatim.protocols import Encoder


@dataclass(frozen=True, slots=True)
class Corpus:
    """Distinct texts in alphabetical order, ``vectors`` (m, d) theirs, unit rows.

    ``rows`` (n,) says which text each assignment of the model is about, -1 for one without detail.
    """

    texts: tuple[str, ...]
    vectors: NDArray[np.float32]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, assignments: Sequence[Assignment], texts: Mapping[str, str], encoder: Encoder) -> Corpus:
        """The texts of ``assignments``, cut to their spans out of ``texts`` by comment id, encoded.

        A comment in "No detail" has no vector, nor has one that ``texts`` lacks.
        """
        said = [_span(entry, texts) for entry in assignments]
        distinct = sorted({text for text in said if text is not None})
        place = {text: row for row, text in enumerate(distinct)}
        rows = np.asarray([-1 if text is None else place[text] for text in said], dtype=np.int64)
        vectors = encoder.encode(distinct) if distinct else np.zeros((0, encoder.dimension), dtype=np.float32)
        return cls(tuple(distinct), vectors, rows)


def _span(entry: Assignment, texts: Mapping[str, str]) -> str | None:
    text = texts.get(entry.comment_id)
    if text is None or entry.theme_id == NO_DETAIL:
        return None
    return text[entry.start : entry.end]
