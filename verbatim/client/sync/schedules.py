"""The operations of schedules.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from verbatim.client.answers.schedules import ScheduleOut, Schedules
from verbatim.client.answers.shared import JobOut
from verbatim.client.calls import UNSET, Unset, changed, given, make_call
from verbatim.client.sync.paging import Pages
from verbatim.client.sync.resource import Resource


class SchedulesResource(Resource):
    """Operations under /v1/schedules."""

    def create(
        self,
        *,
        kind: Literal["daily", "weekly", "monthly", "account"],
        clock: str,
        day: int | None = None,
        timezone: str | None = None,
        account: str | None = None,
        formats: Sequence[Literal["html", "md", "json", "pdf", "xlsx", "email", "pptx"]] | None = None,
        by: Sequence[str] | None = None,
        deliver_to: Sequence[str] | None = None,
        active: bool | None = None,
        idempotency_key: str | None = None,
    ) -> ScheduleOut:
        """Have a report made by the clock, and sent.

        A time that daylight saving skips comes an hour later, one that comes twice counts once, and what was
        missed while no worker ran is made once. The same again makes another schedule, unless it has the same
        Idempotency-Key.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call(
            "POST",
            "/v1/schedules",
            body={
                "kind": kind,
                "clock": clock,
                **given(
                    {
                        "day": day,
                        "timezone": timezone,
                        "account": account,
                        "formats": formats,
                        "by": by,
                        "deliver_to": deliver_to,
                        "active": active,
                    }
                ),
            },
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return self._transport.call(call, ScheduleOut)

    def list(self, *, limit: int | None = None) -> Pages[Schedules, ScheduleOut]:
        """List schedules with their next times.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/schedules", query={"limit": limit})
        return Pages(self._transport, call, Schedules, "schedules", ScheduleOut)

    def get(self, schedule_id: str) -> ScheduleOut:
        """Say what a schedule makes, when next, and how it last went.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/schedules/{}", (schedule_id,))
        return self._transport.call(call, ScheduleOut)

    def replace(
        self,
        schedule_id: str,
        *,
        kind: Literal["daily", "weekly", "monthly", "account"],
        clock: str,
        day: int | None | Unset = UNSET,
        timezone: str | None | Unset = UNSET,
        account: str | None | Unset = UNSET,
        formats: Sequence[Literal["html", "md", "json", "pdf", "xlsx", "email", "pptx"]] | Unset = UNSET,
        by: Sequence[str] | None | Unset = UNSET,
        deliver_to: Sequence[str] | Unset = UNSET,
        active: bool | Unset = UNSET,
    ) -> ScheduleOut:
        """Change a schedule to what is sent, whole; its kind stays.

        The same again changes nothing.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call(
            "PUT",
            "/v1/schedules/{}",
            (schedule_id,),
            body={
                "kind": kind,
                "clock": clock,
                **changed(
                    {
                        "day": day,
                        "timezone": timezone,
                        "account": account,
                        "formats": formats,
                        "by": by,
                        "deliver_to": deliver_to,
                        "active": active,
                    }
                ),
            },
        )
        return self._transport.call(call, ScheduleOut)

    def delete(self, schedule_id: str) -> None:
        """Remove a schedule; the reports it made stay.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call("DELETE", "/v1/schedules/{}", (schedule_id,))
        self._transport.done(call)

    def run(self, schedule_id: str, *, idempotency_key: str | None = None) -> JobOut:
        """Make its report now, beside the times it has, and send it to the same receivers.

        Each call makes one, or each Idempotency-Key.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call(
            "POST", "/v1/schedules/{}/run", (schedule_id,), key=True, headers={"Idempotency-Key": idempotency_key}
        )
        return self._transport.call(call, JobOut)
