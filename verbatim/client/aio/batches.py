"""The operations of batches.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from verbatim.client.aio.paging import AsyncPages
from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.batches import Batch, Batches
from verbatim.client.calls import make_call
from verbatim.client.words import Kind


class BatchesResource(AsyncResource):
    """Operations under /v1/batches."""

    def list(
        self, *, limit: int | None = None, kind: Kind | None = None, source: str | None = None
    ) -> AsyncPages[Batches, Batch]:
        """List the files and calls that brought data in, newest first, with their counts.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/batches", query={"limit": limit, "kind": kind, "source": source})
        return AsyncPages(self._transport, call, Batches, "batches", Batch)
