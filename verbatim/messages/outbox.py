"""The transactional outbox: messages are rows, written with what they tell of, and taken by one worker at a time.

A message is retried until it is sent or has had ``message_attempts``; then it is dead, and stays until somebody tries
again. A worker claims messages for a while; what it says of one afterwards counts only while the claim is its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, or_, select, tuple_, update

from verbatim.domain import stable_key
from verbatim.errors import NotFoundError
from verbatim.messages.endpoints import read_endpoints
from verbatim.messages.rows import insert_new
from verbatim.storage.store import Store
from verbatim.storage.tables import delivery

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from verbatim.messages.endpoints import Endpoint
    from verbatim.messages.events import Message

WAITING, SENT, DEAD = "waiting", "sent", "dead"
BACK_OFF = (10, 60, 300, 1800, 7200, 21600, 43200)  # seconds before the next attempt; the last one repeats
JITTER = 0.2  # of the pause, so that messages that failed together do not come back together
LEASE = timedelta(minutes=5)
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to one receiver; ``id`` is the same on every attempt. ``endpoint_id`` None: mail."""

    id: str
    endpoint_id: str | None
    address: str | None
    event: str
    payload: dict[str, Any]
    status: str
    attempts: int
    next_at: datetime
    claimed_until: datetime | None
    created_at: datetime
    sent_at: datetime | None
    last_status: int | None
    last_problem: str | None
    log: tuple[dict[str, Any], ...]


def emit(where: Connection | Store, messages: Sequence[Message], *, at: datetime | None = None) -> int:
    """Put each message down for every active endpoint that wants its event; gives how many are new.

    In the caller's transaction where ``where`` is its connection. The same event of the same subject is put down once
    for an endpoint, however often this is called.

    Raises:
        NotFoundError: an event that is not in the catalogue.
    """
    if isinstance(where, Store):
        with where.writing() as connection:
            return emit(connection, messages, at=at)
    if not messages:
        return 0
    receivers = [one for one in read_endpoints(where) if one.active]
    return put_down(where, messages, receivers, at=at) if receivers else 0


def put_down(
    connection: Connection, messages: Iterable[Message], receivers: Sequence[Endpoint], *, at: datetime | None = None
) -> int:
    """As `emit`, to given endpoints only; those that do not want an event do not get it."""
    now = at or datetime.now(UTC)
    rows = [
        _row(delivery_key(message.event, message.subject, one.id), message.event, now) | {
            "endpoint_id": one.id, "payload": message.payload(),
        }
        for message in messages for one in receivers if one.wants(message.event)
    ]  # fmt: skip
    return sum(
        len(insert_new(connection, delivery, rows[first : first + CHUNK])) for first in range(0, len(rows), CHUNK)
    )


def put_down_mail(
    where: Connection | Store, *, event: str, subject: str, address: str, title: str, text: str,
    attachments: Sequence[str] = (), at: datetime | None = None,
) -> bool:  # fmt: skip
    """Put a mail down, once for an event's ``subject`` and ``address``; says whether it is new.

    ``attachments`` are paths below the home folder, read when it is sent.

    Raises:
        InputError: no mail address, or a title with line breaks.
    """
    from verbatim.messages.mail import check_address, check_header

    if isinstance(where, Store):
        with where.writing() as connection:
            return put_down_mail(connection, event=event, subject=subject, address=address, title=title, text=text,
                                 attachments=attachments, at=at)  # fmt: skip
    payload = {"title": check_header(title), "text": text, "attachments": list(attachments)}
    row = _row(delivery_key(event, subject, f"mail:{address}"), event, at or datetime.now(UTC))
    return bool(insert_new(where, delivery, [row | {"address": check_address(address), "payload": payload}]))


def delivery_key(event: str, subject: str, receiver: str) -> str:
    """The id of the message that tells ``receiver`` of an event of ``subject``."""
    return stable_key(event, subject, receiver)


def claim(store: Store, *, now: datetime, limit: int = 50, lease: timedelta = LEASE) -> list[Delivery]:
    """Take messages that are due, the longest due first; nobody else gets them until ``now + lease``.

    The attempt counts from here: a worker that dies over a message uses one up.
    """
    row = delivery.c
    free = or_(row.claimed_until.is_(None), row.claimed_until <= now)
    due = select(row.id).where(row.status == WAITING, row.next_at <= now, free)
    due = due.order_by(row.next_at, row.id).limit(limit).with_for_update(skip_locked=True)
    with store.writing() as connection:
        ids = connection.execute(due).scalars().all()
        if not ids:
            return []
        taken = update(delivery).where(row.id.in_(ids))
        connection.execute(taken.values(claimed_until=now + lease, attempts=row.attempts + 1))
        rows = connection.execute(select(delivery).where(row.id.in_(ids)).order_by(row.next_at, row.id)).mappings()
        return [_delivery(each) for each in rows]


def settle(
    connection: Connection, taken: Delivery, *, now: datetime, status: str, code: int | None, problem: str | None,
    pause: timedelta | None = None,
) -> bool:  # fmt: skip
    """Note how an attempt ended; False where the claim had run out and somebody else has the message.

    ``status`` waiting: it is tried again after `back_off`, or ``pause`` if that is longer.
    """
    attempt = {"at": now.isoformat(), "status": code, "problem": problem}
    values: dict[str, Any] = {
        "status": status, "claimed_until": None, "last_status": code, "last_problem": problem,
        "log": [*taken.log, attempt],
    }  # fmt: skip
    if status == SENT:
        values["sent_at"] = now
    elif status == WAITING:
        values["next_at"] = now + max(back_off(taken.id, taken.attempts), pause or timedelta(0))
    mine = delivery.c.id == taken.id, delivery.c.claimed_until == taken.claimed_until, delivery.c.status == WAITING
    return connection.execute(update(delivery).where(*mine).values(**values)).rowcount == 1


def back_off(delivery_id: str, attempts: int) -> timedelta:
    """The pause after attempt number ``attempts``: longer each time, with a jitter that depends on the id only.

    >>> back_off("a", 1) == back_off("a", 1), 10 <= back_off("a", 1).total_seconds() <= 12
    (True, True)
    """
    base = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
    drawn = int(stable_key(delivery_id, str(attempts))[:8], 16) / 0xFFFFFFFF
    return timedelta(seconds=base * (1 + JITTER * drawn))


def deliveries(
    store: Store, *, status: str | None = None, endpoint_id: str | None = None, event: str | None = None,
    after: str | None = None, limit: int = 50,
) -> list[Delivery]:  # fmt: skip
    """Messages, the newest first; ``after`` is the id of the last one seen. Each carries its log of attempts.

    Raises:
        NotFoundError: there is no message ``after``.
    """
    row = delivery.c
    given = ((row.status, status), (row.endpoint_id, endpoint_id), (row.event, event))
    wanted = select(delivery).where(*[column == value for column, value in given if value is not None])
    with store.reading() as connection:
        if after is not None:
            last = connection.execute(select(row.created_at, row.id).where(row.id == after)).one_or_none()
            if last is None:
                raise NotFoundError(f"there is no message {after!r}; begin again without a cursor")
            wanted = wanted.where(tuple_(row.created_at, row.id) < tuple_(*_bound(last)))
        rows = connection.execute(wanted.order_by(row.created_at.desc(), row.id.desc()).limit(limit)).mappings()
        return [_delivery(each) for each in rows]


def delivery_of(store: Store, delivery_id: str) -> Delivery:
    """One message.

    Raises:
        NotFoundError: there is none of that id.
    """
    with store.reading() as connection:
        row = connection.execute(select(delivery).where(delivery.c.id == delivery_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no message {delivery_id!r}; `verbatim messages list` shows the newest")
    return _delivery(row)


def retry_dead(store: Store, *, now: datetime, ids: Sequence[str] | None = None,
               endpoint_id: str | None = None) -> int:  # fmt: skip
    """Let dead messages try again from the first attempt, all or those named; gives how many."""
    row = delivery.c
    wanted = [row.status == DEAD]
    wanted += [] if ids is None else [row.id.in_(list(ids))]
    wanted += [] if endpoint_id is None else [row.endpoint_id == endpoint_id]
    again = update(delivery).where(*wanted).values(status=WAITING, attempts=0, next_at=now, claimed_until=None)
    with store.writing() as connection:
        return connection.execute(again).rowcount


def queue_sizes(store: Store) -> dict[str, int]:
    """How many messages are waiting, sent and dead."""
    counted = select(delivery.c.status, func.count()).group_by(delivery.c.status)
    with store.reading() as connection:
        found: Mapping[str, int] = {row[0]: row[1] for row in connection.execute(counted)}
    return {status: found.get(status, 0) for status in (WAITING, SENT, DEAD)}


def tidy(store: Store, *, before: datetime) -> int:
    """Forget messages that were sent before a moment; it must be older than any rule's window, or they come again."""
    old = delete(delivery).where(delivery.c.status == SENT, delivery.c.sent_at < before)
    with store.writing() as connection:
        return connection.execute(old).rowcount


def _row(key: str, event: str, now: datetime) -> dict[str, Any]:
    return {
        "id": key, "endpoint_id": None, "address": None, "event": event, "status": WAITING, "attempts": 0,
        "next_at": now, "created_at": now, "log": [],
    }  # fmt: skip


def _bound(last: Any) -> list[Any]:  # noqa: ANN401
    from sqlalchemy import literal

    return [literal(last[0], delivery.c.created_at.type), literal(last[1], delivery.c.id.type)]


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**{**dict(row), "payload": dict(row["payload"] or {}), "log": tuple(row["log"] or ())})
