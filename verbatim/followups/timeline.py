"""The timeline of other systems: each answer told once to those that want to hear of answers, and each correction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from verbatim.followups.looking import by_ids, themes_of
from verbatim.followups.matching import band_on
from verbatim.messages.endpoints import endpoints
from verbatim.messages.events import Message, response_data
from verbatim.messages.outbox import delivery_key, put_down
from verbatim.storage.tables import account, comment, contact, delivery, survey_response, ticket

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from verbatim.messages.endpoints import Endpoint
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

CREATED, UPDATED = "response.created", "response.updated"
WINDOW = timedelta(days=14)
CHUNK = 500


def tell_of_answers(store: Store, settings: Settings, *, now: datetime) -> int:
    """Put messages down for answers of the last 14 days; gives how many are new.

    An endpoint hears of answers that were given after it was made. What differs from what it heard last (score,
    status) is told as an update; who does not want to hear of new answers hears of no updates either.
    """
    receivers = [one for one in endpoints(store) if one.wants(CREATED)]
    told = 0
    for one in receivers:
        start = max(now - WINDOW, one.created_at)
        with store.reading() as connection:
            ids = connection.execute(_given(start, now)).scalars().all()
        for first in range(0, len(ids), CHUNK):
            with store.writing() as connection:
                told += _tell(connection, one, ids[first : first + CHUNK], settings, now)
    return told


def _given(start: datetime, now: datetime) -> Any:  # noqa: ANN401
    row = survey_response.c
    metrics = row.metric.in_(("csat", "ces", "nps"))  # so that the index serves
    wanted = select(row.id).where(metrics, row.occurred_at >= start, row.occurred_at <= now, row.status == "answered")
    return wanted.order_by(row.occurred_at, row.id)


def _tell(connection: Connection, one: Endpoint, ids: Any, settings: Settings, now: datetime) -> int:  # noqa: ANN401
    keys = {delivery_key(CREATED, key, one.id): key for key in ids}
    heard = {keys[each["id"]]: each["payload"] for each in _heard(connection, list(keys))}
    row = survey_response.c
    stored = {each["id"]: each for each in by_ids(connection, select(row.id, row.value, row.status), row.id, ids)}
    new = {key: (CREATED, key) for key in ids if key not in heard}
    for key, payload in heard.items():
        subject = _next_update(connection, one, key, payload, stored[key])
        if subject is not None:
            new[key] = (UPDATED, subject)
    messages = _messages(connection, new, settings, now)
    return put_down(connection, messages, [one], at=now)


def _next_update(
    connection: Connection,
    one: Endpoint,
    key: str,
    payload: dict[str, Any],
    stored: dict[str, Any],
) -> str | None:
    """The subject of the next update, if what was heard last is not what is stored."""
    number = 0
    while True:
        said = payload["data"]
        number += 1
        subject = f"{key}:{number}"
        later = _heard(connection, [delivery_key(UPDATED, subject, one.id)])
        if not later:
            return None if (said["score"], said["status"]) == (stored["value"], stored["status"]) else subject
        payload = later[0]["payload"]


def _heard(connection: Connection, keys: list[str]) -> list[dict[str, Any]]:
    return by_ids(connection, select(delivery.c.id, delivery.c.payload), delivery.c.id, keys)


def _messages(
    connection: Connection, new: dict[str, tuple[str, str]], settings: Settings, now: datetime
) -> list[Message]:
    if not new:
        return []
    joined = (
        select(
            survey_response, account.c.external_id.label("account_external"), account.c.name.label("account_name"),
            contact.c.external_id.label("contact_external"), ticket.c.external_id.label("ticket_external"),
        )
        .outerjoin(account, account.c.id == survey_response.c.account_id)
        .outerjoin(contact, contact.c.id == survey_response.c.contact_id)
        .outerjoin(ticket, ticket.c.id == survey_response.c.ticket_id)
    )  # fmt: skip
    rows = by_ids(connection, joined, survey_response.c.id, new)
    submissions = {row["submission_id"] for row in rows}
    themes = themes_of(connection, submissions)
    words: dict[str, list[str]] = {}
    if settings.message_texts:
        spoken = select(comment.c.submission_id, comment.c.text).order_by(comment.c.id)
        for each in by_ids(connection, spoken, comment.c.submission_id, submissions):
            words.setdefault(each["submission_id"], []).append(each["text"])
    return [
        Message(
            *new[row["id"]], now,
            response_data(
                row, band=band_on(row["metric"], row["scale"], row["value"], settings.definitions.get(row["metric"])),
                themes=sorted(name for _, name in themes.get(row["submission_id"], ())),
                comments=words.get(row["submission_id"], ()),
            ),
        )
        for row in rows
    ]  # fmt: skip
