"""The operations of follow ups.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from verbatim.client.aio.paging import AsyncPages
from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.follow_ups import Counts, FollowUp, FollowUps, FollowUpWithHistory, Swept
from verbatim.client.calls import given, make_call


class FollowUpsResource(AsyncResource):
    """Operations under /v1/follow-ups."""

    def list(
        self,
        *,
        state: Literal["open", "contacted", "resolved", "cannot_resolve", "withdrawn"] | None = None,
        owner: str | None = None,
        who: str | None = None,
        rule: str | None = None,
        signal: str | None = None,
        account: str | None = None,
        overdue: bool | None = None,
        due_before: datetime | str | None = None,
        limit: int | None = None,
    ) -> AsyncPages[FollowUps, FollowUp]:
        """List what there is to do, the first due first.

        The role agent sees its own and what nobody has yet, unless its key is limited to accounts or teams:
        then all of theirs.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/follow-ups",
            query={
                "state": state,
                "owner": owner,
                "who": who,
                "rule": rule,
                "signal": signal,
                "account": account,
                "overdue": overdue,
                "due_before": due_before,
                "limit": limit,
            },
        )
        return AsyncPages(self._transport, call, FollowUps, "follow_ups", FollowUp)

    async def counts(self, *, start: date | str | None = None, end: date | str | None = None) -> Counts:
        """Count how closing the loop went; without `from` and `to`, ever.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/follow-ups/counts", query={"from": start, "to": end})
        return await self._transport.call(call, Counts)

    async def sweep(self, *, since: date | str | None = None) -> Swept:
        """Look at new answers and predictions, make follow-ups as the rules say, and see which are overdue.

        The worker does this by itself. Repeating it makes nothing twice.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call("POST", "/v1/follow-ups/sweep", body=given({"since": since}))
        return await self._transport.call(call, Swept)

    async def get(self, follow_up_id: str) -> FollowUpWithHistory:
        """Read a follow-up with its history.

        The ETag is what If-Match must be to change it.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("GET", "/v1/follow-ups/{}", (follow_up_id,))
        return await self._transport.call(call, FollowUpWithHistory)

    async def change(
        self,
        follow_up_id: str,
        end: Literal["open", "contacted", "resolved", "cannot_resolve"],
        *,
        note: str | None = None,
        reason: str | None = None,
        etag: str | None = None,
        idempotency_key: str | None = None,
    ) -> FollowUp:
        """Take a follow-up to another state: open → contacted → resolved, or cannot_resolve with a reason.

        Sent again with the same If-Match it is refused with 412, since the first one has changed it; with the
        same Idempotency-Key too it gets the first answer.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/follow-ups/{}/changes",
            (follow_up_id,),
            body={"to": end, **given({"note": note, "reason": reason})},
            etag=etag,
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return await self._transport.call(call, FollowUp)

    async def assign(
        self,
        follow_up_id: str,
        end: str | None,
        *,
        note: str | None = None,
        etag: str | None = None,
        idempotency_key: str | None = None,
    ) -> FollowUp:
        """Give a follow-up to a person, to yourself (`me`) or to nobody (null).

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/follow-ups/{}/assign",
            (follow_up_id,),
            body={"to": end, **given({"note": note})},
            etag=etag,
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return await self._transport.call(call, FollowUp)

    async def note(
        self, follow_up_id: str, note: str, *, etag: str | None = None, idempotency_key: str | None = None
    ) -> FollowUp:
        """Write something down.

        If-Match may be left out here; an Idempotency-Key keeps it from being written twice.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/follow-ups/{}/notes",
            (follow_up_id,),
            body={"note": note},
            etag=etag,
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return await self._transport.call(call, FollowUp)

    async def undo(self, follow_up_id: str, *, etag: str | None = None, idempotency_key: str | None = None) -> FollowUp:
        """Take back the last step that a person made and that still holds.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/follow-ups/{}/undo",
            (follow_up_id,),
            etag=etag,
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return await self._transport.call(call, FollowUp)
