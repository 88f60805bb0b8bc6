"""Follow-ups, alerts and rules over HTTP: who sees which, who may do what, and nobody overwrites anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_api.loop import low_scores
from tests.test_followups.given import answer, key, put, put_account
from verbatim.followups.overdue import mark_overdue
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import account_key


@pytest.fixture(scope="module")
def loop(empty: Served) -> Served:
    low_scores(empty.settings)
    return empty


@pytest.fixture(scope="module")
def analyst(loop: Served) -> httpx.Client:
    return loop.as_role("analyst")


@pytest.fixture(scope="module")
def admin(loop: Served) -> httpx.Client:
    return loop.as_role("admin")


@pytest.fixture
def fresh(loop: Served, analyst: httpx.Client) -> str:
    """The id of a follow-up that nobody has touched."""
    name = f"fresh-{datetime.now(UTC).timestamp()}"
    with prepare_store(loop.settings) as store:
        put_account(store, "umbrella", id=account_key("umbrella"), owner="Fay")
        put(store, answer(name, "nps", 8, occurred_at=datetime.now(UTC), account_id=account_key("umbrella")))
    assert analyst.post("/v1/follow-ups/sweep", json={}).json()["created"] == 1
    found = analyst.get("/v1/follow-ups", params={"rule": "passive"}).json()["follow_ups"]
    return str(next(one["id"] for one in found if one["response_id"] == key(name)))


def rows(client: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/follow-ups", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["follow_ups"]
    return found


def step(client: httpx.Client, one: str, version: object, **body: Any) -> httpx.Response:
    return client.post(f"/v1/follow-ups/{one}/changes", json=body, headers={"If-Match": f'"{version}"'})


def test_the_inbox_says_who_must_do_what_until_when(analyst: httpx.Client) -> None:
    found = rows(analyst, state="open", rule="low_csat")
    assert {one["owner"] for one in found} == {"Ben", "Cleo", "Dana"}
    assert all(one["due_at"] > one["occurred_at"] for one in found)
    assert [one["owner"] for one in rows(analyst, owner="Ben")] == ["Ben"]
    assert rows(analyst, due_before="2020-01-01T00:00:00Z") == []
    assert rows(analyst, account="globex", signal="answer", rule="detractor")[0]["who"] == "account_owner"


def test_the_inbox_is_paged_without_loss(analyst: httpx.Client) -> None:
    whole = [one["id"] for one in rows(analyst, limit=1000)]
    paged: list[str] = []
    page: dict[str, Any] = {"next": None}
    while not paged or page["next"]:
        after = {"after": page["next"]} if page["next"] else {}
        page = analyst.get("/v1/follow-ups", params={"limit": 2, **after}).json()
        paged += [one["id"] for one in page["follow_ups"]]
    assert paged == whole
    assert len(whole) >= 4
    assert analyst.get("/v1/follow-ups", params={"after": "nothing"}).status_code == 404


@pytest.mark.parametrize(
    ("limits", "seen"),
    [
        ({"teams": ["North"]}, {"Ben"}),
        ({"teams": ["North", "South"]}, {"Ben", "Cleo"}),
        ({"accounts": ["globex"]}, {"Dana", None}),
        ({"accounts": ["acme"], "teams": ["South"]}, {"Cleo"}),
        ({"accounts": ["unknown"]}, set()),
    ],
)
def test_a_limited_key_sees_and_changes_its_own_only(
    loop: Served, analyst: httpx.Client, limits: dict[str, list[str]], seen: set[str | None]
) -> None:
    client = loop.as_role(scopes=["read", "score"], **limits)
    there = rows(client)
    assert {one["owner"] for one in there} == seen
    outside = [one["id"] for one in rows(analyst) if one["id"] not in {mine["id"] for mine in there}]
    for path in (f"/v1/follow-ups/{outside[0]}",):
        assert client.get(path).status_code == 404
    assert step(client, outside[0], 0, to="contacted").status_code == 404
    assert client.get("/v1/follow-ups/counts").status_code == 403
    assert client.get("/v1/rules").status_code == 403


def test_an_agent_sees_what_is_its_own_or_nobodys(loop: Served, analyst: httpx.Client, fresh: str) -> None:
    agent = loop.as_role("agent")
    assert {one["owner"] for one in rows(agent)} == {None}
    assert agent.get(f"/v1/follow-ups/{fresh}").status_code == 404
    given = analyst.post(f"/v1/follow-ups/{fresh}/assign", json={"to": "test"}, headers={"If-Match": '"0"'})
    assert given.json()["owner"] == "test"
    assert [one["id"] for one in rows(agent, owner="me")] == [fresh]
    assert step(agent, fresh, 1, to="contacted").json()["state"] == "contacted"
    assert agent.get("/v1/follow-ups", params={"owner": "Ben"}).status_code == 403


def test_whose_rating_it_was_is_hidden_from_roles_that_may_not_see_agents(loop: Served, analyst: httpx.Client) -> None:
    viewer, team = loop.as_role("viewer"), loop.as_role("agent", teams=["North"])
    assert {one["owner"] for one in rows(viewer, rule="low_csat")} == {None}
    (mine,) = rows(team)
    assert mine["owner"] is None
    step(analyst, mine["id"], mine["sequence"], to="contacted")
    (change,) = team.get(f"/v1/follow-ups/{mine['id']}").json()["history"]
    assert (change["to_state"], change["to_owner"]) == ("contacted", None)
    assert analyst.get(f"/v1/follow-ups/{mine['id']}").json()["history"][0]["to_owner"] == "Ben"


def test_a_step_needs_the_version_that_was_seen(analyst: httpx.Client, fresh: str) -> None:
    path = f"/v1/follow-ups/{fresh}"
    assert analyst.get(path).headers["ETag"] == '"0"'
    assert analyst.post(f"{path}/changes", json={"to": "contacted"}).status_code == 428
    done = step(analyst, fresh, 0, to="contacted", note="Wrote to ann@shop.example")
    assert (done.status_code, done.headers["ETag"], done.json()["state"]) == (200, '"1"', "contacted")
    again = step(analyst, fresh, 0, to="contacted")
    assert (again.status_code, again.json()["type"]) == (412, "/problems/changed-meanwhile")
    assert step(analyst, fresh, "x", to="resolved").status_code == 412
    wrong = step(analyst, fresh, 1, to="contacted")
    assert (wrong.status_code, wrong.json()["type"]) == (409, "/problems/conflict")
    assert step(analyst, fresh, 1, to="cannot_resolve").status_code == 422
    undone = analyst.post(f"{path}/undo", headers={"If-Match": '"1"'})
    assert (undone.json()["state"], undone.json()["taken_at"]) == ("open", None)
    noted = analyst.post(f"{path}/notes", json={"note": "They renew in March."})
    assert noted.json()["sequence"] == 3
    history = analyst.get(path).json()["history"]
    assert [each["kind"] for each in history] == ["state", "undo", "note"]
    assert history[0]["note"] == "Wrote to [EMAIL]"
    assert history[0]["person"].startswith("test (")


def test_reading_is_not_enough_to_change(loop: Served, fresh: str) -> None:
    viewer = loop.as_role("viewer")
    assert step(viewer, fresh, 0, to="contacted").status_code == 403
    assert viewer.post("/v1/follow-ups/sweep", json={}).status_code == 403


def test_counts_tell_how_it_went(analyst: httpx.Client, fresh: str) -> None:
    before = analyst.get("/v1/follow-ups/counts").json()
    step(analyst, fresh, 0, to="contacted")
    after = analyst.get("/v1/follow-ups/counts").json()
    assert after["contacted"] == before["contacted"] + 1
    assert after["open_now"] == before["open_now"] - 1
    assert analyst.get("/v1/follow-ups/counts", params={"to": "2020-01-01"}).json()["opened"] == 0


def test_alerts_are_seen_by_whom_they_concern_and_acknowledged_once(loop: Served, analyst: httpx.Client) -> None:
    with prepare_store(loop.settings) as store:
        mark_overdue(store, now=datetime.now(UTC) + timedelta(days=30))
    found = analyst.get("/v1/alerts", params={"kind": "overdue", "acknowledged": False}).json()["alerts"]
    assert any("Cleo" in one["message"] for one in found)
    south = loop.as_role(scopes=["read", "score"], teams=["South"])
    (mine,) = south.get("/v1/alerts").json()["alerts"]
    assert "Cleo" in mine["message"]
    hidden = loop.as_role("viewer").get("/v1/alerts", params={"limit": 1000}).text
    assert "Cleo" not in hidden
    other = next(one["id"] for one in found if one["id"] != mine["id"])
    assert south.post(f"/v1/alerts/{other}/acknowledge").status_code == 404
    first = south.post(f"/v1/alerts/{mine['id']}/acknowledge").json()
    assert analyst.post(f"/v1/alerts/{mine['id']}/acknowledge").json() == first
    assert south.post(f"/v1/alerts/{other}/take-back").status_code == 404
    for _ in range(2):
        again = south.post(f"/v1/alerts/{mine['id']}/take-back").json()
        assert (again["acknowledged_at"], again["acknowledged_by"]) == (None, None)
    waiting = analyst.get("/v1/alerts", params={"kind": "overdue", "acknowledged": False}).json()["alerts"]
    assert mine["id"] in {one["id"] for one in waiting}
    south.post(f"/v1/alerts/{mine['id']}/acknowledge")
    left = analyst.get("/v1/alerts", params={"kind": "overdue", "acknowledged": False}).json()["alerts"]
    assert len(left) == len(found) - 1


def test_a_rule_is_edited_by_whoever_saw_its_last_version_and_reset(admin: httpx.Client, analyst: httpx.Client) -> None:
    path = "/v1/rules/promoter"
    seen = analyst.get(path)
    assert (seen.json()["origin"], seen.headers["ETag"]) == ("default", f'"{seen.json()["version"]}"')
    fields = {"due": "4h", "severity": "urgent"}
    assert admin.put(path, json=fields).status_code == 428
    assert analyst.put(path, json=fields, headers={"If-Match": seen.headers["ETag"]}).status_code == 403
    saved = admin.put(path, json=fields, headers={"If-Match": seen.headers["ETag"]})
    assert (saved.json()["due"], saved.json()["origin"], saved.json()["when"]) == ("4h", "edited", "promoters")
    assert admin.put(path, json={"active": False}, headers={"If-Match": seen.headers["ETag"]}).status_code == 412
    assert admin.delete(path, headers={"If-Match": seen.headers["ETag"]}).status_code == 412
    assert admin.delete(path, headers={"If-Match": saved.headers["ETag"]}).json()["rule"]["due"] == "next business week"
    assert admin.delete(path, headers={"If-Match": "*"}).status_code == 404


def test_a_rule_can_be_added_and_is_gone_when_it_is_reset(admin: httpx.Client) -> None:
    path = "/v1/rules/vip"
    assert admin.put(path, json={"metric": "csat", "when": "low"}).status_code == 422
    refused = admin.put(path, json={"what": "Call them.", "metric": "csat", "when": "detractors"})
    assert (refused.status_code, "'when'" in refused.json()["detail"]) == (422, True)
    made = admin.put(path, json={"what": "Call them.", "metric": "csat", "when": "score <= 2", "tiers": ["gold"]})
    assert made.json()["tiers"] == ["gold"]
    assert "vip" in [rule["name"] for rule in admin.get("/v1/rules").json()["rules"]]
    assert admin.delete(path, headers={"If-Match": made.headers["ETag"]}).json() == {"rule": None}
    assert admin.get(path).status_code == 404


def test_a_rule_is_tried_without_writing(loop: Served, analyst: httpx.Client) -> None:
    there = len(rows(analyst, limit=1000))
    as_it_is = analyst.post("/v1/rules/preview", json={"name": "low_csat"}).json()
    assert (as_it_is["follow_ups"], as_it_is["there"], as_it_is["without_owner"]) == (3, 3, 0)
    never = analyst.post("/v1/rules/preview", json={"name": "low_csat", "rule": {"tiers": ["none"]}}).json()
    assert never["follow_ups"] == 0
    new = {"what": "Look.", "metric": "csat", "when": "score <= 1", "who": "product"}
    tried = analyst.post("/v1/rules/preview", json={"name": "another", "rule": new}).json()
    assert (tried["follow_ups"], tried["there"], tried["without_owner"]) == (3, 0, 3)
    assert len(rows(analyst, limit=1000)) == there
    assert analyst.post("/v1/rules/preview", json={"name": "low_csat", "rule": {"when": "bad"}}).status_code == 422
