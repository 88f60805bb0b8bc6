"""What every group of operations has."""

from __future__ import annotations

from verbatim.client.aio.transport import AsyncTransport


class AsyncResource:
    """Operations of one subject."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport
