"""What every group of operations has."""

from __future__ import annotations

from verbatim.client.sync.transport import Transport


class Resource:
    """Operations of one subject."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
