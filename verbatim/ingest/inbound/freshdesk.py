"""Freshdesk: bodies that automations send, of the shape in docs/webhooks.md.

Followed: "Using webhooks in automation rules" (support.freshdesk.com, articles/132589, modified January 2026): the
body is written by hand, with placeholders; and "Satisfaction ratings" (developers.freshdesk.com/api, v2): 103 extremely
happy, 102 very happy, 101 happy, 100 neutral, -101 unhappy, -102 very unhappy, -103 extremely unhappy. A survey offers
seven, five, three or two of them; which, no rating says, so the body does (``points``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verbatim.domain import Kind
from verbatim.ingest.inbound.payload import Payload, at, filled, identity, iso_time, short_topic, text

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_POINTS: tuple[str, Mapping[int, int]] = ("csat-7", {})
# By how many answers the survey offers: our scale, and Freshdesk's numbers on it.
RATINGS: Mapping[str, tuple[str, Mapping[int, int]]] = {
    "7": ("csat-7", {-103: 1, -102: 2, -101: 3, 100: 4, 101: 5, 102: 6, 103: 7}),
    "5": ("csat-5", {-103: 1, -102: 2, -101: 2, 100: 3, 101: 4, 102: 4, 103: 5}),
    "3": ("csat-3", {-103: 1, -102: 1, -101: 1, 100: 2, 101: 3, 102: 3, 103: 3}),
    "2": ("csat-2", {-103: 0, -102: 0, -101: 0, 101: 1, 102: 1, 103: 1}),
}
EVENT_KINDS = {
    "ticket_created": "created",
    "ticket_updated": None,
    "customer_replied": "customer replied",
    "agent_replied": "agent replied",
    "status_changed": "status changed",
    "priority_changed": "priority changed",
    "agent_changed": "reassigned",
    "group_changed": "group changed",
    "rating_received": None,
}
SOLVED, CLOSED = "resolved", "closed"


def convert(payload: Mapping[str, Any], arrived: str) -> Payload:
    """The records of a body; none where it has no ticket or an event that is not known.

    ``arrived`` (ISO 8601) stands for times that the body does not say: Freshdesk has no placeholder for "now".
    """
    moment = iso_time(payload, "sent_at") or arrived
    topic, ticket = text(payload, "event") or "", at(payload, "ticket")
    ticket_id = identity(ticket, "id")
    if topic not in EVENT_KINDS or ticket_id is None:
        return Payload(short_topic(topic) if topic else "unknown")
    records: list[tuple[Kind, Mapping[str, Any]]] = [(Kind.TICKETS, _ticket(payload, topic, moment))]
    kind = EVENT_KINDS[topic]
    if kind is not None:
        if kind == "status changed":
            kind = {SOLVED: "solved", CLOSED: "closed"}.get((text(ticket, "status") or "").lower(), kind)
        change = filled(from_value=text(payload, "from"), to_value=text(payload, "to"), text=text(payload, "text"))
        event_id = f"{ticket_id}-{topic}-{moment}"
        actor = filled(actor=text(payload, "actor"))
        records.append(
            (Kind.EVENTS, {"id": event_id, "ticket_id": ticket_id, "at": moment, "kind": kind, **actor, **change})
        )
    rating = text(payload, "rating", "value")
    if rating is not None:
        records.append((Kind.RESPONSES, _response(payload, ticket_id, rating, moment)))
    return Payload(topic, tuple(records))


def _ticket(payload: Mapping[str, Any], topic: str, moment: str) -> dict[str, Any]:
    ticket = at(payload, "ticket")
    status = (text(ticket, "status") or "").lower()
    found = filled(
        id=identity(ticket, "id"),
        account_id=identity(ticket, "company"),
        contact_id=identity(ticket, "requester"),
        subject=text(ticket, "subject"),
        body=text(ticket, "description"),
        status=status or None,
        priority=(text(ticket, "priority") or "").lower() or None,
        created_at=iso_time(ticket, "created_at") or moment,
        updated_at=iso_time(payload, "sent_at"),
        segments=_segments(payload),
    )
    if topic == "status_changed":
        done = {SOLVED: "solved_at", CLOSED: "closed_at"}.get(status or "")
        found |= {done: moment} if done else {"solved_at": None, "closed_at": None}  # open again
    return found


def _segments(payload: Mapping[str, Any]) -> dict[str, Any]:
    ticket = at(payload, "ticket")
    return filled(
        agent=text(ticket, "agent"), team=text(ticket, "group"), channel=text(ticket, "source"),
        issue_type=text(ticket, "type"),
    )  # fmt: skip


def _response(payload: Mapping[str, Any], ticket_id: str, rating: str, moment: str) -> dict[str, Any]:
    """One rating a ticket, the last: Freshdesk sends no id of it. An unknown number is left to be refused."""
    scale, values = RATINGS.get(text(payload, "rating", "points") or "7", NO_POINTS)
    number = int(rating) if rating.lstrip("-").isdecimal() and len(rating) < 6 else None
    known = values.get(number) if number is not None else None
    ticket = at(payload, "ticket")
    return filled(
        id=identity(payload, "rating", "id") or f"ticket-{ticket_id}",
        metric="csat",
        scale=scale,
        score=f"Freshdesk rating {rating}" if known is None else known,
        comment=text(payload, "rating", "comment"),
        answered_at=iso_time(payload, "rating", "at") or moment,
        ticket_id=ticket_id,
        account_id=identity(ticket, "company"),
        contact_id=identity(ticket, "requester"),
        segments=_segments(payload),
    )
