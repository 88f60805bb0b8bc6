"""The client for programs that do not use asyncio."""

from __future__ import annotations

from types import TracebackType

import httpx

from verbatim.client.calls import Patience
from verbatim.client.sync.attributes import Resources
from verbatim.client.sync.transport import Transport


class Verbatim(Resources):
    """A Verbatim server, its operations as methods of `scores`, `themes`, `predictions` and so on.

    ``url`` is where `verbatim serve` listens, ``key`` what `verbatim key create` printed. ``timeout`` in seconds is for
    one attempt (to connect, and between two pieces of an answer); ``retries`` bounds the repetitions after 429, 503 and
    lost connections, ``total_seconds`` the time for all of them. ``transport`` replaces the network, for tests.

    Raises:
        InputError: the address or the key cannot be one.
    """

    def __init__(
        self, url: str, key: str | None = None, *, timeout: float = 30.0, retries: int = 4,
        total_seconds: float = 120.0, transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        self._url = url
        patience = Patience(retries=retries, total_seconds=total_seconds)
        self._transport = Transport(url, key, timeout=timeout, patience=patience, transport=transport)

    def close(self) -> None:
        """Give connections back; ``with`` does it by itself."""
        self._transport.close()

    def __enter__(self) -> Verbatim:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._url!r})"
