"""The ids that people know of tickets and accounts, beside the store's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from verbatim.storage.tables import account, ticket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.storage.store import Store

NAMED = {"ticket": (ticket, "ticket_id"), "account": (account, "account_id")}
KEYS_AT_ONCE = 500


def with_names(store: Store, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each row with ``ticket`` and ``account``: the ids at the source of its ``ticket_id`` and ``account_id``."""
    known: dict[str, dict[str, str | None]] = {}
    with store.reading() as connection:
        for name, (table, column) in NAMED.items():
            keys = sorted({row[column] for row in rows if row.get(column)})
            known[name] = {}
            for first in range(0, len(keys), KEYS_AT_ONCE):
                part = table.c.id.in_(keys[first : first + KEYS_AT_ONCE])
                for key, external_id in connection.execute(select(table.c.id, table.c.external_id).where(part)):
                    known[name][key] = external_id
    return [
        {**row, **{name: known[name].get(row.get(column) or "") for name, (_, column) in NAMED.items()}} for row in rows
    ]
