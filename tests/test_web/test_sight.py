"""No page shows or does what the API would not: each function of the API is called by who may call it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import httpx
import pytest
from fastapi.params import Depends
from fastapi.routing import APIRoute

import api.routers
import api.web
from api.access.allowed import Needs
from api.problems import Refusal
from tests.test_api.conftest import Served


def _modules(package: Any) -> list[Any]:
    names = [one.name for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return [importlib.import_module(name) for name in names]


def _needs(function: Any) -> Needs | None:
    """What the API asks of the caller of one of its functions."""
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError):
        return None
    for one in getattr(hints.get("caller"), "__metadata__", ()):
        if isinstance(one, Depends) and isinstance(one.dependency, Needs):
            return one.dependency
    return None


ASKED: dict[Any, Needs] = {
    route.endpoint: found
    for module in _modules(api.routers)
    for router in [getattr(module, "router", None)]
    if router is not None
    for route in router.routes
    if isinstance(route, APIRoute) and (found := _needs(route.endpoint)) is not None
}


@pytest.fixture
def overstepped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions that pages called for somebody whom the API would refuse."""
    found: list[str] = []

    def watched(function: Callable[..., Any], needs: Needs) -> Callable[..., Any]:
        signature = inspect.signature(function)

        @wraps(function)
        def call(*args: Any, **named: Any) -> Any:
            caller = signature.bind_partial(*args, **named).arguments.get("caller")
            try:
                needs.demand(caller)
            except Refusal as refusal:
                found.append(f"{function.__module__}.{function.__name__}: {refusal.detail}")
            return function(*args, **named)

        return call

    wrapped = {function: watched(function, needs) for function, needs in ASKED.items()}
    for module in [*_modules(api.routers), *_modules(api.web)]:
        for name, value in list(vars(module).items()):
            if inspect.isfunction(value) and value in wrapped:
                monkeypatch.setattr(module, name, wrapped[value])
    return found


def _paths(client: httpx.Client) -> Iterator[str]:
    """An address of every page that is read."""
    theme = client.get("/v1/themes").json()["themes"][0]["id"]
    comment = client.get("/v1/comments?limit=1").json()["comments"][0]
    known = {
        "theme_id": theme, "comment_id": comment["id"], "account_id": comment.get("account") or "ACC-1001", "id": theme,
    }  # fmt: skip
    for router in api.web.ALL:
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in route.methods and "/static/" not in route.path:
                path = route.path
                for name in route.param_convertors:
                    path = path.replace(f"{{{name}}}", str(known.get(name, "nothing-like-it"))).replace(
                        f"{{{name}:path}}", str(known.get(name, "nothing-like-it"))
                    )
                yield path


def test_the_watch_knows_the_functions_of_the_api() -> None:
    assert len(ASKED) > 80
    assert any(needs.whole for needs in ASKED.values())


@pytest.mark.parametrize("role", ["viewer", "agent", "analyst", "limited"])
def test_no_page_calls_what_the_api_would_refuse(sample: Served, overstepped: list[str], role: str) -> None:
    paths = list(_paths(sample.as_role("admin")))
    client = sample.as_role("analyst", teams=["Technical"]) if role == "limited" else sample.as_role(role)
    assert len(paths) > 25
    wrong = {}
    for path in paths:
        status = client.get(path, headers={"Accept": "text/html"}).status_code
        if status >= 500:
            wrong[path] = status
    assert wrong == {}
    assert sorted(set(overstepped)) == []
