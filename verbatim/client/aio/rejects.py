"""The operations of rejects.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from verbatim.client.aio.paging import AsyncPages
from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.rejects import Reject, Rejects
from verbatim.client.calls import make_call
from verbatim.client.words import Kind


class RejectsResource(AsyncResource):
    """Operations under /v1/rejects."""

    def list(
        self,
        *,
        limit: int | None = None,
        kind: Kind | None = None,
        source: str | None = None,
        file: str | None = None,
        batch_id: str | None = None,
    ) -> AsyncPages[Rejects, Reject]:
        """List rows and cells that could not be taken, with why.

        One that comes right later is no longer among them.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call(
            "GET",
            "/v1/rejects",
            query={"limit": limit, "kind": kind, "source": source, "file": file, "batch_id": batch_id},
        )
        return AsyncPages(self._transport, call, Rejects, "rejects", Reject)
