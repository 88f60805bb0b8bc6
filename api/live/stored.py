"""Stored tickets as the models take arriving ones: the rows of a few tickets and their events, not the whole store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from models.arriving import LiveTicket
from verbatim.storage.queries.restriction import ticket_key
from verbatim.storage.tables import ticket, ticket_event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verbatim.storage.queries.restriction import Restriction
    from verbatim.storage.store import Store

COLUMNS = ("created_at", "account_id", "contact_id", "subject", "body", "priority")
OF_EVENTS = ("at", "kind", "from_value", "to_value", "actor", "text")
KEYS_AT_ONCE = 500


def stored_tickets(store: Store, names: Sequence[str], restricted: Restriction) -> Mapping[str, LiveTicket]:
    """The tickets with these external ids that may be seen, by id; those that are not there are left out."""
    keys = {ticket_key(name): name for name in names}
    where = restricted.where()
    found: dict[str, LiveTicket] = {}
    with store.reading() as connection:
        for part in _portions(list(keys)):
            rows = connection.execute(select(ticket).where(ticket.c.id.in_(part))).mappings().all()
            events: dict[str, list[dict[str, Any]]] = {}
            for event in connection.execute(select(ticket_event).where(ticket_event.c.ticket_id.in_(part))).mappings():
                events.setdefault(event["ticket_id"], []).append({name: event[name] for name in OF_EVENTS})
            for row in rows:
                if _allowed(row, where):
                    plain = {**row["segments"], **{name: row[name] for name in COLUMNS}, "id": row["external_id"]}
                    found[keys[row["id"]]] = LiveTicket(plain, events.get(row["id"], []))
    return found


def _allowed(row: Any, where: Mapping[str, Any]) -> bool:  # noqa: ANN401
    if "account_id" in where and row["account_id"] not in where["account_id"]:
        return False
    return "team" not in where or row["segments"].get("team") in where["team"]


def _portions(keys: list[str]) -> list[list[str]]:
    return [keys[first : first + KEYS_AT_ONCE] for first in range(0, len(keys), KEYS_AT_ONCE)]
