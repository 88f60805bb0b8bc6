"""A typed client of the HTTP API.

    with Verbatim("http://127.0.0.1:8000", key) as v:
        print(v.scores.nps([10, 2, 9]).value)

    calls.py      a call as a value, and when it is made again
    problems.py   every error that a call can end with
    reading.py    answers as frozen dataclasses
    aio/, sync/   the two clients; sync is made from aio
    answers/, bodies/, words.py   types, made from the OpenAPI document
    making/       what makes them

It needs httpx and nothing else of the house: neither pandas nor torch is loaded.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from verbatim.client.files import File
from verbatim.client.problems import (
    ApiError,
    BadAnswer,
    Busy,
    ChangedMeanwhile,
    Conflict,
    FieldError,
    Invalid,
    JobFailed,
    NoActiveModel,
    NoAnswer,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NothingYet,
    NotInstalled,
    Refused,
    ServerError,
    TooLarge,
    TooManyRequests,
    TooSlow,
    VersionNeeded,
)

if TYPE_CHECKING:
    from verbatim.client.aio.client import AsyncVerbatim
    from verbatim.client.sync.client import Verbatim

__all__ = [
    "ApiError", "AsyncVerbatim", "BadAnswer", "Busy", "ChangedMeanwhile", "Conflict", "FieldError", "File",
    "Invalid", "JobFailed", "NoActiveModel", "NoAnswer", "NotAllowed", "NotAuthenticated", "NotFound",
    "NotInstalled", "NothingYet", "Refused", "ServerError", "TooLarge", "TooManyRequests", "TooSlow",
    "Verbatim", "VersionNeeded",
]  # fmt: skip

# Loaded when they are asked for: who uses one does not pay for the other, and `making` runs where neither is made yet.
_CLIENTS = {"AsyncVerbatim": "verbatim.client.aio.client", "Verbatim": "verbatim.client.sync.client"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (PEP 562)
    if name not in _CLIENTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_CLIENTS[name]), name)
