"""Predictions over HTTP: in the body, stored, in bulk; the queue and what people say of it; versions."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store

AT = "2026-10-30T15:00:00Z"
TICKET = {"id": "T-1", "created_at": "2026-10-30T09:15:00Z", "channel": "email", "priority": "high"}
WAITING = {
    "ticket": TICKET, "at": AT, "events": [{"at": "2026-10-30T11:02:00Z", "kind": "customer replied"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def analyst(sample: Served) -> httpx.Client:
    client = sample.as_role("analyst")
    until = time.monotonic() + 60
    while "csat-1" not in client.get("/readyz").text:
        assert time.monotonic() < until
        time.sleep(0.1)
    return client


def test_a_ticket_in_the_body_gets_risk_reasons_and_next_step(analyst: httpx.Client) -> None:
    found = analyst.post("/v1/predictions/csat", json=WAITING)
    assert found.status_code == 200
    told = found.json()
    assert (told["predictor"], told["ticket"]) == ("csat-1", "T-1")
    assert 0 <= told["low"] <= told["probability"] <= told["high"] <= 1
    points = sum(reason["points"] for reason in told["reasons"]) + told["other_points"]
    assert 100 * told["usual"] + points == pytest.approx(100 * told["probability"], abs=0.3)
    assert told["next_step"]
    assert all(one["ticket"].startswith("T-") for one in told["similar"])


def test_the_short_way_and_the_usual_way_give_the_same(analyst: httpx.Client) -> None:
    analyst.get("/v1/session")  # now the key was seen a moment ago
    short = analyst.post("/v1/predictions/csat", json=WAITING)
    usual = analyst.post(
        "/v1/predictions/csat", content=json.dumps(WAITING).encode(), headers={"Content-Type": "Application/JSON"}
    )
    assert short.json() == usual.json()
    assert short.headers["content-type"] == usual.headers["content-type"]
    assert set(short.headers) == set(usual.headers)


def test_nothing_of_it_is_stored(sample: Served, analyst: httpx.Client) -> None:
    with prepare_store(sample.settings) as store:
        before = queries.table_sizes(store)
        analyst.post("/v1/predictions/csat", json=WAITING)
        assert queries.table_sizes(store).equals(before)


def test_without_an_active_model_the_answer_is_409_with_the_reason(analyst: httpx.Client) -> None:
    refused = analyst.post("/v1/predictions/ces", json=WAITING)
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/no-active-model"
    assert "CES" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"ticket": {"id": "T-1"}}, "created_at"),
        ({"ticket": {**TICKET, "created_at": "2026-10-30T09:15:00"}}, "timezone"),
        ({"ticket": {**TICKET, "created_at": "2026-11-30T09:15:00Z"}, "at": AT}, "after the moment"),
        ({"ticket": {**TICKET, "chanel": "email"}}, "chanel"),
        ({"ticket": {**TICKET, "subject": "a\u0000b"}}, "subject"),
        ({"ticket": {**TICKET, "created_at": "0001-01-01T00:00:00Z"}}, "1970"),
    ],
)
def test_a_ticket_that_does_not_fit_is_named(analyst: httpx.Client, body: dict[str, Any], says: str) -> None:
    refused = analyst.post("/v1/predictions/csat", json=body)
    assert refused.status_code == 422
    assert says in refused.text


def test_stored_tickets_are_scored_by_id_as_the_store_scores_them(analyst: httpx.Client) -> None:
    queue = analyst.get("/v1/predictions", params={"limit": 3}).json()["tickets"]
    names = [one["ticket"] for one in queue]
    asked = {"tickets": [*names, "nobody"], "at": queue[0]["at"]}
    found = analyst.post("/v1/predictions/csat/stored", json=asked).json()
    assert {one["ticket"]: one["probability"] for one in found["predictions"]} == pytest.approx(
        {one["ticket"]: one["probability"] for one in queue}, abs=1e-4
    )
    assert found["unscored"] == [{"ticket": "nobody", "problem": "no such ticket here"}]


def test_bulk_answers_line_by_line_and_a_bad_line_stops_nothing(analyst: httpx.Client) -> None:
    lines = [json.dumps(WAITING), "{", json.dumps({"ticket": {}}), json.dumps({**WAITING, "reasons": False})] * 300
    found = analyst.post(
        "/v1/predictions/csat/bulk", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
    )
    answers = [json.loads(line) for line in found.text.splitlines()]
    assert [one["row"] for one in answers] == list(range(1, 1201))
    assert [("problem" in one) for one in answers[:4]] == [False, True, True, False]
    single = analyst.post("/v1/predictions/csat", json=WAITING).json()
    assert answers[0] == {"row": 1, **single}
    assert answers[3]["reasons"] == []
    assert answers[3]["probability"] == single["probability"]


def test_too_many_lines_and_another_type_are_refused(analyst: httpx.Client) -> None:
    kind = {"Content-Type": "application/x-ndjson"}
    assert analyst.post("/v1/predictions/csat/bulk", content="{}\n" * 10_001, headers=kind).status_code == 413
    assert (
        analyst.post("/v1/predictions/csat/bulk", content="{}", headers={"Content-Type": "text/csv"}).status_code == 415
    )
    assert analyst.post("/v1/predictions/csat/bulk", content="\n", headers=kind).status_code == 422


def test_the_queue_is_in_order_and_paged_without_loss(analyst: httpx.Client) -> None:
    for order, value in (("-risk", "probability"), ("-opened", "opened_at")):
        whole = analyst.get("/v1/predictions", params={"limit": 1000, "order": order}).json()
        assert whole["next"] is None
        assert [one[value] for one in whole["tickets"]] == sorted(
            (one[value] for one in whole["tickets"]), reverse=True
        )
        assert len(whole["tickets"]) == whole["open"]
        paged, after = [], None
        while True:
            given = {"limit": 3, "order": order, **({"after": after} if after else {})}
            page = analyst.get("/v1/predictions", params=given).json()
            paged += page["tickets"]
            after = page["next"]
            if after is None:
                break
        assert paged == whole["tickets"]


def test_the_queue_narrows_to_a_team_a_band_and_a_capacity(analyst: httpx.Client) -> None:
    whole = analyst.get("/v1/predictions", params={"limit": 1000}).json()["tickets"]
    team = whole[0]["team"]
    of_team = analyst.get("/v1/predictions", params={"team": team, "limit": 1000}).json()["tickets"]
    assert [one["ticket"] for one in of_team] == [one["ticket"] for one in whole if one["team"] == team]
    high = analyst.get("/v1/predictions", params={"band": "high"}).json()["tickets"]
    assert {one["band"] for one in high} <= {"high"}
    two = analyst.get("/v1/predictions", params={"capacity": 2}).json()
    assert [one["ticket"] for one in two["tickets"]] == [one["ticket"] for one in whole[:2]]
    assert two["next"] is None


def test_a_limited_key_sees_and_asks_only_about_its_own(sample: Served, analyst: httpx.Client) -> None:
    whole = analyst.get("/v1/predictions", params={"limit": 1000}).json()["tickets"]
    account = whole[0]["account"]
    limited = sample.as_role("agent", accounts=[account])
    seen = limited.get("/v1/predictions", params={"limit": 1000}).json()
    assert {one["account"] for one in seen["tickets"]} == {account}
    assert seen["open"] == len(seen["tickets"])
    assert limited.post("/v1/predictions/csat", json=WAITING).status_code == 403
    own = {**WAITING, "ticket": {**TICKET, "account_id": account}}
    answer = limited.post("/v1/predictions/csat", json=own)
    assert answer.status_code == 200
    assert answer.json()["similar"] == []  # they are of other accounts
    other = next(one["ticket"] for one in whole if one["account"] != account)
    assert limited.get(f"/v1/tickets/{other}/predictions").status_code == 404
    assert limited.post("/v1/predictions/csat/feedback", json={"ticket": other, "kind": "agree"}).status_code == 404


def test_what_is_snoozed_doubted_or_acted_on_leaves_the_queue_and_comes_back(analyst: httpx.Client) -> None:
    whole = [one["ticket"] for one in analyst.get("/v1/predictions", params={"limit": 1000}).json()["tickets"]]
    snoozed, doubted = whole[0], whole[1]
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    path = "/v1/predictions/csat/feedback"
    note = "wrote to ada@example.com"
    said = analyst.post(path, json={"ticket": snoozed, "kind": "snooze", "until": until, "note": note})
    assert said.status_code == 201
    assert "ada@example.com" not in said.text
    assert analyst.post(path, json={"ticket": doubted, "kind": "disagree"}).status_code == 201
    left = [one["ticket"] for one in analyst.get("/v1/predictions", params={"limit": 1000}).json()["tickets"]]
    assert left == whole[2:]
    every = analyst.get("/v1/predictions", params={"limit": 1000, "waiting": False}).json()["tickets"]
    assert [one["said"] for one in every[:2]] == ["snooze", "disagree"]
    for ticket in (snoozed, doubted):
        analyst.post(path, json={"ticket": ticket, "kind": "withdrawn"})
    back = [one["ticket"] for one in analyst.get("/v1/predictions", params={"limit": 1000}).json()["tickets"]]
    assert back == whole
    assert analyst.post(path, json={"ticket": snoozed, "kind": "snooze", "until": AT}).status_code == 422
    assert analyst.post(path, json={"ticket": snoozed, "kind": "acted"}).status_code == 422


def test_what_was_predicted_of_a_ticket_can_be_read_again(analyst: httpx.Client) -> None:
    first = analyst.get("/v1/predictions", params={"limit": 1}).json()["tickets"][0]
    past = analyst.get(f"/v1/tickets/{first['ticket']}/predictions").json()["predictions"]
    assert [one["probability"] for one in past] == [first["probability"]]
    assert analyst.get("/v1/tickets/nothing/predictions").status_code == 404


def test_a_version_is_swapped_without_dropping_a_request(sample: Served, analyst: httpx.Client) -> None:
    admin = sample.as_role("admin")
    assert analyst.post("/v1/predictors/csat-1/retire", json={}).status_code == 403
    assert admin.post("/v1/predictors/csat-1/retire", json={"note": "a try"}).json()["status"] == "retired"
    _wait(lambda: analyst.post("/v1/predictions/csat", json=WAITING).status_code == 409)
    refused = analyst.post("/v1/predictions/csat", json=WAITING).json()
    assert "csat-1 is retired" in refused["detail"]
    assert admin.post("/v1/predictors/csat/rollback", json={}).json()["status"] == "active"
    _wait(lambda: analyst.post("/v1/predictions/csat", json=WAITING).status_code == 200)


def test_a_version_comes_with_its_card(analyst: httpx.Client) -> None:
    listed = analyst.get("/v1/predictors").json()["predictors"]
    assert [one["name"] for one in listed] == ["csat-1"]
    assert analyst.get("/v1/predictors/csat").json()["name"] == "csat-1"
    card = analyst.get("/v1/predictors/csat-1/card", params={"format": "html"})
    assert "<h1" in card.text
    assert "sandbox" in card.headers["content-security-policy"]
    assert analyst.get("/v1/predictors/csat-9").status_code == 404


def _wait(true: Any) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)
