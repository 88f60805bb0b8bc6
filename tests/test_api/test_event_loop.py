"""Nothing that blocks runs on the event loop: whatever is called, the store, files and models are used in threads."""

from __future__ import annotations

import asyncio
import builtins
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from models.live import LiveScorer
from tests.test_api.conftest import Served
from tests.test_api.operations import operations


def on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done on an event loop that blocks it, with where it was called."""
    found: list[str] = []

    def watched(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            if on_a_loop():
                places = traceback.extract_stack(limit=8)
                found.append(f"{name} in {' > '.join(f'{place.filename}:{place.lineno}' for place in places[:-1])}")
            return original(*args, **options)

        return call

    for holder, name in ((Engine, "connect"), (LiveScorer, "score_many"), (time, "sleep"), (builtins, "open")):
        monkeypatch.setattr(holder, name, watched(name, getattr(holder, name)))
    return found


def test_the_watch_sees_what_blocks(blocked: list[str]) -> None:
    async def bad() -> None:
        time.sleep(0)

    thread = threading.Thread(target=asyncio.run, args=(bad(),))
    thread.start()
    thread.join()
    assert len(blocked) == 1
    assert "test_event_loop.py" in blocked[0]


def test_no_operation_blocks_the_loop(sample: Served, blocked: list[str]) -> None:
    admin = sample.as_role("admin")
    for one in operations(admin.get("/openapi.json").json()):
        if one.path.endswith("/events"):
            continue
        one.call(admin)
        examples = one.said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
        for example in examples.values():
            one.call(admin, json=example["value"])
    time.sleep(0.2)  # lines of requests are written a little later
    assert blocked == []
