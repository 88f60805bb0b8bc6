"""Requests that may come twice: with an Idempotency-Key, the second time gets the first answer and does nothing.

A row of ``remembered_answer`` says first that somebody works on it, then what was answered. Whoever died in between
blocks nobody: after a minute the next one takes over. What is done must itself bear being done twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import Header, Response
from pydantic import AfterValidator
from sqlalchemy import delete, select, update

from api.access.caller import idempotency_id
from api.problems import Refusal
from verbatim.messages.rows import insert_new
from verbatim.storage.tables import remembered_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from api.access.caller import Caller
    from verbatim.storage.store import Store

KEPT = timedelta(hours=24)
DEAD = timedelta(seconds=60)  # whoever has not answered by then was killed
REPLAYED = "Idempotent-Replayed"
row = remembered_answer.c


def _visible(word: str) -> str:
    if not word.isascii() or not word.isprintable():
        raise ValueError("an Idempotency-Key is printable ASCII; a UUID is a good one")
    return word


IdempotencyKey = Annotated[
    Annotated[str, AfterValidator(_visible)] | None,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=200,
        description="with the same key the same request gets the same answer for 24 hours, and nothing is done again",
        examples=[None],
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Once:
    """One request and its key. ``id`` is ``None`` without a key: then it is simply done."""

    store: Store
    id: str | None
    request_hash: str

    def answer(self, do: Callable[[], BaseModel], *, status: int = 200) -> Response:
        """What ``do`` gives, as JSON; or what it gave the first time. What it raises is not remembered.

        Raises:
            Refusal: the key came with another request, or the first one is still being worked on.
        """
        if self.id is None:
            return _response(do(), status)
        began = datetime.now(UTC)
        known = self._begin(self.id, began)
        if known is not None:
            return known
        mine = (row.id == self.id, row.created_at == began)
        try:
            response = _response(do(), status)
        except BaseException:
            with self.store.writing() as connection:
                connection.execute(delete(remembered_answer).where(*mine))
            raise
        kept = {"status": status, "body": bytes(response.body).decode()}
        with self.store.writing() as connection:
            connection.execute(update(remembered_answer).where(*mine).values(**kept))
        return response

    def _begin(self, key: str, now: datetime) -> Response | None:
        """Take the key; gives the answer where there is one."""
        fresh = {"id": key, "request_hash": self.request_hash, "status": None, "body": None, "created_at": now}
        with self.store.writing() as connection:
            if insert_new(connection, remembered_answer, [fresh]):
                return None
            found = connection.execute(select(remembered_answer).where(row.id == key).with_for_update()).one()
            forgotten = found.created_at < now - KEPT
            if not forgotten and found.request_hash != self.request_hash:
                raise Refusal(
                    "invalid", "this Idempotency-Key came with another request before; take a new one for each"
                )
            if not forgotten and found.status is not None:
                return Response(found.body, found.status, media_type="application/json", headers={REPLAYED: "true"})
            if not forgotten and found.created_at > now - DEAD:
                raise Refusal(
                    "conflict", "the request with this Idempotency-Key is still being worked on; ask again in a second",
                    headers={"Retry-After": "1"},
                )  # fmt: skip
            connection.execute(update(remembered_answer).where(row.id == key).values(**fresh))
        return None


def once(store: Store, caller: Caller, operation: str, key: str | None, request: bytes) -> Once:
    """The request of ``caller`` whose body (and whatever else decides what it does) is ``request``."""
    known = None if key is None else idempotency_id(caller, operation, key)
    return Once(store, known, hashlib.blake2b(request, digest_size=16).hexdigest())


def forget_answers(store: Store, *, now: datetime) -> int:
    """Remove what was remembered for long enough; gives how many."""
    with store.writing() as connection:
        return connection.execute(delete(remembered_answer).where(row.created_at < now - KEPT)).rowcount


def _response(answer: BaseModel, status: int) -> Response:
    return Response(answer.model_dump_json(by_alias=True), status, media_type="application/json")
