"""The short way for the two operations that are called thousands of times a second.

Routing, dependencies and validation by FastAPI cost more than the answers themselves. Where a request is plain (a key
that was seen a moment ago, a JSON body that fits) it is answered here, by the same functions; everything else, every
error above all, goes the usual way, with the same body, so that there is one set of rules and messages.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from api.access.allowed import Needs, demand_pace
from api.access.scopes import Scope as Permission
from api.middleware import too_slow
from api.problems import Refusal
from verbatim.errors import VerbatimError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.access.caller import Caller
    from api.wiring import Service

LARGEST_BODY = 64_000
NEEDS = Needs(Permission.SCORE)
JSON = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Line:
    """One operation: where it is, what its body is, and what answers it with JSON.

    ``ahead`` may give the answer to a body that nobody has looked at yet, or ``None``.
    """

    path: re.Pattern[str]
    body: TypeAdapter[Any]
    answer: Callable[[Service, Caller, str, Any], Awaitable[bytes]]
    route: Any
    ahead: Callable[[Service, Caller, str, bytes], Awaitable[bytes | None]] | None = None


class Express:
    """Answers plain requests of some operations; passes on all others."""

    def __init__(self, app: ASGIApp, *, service: Service, lines: Sequence[Line], seconds: float) -> None:
        self.app = app
        self._service = service
        self._lines = lines
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["method"] == "POST":
            path = scope["path"]
            for line in self._lines:
                found = line.path.fullmatch(path)
                if found is not None:
                    receive = await self._try(line, found[1], scope, receive, send) or _nothing
                    break
            if receive is _nothing:
                return
        await self.app(scope, receive, send)

    async def _try(self, line: Line, word: str, scope: Scope, receive: Receive, send: Send) -> Receive | None:
        """Answer; or give back what the usual way has to receive."""
        caller = self._plain(scope)
        if caller is None:
            return receive
        parts: list[Message] = []
        while not parts or parts[-1].get("more_body"):
            parts.append(await receive())
            if parts[-1]["type"] != "http.request":
                return _replayed(parts, receive)
        body = parts[0]["body"] if len(parts) == 1 else b"".join(part["body"] for part in parts)
        try:
            NEEDS.demand(caller)
            scope["state"]["caller"] = caller
            await demand_pace(self._service.pace, caller)
            if line.ahead is None:  # answered at once: there is nothing that a limit could end
                answer = await line.answer(self._service, caller, word, line.body.validate_json(body))
            else:
                async with asyncio.timeout(self._seconds):
                    ahead = await line.ahead(self._service, caller, word, body)
                    answer = ahead or await line.answer(self._service, caller, word, line.body.validate_json(body))
        except TimeoutError:
            await too_slow(self._seconds, scope)(scope, receive, send)
            return None
        except (ValidationError, Refusal, VerbatimError):
            return _replayed(parts, receive)
        scope["route"] = line.route
        headers = [JSON, (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})
        return None

    def _plain(self, scope: Scope) -> Caller | None:
        """The caller, where the request is plain: a key seen a moment ago, a JSON body that is not large."""
        key = length = kind = b""
        for name, value in scope["headers"]:
            if name == b"authorization":
                key = value
            elif name == b"content-type":
                kind = value
            elif name == b"content-length":
                length = value
        if (
            key[:7] == b"Bearer "
            and kind[:16] == b"application/json"
            and length.isdigit()
            and int(length) <= LARGEST_BODY
        ):
            return self._service.doors.remembered(key[7:].decode("latin-1"))
        return None


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _replayed(parts: list[Message], receive: Receive) -> Receive:
    """Gives again what was received, then what follows."""
    waiting = list(parts)

    async def again() -> Message:
        return waiting.pop(0) if waiting else await receive()

    return again
