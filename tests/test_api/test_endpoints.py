"""Outbound webhooks over HTTP: a real receiver, its secret, and messages that are dead and try again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Serve, Served
from tests.test_messages.receivers import Web, web_server
from verbatim.messages.dispatch import deliver_due
from verbatim.messages.events import EVENTS
from verbatim.messages.sign import verify
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as running:
        yield running


@pytest.fixture(scope="module")
def near(empty: Served, serve: Serve) -> Served:
    """A server on the same store whose webhooks may go to this machine, and die at once."""
    named = {"webhook_private_addresses": True, "message_attempts": 1, "message_timeout_seconds": 2.0}
    return serve(Settings(**(empty.settings.model_dump() | named)))


@pytest.fixture(scope="module")
def admin(near: Served) -> httpx.Client:
    return near.as_role("admin")


def made(admin: httpx.Client, url: str, **given: Any) -> dict[str, Any]:
    answer = admin.post("/v1/endpoints", json={"name": "CRM", "url": url, **given})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def deliver(near: Served) -> None:
    with prepare_store(near.settings) as store:
        deliver_due(store, near.settings, now=datetime.now(UTC))


def test_the_test_button_reaches_a_receiver_that_can_verify_it(near: Served, admin: httpx.Client, web: Web) -> None:
    one = made(admin, f"{web.url}/hook", events=["alert.raised"])
    assert one["secret"].startswith("whsec_")
    assert one["secret"] not in admin.get("/v1/endpoints").text + admin.get(f"/v1/endpoints/{one['id']}").text
    sent = admin.post(f"/v1/endpoints/{one['id']}/test")
    assert sent.status_code == 202
    waiting = admin.get(f"/v1/deliveries/{sent.json()['delivery_id']}").json()
    assert (waiting["status"], waiting["payload"]["type"]) == ("waiting", "test")
    deliver(near)
    ((_, headers, body),) = web.came
    assert verify(one["secret"], headers, body) == sent.json()["delivery_id"]
    assert json.loads(body)["data"]["message"].startswith("A test of CRM by test (")
    done = admin.get(f"/v1/deliveries/{sent.json()['delivery_id']}").json()
    assert (done["status"], done["last_status"], len(done["log"])) == ("sent", 204, 1)
    renewed = admin.post(f"/v1/endpoints/{one['id']}/secret").json()["secret"]
    assert renewed != one["secret"]
    admin.delete(f"/v1/endpoints/{one['id']}")


def test_dead_letters_are_listed_and_try_again(near: Served, admin: httpx.Client, web: Web) -> None:
    web.answers["/sick"] = 500
    one = made(admin, f"{web.url}/sick")
    keys = [admin.post(f"/v1/endpoints/{one['id']}/test").json()["delivery_id"] for _ in range(3)]
    assert admin.post(f"/v1/deliveries/{keys[0]}/retry").status_code == 409
    deliver(near)
    dead = admin.get("/v1/deliveries", params={"status": "dead", "endpoint_id": one["id"], "limit": 2}).json()
    assert [each["id"] for each in dead["deliveries"]] == keys[:0:-1]
    assert dead["sizes"]["dead"] == 3
    rest = admin.get(
        "/v1/deliveries", params={"status": "dead", "endpoint_id": one["id"], "after": dead["next"]}
    ).json()
    assert [each["id"] for each in rest["deliveries"]] == keys[:1]
    web.answers["/sick"] = 204
    assert admin.post(f"/v1/deliveries/{keys[0]}/retry").json()["status"] == "waiting"
    assert admin.post(f"/v1/endpoints/{one['id']}/retry").json() == {"retried": 2}
    deliver(near)
    sent = admin.get("/v1/deliveries", params={"status": "sent", "endpoint_id": one["id"]}).json()["deliveries"]
    assert sorted(each["id"] for each in sent) == sorted(keys)
    admin.delete(f"/v1/endpoints/{one['id']}")


def test_an_endpoint_is_changed_switched_off_and_forgotten(admin: httpx.Client) -> None:
    one = made(admin, "https://crm.example/a")
    path = f"/v1/endpoints/{one['id']}"
    changed = admin.patch(path, json={"events": ["report.made"], "active": False}).json()
    assert (changed["events"], changed["active"], changed["url"]) == (["report.made"], False, "https://crm.example/a")
    assert admin.post(f"{path}/test").status_code == 409
    assert admin.delete(path).status_code == 204
    assert admin.delete(path).status_code == admin.get(path).status_code == 404
    assert admin.post(f"{path}/secret").status_code == admin.patch(path, json={"active": True}).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "url": "https://crm.example/a", "events": ["nope"]}, "body.events.0"),
        ({"name": "x", "url": "https://crm.example/a", "style": "fax"}, "body.style"),
        ({"name": "", "url": "https://crm.example/a"}, "body.name"),
        ({"name": "x", "url": "http://10.0.0.1/a"}, None),
        ({"name": "x", "url": "https://user:hunter2@crm.example/a"}, None),
        ({"name": "x", "url": "https://169.254.169.254/latest"}, None),
    ],
)
def test_what_cannot_be_a_receiver_is_refused(empty: Served, body: dict[str, Any], field: str | None) -> None:
    refused = empty.as_role("admin").post("/v1/endpoints", json=body)
    assert refused.status_code == 422
    assert "hunter2" not in refused.text
    if field is not None:
        assert refused.json()["errors"][0]["field"] == field


def test_only_admins_see_where_messages_go(empty: Served) -> None:
    analyst = empty.as_role("analyst")
    for path in ("/v1/endpoints", "/v1/deliveries"):
        assert analyst.get(path).status_code == 403
    assert analyst.post("/v1/endpoints", json={"name": "x", "url": "https://a.example"}).status_code == 403


def test_every_event_has_an_example_as_it_would_be_sent(empty: Served) -> None:
    found = {one["name"]: one for one in empty.as_role("viewer").get("/v1/event-types").json()["events"]}
    assert list(found) == list(EVENTS)
    for name, one in found.items():
        assert (one["example"]["type"], one["example"]["version"]) == (name, one["version"])
        assert "path" in one["example"]["data"]
