from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel
from sqlalchemy import insert, select, update

from api.access.caller import Caller
from api.idempotency import DEAD, KEPT, forget_answers, once
from api.problems import Refusal
from verbatim.errors import InputError
from verbatim.storage.queries.restriction import Restriction
from verbatim.storage.store import Store
from verbatim.storage.tables import remembered_answer

ADA = Caller("a", "Ada", "analyst", frozenset(), Restriction(), sees_agents=True, key_id="a")
BEN = Caller("b", "Ben", "analyst", frozenset(), Restriction(), sees_agents=True, key_id="b")


class Count(BaseModel):
    number: int


class Counter:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self) -> Count:
        self.number += 1
        return Count(number=self.number)


def begun(store: Store, key: str, ago: timedelta) -> None:
    """As if a request had begun some time ago and its server had been killed."""
    this = once(store, ADA, "add", key, b"x")
    row = {"id": this.id, "request_hash": this.request_hash, "created_at": datetime.now(UTC) - ago}
    with store.writing() as connection:
        connection.execute(insert(remembered_answer).values(**row))


def test_the_same_request_is_done_once_for_each_caller_and_each_operation(store: Store) -> None:
    do = Counter()
    answers = [
        bytes(once(store, who, operation, "k", b"x").answer(do, status=201).body)
        for who, operation in ((ADA, "add"), (ADA, "add"), (BEN, "add"), (ADA, "other"), (ADA, "add"))
    ]
    assert answers == [b'{"number":1}', b'{"number":1}', b'{"number":2}', b'{"number":3}', b'{"number":1}']
    assert once(store, ADA, "add", "k", b"x").answer(do).status_code == 201


def test_without_a_key_nothing_is_remembered(store: Store) -> None:
    do = Counter()
    for _ in range(2):
        once(store, ADA, "add", None, b"x").answer(do)
    assert do.number == 2
    with store.reading() as connection:
        assert connection.execute(select(remembered_answer)).all() == []


def test_a_request_that_is_being_worked_on_is_not_begun_again(store: Store) -> None:
    begun(store, "k", DEAD / 2)
    do = Counter()
    with pytest.raises(Refusal) as refused:
        once(store, ADA, "add", "k", b"x").answer(do)
    assert refused.value.kind.name == "conflict"
    assert (do.number, refused.value.headers["Retry-After"]) == (0, "1")


def test_what_a_killed_server_began_is_taken_over(store: Store) -> None:
    begun(store, "k", DEAD * 2)
    do = Counter()
    assert once(store, ADA, "add", "k", b"x").answer(do).body == b'{"number":1}'
    assert once(store, ADA, "add", "k", b"x").answer(do).body == b'{"number":1}'


def test_whoever_was_overtaken_does_not_change_what_is_remembered(store: Store) -> None:
    do = Counter()
    this = once(store, ADA, "add", "k", b"x")

    def slow() -> Count:
        with store.writing() as connection:  # it took longer than anybody waits
            connection.execute(update(remembered_answer).values(created_at=datetime.now(UTC) - DEAD * 2))
        once(store, ADA, "add", "k", b"x").answer(do)
        return Count(number=99)

    this.answer(slow)
    assert once(store, ADA, "add", "k", b"x").answer(do).body == b'{"number":1}'


def test_what_fails_can_be_tried_again(store: Store) -> None:
    def fail() -> Count:
        raise InputError("no")

    with pytest.raises(InputError):
        once(store, ADA, "add", "k", b"x").answer(fail)
    assert once(store, ADA, "add", "k", b"x").answer(Counter()).body == b'{"number":1}'


def test_after_a_day_the_key_is_free_again(store: Store) -> None:
    do = Counter()
    once(store, ADA, "add", "k", b"x").answer(do)
    with store.writing() as connection:
        connection.execute(update(remembered_answer).values(created_at=datetime.now(UTC) - KEPT * 1.01))
    assert once(store, ADA, "add", "k", b"other").answer(do).body == b'{"number":2}'
    assert forget_answers(store, now=datetime.now(UTC)) == 0
    assert forget_answers(store, now=datetime.now(UTC) + KEPT * 1.01) == 1
