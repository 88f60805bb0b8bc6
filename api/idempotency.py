"""Requests that may come twice: with an Idempotency-Key, the second time gets the first answer and does nothing.

`Repeats` is the dependency of operations that create something or act once: what they do and what they answered become
one transaction, so that a server that dies has done both or neither. Ingest writes many transactions: there (`Once`)
a row of ``remembered_answer`` says first that somebody works on it, then what was answered. Whoever died in between
blocks nobody: after a minute the next one takes over. What is done that way must itself bear being done twice.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import AfterValidator
from sqlalchemy import delete, select, update

from api.access.caller import idempotency_id
from api.problems import Refusal, misfit
from api.wiring import StoreDep
from verbatim.messages.rows import insert_new
from verbatim.storage.store import Store
from verbatim.storage.tables import remembered_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import BaseModel
    from sqlalchemy import Connection, Engine

    from api.access.caller import Caller

    Do = Callable[[Store], tuple[BaseModel, int]]

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
    """One request and its key, for what writes in transactions of its own; ``id`` ``None``: no key, simply done."""

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
        with self.store.writing() as connection:
            return _taken(connection, key, self.request_hash, now)


@dataclass(frozen=True, slots=True)
class Repeatable:
    """One request to an operation that creates something or acts once, and its key, if it has one."""

    store: Store
    operation: str
    key: str | None
    request: bytes

    def once(
        self, caller: Caller, do: Do, *, check: Callable[[], None] | None = None, shown_once: str | None = None,
        instead: str = "",
    ) -> Response:  # fmt: skip
        """What ``do`` gives (a body and its status), as JSON; or what it gave the first time.

        ``do`` writes through the store that it is given, and through no other: with a key all of it is one transaction
        with the remembered answer. ``check`` refuses what cannot be done, unless it was done before. ``shown_once``
        names a field that is not kept: the second time is refused, with the ids of what was made, and ``instead`` says
        what to do.

        Raises:
            Refusal: the key came with another request before; or it made something that is shown once.
        """
        known = None if self.key is None else idempotency_id(caller, self.operation, self.key)
        if check is not None and (known is None or not self._answered(known)):
            check()
        if known is None:
            return _response(*do(self.store))
        now = datetime.now(UTC)
        with self.store.writing() as connection:
            before = _taken(connection, known, _hash(self.request), now)
            if before is not None:
                return before if shown_once is None else _shown_before(before, shown_once, instead)
            body, status = do(_Joined(self.store.engine, connection))
            kept = body.model_dump_json(by_alias=True, exclude=None if shown_once is None else {shown_once})
            connection.execute(update(remembered_answer).where(row.id == known).values(status=status, body=kept))
        return _response(body, status)

    def _answered(self, known: str) -> bool:
        with self.store.reading() as connection:
            said = select(row.id).where(row.id == known, row.status.is_not(None), row.created_at >= _forgotten_before())
            return connection.execute(said).first() is not None


async def _repeatable(request: Request, store: StoreDep, idempotency_key: IdempotencyKey = None) -> Repeatable:
    route = request.scope["route"]
    target = f"{request.url.path}?{request.url.query}\n{request.headers.get('if-match', '')}\n"
    return Repeatable(store, route.name, idempotency_key, target.encode() + await request.body())


Repeats = Annotated[Repeatable, Depends(_repeatable)]


class _Joined(Store):
    """A store whose writes are all part of a transaction that somebody else holds."""

    def __init__(self, engine: Engine, connection: Connection) -> None:
        super().__init__(engine)
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The same connection: it sees what was written."""
        yield self._connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All of it or nothing, and nothing of it before the transaction ends."""
        with self._connection.begin_nested():
            yield self._connection


def once(store: Store, caller: Caller, operation: str, key: str | None, request: bytes) -> Once:
    """The request of ``caller`` whose body (and whatever else decides what it does) is ``request``."""
    known = None if key is None else idempotency_id(caller, operation, key)
    return Once(store, known, _hash(request))


def forget_answers(store: Store, *, now: datetime) -> int:
    """Remove what was remembered for long enough; gives how many."""
    with store.writing() as connection:
        return connection.execute(delete(remembered_answer).where(row.created_at < now - KEPT)).rowcount


def _response(answer: BaseModel, status: int) -> Response:
    return Response(answer.model_dump_json(by_alias=True), status, media_type="application/json")


def _taken(connection: Connection, key: str, request_hash: str, now: datetime) -> Response | None:
    """Take a key; gives the answer that is remembered where there is one."""
    fresh = {"id": key, "request_hash": request_hash, "status": None, "body": None, "created_at": now}
    if insert_new(connection, remembered_answer, [fresh]):
        return None
    found = connection.execute(select(remembered_answer).where(row.id == key).with_for_update()).one()
    if found.created_at >= now - KEPT:
        if found.request_hash != request_hash:
            raise misfit(
                "header.Idempotency-Key",
                "this Idempotency-Key came with another request before; take a new one for each",
            )
        if found.status is not None:
            return Response(found.body, found.status, media_type="application/json", headers={REPLAYED: "true"})
        if found.created_at > now - DEAD:
            raise Refusal(
                "conflict", "the request with this Idempotency-Key is still being worked on; ask again in a second",
                headers={"Retry-After": "1"},
            )  # fmt: skip
    connection.execute(update(remembered_answer).where(row.id == key).values(**fresh))
    return None


def _shown_before(before: Response, field: str, instead: str) -> Response:
    """The first answer had a secret, which is kept nowhere.

    Raises:
        Refusal: always; ``made`` is what was made, without the secret.
    """
    made = json.loads(bytes(before.body))
    raise Refusal(
        "conflict", f"this request was done before, and its {field} is shown only once; {instead}",
        headers={REPLAYED: "true"}, made=made,
    )  # fmt: skip


def _forgotten_before() -> datetime:
    return datetime.now(UTC) - KEPT


def _hash(request: bytes) -> str:
    return hashlib.blake2b(request, digest_size=16).hexdigest()
