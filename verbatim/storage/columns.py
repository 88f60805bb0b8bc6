"""The column types of the store, and how a Python value becomes what a driver binds.

Bulk writes bind values here, column by column, instead of in SQLAlchemy's row-wise processing, which costs more
than SQLite itself. Both ways give the same bytes; a contract test compares them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, Float, Integer, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

    Bind = Callable[[Any], Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Flat = JSON().with_variant(JSONB(), "postgresql")
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: refuses naive datetimes, gives back aware UTC on every database.

    PostgreSQL keeps it as ``timestamptz``, SQLite as whole microseconds since 1970 (half the size of text, and
    comparable without parsing).
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Integers on SQLite."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | int | None:
        """Convert to what the database keeps."""
        return microseconds(value) if dialect.name == "sqlite" else moment(value)

    def process_result_value(self, value: datetime | int | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC."""
        if value is None:
            return None
        return EPOCH + timedelta(microseconds=value) if isinstance(value, int) else value.astimezone(UTC)


def moment(value: datetime | None) -> datetime | None:
    """``value`` as a plain aware datetime in UTC; pandas' NaT is ``None``.

    Raises:
        ValueError: a naive datetime.
    """
    if value is None or value != value:  # NaT differs from itself
        return None
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}: every time in the store carries its time zone")
    if type(value) is not datetime:  # pandas.Timestamp, whose arithmetic is slow
        value = _plain(value)
    return value.astimezone(UTC)


def microseconds(value: datetime | None) -> int | None:
    """Whole microseconds since 1970 in UTC."""
    if type(value) is datetime and value.tzinfo is UTC:  # the usual case, without a further call
        return (value - EPOCH) // MICROSECOND
    value = moment(value)
    return None if value is None else (value - EPOCH) // MICROSECOND


def flat_text(value: object) -> str:
    """Canonical JSON: sorted keys, no spaces, no NUL (PostgreSQL has none); ``None`` is an empty object.

    Raises:
        ValueError: NaN or infinity inside.
    """
    if not value:
        return "{}" if value is None or isinstance(value, dict) else _encode(value)
    text = _encode(value)
    return _clean(text.replace("\\u0000", "") if "\\u0000" in text else text)


def binder(column: Column[Any], dialect: str) -> Bind:
    """The function that turns a value of ``column`` into what the driver of ``dialect`` binds."""
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return microseconds if dialect == "sqlite" else moment
    if isinstance(kind, JSON):
        return flat_text
    for type_, bind in ((Boolean, _boolean), (Integer, _integer), (Float, _number), (String, _text)):
        if isinstance(kind, type_):
            return bind
    raise TypeError(f"no way to bind {column!r} of type {kind!r}")


def _plain(value: datetime) -> datetime:
    return datetime(
        value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond, value.tzinfo
    )


def _text(value: str | None) -> str | None:
    if value is None or (type(value) is str and value.isascii() and "\x00" not in value):  # the usual cases
        return value
    return _clean(str(value))


def _clean(text: str) -> str:
    if "\x00" in text:
        text = text.replace("\x00", "")
    # Lone surrogates cannot be encoded by any driver.
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _number(value: float | None) -> float | None:
    return None if value is None or value != value else float(value)


def _integer(value: int | None) -> int | None:
    return None if value is None else int(value)


def _boolean(value: bool | None) -> bool | None:
    return None if value is None else bool(value)
