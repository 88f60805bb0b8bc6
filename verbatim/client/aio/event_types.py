"""The operations of event types.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.event_types import Events
from verbatim.client.calls import make_call


class EventTypesResource(AsyncResource):
    """Operations under /v1/event-types."""

    async def list(self) -> Events:
        """List what other systems can be told, with an example payload of each.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("GET", "/v1/event-types")
        return await self._transport.call(call, Events)
