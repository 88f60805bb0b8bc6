"""The ids that people know of tickets and accounts, beside the store's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verbatim.storage.queries.naming import external_ids
from verbatim.storage.tables import account, ticket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.storage.store import Store

NAMED = {"ticket": (ticket, "ticket_id"), "account": (account, "account_id")}


def with_names(store: Store, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each row with ``ticket`` and ``account``: the ids at the source of its ``ticket_id`` and ``account_id``."""
    known = {
        name: external_ids(store, table, (row[column] for row in rows if row.get(column)))
        for name, (table, column) in NAMED.items()
    }
    return [
        {**row, **{name: known[name].get(row.get(column) or "") for name, (_, column) in NAMED.items()}} for row in rows
    ]
