"""Every 422 names the field that does not fit, what is wrong with it and what would fit."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from api.fields import field_of
from api.problems import PROBLEMS, Problem, Refusal, about, misfit, problem_response
from tests.test_api.conftest import Served
from verbatim.errors import EmptyError, InputError, NotFoundError

NEW_KEY: dict[str, Any] = {"name": "desk"}
SCHEDULE: dict[str, Any] = {"kind": "weekly", "clock": "08:00", "day": 1}
ENDPOINT: dict[str, Any] = {"name": "CRM", "url": "https://crm.example/a"}
MISFITS = [
    ("POST", "/v1/keys", {**NEW_KEY, "role": "king"}, "body.role"),
    ("POST", "/v1/keys", NEW_KEY, "body.role"),
    ("POST", "/v1/keys", {**NEW_KEY, "role": "admin", "teams": ["A"]}, "body.teams"),
    ("POST", "/v1/keys", {**NEW_KEY, "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, "body.expires_at"),
    ("POST", "/v1/endpoints", {**ENDPOINT, "url": "https://10.0.0.1/a"}, "body.url"),
    ("POST", "/v1/endpoints", {**ENDPOINT, "url": "ftp://crm.example"}, "body.url"),
    ("POST", "/v1/schedules", {**SCHEDULE, "day": 9}, "body.day"),
    ("POST", "/v1/schedules", {**SCHEDULE, "kind": "daily"}, "body.day"),
    ("POST", "/v1/schedules", {**SCHEDULE, "timezone": "Mars/Base"}, "body.timezone"),
    ("POST", "/v1/schedules", {**SCHEDULE, "kind": "account"}, "body.account"),
    ("POST", "/v1/schedules", {**SCHEDULE, "kind": "account", "account": "nobody"}, "body.account"),
    ("POST", "/v1/schedules", {**SCHEDULE, "by": ["team"]}, "body.by"),
    ("POST", "/v1/schedules", {**SCHEDULE, "deliver_to": ["no mail@"]}, "body.deliver_to"),
    ("POST", "/v1/reports", {"kind": "daily", "period": "yesterday"}, "body.period"),
    ("POST", "/v1/reports", {"kind": "daily", "deliver_to": ["a@b@c"]}, "body.deliver_to"),
    ("POST", "/v1/uploads", None, "body"),
    ("POST", "/v1/responses", {"records": {}}, "body.records"),
    ("POST", "/v1/rules/preview", {"name": "mine", "rule": {"due": "soon"}}, "body"),
    ("PUT", "/v1/rules/mine", {"what": "Call.", "signal": "moon"}, "body"),
    ("GET", "/v1/jobs?after=nonsense", None, "query.after"),
    ("GET", "/v1/follow-ups/counts?from=2026-10-02&to=2026-10-01", None, "query.from"),
    ("GET", "/v1/scores/csat?where=team", None, "query.where"),
    ("GET", "/v1/scores/csat?period=eon", None, "query.period"),
    ("DELETE", "/v1/uploads/x", None, "path.upload_id"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "field"), MISFITS)
def test_what_does_not_fit_is_named(empty: Served, method: str, path: str, body: object, field: str) -> None:
    refused = empty.as_role("admin").request(method, path, json=body)
    assert refused.status_code == 422, refused.text
    found = Problem.model_validate(refused.json())
    assert found.errors
    assert found.errors[0].field == field
    assert found.errors[0].problem in found.detail


class Order(BaseModel):
    """What the operation below takes."""

    period: str = ""
    colour: str = ""


def route() -> Any:  # noqa: ANN401
    router = APIRouter()

    @router.post("/{shop}")
    def order(shop: str, body: Order, limit: int = 1) -> None: ...

    app = FastAPI()
    app.include_router(router)
    return router.routes[0]


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("body.lines.0: is no object", "body.lines.0"),
        ("period '2026-13' is in no calendar", "body.period"),
        ("colour: send one of red and blue", "body.colour"),
        ("limit=0 is too few", "query.limit"),
        ("say in `colour` which", "body.colour"),
        ("the shop is closed", "body"),
        ("Colours beside the period", "body"),
    ],
)
def test_the_field_is_the_one_that_the_message_begins_with_or_quotes(message: str, field: str) -> None:
    assert field_of(route(), message) == field


def test_a_message_about_nothing_that_is_known_is_about_the_request() -> None:
    assert field_of(None, "limit=0 is too few") == "request"


def test_even_a_problem_that_names_no_field_has_one() -> None:
    answer = problem_response(PROBLEMS["invalid"], "no", None)
    assert b'"errors":[{"field":"request","problem":"no"}]' in bytes(answer.body)
    assert b"errors" not in bytes(problem_response(PROBLEMS["conflict"], "no", None).body)


def test_only_what_does_not_fit_becomes_a_misfit() -> None:
    with pytest.raises(Refusal) as refused, about("body.url"):
        raise InputError("no such address")
    assert refused.value.more["errors"] == [{"field": "body.url", "problem": "no such address"}]
    for error in (NotFoundError("x"), EmptyError("x")):
        with pytest.raises(type(error)), about("body.url"):
            raise error
    assert misfit("query.to", "too late").kind.status == 422


def test_what_is_no_request_at_all_is_a_problem_too(empty: Served) -> None:
    answer = empty.as_role("admin").post("/v1/keys", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["field"].partition(".")[0]) == (422, "body")
