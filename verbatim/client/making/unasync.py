"""The synchronous twin of an asynchronous module: the same text with other words."""

from __future__ import annotations

import re
from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "async def": "def", "async with": "with", "async for": "for", "await ": "",
    "verbatim.client.aio": "verbatim.client.sync",
    "asyncio.sleep": "time.sleep", "import asyncio": "import time", "__aenter__": "__enter__", "__aexit__": "__exit__",
    "__aiter__": "__iter__", "__anext__": "__next__", "AsyncIterator": "Iterator", "httpx.AsyncClient": "httpx.Client",
    "httpx.AsyncBaseTransport": "httpx.BaseTransport", "aclose": "close", "aread": "read", "aiter_lines": "iter_lines",
    "for programs that use asyncio": "for programs that do not use asyncio", "asynchronous": "synchronous",
}  # fmt: skip
_OURS = re.compile(r"\bAsync(Verbatim|Resources|Resource|Transport|Pages)\b")
_ANY = re.compile("|".join(re.escape(word) for word in WORDS))


def unasync(code: str) -> str:
    """The module without waiting."""
    return _OURS.sub(r"\1", _ANY.sub(lambda found: WORDS[found.group()], code))
