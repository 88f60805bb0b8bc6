"""The worker's part: send what is due, and note what became of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from verbatim.messages.addresses import Resolver, resolve
from verbatim.messages.endpoints import endpoint_of, endpoints, switch_off
from verbatim.messages.events import Message
from verbatim.messages.outbox import DEAD, SENT, WAITING, claim, put_down, settle
from verbatim.messages.send import Outcome, send

if TYPE_CHECKING:
    from verbatim.messages.endpoints import Endpoint
    from verbatim.messages.outbox import Delivery
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

AT_ONCE = 8  # so that one receiver that hangs holds up no other


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the messages of one round: sent, to be tried again, dead, and endpoints switched off.

    ``lost`` are those whose claim had run out before they were done; whoever has them now settles them.
    """

    sent: int = 0
    again: int = 0
    dead: int = 0
    switched_off: int = 0
    lost: int = 0

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(
            self.sent + other.sent, self.again + other.again, self.dead + other.dead,
            self.switched_off + other.switched_off, self.lost + other.lost,
        )  # fmt: skip

    @property
    def tried(self) -> int:
        """Messages that were looked at."""
        return self.sent + self.again + self.dead + self.lost


def deliver_due(
    store: Store, settings: Settings, *, now: datetime | None = None, limit: int = 50, resolver: Resolver = resolve
) -> Delivered:
    """Send up to ``limit`` messages that are due, several at once; safe in several processes.

    What a receiver does ends in its message's log, never in an exception.

    Raises:
        StorageError: the database; messages claimed meanwhile come back when the claim runs out.
    """
    total = Delivered()
    while total.tried < limit:
        moment = now or datetime.now(UTC)
        taken = claim(store, now=moment, limit=min(AT_ONCE, limit - total.tried))
        if not taken:
            break
        known = {one.id: one for one in endpoints(store)}
        attempt = partial(_attempt, known=known, settings=settings, now=moment, resolver=resolver)
        with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="verbatim-send") as pool:
            outcomes = list(pool.map(attempt, taken))
        for message, outcome in zip(taken, outcomes, strict=True):
            total += _settled(store, settings, message, outcome, moment if now else datetime.now(UTC))
    return total


def send_test(store: Store, endpoint_id: str, *, person: str, at: datetime) -> str:
    """Put a test message down for one endpoint; gives the message's id. `deliver_due` sends it.

    Raises:
        NotFoundError: there is no such endpoint.
    """
    from verbatim.messages.outbox import delivery_key

    receiver = endpoint_of(store, endpoint_id)
    subject = f"{endpoint_id}:{at.isoformat()}"
    words = f"A test of {receiver.name} by {person}; messages to it arrive."
    with store.writing() as connection:
        put_down(connection, [Message("test", subject, at, {"message": words, "path": "/"})], [receiver], at=at)
    return delivery_key("test", subject, receiver.id)


def _attempt(
    message: Delivery, *, known: dict[str, Endpoint], settings: Settings, now: datetime, resolver: Resolver
) -> Outcome:
    receiver = known.get(message.endpoint_id or "")
    return send(message, receiver, settings, now=now, resolver=resolver)


def _settled(store: Store, settings: Settings, message: Delivery, outcome: Outcome, now: datetime) -> Delivered:
    spent = message.attempts >= settings.message_attempts
    status = SENT if outcome.sent else WAITING if outcome.again and not spent else DEAD
    with store.writing() as connection:
        mine = settle(
            connection, message, now=now, status=status, code=outcome.code, problem=outcome.problem,
            pause=outcome.pause,
        )  # fmt: skip
        if outcome.gone and message.endpoint_id is not None:
            switch_off(connection, message.endpoint_id, outcome.problem or "it wants nothing more")
    off = int(outcome.gone)
    if not mine:
        return Delivered(lost=1, switched_off=off)
    return Delivered(int(status == SENT), int(status == WAITING), int(status == DEAD), off)
