"""The tables of a theme model as Parquet.

- ``assignments``: ``comment_id``, ``start``, ``end``, ``theme_id``, ``similarity``, ``margin``, ``sentiment``.
- ``themes``: ``id``, ``parent_id``, ``kind``, ``name``, ``size``, ``keywords``, ``quotes``, ``description``,
  ``least_similarity``.
- ``texts``: ``text_key`` (BLAKE2b of the text), ``theme_id`` as the machine placed it, ``comments``, ``waiting``.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from verbatim.domain import Assignment
from verbatim.themes.model import PlacedTexts

if TYPE_CHECKING:
    from verbatim.themes.model import ThemeModel
    from verbatim.themes.prototypes import ThemeArtifact

ASSIGNMENTS = pa.schema(
    [
        ("comment_id", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("theme_id", pa.string()),
        ("similarity", pa.float64()),
        ("margin", pa.float64()),
        ("sentiment", pa.float64()),
    ]
)
THEMES = pa.schema(
    [
        ("id", pa.string()),
        ("parent_id", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("size", pa.int64()),
        ("keywords", pa.list_(pa.string())),
        ("quotes", pa.list_(pa.string())),
        ("quote_kinds", pa.list_(pa.string())),
        ("description", pa.string()),
        ("least_similarity", pa.float64()),
    ]
)
TEXTS = pa.schema(
    [("text_key", pa.string()), ("theme_id", pa.string()), ("comments", pa.int64()), ("waiting", pa.bool_())]
)


def assignment_bytes(model: ThemeModel) -> bytes:
    """The assignments of ``model`` as a Parquet file."""
    entries = model.assignments
    columns = {field.name: [getattr(entry, field.name) for entry in entries] for field in ASSIGNMENTS}
    return _written(pa.table(columns, schema=ASSIGNMENTS))


def theme_bytes(model: ThemeModel, artifact: ThemeArtifact) -> bytes:
    """The themes of ``model`` as a Parquet file."""
    columns = {field.name: [getattr(theme, field.name) for theme in model.themes] for field in list(THEMES)[:-1]}
    return _written(pa.table({**columns, "least_similarity": artifact.least.round(6)}, schema=THEMES))


def text_bytes(model: ThemeModel) -> bytes:
    """Where ``model`` placed each text, as a Parquet file; without rows where it does not say."""
    known = model.texts or PlacedTexts.of(())
    columns = {
        "text_key": list(known.keys),
        "theme_id": list(known.themes),
        "comments": known.counts,
        "waiting": known.waiting,
    }
    return _written(pa.table(columns, schema=TEXTS))


def read_assignments(content: bytes) -> tuple[Assignment, ...]:
    """What `assignment_bytes` wrote."""
    columns = [pq.read_table(BytesIO(content))[field.name].to_pylist() for field in ASSIGNMENTS]
    names = ASSIGNMENTS.names
    return tuple(Assignment(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True))


def read_texts(content: bytes) -> PlacedTexts:
    """What `text_bytes` wrote."""
    table = pq.read_table(BytesIO(content))
    return PlacedTexts(
        tuple(table["text_key"].to_pylist()),
        tuple(table["theme_id"].to_pylist()),
        np.asarray(table["comments"].to_numpy(), dtype=np.int64),
        np.asarray(table["waiting"].to_numpy(zero_copy_only=False), dtype=np.bool_),
    )


def _written(table: pa.Table) -> bytes:
    sink = BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()
