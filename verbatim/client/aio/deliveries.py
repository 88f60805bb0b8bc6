"""The operations of deliveries.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from typing import Literal

from verbatim.client.aio.paging import AsyncPages
from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.deliveries import Deliveries, DeliveryOut, DeliveryWithLog
from verbatim.client.calls import make_call


class DeliveriesResource(AsyncResource):
    """Operations under /v1/deliveries."""

    def list(
        self,
        *,
        status: Literal["waiting", "sent", "dead"] | None = None,
        endpoint_id: str | None = None,
        event: str | None = None,
        limit: int | None = None,
    ) -> AsyncPages[Deliveries, DeliveryOut]:
        """List messages on their way, sent and dead, the newest first.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call(
            "GET",
            "/v1/deliveries",
            query={"status": status, "endpoint_id": endpoint_id, "event": event, "limit": limit},
        )
        return AsyncPages(self._transport, call, Deliveries, "deliveries", DeliveryOut)

    async def get(self, delivery_id: str) -> DeliveryWithLog:
        """Read a message with its content and every attempt.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("GET", "/v1/deliveries/{}", (delivery_id,))
        return await self._transport.call(call, DeliveryWithLog)

    async def retry(self, delivery_id: str) -> DeliveryWithLog:
        """Let a dead message try again, from the first attempt; others are left as they are (409).

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("POST", "/v1/deliveries/{}/retry", (delivery_id,))
        return await self._transport.call(call, DeliveryWithLog)
