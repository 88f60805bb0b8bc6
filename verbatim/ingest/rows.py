"""The rows of a file before they mean anything, and how far its reading has come.

Every reader yields ``RawRow`` and ``BadRow`` in the order of the file; nothing of a file is dropped in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Cell = str | datetime  # "" is blank; datetimes come from typed files (XLSX, Parquet) and may be naive


class RawRow(NamedTuple):
    """One row; ``number`` is the line of the file it begins in (XLSX: the sheet's row, Parquet: from 1)."""

    number: int
    cells: Sequence[Cell]  # one a column of the layout


class BadRow(NamedTuple):
    """A row that cannot be read, with what can be shown of it."""

    number: int
    reason: str
    column: str | None = None
    value: str = ""


@dataclass(slots=True)
class Meter:
    """How far a reader has come, in ``unit``; ``total`` is ``None`` where the file does not say."""

    unit: str = "bytes"
    total: int | None = None
    rows_done: int = 0
    _stream: IO[bytes] | None = field(default=None, repr=False)

    def watch(self, stream: IO[bytes], total: int) -> None:
        """Count in bytes of the (compressed) file."""
        self.unit, self._stream, self.total = "bytes", stream, total

    @property
    def done(self) -> int:
        """Bytes or rows behind the reader."""
        if self.unit == "rows" or self._stream is None:
            return self.rows_done
        return (self.total or 0) if self._stream.closed else self._stream.tell()


def plain_text(value: float | bool | None) -> str:
    """A typed value as a person would have written it: ``5.0`` is ``"5"``, nothing and NaN are ``""``."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
