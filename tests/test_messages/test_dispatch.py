from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest

from tests.test_followups.given import NOW
from tests.test_messages.receivers import Post, Web, closed_port, mail_server, web_server
from verbatim.messages.addresses import allowed
from verbatim.messages.dispatch import Delivered, deliver_due, send_test
from verbatim.messages.endpoints import add_endpoint, endpoint_of, remove_endpoint, reveal_secret, rotate_secret
from verbatim.messages.events import Message
from verbatim.messages.outbox import deliveries, emit, put_down_mail, retry_dead
from verbatim.messages.sign import verify
from verbatim.settings import Settings
from verbatim.storage.store import Store

PUBLIC = "93.184.215.14"


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as running:
        yield running


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


@pytest.fixture
def near(settings: Settings) -> Settings:
    return settings.model_copy(
        update={"webhook_private_addresses": True, "message_timeout_seconds": 0.5, "message_attempts": 3}
    )


def receiver(store: Store, settings: Settings, url: str, **given: Any) -> str:
    return add_endpoint(store, settings, name="crm", url=url, person="Ann", at=NOW, **given).id


def test_a_receiver_gets_a_signed_message_that_it_can_verify(store: Store, near: Settings, web: Web) -> None:
    one = receiver(store, near, f"{web.url}/hook")
    key = send_test(store, one, person="Ann", at=NOW)
    assert deliver_due(store, near, now=NOW) == Delivered(sent=1)
    ((path, headers, body),) = web.came
    assert path == "/hook"
    assert verify(reveal_secret(store, near, one), headers, body, now=NOW) == key
    assert json.loads(body)["type"] == "test"
    old = reveal_secret(store, near, one)
    new = rotate_secret(store, near, one, at=NOW)
    send_test(store, one, person="Ann", at=NOW + timedelta(hours=1))
    deliver_due(store, near, now=NOW + timedelta(hours=1))
    for secret in (old, new):
        assert verify(secret, web.came[1][1], web.came[1][2], now=NOW + timedelta(hours=1))
    assert old != new
    assert deliver_due(store, near, now=NOW + timedelta(hours=2)).tried == 0


def test_failures_are_tried_again_under_the_same_id_and_then_dead(store: Store, near: Settings, web: Web) -> None:
    web.answers["/hook"] = 500
    receiver(store, near, f"{web.url}/hook")
    emit(store, [Message("alert.raised", "a", NOW)], at=NOW)
    at, outcomes = NOW, []
    for _ in range(4):
        outcomes.append(deliver_due(store, near, now=at))
        assert deliver_due(store, near, now=at).tried == 0
        at += timedelta(days=1)
    assert outcomes == [Delivered(again=1), Delivered(again=1), Delivered(dead=1), Delivered()]
    assert len({headers["webhook-id"] for _, headers, _ in web.came}) == 1
    assert len({body for _, _, body in web.came}) == 1
    (row,) = deliveries(store, status="dead")
    assert [each["status"] for each in row.log] == [500, 500, 500]
    assert "secret" not in str(row)  # the body of the answer
    web.answers["/hook"] = 200
    retry_dead(store, now=at)
    assert deliver_due(store, near, now=at) == Delivered(sent=1)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (301, 301, "redirects are not followed"),
        (307, 307, "redirects are not followed"),
        (404, 404, "it answered 404"),
        ("hang", None, "no answer within 0.5 s"),
        ("drip", None, "no answer within 0.5 s"),
    ],
)
def test_whatever_a_receiver_does_the_message_waits(
    store: Store, near: Settings, web: Web, answer: Any, status: int | None, said: str
) -> None:
    web.answers["/hook"] = answer
    receiver(store, near, f"{web.url}/hook")
    emit(store, [Message("alert.raised", "a", NOW)], at=NOW)
    assert deliver_due(store, near, now=NOW) == Delivered(again=1)
    (row,) = deliveries(store)
    assert (row.status, row.last_status) == ("waiting", status)
    assert said in (row.last_problem or "")
    assert [path for path, _, _ in web.came] == ["/hook"]


def test_a_receiver_that_asks_for_a_pause_gets_it(store: Store, near: Settings, web: Web) -> None:
    web.answers["/hook"] = 429
    receiver(store, near, f"{web.url}/hook")
    emit(store, [Message("alert.raised", "a", NOW)], at=NOW)
    deliver_due(store, near, now=NOW)
    assert deliveries(store)[0].next_at == NOW + timedelta(seconds=900)


def test_nobody_listening_is_tried_again(store: Store, near: Settings) -> None:
    receiver(store, near, f"http://127.0.0.1:{closed_port()}/")
    emit(store, [Message("alert.raised", "a", NOW)], at=NOW)
    assert deliver_due(store, near, now=NOW) == Delivered(again=1)


def test_410_switches_the_endpoint_off(store: Store, near: Settings, web: Web) -> None:
    web.answers["/hook"] = 410
    one = receiver(store, near, f"{web.url}/hook")
    emit(store, [Message("alert.raised", "a", NOW)], at=NOW)
    assert deliver_due(store, near, now=NOW) == Delivered(dead=1, switched_off=1)
    off = endpoint_of(store, one)
    assert (off.active, "410" in (off.problem or "")) == (False, True)
    assert emit(store, [Message("alert.raised", "b", NOW)], at=NOW) == 0


def test_one_receiver_that_hangs_does_not_hold_up_another(store: Store, near: Settings, web: Web) -> None:
    web.answers["/slow"] = "hang"
    for path in ("slow", "fast"):
        receiver(store, near, f"{web.url}/{path}")
    emit(store, [Message("alert.raised", str(n), NOW) for n in range(6)], at=NOW)
    assert deliver_due(store, near, now=NOW) == Delivered(sent=6, again=6)


def test_messages_of_an_endpoint_that_was_removed_die(store: Store, near: Settings, web: Web) -> None:
    one = receiver(store, near, f"{web.url}/hook")
    emit(store, [Message("alert.raised", "a", NOW)], at=NOW)
    remove_endpoint(store, one)
    assert deliver_due(store, near, now=NOW) == Delivered(dead=1)
    assert web.came == []


def test_slack_gets_a_text_without_a_signature(store: Store, near: Settings, web: Web) -> None:
    receiver(store, near, f"{web.url}/slack", style="slack")
    emit(store, [Message("alert.raised", "a", NOW, {"message": "Look <here>"})], at=NOW)
    deliver_due(store, near, now=NOW)
    ((_, headers, body),) = web.came
    assert json.loads(body) == {"text": "*alert.raised*\nmessage: Look &lt;here&gt;"}
    assert "webhook-signature" not in headers


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["10.0.0.8"], [PUBLIC, "169.254.169.254"], ["::ffff:192.168.1.1"]])
def test_a_name_that_leads_into_a_private_network_is_not_called(
    store: Store, settings: Settings, web: Web, answers: list[str]
) -> None:
    receiver(store, settings, f"https://crm.example:{web.url.rpartition(':')[2]}/hook")
    emit(store, [Message("alert.raised", "a", NOW)], at=NOW)
    done = deliver_due(store, settings, now=NOW, resolver=lambda host, port: answers)
    assert done == Delivered(dead=1)
    assert "private network" in (deliveries(store)[0].last_problem or "")
    assert web.came == []


def test_the_address_that_was_checked_is_the_one_that_is_called(store: Store, near: Settings, web: Web) -> None:
    asked: list[str] = []

    def once(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    receiver(store, near, f"http://no-such-host.example:{web.url.rpartition(':')[2]}/hook")
    emit(store, [Message("alert.raised", "a", NOW)], at=NOW)
    assert deliver_due(store, near, now=NOW, resolver=once) == Delivered(sent=1)
    assert asked == ["no-such-host.example"]
    assert web.came[0][1]["host"].startswith("no-such-host.example")


@pytest.mark.parametrize(
    ("address", "public", "private"),
    [
        (PUBLIC, True, True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True, True), ("127.0.0.1", False, True),
        ("10.1.2.3", False, True), ("192.168.0.1", False, True), ("::1", False, True), ("fd00::1", False, True),
        ("169.254.169.254", False, False), ("fe80::1", False, False), ("0.0.0.0", False, False),
        ("224.0.0.1", False, False), ("255.255.255.255", False, False), ("100.64.0.1", False, False),
        ("64:ff9b::a9fe:a9fe", False, False), ("2002:7f00:1::", False, False), ("::ffff:10.0.0.1", False, True),
    ],
)  # fmt: skip
def test_which_addresses_webhooks_may_go_to(address: str, public: bool, private: bool) -> None:
    found = ipaddress.ip_address(address)
    assert (allowed(found, private=False), allowed(found, private=True)) == (public, private)


def mail_settings(settings: Settings, post: Post) -> Settings:
    return settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{post.port}", "mail_from": "voc@example.com"})


def test_mail_arrives_with_its_attachments(store: Store, settings: Settings, post: Post) -> None:
    settings.home.mkdir(exist_ok=True)
    (settings.home / "report.pdf").write_bytes(b"%PDF-1")
    put_down_mail(store, event="report.made", subject="r", address="ann@example.com", title="Résumé", text="Hello",
                  attachments=["report.pdf"], at=NOW)  # fmt: skip
    assert deliver_due(store, mail_settings(settings, post), now=NOW) == Delivered(sent=1)
    ((sender, receivers, content),) = post.came
    assert "voc@example.com" in sender
    assert len(receivers) == 1
    mail = message_from_string(content)
    assert mail["Message-ID"] == f"<{deliveries(store)[0].id}@example.com>"
    (part,) = [part for part in mail.walk() if part.get_filename() == "report.pdf"]
    assert base64.b64decode(str(part.get_payload())) == b"%PDF-1"


@pytest.mark.parametrize(("code", "outcome"), [(450, Delivered(again=1)), (550, Delivered(dead=1))])
def test_mail_is_tried_again_unless_it_is_refused_for_good(
    store: Store, settings: Settings, post: Post, code: int, outcome: Delivered
) -> None:
    post.refuse = code
    put_down_mail(store, event="test", subject="r", address="ann@example.com", title="T", text="x", at=NOW)
    assert deliver_due(store, mail_settings(settings, post), now=NOW) == outcome
    assert "ann@example.com" not in str(deliveries(store)[0].last_problem)


@pytest.mark.parametrize(
    ("change", "attachment", "said"),
    [
        ({"smtp_url": None}, None, "smtp_url"),
        ({"mail_from": None}, None, "mail_from"),
        ({"smtp_url": "smtp://mail.example.com"}, None, "in the clear"),
        ({}, "../outside.txt", "not in the home folder"),
        ({}, "gone.pdf", "make the report again"),
    ],
)
def test_mail_that_cannot_be_sent_says_why(
    store: Store, settings: Settings, post: Post, change: dict[str, Any], attachment: str | None, said: str
) -> None:
    (Path(settings.home).parent / "outside.txt").write_text("not for you", encoding="utf-8")
    put_down_mail(store, event="test", subject="r", address="ann@example.com", title="T", text="x", at=NOW,
                  attachments=[attachment] if attachment else [])  # fmt: skip
    changed = mail_settings(settings, post).model_copy(update=change)
    assert deliver_due(store, changed, now=NOW) == Delivered(dead=1)
    assert said in (deliveries(store)[0].last_problem or "")
    assert post.came == []
