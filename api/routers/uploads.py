"""Files that are sent as they are: put down, looked at, read by a job."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field
from starlette.datastructures import UploadFile

from api.access.allowed import Writer
from api.jobs.kinds import FileOptions
from api.jobs.uploads import drop_upload, find_upload, place_upload, plan_upload
from api.problems import Refusal, documented
from api.routers.job_shapes import JobOut
from api.routers.jobs import ASKED, Asked, ask
from api.routes import KEEPS_NOTHING
from api.shapes import Answer, PlainText
from api.wiring import Service, ServiceDep, SettingsDep
from verbatim.errors import InputError, StoreFullError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator
    from pathlib import Path as FilePath

    from starlette.types import Message

    from verbatim.ingest import IngestPlan

router = APIRouter(prefix="/uploads", tags=["ingest"])

MEGABYTE = 1_000_000
LARGEST = 65_536 * MEGABYTE  # of the setting; the setting itself is looked at while the file arrives
PIECE = 1 << 20
SHOWN_REJECTS = 100
UploadId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="id that the upload gave")]
FORM = "multipart/form-data"
BINARY = {"schema": {"type": "string", "format": "binary"}}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                **BINARY,
                "examples": {"csv": {"summary": "A file as it is", "value": "id,date,csat\n1,2026-05-01,4\n"}},
            },
            FORM: {"schema": {"type": "object", "required": ["file"], "properties": {"file": BINARY["schema"]}}},
        },
    }
}  # fmt: skip


class Uploaded(Answer):
    """A file that lies here, to be looked at and read within a week."""

    id: str = Field(examples=["0123456789abcdef0123456789abcdef"])
    name: str = Field(description="its name as it was kept", examples=["responses.csv"])
    bytes: int = Field(examples=[28])
    sha256: str = Field(examples=["b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"])


class ColumnRead(Answer):
    """How one column is read, and why so."""

    column: str = Field(examples=["Satisfaction rating"])
    read_as: str | None = Field(description="null: it is not stored", examples=["score: csat-5, 1 to 5"])
    reason: str = Field(examples=["a usual name of it"])


class RefusedCell(Answer):
    """What would be rejected."""

    row: int = Field(examples=[3])
    column: str | None = Field(examples=["csat"])
    value: str = Field(description="redacted and cut", examples=["11"])
    reason: str = Field(examples=["11 is not on the scale 1-5"])


class Plan(Answer):
    """How a file would be read; nothing was written."""

    file: str = Field(examples=["responses.csv"])
    format: str = Field(examples=["csv"])
    encoding: str | None = Field(examples=["utf-8"])
    delimiter: str | None = Field(examples=[","])
    header_row: int | None = Field(examples=[1])
    sheet: str | None = Field(examples=[None])
    source: str = Field(examples=["responses"])
    timezone: str = Field(description="of times without a zone", examples=["UTC"])
    columns: list[ColumnRead]
    preview: dict[str, list[dict[str, Any]]] = Field(
        description="the first rows as they would be stored, by table, redacted", examples=[{"comment": []}]
    )
    tried: int = Field(description="how many rows were tried", examples=[100])
    rejects: list[RefusedCell] = Field(description=f"the first {SHOWN_REJECTS} that would be rejected")
    rejected: int = Field(description="how many of those tried would be rejected, rows and cells", examples=[0])
    warnings: list[str] = Field(examples=[["no column with a date: the rows will belong to no month"]])


@dataclass(slots=True)
class _Arriving:
    """Counts what arrives; gives the request more time as long as something does."""

    most: int
    seconds: float
    limit: asyncio.Timeout | None
    came: int = 0

    def count(self, size: int) -> None:
        import asyncio

        self.came += size
        if self.came > self.most:
            raise Refusal(
                "too-large", f"the file is larger than the {self.most / MEGABYTE:g} MB allowed (upload_limit_mb)"
            )
        if self.limit is not None and not self.limit.expired():
            self.limit.reschedule(asyncio.get_running_loop().time() + self.seconds)


@router.post("", status_code=201, max_body_size=LARGEST, openapi_extra=BODY)
async def upload_file(
    caller: Writer, request: Request, service: ServiceDep,
    name: Annotated[
        PlainText, Query(max_length=200, description="name of a file that is the body itself", examples=["answers.csv"])
    ] = "upload.csv",
) -> Uploaded:  # fmt: skip
    """Put a file down: CSV, TSV, JSON lines, Parquet or XLSX, gzipped or not, as the body or as `file` of a form.

    Its name tells the source (`responses-2026-10.csv` is of source `responses`). It is kept as it is until it is read,
    or for a week. Next: look at it with `plan`, then `ingest`. The same file again is another upload; read twice, it
    changes nothing.
    """
    settings = service.settings
    arriving = _Arriving(
        int(settings.upload_limit_mb * MEGABYTE), settings.request_seconds, request.scope["state"].get("limit")
    )
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM:
        return await _of_form(request, service, arriving)

    async def pieces() -> AsyncIterator[bytes]:
        async for chunk in request.stream():
            arriving.count(len(chunk))
            yield chunk

    return await _put_down(service, name, pieces())


@router.post("/{upload_id}/plan", openapi_extra=dict(KEEPS_NOTHING), responses=documented("not-found", "not-installed"))
def plan_ingest_of_upload(upload_id: UploadId, body: FileOptions, caller: Writer, settings: SettingsDep) -> Plan:
    """Say how an uploaded file would be read, column by column, and what would be rejected. Nothing is written."""
    return _plan_out(plan_upload(settings, upload_id, body))


@router.post("/{upload_id}/ingest", status_code=202, response_model=JobOut, responses=ASKED)
def ingest_upload(upload_id: UploadId, body: FileOptions, caller: Writer, asked: Asked) -> Response:
    """Read an uploaded file into the store, as a job. When it is done, the upload goes.

    While the job waits or runs, asking again gives the same job (200). If it fails, the file stays: ask again
    with other options.
    """
    told = {"upload": upload_id, **body.model_dump(mode="json", exclude_defaults=True)}
    return ask(asked, caller, "ingest_file", told, place="body", unique=f"upload:{upload_id}")


@router.delete("/{upload_id}", status_code=204, responses=documented("not-found"))
def remove_upload(upload_id: UploadId, caller: Writer, settings: SettingsDep) -> None:
    """Remove a file that was put down, before it is read or instead of it."""
    find_upload(settings, upload_id)
    drop_upload(settings, upload_id)


async def _of_form(request: Request, service: Service, arriving: _Arriving) -> Uploaded:
    """The only file of a form."""

    async def receive() -> Message:
        message = await request.receive()
        arriving.count(len(message.get("body", b"")))
        return message

    async with Request(request.scope, receive).form(max_files=1, max_fields=0) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InputError("body.file: the form has no file of that name")

        async def pieces() -> AsyncIterator[bytes]:
            while chunk := await file.read(PIECE):
                yield chunk

        return await _put_down(service, file.filename or "upload", pieces())


async def _put_down(service: Service, name: str, pieces: AsyncIterator[bytes]) -> Uploaded:
    """Write what arrives, a piece at a time, in threads; of what does not arrive whole nothing stays."""
    upload_id, path = await run_in_threadpool(_place, service, name)
    digest, size, waiting = hashlib.sha256(), 0, bytearray()
    try:
        async for chunk in pieces:
            waiting += chunk
            size += len(chunk)
            if len(waiting) >= PIECE:
                await run_in_threadpool(_append, path, digest, bytes(waiting))
                waiting.clear()
        await run_in_threadpool(_append, path, digest, bytes(waiting))
        if not size:
            raise InputError("the file is empty; send its content as the body, or as `file` of a form")
    except BaseException:
        drop_upload(service.settings, upload_id)
        raise
    return Uploaded(id=upload_id, name=path.name, bytes=size, sha256=digest.hexdigest())


def _place(service: Service, name: str) -> tuple[str, FilePath]:
    try:
        return place_upload(service.settings, name)
    except OSError as error:
        raise StoreFullError(f"the upload cannot be written ({error.strerror}); free some space") from error


def _append(path: FilePath, digest: Any, piece: bytes) -> None:  # noqa: ANN401 (hashlib has no public type)
    try:
        with path.open("ab") as file:
            file.write(piece)
    except OSError as error:
        raise StoreFullError(f"the upload cannot be written ({error.strerror}); free some space") from error
    digest.update(piece)


def _plan_out(plan: IngestPlan) -> Plan:
    file = plan.file
    return Plan(
        file=file.path.name, format=file.format.value, encoding=file.encoding, delimiter=file.delimiter,
        header_row=file.header_row, sheet=file.sheet, source=plan.source, timezone=plan.timezone,
        columns=_columns(plan),
        preview={table: [_readable(row) for row in rows] for table, rows in plan.preview.items()}, tried=plan.tried,
        rejects=[
            RefusedCell(row=one.row, column=one.column, value=one.value, reason=one.reason)
            for one in plan.refusals[:SHOWN_REJECTS]
        ],
        rejected=len(plan.refusals), warnings=list(plan.warnings),
    )  # fmt: skip


def _columns(plan: IngestPlan) -> list[ColumnRead]:
    mapped = plan.mapping
    dates = {entry.column: f", {entry.format.name} ({entry.reason})" for entry in plan.dates}
    read = {column: f"{field}{dates.get(column, '')}" for field, column in mapped.fields.items()}
    read |= {rule.column: f"comment{f' on {rule.question!r}' if rule.question else ''}" for rule in mapped.comments}
    for score in plan.scores:
        read[score.rule.column] = "score: " + "; ".join(scale.describe() for scale in score.scales.values())
    read |= {column: f"segment {name!r}" for name, column in mapped.segments.items()}
    because = {**mapped.reasons, **mapped.left_out}
    return [ColumnRead(column=name, read_as=read.get(name), reason=because.get(name, "")) for name in plan.file.columns]


def _readable(row: Any) -> dict[str, Any]:  # noqa: ANN401 (a row of any table)
    """A row without keys, which are hashes, as JSON has it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
        if name == "external_id" or not (name == "id" or name.endswith(("_id", "_key")))
    }
