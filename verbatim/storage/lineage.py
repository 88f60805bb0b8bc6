"""What outlives a theme model: the registry of theme ids, and the edits people made.

Writes inside the transactions of `verbatim.storage.store`; `verbatim.storage.queries.identity` reads.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text, update

from verbatim.errors import NotFoundError
from verbatim.storage.tables import theme_edit, theme_registry
from verbatim.storage.upsert import upsert_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    Row = Mapping[str, Any]


def number_of(theme_id: str) -> int | None:
    """The number of a permanent id; ``None`` for an id that people gave.

    >>> number_of("T017"), number_of("billing")
    (17, None)
    """
    numbered = re.fullmatch(r"T(\d{1,9})", theme_id)
    return int(numbered[1]) if numbered else None


def register_themes(connection: Connection, model_id: str, at: datetime, themes: Sequence[Row]) -> None:
    """Note that the active model has these themes and no others; one that was there and is not now is retired."""
    now = {row["id"]: row for row in themes if row["kind"] == "theme"}
    known = {row["id"]: row for row in connection.execute(select(theme_registry)).mappings()}
    rows: list[Row] = []
    for key, row in now.items():
        born = known.get(key, {"born_model_id": model_id, "born_at": at})
        rows.append(
            {
                "id": key,
                "number": number_of(key),
                "name": row["name"],
                "parent_id": row.get("parent_id"),
                "born_model_id": born["born_model_id"],
                "born_at": born["born_at"],
                "seen_model_id": model_id,
                "seen_at": at,
                "retired_at": None,
            }
        )
    gone = [row for key, row in known.items() if key not in now and row["retired_at"] is None]
    upsert_rows(connection, theme_registry, [*rows, *({**row, "retired_at": at} for row in gone)], {})


def write_edit(connection: Connection, row: Row, undoes: Sequence[str]) -> int:
    """Append an edit, marking those that it takes back; gives its place in the order."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("LOCK TABLE theme_edit IN SHARE ROW EXCLUSIVE MODE"))
    last = connection.execute(select(func.max(theme_edit.c.sequence))).scalar()
    place = (last or 0) + 1
    connection.execute(insert(theme_edit).values(**{**row, "sequence": place}))
    for key in undoes:
        marked = connection.execute(update(theme_edit).where(theme_edit.c.id == key).values(undone_by=row["id"]))
        if not marked.rowcount:
            raise NotFoundError(f"there is no edit {key!r} to take back")
    return place
