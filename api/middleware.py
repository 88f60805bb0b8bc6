"""What surrounds every request: its id, the time it may take, security headers, the audit, the access line, the count.

Plain ASGI, since every request pays for it.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from typing import TYPE_CHECKING

from api.observing.logs import RequestLines
from api.problems import PROBLEMS, problem_response
from api.routes import audited_operation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from fastapi.responses import JSONResponse
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.observing.metrics import Meters

failures = logging.getLogger("verbatim.failures")

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
POLICY = (
    b"content-security-policy",
    b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
)
NOT_KEPT = (b"cache-control", b"no-store")
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class Timed:
    """Ends a request that takes longer than ``seconds`` to begin its answer; what streams may take its time."""

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self.app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def passed(message: Message) -> None:
            nonlocal begun
            if not begun and not limit.expired():
                limit.reschedule(None)
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._seconds) as limit:
                scope["state"]["limit"] = limit
                await self.app(scope, receive, passed)
        except TimeoutError:
            if begun:
                raise
            await too_slow(self._seconds, scope)(scope, receive, send)


def too_slow(seconds: float, scope: Scope) -> JSONResponse:
    """The answer to a request that took longer than it may."""
    detail = f"this took longer than the {seconds:g} seconds allowed here"
    return problem_response(PROBLEMS["too-slow"], detail, scope["state"]["request_id"])


class Surroundings:
    """Wraps the application. ``audit`` writes a line of the audit log before the answer of a write goes out."""

    def __init__(
        self, app: ASGIApp, *, meters: Meters, audit: Callable[[Scope, int], Awaitable[None]],
        templates: Mapping[int, str],
    ) -> None:  # fmt: skip
        self.app = app
        self._meters = meters
        self._audit = audit
        self._templates = templates
        self._lines = RequestLines()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(scope, send, self._audit)
        began = time.perf_counter()
        try:
            await self.app(scope, receive, exchange.send)
        except asyncio.CancelledError:
            raise
        except Exception:  # the last place where it can be answered; the log says where, never what
            failures.exception("failed", extra={"request_id": exchange.id})
            if exchange.status:
                raise
            detail = f"something went wrong; report request {exchange.id}"
            await problem_response(PROBLEMS["internal"], detail, exchange.id)(scope, receive, exchange.send)
        finally:
            self._note(scope, exchange, time.perf_counter() - began)

    def _note(self, scope: Scope, exchange: _Exchange, seconds: float) -> None:
        path = self._templates.get(id(scope.get("route")), "unknown")  # ids do not multiply the counts
        self._meters.note(scope["method"] if path != "unknown" else "ANY", path, exchange.status or 499, seconds)
        if scope["path"] in QUIET and exchange.status == 200:
            return
        caller = scope["state"].get("caller")
        self._lines.note(
            exchange.id, scope["method"] if path != "unknown" else "ANY", path, status=exchange.status or 499,
            seconds=seconds, key=None if caller is None else caller.id,
        )  # fmt: skip


class _Exchange:
    """One request and its answer: gives it an id, and adds to the answer what every answer has."""

    def __init__(self, scope: Scope, send: Send, audit: Callable[[Scope, int], Awaitable[None]]) -> None:
        self.scope = scope
        self.status = 0
        self._instead: JSONResponse | None = None  # of what Starlette answers in plain text
        self._send = send
        self._audit = audit
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        self.id = given.decode() if REQUEST_ID.fullmatch(given) else f"{random.getrandbits(64):016x}"
        scope["state"] = {**scope.get("state", {}), "request_id": self.id}

    async def send(self, message: Message) -> None:
        """Pass on; the first message gets the headers, after the audit is written."""
        if message["type"] == "http.response.start" and message["status"] == 413 and _is_text(message):
            self._instead = problem_response(PROBLEMS["too-large"], PROBLEMS["too-large"].example, self.id)
            message = {**message, "headers": self._instead.raw_headers}
        elif message["type"] == "http.response.body" and self._instead is not None:
            message = {"type": "http.response.body", "body": self._instead.body}
        if message["type"] == "http.response.start":
            if audited_operation(self.scope) is not None:
                await self._audit(self.scope, message["status"])
            self.status = message["status"]
            own = message.get("headers", ())
            there = [name for name, _ in own]
            headers = [*own, *HEADERS, (b"x-request-id", self.id.encode())]
            headers += [entry for entry in (POLICY, NOT_KEPT) if entry[0] not in there]
            message = {**message, "headers": headers}
        await self._send(message)


def _is_text(message: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/plain") for name, value in message["headers"])
