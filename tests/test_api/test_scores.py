"""The calculators over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.commands.serve import is_loopback, listening
from api.routers.score_shapes import ScoreOut
from tests.test_api.conftest import Served
from verbatim import __version__
from verbatim.errors import UserError


@pytest.fixture(scope="module")
def agent(empty: Served) -> httpx.Client:
    return empty.as_role("agent")


def post(client: httpx.Client, path: str, body: object) -> tuple[int, dict[str, Any]]:
    answer = client.post(path, json=body)
    return answer.status_code, answer.json()


def test_nps_of_the_worked_example_is_minus_twenty(agent: httpx.Client) -> None:
    for _ in range(2):  # the second time the short way
        status, score = post(agent, "/v1/scores/nps", {"values": [10, 2, 7, 8, 6]})
        assert (status, score["value"], score["n"]) == (200, -20.0, 5)
        assert score["low"] < -20 < score["high"]


def test_counts_and_values_give_the_same_score(agent: httpx.Client) -> None:
    _, counted = post(agent, "/v1/scores/csat", {"counts": {"5": 15, "2": 10, "n/a": 3}})
    _, listed = post(agent, "/v1/scores/csat", {"values": [5] * 15 + ["Dissatisfied"] * 10 + ["n/a", None]})
    assert counted["value"] == listed["value"] == 60.0
    assert (counted["n"], counted["low"], counted["high"]) == (25, listed["low"], listed["high"])


def test_many_answers_are_counted_as_few_are(agent: httpx.Client) -> None:
    _, many = post(agent, "/v1/scores/csat", {"values": [5, 2] * 5_000})
    _, counted = post(agent, "/v1/scores/csat", {"counts": {"5": 5_000, "2": 5_000}})
    assert many == counted


def test_a_calculated_score_has_what_the_document_says_of_it(agent: httpx.Client) -> None:
    for metric, body in (("csat", {"values": [5, 4, 1]}), ("ces", {"values": []}), ("nps", {"counts": {"9": 40}})):
        _, found = post(agent, f"/v1/scores/{metric}", body)
        assert ScoreOut.model_validate(found).model_dump(mode="json") == found


def test_no_answers_give_null_not_zero(agent: httpx.Client) -> None:
    status, score = post(agent, "/v1/scores/ces", {"values": [None, "n/a"]})
    assert (status, score["value"], score["n"]) == (200, None, 0)
    _, counted = post(agent, "/v1/scores/ces", {"counts": {}})
    assert (counted["value"], counted["n"]) == (None, 0)


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/v1/scores/nps", {"values": [11]}, 422, "11"),
        ("/v1/scores/nps", {"values": [7.5]}, 422, "fraction"),
        ("/v1/scores/nps", {}, 422, "either values or counts"),
        ("/v1/scores/nps", {"values": [1], "counts": {"1": 1}}, 422, "either values or counts"),
        ("/v1/scores/csat", {"counts": {"5": -1}}, 422, "counts"),
        ("/v1/scores/csat", {"values": [5], "scale": "csat-99"}, 422, "csat-99"),
        ("/v1/scores/csat", {"values": [5], "definition": "happy=5"}, 422, "happy"),
        ("/v1/scores/joy", {"values": [5]}, 422, "metric"),
        ("/v1/nothing", {}, 404, "/docs"),
    ],
)
def test_a_wrong_request_is_a_problem_document(
    agent: httpx.Client, path: str, body: object, status: int, says: str
) -> None:
    answer = agent.post(path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_health_names_the_version(agent: httpx.Client) -> None:
    assert agent.get("/healthz").json() == {"status": "ok", "version": __version__}


@pytest.mark.parametrize(
    ("host", "own"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a", False)]
)
def test_only_this_machine_is_served(host: str, own: bool) -> None:
    assert is_loopback(host) is own


def test_port_0_takes_a_free_port_and_a_taken_one_is_an_error():
    with listening("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        assert port > 0
        with pytest.raises(UserError, match=f"port {port} .*--port"):
            listening("127.0.0.1", port)
