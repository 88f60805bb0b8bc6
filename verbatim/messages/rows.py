"""Writing rows that must come to be once: the first writer wins, and knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Table


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert the rows whose ``id`` is not there yet; gives the ids of those that were not.

    Safe among processes: of two that insert the same row, one gets its id. Rows have the same columns, all of one id
    the same content.
    """
    if not rows:
        return set()
    distinct = {row["id"]: dict(row) for row in rows}
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).on_conflict_do_nothing(index_elements=["id"]).returning(table.c.id)
    # In one order in every process: PostgreSQL's transactions that wait for each other's rows would deadlock.
    ordered = [distinct[key] for key in sorted(distinct)]
    return set(connection.execute(statement, ordered).scalars())
