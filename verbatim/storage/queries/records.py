"""What else is kept, table by table: rejects, batches, accounts, contacts, tickets, milestones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import func, select

from verbatim.storage.queries.frames import expanded, read
from verbatim.storage.tables import account, contact, ingest_batch, metadata, milestone, reject, ticket, ticket_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Table

    from verbatim.storage.store import Store


def rejects(
    store: Store,
    *,
    source: str | None = None,
    kind: str | None = None,
    file: str | None = None,
    batch_id: str | None = None,
) -> pd.DataFrame:
    """Cells and rows of files that could not be taken, in the order of the files.

    Columns: ``id``, ``batch_id``, ``kind``, ``source``, ``file``, ``row``, ``column`` (``None``: the whole row),
    ``value`` (redacted) and ``reason``.
    """
    wanted = {"source": source, "kind": kind, "file": file, "batch_id": batch_id}
    conditions = [reject.c[name] == value for name, value in wanted.items() if value is not None]
    with store.reading() as connection:
        frame = read(connection, select(reject).where(*conditions))
    return frame.sort_values(["source", "kind", "file", "row", "id"], ignore_index=True)


def batches(store: Store) -> pd.DataFrame:
    """Runs of ingest, newest first.

    Columns: ``id``, ``kind``, ``source``, ``file``, ``started_at``, ``finished_at`` (NaT: killed, or running),
    ``rows`` (of the file), ``inserted``, ``updated``, ``unchanged`` (rows of tables) and ``rejected``.
    """
    with store.reading() as connection:
        return read(connection, select(ingest_batch).order_by(ingest_batch.c.started_at.desc(), ingest_batch.c.id))


def accounts(store: Store) -> pd.DataFrame:
    """Columns: those of the table, then one a segment; by ``id``."""
    return _all(store, account)


def contacts(store: Store) -> pd.DataFrame:
    """Columns: those of the table, then one a segment; by ``id``."""
    return _all(store, contact)


def tickets(store: Store, *, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """Tickets created in ``[start, end)``.

    Columns: those of the table, then one a segment; by ``created_at`` and ``id``.
    """
    at = ticket.c.created_at
    conditions = [*([] if start is None else [at >= start]), *([] if end is None else [at < end])]
    with store.reading() as connection:
        return expanded(read(connection, select(ticket).where(*conditions).order_by(at.is_(None), at, ticket.c.id)))


def ticket_events(store: Store, ticket_id: str | None = None, *, kinds: Sequence[str] | None = None) -> pd.DataFrame:
    """What happened to one ticket, or to all; of some ``kinds``, or of any.

    Columns: those of the table, then one a segment; by ``ticket_id``, ``at`` and ``id``.
    """
    event = ticket_event.c
    conditions = [*([] if ticket_id is None else [event.ticket_id == ticket_id])]
    conditions += [] if kinds is None else [event.kind.in_(kinds)]
    rows = select(ticket_event).where(*conditions)
    with store.reading() as connection:
        return expanded(read(connection, rows.order_by(event.ticket_id, event.at, event.id)))


def milestones(store: Store) -> pd.DataFrame:
    """Releases, price changes and the like. Columns: those of the table, then one a segment; by ``at`` and ``id``."""
    with store.reading() as connection:
        return expanded(read(connection, select(milestone).order_by(milestone.c.at, milestone.c.id)))


def table_sizes(store: Store) -> pd.DataFrame:
    """Columns: ``table`` and ``rows``, by name."""
    with store.reading() as connection:
        sizes = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in sorted(metadata.tables.items())
        }
    return pd.DataFrame(
        {"table": pd.Series(sizes.keys(), dtype=object), "rows": pd.Series(sizes.values(), dtype="int64")}
    )


def _all(store: Store, table: Table) -> pd.DataFrame:
    with store.reading() as connection:
        return expanded(read(connection, select(table).order_by(table.c.id)))
