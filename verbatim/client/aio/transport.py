"""Calls over HTTP: sends, sleeps and reads; `verbatim.client.calls` decides. Here nothing of httpx leaks out.

The folder ``sync`` is made from ``aio`` by ``python -m verbatim.client.making``: change ``aio``, never ``sync``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeVar

import httpx

from verbatim import __version__
from verbatim.client.calls import Call, Lost, Patience, Reply, Wait, attempts
from verbatim.client.files import Event, File, file_of
from verbatim.client.problems import BadAnswer, NoAnswer, problem_of
from verbatim.client.reading import read_answer
from verbatim.errors import InputError

T = TypeVar("T")

# Nothing of the request has gone out when these are raised.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
CHUNK_BYTES = 65_536


class AsyncTransport:
    """Makes calls to one server with one key. Not for use on its own: `AsyncVerbatim` has the resources."""

    def __init__(
        self, url: str, key: str | None, *, timeout: float, patience: Patience,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:  # fmt: skip
        self._patience = patience
        headers = {"User-Agent": f"verbatim-client/{__version__}"}
        if key is not None:
            if not key.isascii() or not key.isprintable() or not key.strip():
                raise InputError("the key is empty or holds characters that no key has; pass it as it was shown")
            headers["Authorization"] = f"Bearer {key.strip()}"
        self._http = httpx.AsyncClient(
            base_url=_checked(url), headers=headers, timeout=timeout, transport=transport, follow_redirects=True
        )

    async def call(self, call: Call, kind: type[T]) -> T:
        """The answer, read as ``kind``."""
        reply = await self.reply(call)
        return read_answer(kind, _parsed(reply.content), reply.headers.get("etag"))

    async def done(self, call: Call) -> None:
        """Make a call whose answer says nothing more than that it went well."""
        await self.reply(call)

    async def file(self, call: Call) -> File:
        """The answer as a file."""
        return file_of(await self.reply(call))

    async def reply(self, call: Call) -> Reply:
        """The answer as it came, after as many attempts as it took.

        Raises:
            ApiError: the server refused, failed, or was not reached.
        """
        steps = attempts(call, self._patience)
        step = next(steps)
        while True:
            outcome = None
            if isinstance(step, Wait):
                await asyncio.sleep(step.seconds)
            else:
                outcome = await self._once(step)
            try:
                step = steps.send(outcome)
            except StopIteration as ended:
                reply: Reply = ended.value
                break
        if reply.status >= 400:
            raise problem_of(reply.status, reply.headers, reply.content)
        return reply

    async def lines(self, call: Call, kind: type[T]) -> AsyncIterator[T]:
        """Each line of an NDJSON answer, read as ``kind``, as it arrives.

        Raises:
            NoAnswer: the connection broke in between.
        """
        async for line in self._text_lines(call):
            if line.strip():
                yield read_answer(kind, _parsed(line.encode()))

    async def events(self, call: Call) -> AsyncIterator[Event]:
        """Each server-sent event of an answer, as it arrives (WHATWG HTML, 9.2.6); comments are passed over."""
        name, last, parts = "message", None, list[str]()
        async for line in self._text_lines(call):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                if parts:
                    yield Event(name, last, _parsed("\n".join(parts).encode()))
                name, parts = "message", []
            elif field == "data":
                parts.append(value)
            elif field == "event":
                name = value
            elif field == "id":
                last = value

    async def aclose(self) -> None:
        """Give connections back."""
        await self._http.aclose()

    async def _once(self, call: Call) -> Reply | Lost:
        """Send once."""
        try:
            response = await self._http.send(self._request(call), stream=True)
            if call.streams and response.status_code < 400:
                return Reply(response.status_code, response.headers, lines=response)
            try:
                content = await response.aread()
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            return Lost(_why(error), reached=not isinstance(error, NEVER_SENT))
        except httpx.HTTPError as error:
            raise BadAnswer(f"{call.method} {call.path}: {_why(error)}") from error
        return Reply(response.status_code, response.headers, content)

    def _request(self, call: Call) -> httpx.Request:
        headers, content = dict(call.headers), call.content
        if call.json is not None:
            content = json.dumps(call.json, separators=(",", ":"), allow_nan=False).encode()
            headers["Content-Type"] = "application/json"
        return self._http.build_request(
            call.method, call.path, params=list(call.query) or None, headers=headers,
            content=_chunks(content) if isinstance(content, Path) else content,
        )  # fmt: skip

    async def _text_lines(self, call: Call) -> AsyncIterator[str]:
        response: httpx.Response = (await self.reply(call)).lines
        try:
            async for line in response.aiter_lines():
                yield line
        except httpx.HTTPError as error:
            raise NoAnswer(f"{call.method} {call.path} ended early: {_why(error)}") from error
        finally:
            await response.aclose()


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    """The bytes of a file; opened anew for every attempt."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _checked(url: str) -> httpx.URL:
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise InputError(f"{url!r} is no address; pass for example http://127.0.0.1:8000") from error
    if found.scheme not in {"http", "https"} or not found.host:
        raise InputError(f"{url!r} is no address; pass for example http://127.0.0.1:8000")
    return found


def _parsed(content: bytes) -> Any:  # noqa: ANN401
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("the answer is not JSON; is something else listening at this address?") from error


def _why(error: httpx.HTTPError) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
