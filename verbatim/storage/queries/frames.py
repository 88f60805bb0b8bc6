"""From a statement to a pandas frame with the same dtypes on every database.

Text is ``object`` (``None`` where nothing is known), numbers are ``float64`` (NaN) or ``int64``, nullable whole
numbers ``Int64``, truth values ``boolean``, times ``datetime64[us, UTC]`` (NaT), JSON a parsed Python value.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import JSON, BigInteger, Boolean, Float, Integer, String, type_coerce

from verbatim.storage.columns import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Select


def read(connection: Connection, statement: Select[Any]) -> pd.DataFrame:
    """Run ``statement``; one column for each selected one, in its order, also where no row comes back."""
    columns = list(statement.selected_columns)
    sqlite = connection.dialect.name == "sqlite"
    fetched = connection.execute(statement.with_only_columns(*[_raw(column, sqlite) for column in columns])).all()
    values = list(zip(*fetched, strict=True)) if fetched else [()] * len(columns)
    return pd.DataFrame({column.name: _series(column, found) for column, found in zip(columns, values, strict=True)})


def expanded(frame: pd.DataFrame) -> pd.DataFrame:
    """Replace the column ``segments`` by one column a segment, in the order of their names.

    A segment named like another column becomes ``segment_<name>``. Empty input keeps the other columns.
    """
    told = {id(segments): segments for segments in frame["segments"]}  # equal ones are often the same one
    canonical = {known: json.dumps(segments, sort_keys=True) for known, segments in told.items()}
    codes, distinct = pd.factorize(frame["segments"].map(lambda segments: canonical[id(segments)]))
    parsed = [json.loads(text) for text in distinct]
    rest = frame.drop(columns="segments")
    columns = {}
    for name in sorted({name for segments in parsed for name in segments}):
        found = np.empty(len(parsed), dtype=object)
        found[:] = [segments.get(name) for segments in parsed]
        columns[name] = found[codes]
    segments = pd.DataFrame(columns, index=rest.index, dtype=object)
    return side_by_side(rest, segments, list(columns))


def side_by_side(frame: pd.DataFrame, segments: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The columns of ``frame``, then those of ``segments`` as ``names``; one that is taken as ``segment_<name>``."""
    free = [f"segment_{name}" if name in frame.columns else name for name in names]
    return pd.concat([frame, segments.set_axis(pd.Index(free, dtype=object), axis=1)], axis=1)


def in_order(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Sorted by ``names``, nothing last, numbered from 0: databases collate text differently, pandas does not."""
    return frame.sort_values(list(names), kind="stable", na_position="last", ignore_index=True) if names else frame


def _raw(column: ColumnElement[Any], sqlite: bool) -> ColumnElement[Any]:
    """What to fetch so that conversion happens a column at a time: times of SQLite as numbers, its JSON as text."""
    if sqlite and isinstance(column.type, UtcDateTime):
        return type_coerce(column, BigInteger).label(column.name)
    if sqlite and isinstance(column.type, JSON):
        return type_coerce(column, String).label(column.name)
    return column


def _parsed(values: Sequence[Any]) -> list[Any]:
    """JSON of SQLite is text, of which each distinct one is parsed once; other databases' is parsed already."""
    known = {text: json.loads(text) for text in {value for value in values if isinstance(value, str)}}
    return [known[value] if isinstance(value, str) else value for value in values]


def _times(values: Sequence[Any]) -> pd.DatetimeIndex:
    if values and isinstance(next((value for value in values if value is not None), None), int):
        return pd.DatetimeIndex(pd.to_datetime(pd.array(list(values), dtype="Int64"), unit="us", utc=True)).as_unit(
            "us"
        )
    return pd.DatetimeIndex(pd.to_datetime(list(values), utc=True)).as_unit("us")


def _series(column: ColumnElement[Any], values: Sequence[Any]) -> pd.Series[Any]:
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return pd.Series(_times(values))
    if isinstance(kind, Boolean):
        return pd.Series(values, dtype="boolean")
    if isinstance(kind, Integer):
        return pd.Series(values, dtype="Int64" if getattr(column, "nullable", False) else "int64")
    if isinstance(kind, Float):
        return pd.Series(values, dtype="float64")
    return pd.Series(_parsed(values) if isinstance(kind, JSON) else values, dtype=object)
