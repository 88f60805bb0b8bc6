"""Reads Parquet, one batch of rows at a time."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from verbatim.errors import InputError
from verbatim.ingest.rows import RawRow, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from verbatim.ingest.rows import Cell, Meter

BATCH_ROWS = 4096


def columns(path: Path) -> tuple[str, ...]:
    """The names of the top-level columns.

    Raises:
        InputError: damaged, or without rows.
    """
    file = _opened(path)
    with file:
        if not file.metadata.num_rows:
            raise InputError(f"{path} has columns but no rows; export it again")
        return tuple(file.schema_arrow.names)


def read(path: Path, meter: Meter) -> Iterator[RawRow]:
    """Rows counted from 1. Times stay times; everything else becomes text."""
    number = 0
    file = _opened(path)
    with file:
        meter.unit, meter.total = "rows", file.metadata.num_rows
        try:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                cells = [_column(column) for column in batch.columns]
                for row in zip(*cells, strict=True):
                    number += 1
                    yield RawRow(number, list(row))
        except (pa.ArrowException, OSError) as error:
            raise InputError(
                f"{path} is damaged behind row {number:,}: {error}; rows read before stay stored"
            ) from error


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} is not a readable Parquet file: {error}") from error


def _column(column: pa.Array) -> list[Cell]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return [_cell(value) for value in column.to_pylist()]


def _cell(value: object) -> Cell:
    if isinstance(value, (str, datetime)):
        return value
    if value is None or isinstance(value, (bool, float)):
        return plain_text(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return (
        json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
        if isinstance(value, (dict, list))
        else str(value)
    )
