"""The operations of alerts.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from verbatim.client.aio.paging import AsyncPages
from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.alerts import AlertOut, Alerts
from verbatim.client.calls import make_call


class AlertsResource(AsyncResource):
    """Operations under /v1/alerts."""

    def list(
        self, *, kind: str | None = None, acknowledged: bool | None = None, limit: int | None = None
    ) -> AsyncPages[Alerts, AlertOut]:
        """List alerts, the newest first.

        Who sees which is as for follow-ups.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("GET", "/v1/alerts", query={"kind": kind, "acknowledged": acknowledged, "limit": limit})
        return AsyncPages(self._transport, call, Alerts, "alerts", AlertOut)

    async def acknowledge(self, alert_id: str) -> AlertOut:
        """Say that you have seen an alert.

        The first one counts: repeating it changes nothing.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call("POST", "/v1/alerts/{}/acknowledge", (alert_id,))
        return await self._transport.call(call, AlertOut)

    async def take_back(self, alert_id: str) -> AlertOut:
        """Take back that an alert was seen: it waits again.

        Repeating it changes nothing.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call("POST", "/v1/alerts/{}/take-back", (alert_id,))
        return await self._transport.call(call, AlertOut)
