"""Whatever is sent, the answer is one that the document names, never a 5xx: Schemathesis, 200 examples an operation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from tests.test_api.conftest import Served, served
from verbatim.settings import Settings

EXAMPLES = 200
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip


@schemathesis.serializer("application/x-ndjson")
def as_lines(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """A list as lines of JSON; text as it is; anything else as one line."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return "\n".join(json.dumps(one) for one in (value if isinstance(value, list) else [value])).encode()


config = schemathesis.Config()
config.projects.default.generation.update(modes=list(GenerationMode), with_security_parameters=False)
schema = schemathesis.openapi.from_dict(create_app(Settings()).openapi(), config=config)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """A server over an empty store, and an administrator's key."""
    home: Path = tmp_path_factory.mktemp("any-input")
    with served(Settings(home=home, rate_per_minute=100_000_000)) as running:
        key = running.as_role("admin").headers["Authorization"]
        yield running, key


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Connections that are kept; no cookie is, so that nobody stays logged in."""
    with requests.Session() as kept:
        kept.trust_env = False
        kept.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        yield kept


@schema.parametrize()
@hypothesis_settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
def test_any_input_gets_an_answer_that_is_documented(
    case: schemathesis.Case, target: tuple[Served, str], session: requests.Session
) -> None:
    running, key = target
    headers = {"Authorization": key}
    case.call_and_validate(base_url=running.url, session=session, headers=headers, checks=CHECKS, timeout=30)
