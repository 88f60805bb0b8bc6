"""The calculators over HTTP."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.commands import is_loopback, listening
from verbatim.errors import UserError
from verbatim.settings import Settings


@pytest.fixture
def call(tmp_path: Path) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(Settings(home=tmp_path)))
    return httpx.AsyncClient(transport=transport, base_url="http://verbatim")


async def post(call: httpx.AsyncClient, path: str, body: object) -> tuple[int, dict[str, object]]:
    answer = await call.post(path, json=body)
    return answer.status_code, answer.json()


@pytest.mark.anyio
async def test_nps_of_the_worked_example_is_minus_twenty(call: httpx.AsyncClient) -> None:
    status, score = await post(call, "/v1/scores/nps", {"values": [10, 2, 7, 8, 6]})
    assert (status, score["value"], score["n"]) == (200, -20.0, 5)
    assert score["low"] < -20 < score["high"]  # type: ignore[operator]


@pytest.mark.anyio
async def test_counts_and_values_give_the_same_score(call: httpx.AsyncClient) -> None:
    _, counted = await post(call, "/v1/scores/csat", {"counts": {"5": 15, "2": 10, "n/a": 3}})
    _, listed = await post(call, "/v1/scores/csat", {"values": [5] * 15 + ["Dissatisfied"] * 10 + ["n/a", None]})
    assert counted["value"] == listed["value"] == 60.0
    assert (counted["n"], counted["low"], counted["high"]) == (25, listed["low"], listed["high"])


@pytest.mark.anyio
async def test_no_answers_give_null_not_zero(call: httpx.AsyncClient) -> None:
    status, score = await post(call, "/v1/scores/ces", {"values": [None, "n/a"]})
    assert (status, score["value"], score["n"]) == (200, None, 0)
    _, counted = await post(call, "/v1/scores/ces", {"counts": {}})
    assert (counted["value"], counted["n"]) == (None, 0)


@pytest.mark.anyio
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
async def test_a_wrong_request_is_a_problem_document(
    call: httpx.AsyncClient, path: str, body: object, status: int, says: str
) -> None:
    answer = await call.post(path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


@pytest.mark.anyio
async def test_health_names_the_version(call: httpx.AsyncClient) -> None:
    answer = await call.get("/healthz")
    assert answer.json()["status"] == "ok"


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
