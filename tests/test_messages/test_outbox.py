from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete

from tests.test_followups.given import NOW
from verbatim.errors import InputError, NotFoundError
from verbatim.messages.endpoints import add_endpoint, change_endpoint, endpoints
from verbatim.messages.events import EVENTS, Message
from verbatim.messages.outbox import (
    BACK_OFF,
    JITTER,
    back_off,
    claim,
    deliveries,
    emit,
    put_down_mail,
    queue_sizes,
    retry_dead,
    settle,
    tidy,
)
from verbatim.messages.slack import SHOWN, slack_text
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store
from verbatim.storage.tables import delivery

PLAIN = Settings()


def receiver(store: Store, name: str = "crm", **given: Any) -> str:
    usual = {"name": name, "url": f"https://{name}.example/hook", "person": "Ann", "at": NOW}
    return add_endpoint(store, PLAIN, **(usual | given)).id


def test_a_message_goes_to_every_active_endpoint_that_wants_it_once(store: Store) -> None:
    all_, reports = receiver(store), receiver(store, "reports", events=["report.made"])
    off = receiver(store, "off")
    change_endpoint(store, PLAIN, off, active=False)
    alert, report = Message("alert.raised", "a1", NOW), Message("report.made", "r1", NOW)
    assert emit(store, [alert, report, alert], at=NOW) == 3
    assert emit(store, [report, alert], at=NOW) == 0
    assert {(row.endpoint_id, row.event) for row in deliveries(store)} == {
        (all_, "alert.raised"), (all_, "report.made"), (reports, "report.made"),
    }  # fmt: skip
    assert len(endpoints(store)) == 3


def test_a_transaction_that_fails_tells_nobody(store: Store) -> None:
    receiver(store)
    with pytest.raises(RuntimeError), store.writing() as connection:
        assert emit(connection, [Message("test", "x", NOW)]) == 1
        raise RuntimeError
    assert deliveries(store) == []


def test_an_unknown_event_and_a_bad_address_are_refused(store: Store) -> None:
    receiver(store)
    with pytest.raises(NotFoundError, match="no event 'alert.rose'; the events are response.created"):
        emit(store, [Message("alert.rose", "x", NOW)])
    for url in (
        "http://crm.example",
        "https://ann:hunter2@crm.example",
        "https://127.0.0.1/",
        "ftp://x",
        "https://[::1",
    ):
        with pytest.raises(InputError) as problem:
            receiver(store, url=url)
        assert "hunter2" not in str(problem.value)


def test_a_claim_is_one_workers_until_it_runs_out(store: Store) -> None:
    receiver(store)
    emit(store, [Message("test", str(n), NOW) for n in range(3)], at=NOW)
    first = claim(store, now=NOW, limit=2)
    assert [row.attempts for row in first] == [1, 1]
    (second,) = claim(store, now=NOW)
    assert second.id not in {row.id for row in first}
    assert claim(store, now=NOW + timedelta(minutes=4)) == []
    later = NOW + timedelta(minutes=5)
    again = {row.id: row for row in claim(store, now=later)}
    assert set(again) == {row.id for row in first} | {second.id}
    with store.writing() as connection:
        assert not settle(connection, first[0], now=later, status="sent", code=200, problem=None)
        assert settle(connection, again[first[0].id], now=later, status="sent", code=200, problem=None)
    assert queue_sizes(store) == {"waiting": 2, "sent": 1, "dead": 0}


def test_workers_at_once_claim_each_message_once(store: Store, database: Settings) -> None:
    receiver(store)
    emit(store, [Message("test", str(n), NOW) for n in range(60)], at=NOW)
    barrier, taken = threading.Barrier(3), []

    def work() -> None:
        with prepare_store(database) as own:
            barrier.wait()
            while rows := claim(own, now=NOW, limit=7):
                taken.extend(row.id for row in rows)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 60


@given(st.text(max_size=10), st.integers(1, 30))
def test_pauses_grow_and_never_leave_their_bounds(delivery_id: str, attempts: int) -> None:
    base = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
    assert base <= back_off(delivery_id, attempts).total_seconds() <= base * (1 + JITTER)
    assert back_off(delivery_id, attempts) == back_off(delivery_id, attempts)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with prepare_store(Settings(home=tmp_path_factory.mktemp("outbox"))) as opened:
        receiver(opened)
        receiver(opened, "some", events=["alert.raised"])
        yield opened


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["alert.raised", "report.made"]), st.integers(0, 4)), max_size=12))
def test_however_often_something_is_told_each_receiver_gets_it_once(
    scratch: Store, told: list[tuple[str, int]]
) -> None:
    with scratch.writing() as connection:
        connection.execute(delete(delivery))
    new = sum(emit(scratch, [Message(event, str(subject), NOW)], at=NOW) for event, subject in told)
    emit(scratch, [Message(event, str(subject), NOW) for event, subject in told], at=NOW)
    expected = sum(2 if event == "alert.raised" else 1 for event, _ in set(told))
    assert new == expected == len(deliveries(scratch, limit=1000))


def test_dead_messages_try_again_when_they_are_told_to(store: Store) -> None:
    one = receiver(store)
    emit(store, [Message("test", str(n), NOW) for n in range(2)], at=NOW)
    taken = claim(store, now=NOW)
    with store.writing() as connection:
        for row in taken:
            settle(connection, row, now=NOW, status="dead", code=500, problem="it answered 500")
    dead = deliveries(store, status="dead", endpoint_id=one)
    assert [row.log[0]["status"] for row in dead] == [500, 500]
    assert retry_dead(store, now=NOW, ids=[dead[0].id]) == 1
    assert [(row.id, row.attempts) for row in claim(store, now=NOW)] == [(dead[0].id, 1)]


def test_pages_of_messages_lose_nothing(store: Store) -> None:
    receiver(store)
    for n in range(7):
        emit(store, [Message("test", str(n), NOW)], at=NOW + timedelta(seconds=n // 2))
    seen: list[str] = []
    while page := deliveries(store, after=seen[-1] if seen else None, limit=2):
        seen += [row.id for row in page]
    assert len(seen) == len(set(seen)) == 7


def test_mail_is_put_down_once_and_headers_cannot_be_added(store: Store) -> None:
    mail = {"event": "report.made", "subject": "r1", "title": "Report", "text": "words", "at": NOW}
    assert put_down_mail(store, address="ann@example.com", **mail)
    assert not put_down_mail(store, address="ann@example.com", **mail)
    assert put_down_mail(store, address="ben@example.com", **mail)
    for address in ("ann@example.com\nBcc: x@example.com", "a@example.com, b@example.com", "Ann <a@example.com>"):
        with pytest.raises(InputError, match="mail address"):
            put_down_mail(store, address=address, **mail)
    with pytest.raises(InputError, match="one line"):
        put_down_mail(store, address="c@example.com", **(mail | {"title": "Report\r\nBcc: x@example.com"}))


def test_only_old_sent_messages_are_forgotten(store: Store) -> None:
    receiver(store)
    emit(store, [Message("test", str(n), NOW) for n in range(2)], at=NOW)
    (row,) = claim(store, now=NOW, limit=1)
    with store.writing() as connection:
        settle(connection, row, now=NOW, status="sent", code=200, problem=None)
    assert tidy(store, before=NOW) == 0
    assert tidy(store, before=NOW + timedelta(days=40)) == 1
    assert queue_sizes(store)["waiting"] == 1


def test_slack_texts_show_every_event_and_hold_no_markup_of_their_own() -> None:
    assert set(SHOWN) == set(EVENTS)
    payload = {"data": {"severity": "urgent", "message": "<!channel> <https://x|y> a & b", "path": "/alerts/1"}}
    assert slack_text("alert.raised", payload, public_url="https://voc.example") == (
        "*alert.raised*\nseverity: urgent\nmessage: &lt;!channel&gt; &lt;https://x|y&gt; a &amp; b\n"
        "<https://voc.example/alerts/1|Open>"
    )
