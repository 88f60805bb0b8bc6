"""Bulk upsert: many rows into one table with one statement, and exact counts of what changed.

SQLite gets ``INSERT … ON CONFLICT DO UPDATE … WHERE something differs`` once per row from a prepared statement;
PostgreSQL gets the chunk as one array per column. Neither passes through SQLAlchemy's row-wise processing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    DateTime,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB

from verbatim.storage.columns import UtcDateTime, binder
from verbatim.storage.tables import reject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.sql.base import ReadOnlyColumnCollection
    from sqlalchemy.types import TypeEngine

# Bookkeeping: a row that differs in nothing else is unchanged.
NOT_COMPARED = frozenset({"batch_id"})


@dataclass(frozen=True, slots=True)
class Changes:
    """What a write did, in rows of tables: new, changed, and identical to what was there."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Changes) -> Changes:
        return Changes(self.inserted + other.inserted, self.updated + other.updated, self.unchanged + other.unchanged)


def upsert_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any]
) -> Changes:
    """Write ``rows`` whole (a column that a row leaves out becomes the default, else null).

    The last of several rows with one key wins; rows that differ from the stored one in ``batch_id`` only are left
    as they are, batch and all, so that the state depends on the rows alone.

    Raises:
        ValueError: a row with a column that the table does not have, or a naive datetime.
    """
    if not rows:
        return Changes()
    bound = _bound(table, rows, defaults, connection.dialect.name)
    if connection.dialect.name == "sqlite":
        return _into_sqlite(connection, table, bound)
    return _into_postgresql(connection, table, bound)


def _bound(
    table: Table, rows: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any], dialect: str
) -> list[tuple[Any, ...]]:
    """One tuple a key, in the order of the keys: the same chunk gives the same writes, and B-trees fill in order."""
    binds = [(col.name, binder(col, dialect), defaults.get(col.name)) for col in table.columns]
    _refuse_unknown(table, rows)
    key_at = [i for i, col in enumerate(table.columns) if col.primary_key]
    by_key: dict[Any, tuple[Any, ...]] = {}
    for row in rows:
        values = tuple([bind(row.get(name, default)) for name, bind, default in binds])
        by_key[values[0] if key_at == [0] else tuple([values[i] for i in key_at])] = values
    return [by_key[key] for key in sorted(by_key)]


def _refuse_unknown(table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    known = table.columns.keys()
    names = frozenset(known)
    for row in rows:
        if not row.keys() <= names:
            raise ValueError(f"table {table.name} has no column {min(set(row) - names)!r}; it has {', '.join(known)}")


def _into_sqlite(connection: Connection, table: Table, bound: list[tuple[Any, ...]]) -> Changes:
    """Keys that exist are counted first: the transaction holds the only write lock, so the count stays true."""
    keys = [i for i, col in enumerate(table.columns) if col.primary_key]
    existing = connection.execute(_sqlite_known(table), {"keys": json.dumps([[row[i] for i in keys] for row in bound])})
    known = existing.scalar_one()
    written = connection.exec_driver_sql(_sqlite_upsert(table), bound).rowcount
    inserted = len(bound) - known
    return Changes(inserted, written - inserted, len(bound) - written)


def _into_postgresql(connection: Connection, table: Table, bound: list[tuple[Any, ...]]) -> Changes:
    arrays = dict(zip(table.columns.keys(), map(list, zip(*bound, strict=True)), strict=True))
    inserted, updated = connection.execute(_postgresql_upsert(table), arrays).one()
    return Changes(inserted, updated, len(bound) - inserted - updated)


@lru_cache
def _sqlite_known(table: Table) -> Select[Any]:
    keys = func.json_each(bindparam("keys", type_=Text)).table_valued(column("value", Text), name="incoming")
    same = [col == func.json_extract(keys.c.value, f"$[{i}]") for i, col in enumerate(table.primary_key)]
    return select(func.count()).select_from(keys.join(table, and_(*same)))


@lru_cache
def _sqlite_upsert(table: Table) -> str:
    statement = sqlite.insert(table)
    updated, differs = _differences(table, statement.excluded)
    keys = list(table.primary_key)
    if updated:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=updated, where=differs)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))


@lru_cache
def _postgresql_upsert(table: Table) -> Select[Any, Any]:
    arrays = [bindparam(col.name, type_=ARRAY(_element(col))) for col in table.columns]
    names = table.columns.keys()
    incoming = func.unnest(*arrays).table_valued(*[column(col.name, _element(col)) for col in table.columns])
    incoming = incoming.render_derived("incoming")
    values = [
        cast(incoming.c[col.name], JSONB) if isinstance(col.type, JSON) else incoming.c[col.name]
        for col in table.columns
    ]
    statement = postgresql.insert(table).from_select(names, select(*values))
    updated, differs = _differences(table, statement.excluded)
    keys = list(table.primary_key)
    if updated:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=updated, where=differs)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    # xmax is the transaction that replaced a row's older version: zero where there was none.
    written = statement.returning(literal_column("(xmax = 0)", Boolean).label("fresh")).cte("written")
    fresh = func.count().filter(written.c.fresh)
    return select(fresh, func.count().filter(~written.c.fresh)).select_from(written)


def _differences(table: Table, excluded: ReadOnlyColumnCollection[str, Any]) -> tuple[dict[str, Any], Any]:
    """What an update sets, and the condition under which it is worth writing."""
    columns = [col for col in table.columns if not col.primary_key]
    # The batch that last saw a reject tells which rejects of a file are left over, so there it counts.
    ignored = frozenset[str]() if table is reject else NOT_COMPARED
    differs = or_(false(), *[col.is_distinct_from(excluded[col.name]) for col in columns if col.name not in ignored])
    return {col.name: excluded[col.name] for col in columns}, differs


def _element(col: Column[Any]) -> TypeEngine[Any]:
    if isinstance(col.type, UtcDateTime):
        return DateTime(timezone=True)
    return Text() if isinstance(col.type, JSON | String) else col.type
