"""The operations of uploads.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from verbatim.client.answers.shared import JobOut
from verbatim.client.answers.uploads import Plan, Uploaded
from verbatim.client.calls import given, make_call
from verbatim.client.sync.resource import Resource
from verbatim.client.words import Kind


class UploadsResource(Resource):
    """Operations under /v1/uploads."""

    def send(self, body: bytes | Path, *, name: str | None = None) -> Uploaded:
        """Put a file down: CSV, TSV, JSON lines, Parquet or XLSX, gzipped or not, as the body or as `file` of a
        form.

        Its name tells the source (`responses-2026-10.csv` is of source `responses`). It is kept as it is until
        it is read, or for a week. Next: look at it with `plan`, then `ingest`. The same file again is another
        upload; read twice, it changes nothing.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call(
            "POST", "/v1/uploads", query={"name": name}, content=body, content_type="application/octet-stream"
        )
        return self._transport.call(call, Uploaded)

    def plan(
        self,
        upload_id: str,
        kind: Kind,
        *,
        profile: str | None = None,
        fields: Mapping[str, str] | None = None,
        source: str | None = None,
        namespace: str | None = None,
        metric: Literal["csat", "ces", "nps"] | None = None,
        scale: str | None = None,
        date_format: str | None = None,
        timezone: str | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        sheet: str | None = None,
        header_row: int | None = None,
        max_rejects: int | None = None,
    ) -> Plan:
        """Say how an uploaded file would be read, column by column, and what would be rejected.

        Nothing is written.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call(
            "POST",
            "/v1/uploads/{}/plan",
            (upload_id,),
            body={
                "kind": kind,
                **given(
                    {
                        "profile": profile,
                        "fields": fields,
                        "source": source,
                        "namespace": namespace,
                        "metric": metric,
                        "scale": scale,
                        "date_format": date_format,
                        "timezone": timezone,
                        "encoding": encoding,
                        "delimiter": delimiter,
                        "sheet": sheet,
                        "header_row": header_row,
                        "max_rejects": max_rejects,
                    }
                ),
            },
            keeps_nothing=True,
        )
        return self._transport.call(call, Plan)

    def ingest(
        self,
        upload_id: str,
        kind: Kind,
        *,
        profile: str | None = None,
        fields: Mapping[str, str] | None = None,
        source: str | None = None,
        namespace: str | None = None,
        metric: Literal["csat", "ces", "nps"] | None = None,
        scale: str | None = None,
        date_format: str | None = None,
        timezone: str | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        sheet: str | None = None,
        header_row: int | None = None,
        max_rejects: int | None = None,
        idempotency_key: str | None = None,
    ) -> JobOut:
        """Read an uploaded file into the store, as a job.

        When it is done, the upload goes.

        While the job waits or runs, asking again gives the same job (200). If it fails, the file stays: ask
        again with other options.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call(
            "POST",
            "/v1/uploads/{}/ingest",
            (upload_id,),
            body={
                "kind": kind,
                **given(
                    {
                        "profile": profile,
                        "fields": fields,
                        "source": source,
                        "namespace": namespace,
                        "metric": metric,
                        "scale": scale,
                        "date_format": date_format,
                        "timezone": timezone,
                        "encoding": encoding,
                        "delimiter": delimiter,
                        "sheet": sheet,
                        "header_row": header_row,
                        "max_rejects": max_rejects,
                    }
                ),
            },
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return self._transport.call(call, JobOut)

    def remove(self, upload_id: str) -> None:
        """Remove a file that was put down, before it is read or instead of it.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call("DELETE", "/v1/uploads/{}", (upload_id,))
        self._transport.done(call)
