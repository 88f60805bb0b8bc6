"""The operations of responses.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Sequence

from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.shared import RecordsTaken
from verbatim.client.bodies.responses import ResponseRecord
from verbatim.client.calls import make_call


class ResponsesResource(AsyncResource):
    """Operations under /v1/responses."""

    async def send(
        self, records: Sequence[ResponseRecord], *, source: str | None = None, idempotency_key: str | None = None
    ) -> RecordsTaken:
        """Bring survey responses in: scores and comments, one or many.

        Text is cleaned and redacted before it is stored. With `answers` or `comments` a record is everything
        there is of its id.

        A record with an id that is known replaces the one before; the same again changes nothing. Each is taken
        or rejected on its own, and the answer says which; rejects are kept.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call(
            "POST",
            "/v1/responses",
            query={"source": source},
            body={"records": records},
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return await self._transport.call(call, RecordsTaken)
