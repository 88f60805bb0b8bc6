"""The operations of segments.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.segments import SegmentNames, SegmentValues
from verbatim.client.calls import make_call
from verbatim.client.words import Metric


class SegmentsResource(AsyncResource):
    """Operations under /v1/segments."""

    async def list(self, *, metric: Metric | None = None) -> SegmentNames:
        """List what answers can be grouped and narrowed by.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("GET", "/v1/segments", query={"metric": metric})
        return await self._transport.call(call, SegmentNames)

    async def get(
        self,
        name: str,
        *,
        metric: Metric | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
    ) -> SegmentValues:
        """List the values of a segment with how many answers have them.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/segments/values",
            query={"name": name, "metric": metric, "where": where, "from": start, "to": end},
        )
        return await self._transport.call(call, SegmentValues)
