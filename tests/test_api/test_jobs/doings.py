"""Work for tests of the worker: short functions that fail, wait, or say what they heard."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Event
from typing import Any

from api.jobs.context import JobContext
from api.jobs.kinds import JobKind, Nothing
from verbatim.errors import EmptyError, StoreBusyError

begun = Event()


def add(context: JobContext, told: Any) -> Mapping[str, Any]:
    context.step("Adding", 1, 2)
    context.log("one and one")
    return {"sum": 2}


def refuse(context: JobContext, told: Any) -> Mapping[str, Any]:
    raise EmptyError(f"there is nothing in {context.settings.home}/uploads/x.csv")


def break_down(context: JobContext, told: Any) -> Mapping[str, Any]:
    raise ValueError("Mrs Miller of 12 Long Road said something")


def be_busy(context: JobContext, told: Any) -> Mapping[str, Any]:
    if context.job.attempt < 3:
        raise StoreBusyError("somebody writes")
    return {"attempt": context.job.attempt}


def wait(context: JobContext, told: Any) -> Mapping[str, Any]:
    """Until it is stopped."""
    begun.set()
    for number in range(1000):
        context.step("Waiting", number, 1000)
        time.sleep(0.02)
    return {}


def be_deaf(context: JobContext, told: Any) -> Mapping[str, Any]:
    """Work that never looks up."""
    begun.set()
    time.sleep(4)
    return {"by": "ghost"}


KINDS = {
    name: JobKind(name, name, Nothing, f"tests.test_api.test_jobs.doings:{name}", lane="test")
    for name in ("add", "refuse", "break_down", "be_busy", "wait", "be_deaf")
}
