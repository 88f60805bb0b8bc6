"""Zendesk: ticket events, survey responses, and bodies that people write into triggers themselves.

Followed: "Ticket events" (developer.zendesk.com/api-reference/webhooks/event-types/ticket-events), event version
2022-11-06, read in November 2026: ``type``, ``id``, ``time``, ``detail`` (the ticket as it is now) and ``event``
(``current``, ``previous``, or the comment); "CSAT survey responses" (…/ticketing/ticket-management/
csat_survey_responses) for answers of surveys; "Zendesk Support placeholders reference" for bodies of triggers, whose
shape is ours: see docs/webhooks.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verbatim.domain import Kind
from verbatim.ingest.inbound.payload import Payload, at, filled, identity, iso_time, items, short_topic, text

if TYPE_CHECKING:
    from collections.abc import Mapping

TICKET_EVENT = "zen:event-type:ticket."
# Events of tickets → the kind of ours; what is not here changes the ticket but is no event worth keeping.
EVENT_KINDS = {
    "created": "created",
    "status_changed": "status changed",
    "custom_status_changed": "status changed",
    "priority_changed": "priority changed",
    "agent_assignment_changed": "reassigned",
    "group_assignment_changed": "group changed",
    "comment_added": "comment",
}
SOLVED, CLOSED = "solved", "closed"
GOOD, BAD, OFFERED = "good", "bad", "offered"


def convert(payload: Mapping[str, Any], arrived: str) -> Payload:
    """The records of a payload; none where it tells nothing that is kept.

    ``arrived`` (ISO 8601) stands for the time of a rating that a trigger does not say.
    """
    topic = text(payload, "type")
    if topic is None:
        return _of_trigger(payload, arrived)
    answered = _survey_response(payload)
    if answered is not None:
        return Payload(short_topic(topic), ((Kind.RESPONSES, answered),))
    if not topic.startswith(TICKET_EVENT) or identity(payload, "detail", "id") is None:
        return Payload(short_topic(topic))
    name = topic.removeprefix(TICKET_EVENT)
    records: list[tuple[Kind, Mapping[str, Any]]] = [(Kind.TICKETS, _ticket(payload, name))]
    event = _event(payload, name)
    if event is not None:
        records.append((Kind.EVENTS, event))
    return Payload(short_topic(topic), tuple(records))


def _ticket(payload: Mapping[str, Any], name: str) -> dict[str, Any]:
    detail, moment = at(payload, "detail"), text(payload, "time")
    status = _lower(detail, "status")
    found = filled(
        id=identity(detail, "id"),
        account_id=identity(detail, "organization_id"),
        contact_id=identity(detail, "requester_id"),
        subject=text(detail, "subject"),
        body=text(detail, "description"),
        status=status,
        priority=_lower(detail, "priority"),
        created_at=text(detail, "created_at"),
        updated_at=iso_time(detail, "updated_at") or iso_time(payload, "time"),
        segments=filled(
            channel=_lower(detail, "via", "channel"),
            issue_type=_lower(detail, "type"),
            agent=identity(detail, "assignee_id"),
            team=identity(detail, "group_id"),
            brand=identity(detail, "brand_id"),
        ),
    )
    if name == "status_changed":
        done = {SOLVED: "solved_at", CLOSED: "closed_at"}.get(status or "")
        found |= {done: moment} if done else {"solved_at": None, "closed_at": None}  # open again
    return found


def _event(payload: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """The event, where it is worth keeping: internal notes are not."""
    kind, change = EVENT_KINDS.get(name), at(payload, "event")
    comment = at(change, "comment")
    if kind is None or (kind == "comment" and at(comment, "is_public") is not True):
        return None
    if kind == "status changed":
        kind = _status_change(_lower(change, "previous"), _lower(change, "current"))
    if kind == "comment":
        kind = "agent replied" if at(comment, "author", "is_staff") is True else "customer replied"
    return filled(
        id=text(payload, "id"),
        ticket_id=identity(payload, "detail", "id"),
        at=text(payload, "time"),
        kind=kind,
        actor=identity(comment, "author", "id") or identity(payload, "detail", "actor_id"),
        from_value=_lower(change, "previous"),
        to_value=_lower(change, "current"),
        text=text(comment, "body"),
    )


def _status_change(before: str | None, after: str | None) -> str:
    if after in (SOLVED, CLOSED):
        return after
    return "reopened" if before == SOLVED else "status changed"


def _survey_response(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """A survey response wherever the event has it: an object with answers that hold a rating or a text."""
    places = (("event", "survey_response"), ("detail", "survey_response"), ("event",), ("detail",))
    for place in places:
        response = at(payload, *place)
        answers = items(response, "answers")
        ratings = [one for one in answers if at(one, "type") == "rating_scale" and at(one, "rating") is not None]
        texts = [said for one in answers if at(one, "type") == "open_ended" and (said := text(one, "value"))]
        if not ratings and not texts:
            continue
        subjects = (identity(one, "id") for one in items(response, "subjects") if at(one, "type") == "ticket")
        ticket = next(subjects, None) or identity(payload, "detail", "ticket_id")
        return filled(
            id=identity(response, "id"),
            answers=[{"metric": "csat", "scale": "csat-5", "score": at(one, "rating")} for one in ratings[:1]],
            comment=texts[0] if texts else None,
            ticket_id=ticket,
            contact_id=identity(response, "responder_id"),
            answered_at=text(ratings[0] if ratings else response, "created_at") or text(payload, "time"),
        )
    return None


def _of_trigger(payload: Mapping[str, Any], arrived: str) -> Payload:
    """The body of docs/webhooks.md, filled in by placeholders."""
    ticket = at(payload, "ticket")
    ticket_id = identity(ticket, "id")
    if ticket_id is None:
        return Payload("trigger")
    people = filled(account_id=identity(ticket, "organization_id"), contact_id=identity(ticket, "requester_id"))
    segments = filled(
        channel=_lower(ticket, "via"), issue_type=_lower(ticket, "type"),
        agent=text(ticket, "assignee"), team=text(ticket, "group"),
    )  # fmt: skip
    record = filled(
        id=ticket_id,
        **people,
        subject=text(ticket, "subject"),
        body=text(ticket, "description"),
        status=_lower(ticket, "status"),
        priority=_lower(ticket, "priority"),
        created_at=text(ticket, "created_at"),
        updated_at=iso_time(ticket, "updated_at"),
        segments=segments,
    )
    records: list[tuple[Kind, Mapping[str, Any]]] = [(Kind.TICKETS, record)]
    rating = _lower(payload, "satisfaction", "rating")
    word = next((word for word in (GOOD, BAD, OFFERED) if rating and rating.startswith(word)), None)
    if word is not None:
        moment = text(payload, "satisfaction", "at") or text(ticket, "updated_at") or arrived
        answer = {"status": "unanswered", "asked_at": moment} if word == OFFERED else {"score": word}
        answered = {} if word == OFFERED else {"answered_at": moment}
        records.append((Kind.RESPONSES, {
            "id": f"ticket-{ticket_id}", "metric": "csat", "scale": "csat-2", **answer, **filled(**answered),
            **people, "ticket_id": ticket_id, "segments": segments,
            "comment": text(payload, "satisfaction", "comment"),
        }))  # fmt: skip
    return Payload("trigger", tuple(records))


def _lower(payload: object, *path: str) -> str | None:
    found = text(payload, *path)
    return None if found is None else found.lower()
