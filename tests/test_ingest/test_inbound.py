"""Webhooks of helpdesks: who sent them, once, and what they become."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import Table, select

from verbatim.domain import Kind
from verbatim.errors import InputError, SignatureError, StorageError, UserError
from verbatim.ingest.direct import take_records, writing
from verbatim.ingest.inbound import Reception, Vendor, receive, verify
from verbatim.ingest.inbound.receiving import forget_receipts
from verbatim.settings import Settings, describe_settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store
from verbatim.storage.tables import account, comment, contact, survey_response, ticket, ticket_event
from verbatim.storage.tables.access import webhook_receipt

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
SECRET = "a secret of the tests"  # noqa: S105
SECRETS = {vendor.value: SecretStr(SECRET) for vendor in Vendor}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", webhook_secrets=SECRETS)


@pytest.fixture
def store(database: Settings) -> Iterator[Store]:
    with prepare_store(database) as opened:
        yield opened


def signed(vendor: Vendor, body: bytes, at: datetime = NOW) -> dict[str, str]:
    """The headers as the vendors document them, worked out here on their own."""
    if vendor is Vendor.ZENDESK:
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = hmac.digest(SECRET.encode(), stamp.encode() + body, "sha256")
        signature = base64.b64encode(digest).decode()
        return {"X-Zendesk-Webhook-Signature": signature, "X-Zendesk-Webhook-Signature-Timestamp": stamp}
    if vendor is Vendor.INTERCOM:
        return {"X-Hub-Signature": "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()}
    return {"x-verbatim-secret": SECRET}


def send(store: Store, settings: Settings, vendor: Vendor, payload: object, at: datetime = NOW) -> Reception:
    body = json.dumps(payload).encode()
    return receive(store, settings, vendor, signed(vendor, body, at), body, now=at)


def rows(store: Store, table: Table) -> list[dict[str, Any]]:
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def zendesk_event(name: str, number: int = 1, **more: Any) -> dict[str, Any]:
    """As the vendor's page shows it."""
    detail = {
        "actor_id": "8447388090494", "assignee_id": "8447388090494", "brand_id": "8447346621310",
        "created_at": "2026-11-10T08:00:00Z", "custom_status": "8447320465790", "description": "You charged us twice",
        "external_id": None, "form_id": "8646151517822", "group_id": "8447320466430", "id": "5158", "is_public": True,
        "organization_id": "8447346622462", "priority": "LOW", "requester_id": "8447388090494", "status": "OPEN",
        "subject": "Invoice", "submitter_id": "8447388090494", "tags": ["a"], "type": "TASK",
        "updated_at": "2026-11-15T11:59:00Z", "via": {"channel": "web_service"},
    }  # fmt: skip
    return {
        "account_id": 22129848, "detail": {**detail, **more.pop("detail", {})}, "event": {}, "id": f"cbe4028c-{number}",
        "subject": "zen:ticket:5158", "time": "2026-11-15T11:59:00Z", "type": f"zen:event-type:ticket.{name}",
        "zendesk_event_version": "2022-11-06", **more,
    }  # fmt: skip


def intercom(topic: str, item: dict[str, Any], number: int = 1) -> dict[str, Any]:
    return {
        "type": "notification_event", "app_id": "abc", "id": f"notif_{number}", "topic": topic,
        "created_at": int(NOW.timestamp()) - 60, "data": {"type": "notification_event_data", "item": item},
    }  # fmt: skip


CONVERSATION = {
    "type": "conversation", "id": "137324", "created_at": int(NOW.timestamp()) - 7200, "state": "open",
    "title": None, "priority": "not_priority", "admin_assignee_id": 814860, "team_assignee_id": 5017691,
    "source": {"type": "conversation", "body": "<p>Where is my order?</p>", "author": {"id": "5f", "type": "user"}},
    "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "5f"}]},
    "conversation_parts": {"conversation_parts": [], "total_count": 0},
    "conversation_rating": {"rating": None, "remark": None, "created_at": None},
    "statistics": {"first_admin_reply_at": int(NOW.timestamp()) - 7000},
}  # fmt: skip
FRESHDESK = {
    "event": "rating_received", "sent_at": "2026-11-15T11:59:30Z",
    "ticket": {"id": "77", "subject": "Broken", "status": "Open", "priority": "High", "agent": "Bo",
               "requester": "ann@shop.example", "company": "Northwind", "created_at": "2026-11-14T10:00:00Z"},
    "rating": {"value": "-103", "points": "5", "comment": "Nobody called me back"},
}  # fmt: skip


@pytest.mark.parametrize("vendor", list(Vendor))
def test_a_delivery_with_the_right_signature_is_verified(vendor: Vendor) -> None:
    body = b'{"id": "n1", "type": "x"}'
    assert verify(vendor, signed(vendor, body), body, SECRET, now=NOW).vendor == vendor


@pytest.mark.parametrize("vendor", list(Vendor))
def test_a_wrong_secret_or_none_is_refused_without_showing_the_right_one(vendor: Vendor) -> None:
    body = b'{"id": "n1"}'
    for headers, secret in (({}, SECRET), (signed(vendor, body), "another secret of tests")):
        with pytest.raises(SignatureError, match=vendor) as caught:
            verify(vendor, headers, body, secret, now=NOW)
        assert SECRET not in str(caught.value)
        assert secret not in str(caught.value)


@pytest.mark.parametrize("vendor", [Vendor.ZENDESK, Vendor.INTERCOM])
def test_a_changed_body_is_refused(vendor: Vendor) -> None:
    body = b'{"id": "n1", "score": 1}'
    with pytest.raises(SignatureError, match="does not fit"):
        verify(vendor, signed(vendor, body), body.replace(b"1}", b"5}"), SECRET, now=NOW)


def test_the_signature_of_zendesk_covers_the_time() -> None:
    body = b'{"id": "n1"}'
    headers = signed(Vendor.ZENDESK, body) | {"X-Zendesk-Webhook-Signature-Timestamp": "2026-11-15T12:00:01Z"}
    with pytest.raises(SignatureError, match="does not fit"):
        verify(Vendor.ZENDESK, headers, body, SECRET, now=NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_was_signed_long_ago_or_ahead_is_refused(minutes: int) -> None:
    sent = NOW + timedelta(minutes=minutes)
    body = json.dumps({"sent_at": sent.isoformat()}).encode()
    for vendor in (Vendor.ZENDESK, Vendor.FRESHDESK):
        with pytest.raises(SignatureError, match="5 minutes"):
            verify(vendor, signed(vendor, body, sent), body, SECRET, now=NOW)
        verify(vendor, signed(vendor, body, sent), body, SECRET, now=sent + timedelta(minutes=4))


def test_a_vendor_without_a_secret_is_refused(store: Store, settings: Settings) -> None:
    bare = settings.model_copy(update={"webhook_secrets": {}})
    with pytest.raises(SignatureError, match=r"webhook_secrets\.zendesk"):
        send(store, bare, Vendor.ZENDESK, zendesk_event("created"))


def test_an_unknown_vendor_is_named(store: Store, settings: Settings) -> None:
    with pytest.raises(InputError, match="zendesk, freshdesk, intercom"):
        receive(store, settings, "gorgias", {}, b"{}", now=NOW)


def test_secrets_are_never_shown_and_short_ones_refused(settings: Settings) -> None:
    assert SECRET not in repr(settings)
    assert all(SECRET not in line.value for line in describe_settings(settings))
    with pytest.raises(ValueError, match="shorter than 16"):
        Settings(webhook_secrets={"zendesk": "short"})


def test_a_ticket_of_zendesk_grows_with_its_events(store: Store, settings: Settings) -> None:
    send(store, settings, Vendor.ZENDESK, zendesk_event("created"))
    said = {"comment": {"id": "1", "body": "We have sent a new one", "is_public": True,
                        "author": {"id": "84", "is_staff": True, "name": "Bo"}}}  # fmt: skip
    send(store, settings, Vendor.ZENDESK, zendesk_event("comment_added", 2, event=said))
    note = {"comment": {"id": "2", "body": "They are angry", "is_public": False, "author": {"is_staff": True}}}
    send(store, settings, Vendor.ZENDESK, zendesk_event("comment_added", 3, event=note))
    change = {"current": "SOLVED", "previous": "OPEN"}
    send(store, settings, Vendor.ZENDESK, zendesk_event("status_changed", 4, event=change, detail={"status": "SOLVED"}))
    (found,) = rows(store, ticket)
    assert (found["external_id"], found["status"], found["priority"], found["subject"]) == (
        "5158", "solved", "low", "Invoice",
    )  # fmt: skip
    assert found["solved_at"] == datetime(2026, 11, 15, 11, 59, tzinfo=UTC)
    assert found["segments"]["channel"] == "web_service"
    events = rows(store, ticket_event)
    assert {row["kind"] for row in events} == {"created", "agent replied", "solved"}
    assert {row["text"] for row in events} == {"We have sent a new one", None}
    again = {"current": "OPEN", "previous": "SOLVED"}
    send(store, settings, Vendor.ZENDESK, zendesk_event("status_changed", 5, event=again))
    (found,) = rows(store, ticket)
    assert (found["status"], found["solved_at"]) == ("open", None)


@pytest.mark.parametrize("vendor", list(Vendor))
def test_a_late_delivery_does_not_put_a_status_back(store: Store, settings: Settings, vendor: Vendor) -> None:
    if vendor is Vendor.ZENDESK:
        late = zendesk_event("status_changed", 1, detail={"updated_at": "2026-11-15T11:00:00Z"})
        last = zendesk_event("status_changed", 2, detail={"status": "SOLVED"})
    elif vendor is Vendor.FRESHDESK:
        late = {**FRESHDESK, "event": "status_changed", "sent_at": "2026-11-15T11:58:00Z"}
        last = {**late, "sent_at": "2026-11-15T11:59:00Z", "ticket": {**FRESHDESK["ticket"], "status": "solved"}}
    else:
        late = intercom("conversation.admin.opened", {**CONVERSATION, "updated_at": int(NOW.timestamp()) - 90})
        last = intercom("conversation.admin.closed", {**CONVERSATION, "state": "solved"}, 2)
    send(store, settings, vendor, last)
    (before,) = rows(store, ticket)
    assert before["status"] == "solved"
    send(store, settings, vendor, late)
    (after,) = rows(store, ticket)
    assert {**after, "batch_id": None} == {**before, "batch_id": None}


def test_what_a_file_said_of_a_ticket_stays(store: Store, settings: Settings) -> None:
    known = {"id": "5158", "created_at": "2026-11-10T08:00:00Z", "replies": 4, "segments": {"product": "Desk"}}
    take_records(store, settings, Kind.TICKETS, [known], source="export", now=NOW)
    send(store, settings, Vendor.ZENDESK, zendesk_event("priority_changed"))
    (found,) = rows(store, ticket)
    assert (found["replies"], found["segments"]["product"]) == (4, "Desk")


def test_a_trigger_of_zendesk_with_a_rating_becomes_a_response(store: Store, settings: Settings) -> None:
    body = {
        "ticket": {"id": "9", "subject": "Help", "status": "Solved", "created_at": "2026-11-10T05:35Z",
                   "updated_at": "2026-11-15T11:59Z", "organization_id": "", "requester_id": "44",
                   "assignee": "Bo", "type": "{{ticket.ticket_type}}"},
        "satisfaction": {"rating": "Bad", "comment": "Too slow, call +49 30 901820"},
    }  # fmt: skip
    send(store, settings, Vendor.ZENDESK, body)
    (answer,) = rows(store, survey_response)
    assert (answer["scale"], answer["value"], answer["metric"]) == ("csat-2", 0, "csat")
    assert answer["ticket_id"] == rows(store, ticket)[0]["id"]
    assert rows(store, comment)[0]["text"] == "Too slow, call [PHONE]"
    assert "issue_type" not in answer["segments"]


def test_a_survey_response_of_zendesk_is_on_five_points(store: Store, settings: Settings) -> None:
    answers = [{"type": "rating_scale", "rating": 4, "rating_category": "good", "created_at": "2026-11-15T11:50:00Z"},
               {"type": "open_ended", "value": "Kind people"}]  # fmt: skip
    response = {"id": "01HR", "responder_id": 5, "answers": answers, "subjects": [{"type": "ticket", "id": 5158}]}
    payload = {"type": "zen:event-type:survey_response.submitted", "id": "e1", "event": {"survey_response": response}}
    assert not send(store, settings, Vendor.ZENDESK, payload).ignored
    (answer,) = rows(store, survey_response)
    assert (answer["scale"], answer["value"], answer["ticket_id"] is None) == ("csat-5", 4, False)
    assert rows(store, comment)[0]["text"] == "Kind people"


@pytest.mark.parametrize(
    ("value", "points", "scale", "expected"),
    [
        ("103", "7", "csat-7", 7), ("101", "7", "csat-7", 5), ("100", "7", "csat-7", 4), ("-103", "7", "csat-7", 1),
        ("-101", "7", "csat-7", 3), ("103", "5", "csat-5", 5), ("-102", "5", "csat-5", 2), ("100", "3", "csat-3", 2),
        ("-103", "3", "csat-3", 1), (103, 2, "csat-2", 1), ("-103", "2", "csat-2", 0),
    ],
)  # fmt: skip
def test_a_rating_of_freshdesk_is_read_on_the_scale_of_its_survey(
    settings: Settings, value: object, points: object, scale: str, expected: int
) -> None:
    with prepare_store(settings) as store:
        send(store, settings, Vendor.FRESHDESK, {**FRESHDESK, "rating": {"value": value, "points": points}})
        (answer,) = rows(store, survey_response)
        assert (answer["scale"], answer["value"]) == (scale, expected)


def test_a_rating_that_freshdesk_cannot_give_is_rejected_and_the_ticket_kept(store: Store, settings: Settings) -> None:
    rating = {"value": "100", "points": "2"}
    results = send(store, settings, Vendor.FRESHDESK, {**FRESHDESK, "rating": rating}).results
    assert results is not None
    assert results[Kind.RESPONSES].rejected == 1
    assert rows(store, ticket)[0]["priority"] == "high"


def test_a_freshdesk_body_without_times_counts_from_its_arrival(store: Store, settings: Settings) -> None:
    body = {"event": "status_changed", "ticket": {"id": 5, "status": "Resolved", "created_at": "Mon, 3 Oct at 2 PM"}}
    send(store, settings, Vendor.FRESHDESK, body)
    (found,) = rows(store, ticket)
    assert (found["created_at"], found["solved_at"]) == (NOW, NOW)


def test_a_rated_conversation_of_intercom_becomes_a_ticket_and_a_response(store: Store, settings: Settings) -> None:
    rated = {**CONVERSATION, "conversation_rating": {
        "rating": 2, "remark": "Had to ask twice", "created_at": int(NOW.timestamp()) - 90,
        "contact": {"id": "5f"}, "teammate": {"id": 814860}}}  # fmt: skip
    send(store, settings, Vendor.INTERCOM, intercom("conversation.user.created", CONVERSATION))
    send(store, settings, Vendor.INTERCOM, intercom("conversation.rating.added", rated, 2))
    send(store, settings, Vendor.INTERCOM, intercom("conversation.admin.closed", {**rated, "state": "closed"}, 3))
    (answer,) = rows(store, survey_response)
    assert (answer["scale"], answer["value"], answer["segments"]["agent"]) == ("csat-5-amazing", 2, "814860")
    assert answer["answered_at"] == NOW - timedelta(seconds=90)
    (found,) = rows(store, ticket)
    assert (found["body"], found["status"], found["solved_at"]) == (
        "Where is my order?", "closed", NOW - timedelta(seconds=60),
    )  # fmt: skip
    assert {row["kind"] for row in rows(store, ticket_event)} == {"created", "solved"}


def test_contacts_and_companies_of_intercom_hold_no_addresses(store: Store, settings: Settings) -> None:
    person = {"type": "contact", "id": "5f", "role": "user", "email": "ann@shop.example", "name": "Ann Example",
              "created_at": 1790000000, "companies": {"data": [{"id": "c1"}]}}  # fmt: skip
    company = {"type": "company", "id": "c1", "name": "Northwind", "plan": {"name": "Pro"}}
    send(store, settings, Vendor.INTERCOM, intercom("contact.user.created", person))
    send(store, settings, Vendor.INTERCOM, intercom("company.created", company, 2))
    (who,), (where,) = rows(store, contact), rows(store, account)
    assert who["account_id"] == where["id"]
    assert where["tier"] == "Pro"
    assert "Ann" not in str(who)


@pytest.mark.parametrize(
    ("vendor", "payload"),
    [
        (Vendor.INTERCOM, intercom("ping", {"type": "ping"})),
        (Vendor.INTERCOM, intercom("contact.deleted", {"type": "contact", "id": "5f"})),
        (Vendor.ZENDESK, {"type": "zen:event-type:user.created", "id": "u", "detail": {"id": "1"}}),
        (Vendor.FRESHDESK, {"event": "other"}),
    ],
)
def test_what_cannot_be_used_is_acknowledged(
    store: Store, settings: Settings, vendor: Vendor, payload: dict[str, Any]
) -> None:
    taken = send(store, settings, vendor, payload)
    assert (taken.ignored, taken.repeated) == (True, False)
    assert len(rows(store, webhook_receipt)) == 1


@pytest.mark.parametrize(
    ("vendor", "payload"),
    [
        (Vendor.ZENDESK, zendesk_event("created")),
        (Vendor.FRESHDESK, FRESHDESK),
        (Vendor.INTERCOM, intercom("conversation.user.created", CONVERSATION)),
    ],
)
def test_a_delivery_is_taken_once(store: Store, settings: Settings, vendor: Vendor, payload: dict[str, Any]) -> None:
    assert not send(store, settings, vendor, payload).repeated
    with store.writing() as connection:
        connection.execute(ticket.delete())
    assert send(store, settings, vendor, payload, NOW + timedelta(minutes=1)).repeated
    assert rows(store, ticket) == []
    assert forget_receipts(store, NOW + timedelta(days=1)) == 1


def test_a_delivery_whose_rows_could_not_be_written_can_be_sent_again(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(writing, "_count", fail)
        with pytest.raises(StorageError):
            send(store, settings, Vendor.ZENDESK, zendesk_event("created"))
    assert rows(store, webhook_receipt) == []
    assert not send(store, settings, Vendor.ZENDESK, zendesk_event("created")).repeated
    assert len(rows(store, ticket)) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}", b"null"])
@pytest.mark.parametrize("vendor", list(Vendor))
def test_a_signed_body_that_is_no_object_is_an_input_error(vendor: Vendor, body: bytes) -> None:
    with pytest.raises(InputError, match="webhook's body"):
        verify(vendor, signed(vendor, body), body, SECRET, now=NOW)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=6)
    | st.sampled_from(["\x00", "\ud800", "good", "5", "2026-10-01", "x" * 600]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
PAYLOADS: list[tuple[Vendor, dict[str, Any]]] = [
    (Vendor.ZENDESK, zendesk_event("comment_added", event={"comment": {"body": "x", "is_public": True, "author": {}}})),
    (Vendor.ZENDESK, zendesk_event("status_changed", event={"current": "SOLVED", "previous": "OPEN"})),
    (Vendor.ZENDESK, {"ticket": {"id": 1, "created_at": "2026-11-10"}, "satisfaction": {"rating": "good"}}),
    (Vendor.FRESHDESK, FRESHDESK),
    (Vendor.INTERCOM, intercom("conversation.rating.added", {**CONVERSATION, "conversation_rating": {"rating": 3}})),
    (Vendor.INTERCOM, intercom("contact.user.created", {"id": "1", "companies": {"data": [{"id": 1}]}})),
]


def places(payload: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    inside = payload.items() if isinstance(payload, dict) else enumerate(payload) if isinstance(payload, list) else ()
    for name, value in inside:
        yield from places(value, (*path, name))


@given(st.data())
@hypothesis_settings(max_examples=60, deadline=None)
def test_no_payload_raises_anything_but_a_user_error(shared: tuple[Store, Settings], data: st.DataObject) -> None:
    store, settings = shared
    vendor, payload = data.draw(st.sampled_from(PAYLOADS))
    changed = json.loads(json.dumps(payload))
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(list(places(changed))))
        holder = changed
        for name in way:
            holder = holder[name]
        holder[last] = data.draw(ODD)
    try:
        send(store, settings, vendor, changed)
    except UserError:
        pass


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Settings]]:
    settings = Settings(home=tmp_path_factory.mktemp("shared"), webhook_secrets=SECRETS)
    with prepare_store(settings) as opened:
        yield opened, settings
