"""Whatever is sent, the answer is one that the document names, never a 5xx: Schemathesis, 200 examples an operation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import settings as generating
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.generation.hypothesis.builder import (
    SETTINGS_ATTRIBUTE_NAME,
    HypothesisTestConfig,
    HypothesisTestMode,
    create_test,
)
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from api.app import create_app
from tests.test_api.conftest import Served, served
from tests.test_api.operations import operations
from verbatim.settings import Settings

Case = schemathesis.Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
EXAMPLES, LEAST_RANDOM = 200, 50
OPERATIONS = [one.id for one in operations()]
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


@pytest.fixture(scope="module")
def schema() -> OpenApiSchema:
    config = schemathesis.Config()
    config.projects.default.generation.update(modes=list(GenerationMode), with_security_parameters=False)
    return schemathesis.openapi.from_dict(create_app(Settings()).openapi(), config=config)


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


@pytest.mark.parametrize("operation", OPERATIONS)
def test_any_input_gets_an_answer_that_is_documented(
    operation: str, schema: OpenApiSchema, target: tuple[Served, str], session: requests.Session
) -> None:
    running, key = target
    called = 0

    def check(case: Case) -> None:
        nonlocal called
        called += 1
        headers = {"Authorization": key}
        case.call_and_validate(base_url=running.url, session=session, headers=headers, checks=CHECKS, timeout=30)

    found = schema.find_operation_by_id(operation)
    examined(found, check)()
    assert called >= EXAMPLES or not (found.body or list(found.iter_parameters()))


def examined(operation: Operation, check: Callable[[Case], None]) -> Callable[[], None]:
    """The test of one operation: its own examples, each boundary of its parameters, and random ones: 200 at least.

    Made here, and not by ``schema.parametrize``, which makes those of all operations in every worker of pytest.
    """
    config = HypothesisTestConfig(project=operation.schema.config, modes=list(HypothesisTestMode))
    made: Any = create_test(operation=operation, test_func=check, config=config)
    known = len(getattr(made, "hypothesis_explicit_examples", ()))
    settings = generating(
        max_examples=max(EXAMPLES - known, LEAST_RANDOM), derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    setattr(made, SETTINGS_ATTRIBUTE_NAME, settings)
    return cast("Callable[[], None]", made)
