"""The operations of jobs.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from verbatim.client.answers.jobs import JobLine, JobLines, Jobs
from verbatim.client.answers.shared import JobOut
from verbatim.client.bodies.jobs import NewExport, NewIngest, NewMine, NewReportJob, NewScoring, NewSweep, NewTrain
from verbatim.client.calls import make_call
from verbatim.client.files import Event, File
from verbatim.client.sync.paging import Pages
from verbatim.client.sync.resource import Resource


class JobsResource(Resource):
    """Operations under /v1/jobs."""

    def create(
        self,
        body: NewIngest | NewMine | NewTrain | NewScoring | NewReportJob | NewExport | NewSweep,
        *,
        idempotency_key: str | None = None,
    ) -> JobOut:
        """Ask for long work: mining, training, scoring open tickets, a report, an export, a sweep of
        follow-ups.

        The answer comes at once; a worker (`verbatim worker`) does it. Watch it with `events`, or ask for the
        job again. An equal job that waits, or that runs on what is stored now, is given instead of a second one
        (200). What cannot succeed is refused with the reason. Training needs the scope admin.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call("POST", "/v1/jobs", body=body, key=True, headers={"Idempotency-Key": idempotency_key})
        return self._transport.call(call, JobOut)

    def list(
        self,
        *,
        limit: int | None = None,
        kind: str | None = None,
        status: Literal["queued", "running", "done", "failed", "cancelled"] | None = None,
    ) -> Pages[Jobs, JobOut]:
        """List jobs, newest first; those that ended more than 90 days ago are gone.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/jobs", query={"limit": limit, "kind": kind, "status": status})
        return Pages(self._transport, call, Jobs, "jobs", JobOut)

    def get(self, job_id: str) -> JobOut:
        """Say how far a job is, and what came out of it or why it failed.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/jobs/{}", (job_id,))
        return self._transport.call(call, JobOut)

    def lines(self, job_id: str, *, limit: int | None = None) -> Pages[JobLines, JobLine]:
        """Read the log of a job, oldest line first; `next` is there as long as more lines are.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/jobs/{}/lines", (job_id,), query={"limit": limit})
        return Pages(self._transport, call, JobLines, "lines", JobLine)

    def cancel(self, job_id: str) -> JobOut:
        """Cancel a job: at once where it waits, else as soon as its worker looks up.

        What has ended stays as it is.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call("POST", "/v1/jobs/{}/cancel", (job_id,))
        return self._transport.call(call, JobOut)

    def retry(self, job_id: str) -> JobOut:
        """Queue a failed or cancelled job again, with its arguments and its log.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call("POST", "/v1/jobs/{}/retry", (job_id,))
        return self._transport.call(call, JobOut)

    def watch(self, job_id: str, *, last_event_id: str | None = None) -> Iterator[Event]:
        """Watch a job as Server-Sent Events, until it ends.

        `progress` comes when something changes, `line` with each line of the log (its position is the id),
        `end` with the job at last. A stream that breaks off before `end` is taken up by asking again with Last-
        Event-ID.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/jobs/{}/events", (job_id,), headers={"Last-Event-ID": last_event_id}, streams=True)
        return self._transport.events(call)

    def file(self, job_id: str) -> File:
        """Fetch the file of an export; text is redacted, and a cell that a spreadsheet would run begins with '.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/jobs/{}/file", (job_id,))
        return self._transport.file(call)
