"""The operations of reports.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from verbatim.client.aio.paging import AsyncPages
from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.reports import ReportOut, Reports
from verbatim.client.answers.shared import JobOut
from verbatim.client.calls import given, make_call
from verbatim.client.files import File


class ReportsResource(AsyncResource):
    """Operations under /v1/reports."""

    async def make(
        self,
        kind: Literal["daily", "weekly", "monthly", "account"],
        *,
        period: str | None = None,
        account: str | None = None,
        formats: Sequence[Literal["html", "md", "json", "pdf", "xlsx", "email", "pptx"]] | None = None,
        by: Sequence[str] | None = None,
        deliver_to: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> JobOut:
        """Make a report, as a job; once it is done, the report has the job's id.

        `period` is a day, a week (2026-W44), a month, or months of an account review (2026-08..2026-10);
        `latest`, or nothing, is the last whole one. It is sent to those in `deliver_to`, and told to endpoints
        that hear `report.made`. An equal one that waits, or that is being made of what is stored now, is given
        instead of a second one (200).

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call(
            "POST",
            "/v1/reports",
            body={
                "kind": kind,
                **given({"period": period, "account": account, "formats": formats, "by": by, "deliver_to": deliver_to}),
            },
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return await self._transport.call(call, JobOut)

    def list(
        self,
        *,
        limit: int | None = None,
        kind: Literal["daily", "weekly", "monthly", "account"] | None = None,
        account: str | None = None,
        schedule_id: str | None = None,
    ) -> AsyncPages[Reports, ReportOut]:
        """List reports, newest first.

        A key that is limited to some accounts sees their account reviews only.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET", "/v1/reports", query={"limit": limit, "kind": kind, "account": account, "schedule_id": schedule_id}
        )
        return AsyncPages(self._transport, call, Reports, "reports", ReportOut)

    async def get(self, report_id: str) -> ReportOut:
        """Say what a report is of, and which files there are.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("GET", "/v1/reports/{}", (report_id,))
        return await self._transport.call(call, ReportOut)

    async def delete(self, report_id: str) -> None:
        """Remove a report with its files; its job stays in the list of jobs.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call("DELETE", "/v1/reports/{}", (report_id,))
        await self._transport.done(call)

    async def fetch(self, report_id: str, form: Literal["html", "md", "json", "pdf", "xlsx", "email", "pptx"]) -> File:
        """Fetch one file of a report.

        A browser runs nothing in its HTML; `If-None-Match` saves fetching it twice.

        Who may not see how single agents are rated gets the monthly report's praise without names.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/reports/{}/{}",
            (
                report_id,
                form,
            ),
        )
        return await self._transport.file(call)
