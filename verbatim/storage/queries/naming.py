"""The ids that people know of things, beside the store's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from verbatim.storage.tables import segment_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Table

    from verbatim.storage.store import Store

KEYS_AT_ONCE = 500  # databases bound how many values a query may hold


def own_segments(store: Store, table: Table) -> list[str]:
    """The segments that rows of ``table`` (comments, tickets) have themselves, in order of name."""
    of_it = segment_name.c.holder == table.name
    with store.reading() as connection:
        return sorted(set(connection.execute(select(segment_name.c.name).where(of_it)).scalars()))


def external_ids(store: Store, table: Table, keys: Iterable[str]) -> dict[str, str | None]:
    """The ids at the source of the rows of ``table`` with ``keys``; keys that are not there are left out.

    ``table`` has the columns ``id`` and ``external_id``: accounts, contacts, tickets. However many keys.
    """
    wanted, found = sorted(set(keys)), {}
    with store.reading() as connection:
        for first in range(0, len(wanted), KEYS_AT_ONCE):
            part = table.c.id.in_(wanted[first : first + KEYS_AT_ONCE])
            for key, external_id in connection.execute(select(table.c.id, table.c.external_id).where(part)):
                found[key] = external_id
    return found
