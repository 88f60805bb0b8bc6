"""Intercom: notifications of conversations, contacts and companies.

Followed: "Webhook topics" and "Webhook notification object" (developers.intercom.com/docs/references/webhooks/
webhook-models), API version 2.17, read in November 2026; older versions send the same objects with ``customer`` for
``contact``. Times are seconds since 1970. Ratings run from 1 (terrible) to 5 (amazing), beside them a remark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verbatim.domain import Kind
from verbatim.ingest.inbound.payload import Payload, at, filled, identity, items, short_topic, text, unix_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Found = tuple[Kind, Mapping[str, Any]]

# Topics of conversations → the kind of event; nothing: only the conversation itself is brought up to date.
CONVERSATION_EVENTS = {
    "conversation.user.created": "created",
    "conversation.user.replied": "customer replied",
    "conversation.admin.replied": "agent replied",
    "conversation.operator.replied": None,
    "conversation.admin.assigned": "reassigned",
    "conversation.admin.open.assigned": "reassigned",
    "conversation.admin.closed": "solved",
    "conversation.admin.opened": "reopened",
    "conversation.admin.snoozed": "snoozed",
    "conversation.admin.unsnoozed": "unsnoozed",
    "conversation.priority.updated": None,
    "conversation.rating.added": None,
    "conversation.rating.remarked": None,
}
CLOSED, OPENED = "conversation.admin.closed", ("conversation.admin.opened", "conversation.user.replied")


def convert(payload: Mapping[str, Any], arrived: str) -> Payload:
    """The records of a notification; none for topics that tell nothing that is kept (``ping``, deletions …).

    ``arrived`` (ISO 8601) stands for a time that the notification does not say.
    """
    topic, item = text(payload, "topic") or "", at(payload, "data", "item")
    if identity(item, "id") is None or topic.endswith((".deleted", ".archived", ".archive")):
        return Payload(short_topic(topic))
    if topic in CONVERSATION_EVENTS:
        return Payload(topic, tuple(_conversation(payload, topic, arrived)))
    if topic.startswith(("contact.", "user.", "lead.")) and at(item, "type") in ("contact", "user", "lead", None):
        return Payload(short_topic(topic), ((Kind.CONTACTS, _contact(item)),))
    if topic.startswith("company.") and at(item, "type") in ("company", None):
        return Payload(short_topic(topic), ((Kind.ACCOUNTS, _company(item)),))
    return Payload(short_topic(topic))


def _conversation(payload: Mapping[str, Any], topic: str, arrived: str) -> Iterator[Found]:
    item, moment = at(payload, "data", "item"), unix_time(payload, "created_at") or arrived
    yield Kind.TICKETS, _ticket(item, topic, moment)
    kind = CONVERSATION_EVENTS[topic]
    if kind is not None:
        yield Kind.EVENTS, _event(payload, kind, moment)
    rating = at(item, "conversation_rating")
    if at(rating, "rating") is not None:
        yield Kind.RESPONSES, _response(item, rating, moment)


def _ticket(item: object, topic: str, moment: str) -> dict[str, Any]:
    found = filled(
        id=identity(item, "id"),
        account_id=_account(item),
        contact_id=_person(item),
        subject=text(item, "title") or text(item, "source", "subject"),
        body=text(item, "source", "body"),
        status=text(item, "state"),
        priority=text(item, "priority"),
        created_at=unix_time(item, "created_at"),
        updated_at=unix_time(item, "updated_at") or moment,
        first_reply_at=unix_time(item, "statistics", "first_admin_reply_at"),
        segments=_segments(item),
    )
    if topic == CLOSED:
        found["solved_at"] = moment
    elif topic in OPENED:
        found["solved_at"] = None
    return found


def _event(payload: Mapping[str, Any], kind: str, moment: str) -> dict[str, Any]:
    item = at(payload, "data", "item")
    parts = items(item, "conversation_parts", "conversation_parts")
    part = parts[-1] if parts else at(item, "source")
    said = text(part, "body") if at(part, "part_type") in ("comment", "open", "close", None) else None
    return filled(
        id=text(payload, "id") or identity(part, "id"),
        ticket_id=identity(item, "id"),
        at=unix_time(part, "created_at") or moment,
        kind=kind,
        actor=identity(part, "author", "id"),
        to_value=identity(part, "assigned_to", "id") if kind == "reassigned" else None,
        text=said if kind in ("created", "customer replied", "agent replied") else None,
    )


def _response(item: object, rating: object, moment: str) -> dict[str, Any]:
    """One rating a conversation, the last. What the rating cannot be is left to be refused."""
    return filled(
        id=f"conversation-{identity(item, 'id')}",
        metric="csat",
        scale="csat-5-amazing",
        score=at(rating, "rating"),
        comment=text(rating, "remark"),
        answered_at=unix_time(rating, "created_at") or moment,
        ticket_id=identity(item, "id"),
        account_id=_account(item),
        contact_id=identity(rating, "contact", "id") or identity(rating, "customer", "id") or _person(item),
        segments=_segments(item) | filled(agent=identity(rating, "teammate", "id")),
    )


def _segments(item: object) -> dict[str, Any]:
    return filled(
        channel=text(item, "source", "type"),
        agent=identity(item, "admin_assignee_id") or identity(item, "assignee", "id"),
        team=identity(item, "team_assignee_id"),
    )


def _person(item: object) -> str | None:
    people = items(item, "contacts", "contacts") or items(item, "contacts") or items(item, "customers")
    return identity(people[0], "id") if people else identity(item, "user", "id")


def _account(item: object) -> str | None:
    return identity(item, "company", "id") or identity(item, "company", "company_id")


def _contact(item: object) -> dict[str, Any]:
    """Names, addresses and numbers of people are not looked at."""
    companies = items(item, "companies", "data") or items(item, "companies", "companies")
    return filled(
        id=identity(item, "id"),
        account_id=identity(companies[0], "id") if companies else None,
        role=text(item, "role"),
        since=unix_time(item, "created_at"),
    )


def _company(item: object) -> dict[str, Any]:
    return filled(
        id=identity(item, "id"),
        name=text(item, "name"),
        tier=text(item, "plan", "name"),
        since=unix_time(item, "created_at"),
        segments=filled(industry=text(item, "industry")),
    )
