"""Reports: making them, and fetching what was made, in every format."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi import Body as BodyParameter
from fastapi.responses import FileResponse
from pydantic import Field
from sqlalchemy import and_, delete, false, literal, select, tuple_

from api.access.allowed import Reader, Writer
from api.downloads import file_answer, files_documented
from api.jobs import kinds
from api.jobs.possible import LATEST, checked_report
from api.jobs.reporting import UNNAMED, report_folder
from api.paging import cursor, uncursor
from api.problems import Refusal, documented
from api.routers.job_shapes import JobOut
from api.routers.jobs import ASKED, HIDDEN, Asked, ask
from api.routes import EXPORTS
from api.shapes import After, Answer, Id, Limit, Page, PlainText
from api.wiring import SettingsDep, StoreDep
from verbatim.errors import NotFoundError
from verbatim.storage.tables import made_report

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from api.access.caller import Caller
    from verbatim.storage.store import Store

router = APIRouter(prefix="/reports", tags=["reports"])

Kind = Literal["daily", "weekly", "monthly", "account"]
Format = Literal["html", "md", "json", "pdf", "xlsx", "email", "pptx"]
SAVED: Mapping[str, str] = {  # files that are saved and opened elsewhere; `api.downloads` knows the others
    "email": "message/rfc822",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
row = made_report.c
EXAMPLES: dict[str, Any] = {
    "monthly": {"summary": "The last whole month", "value": {"kind": "monthly", "period": LATEST, "formats": ["html"]}},
    "by": {
        "summary": "A month by channel and team",
        "value": {"kind": "monthly", "period": "2026-10", "by": ["channel", "team"], "formats": ["html", "xlsx"]},
    },
    "daily": {"summary": "One day", "value": {"kind": "daily", "period": "2026-10-30", "formats": ["md"]}},
    "account": {
        "summary": "An account's last three months",
        "value": {"kind": "account", "account": "ACC-1001", "formats": ["html"]},
    },
}


def saved_file(request: Request, path: FilePath, name: str, sha256: str, media: str) -> Response:
    """The file to save under this name, or 304 where the caller has it already.

    Raises:
        NotFoundError: it is gone.
    """
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "private, no-cache"}
    if f'"{sha256}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if not path.is_file():
        raise NotFoundError(f"the file {name} is gone from this server; make it again")
    return FileResponse(path, media_type=media, filename=name, headers=headers)


def _documented_files() -> dict[int | str, dict[str, Any]]:
    found = files_documented("html", "md", "json", "pdf", "xlsx")
    saved = {media: {"schema": {"type": "string", "format": "binary"}} for media in SAVED.values()}
    return found | {200: {**found[200], "content": found[200]["content"] | saved}}


class ReportFile(Answer):
    """One file of a report."""

    format: Format = Field(examples=["html"])
    bytes: int = Field(examples=[81_920])
    sha256: str = Field(examples=["b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"])
    path: str = Field(description="where to fetch it", examples=["/v1/reports/0123456789abcdef/html"])


class ReportOut(Answer):
    """A report that was made."""

    id: str = Field(description="also the id of the job that made it", examples=["0123456789abcdef0123456789abcdef"])
    kind: Kind = Field(examples=["monthly"])
    period: str = Field(examples=["2026-10"])
    account: str | None = Field(description="of an account review", examples=[None])
    by: list[str] | None = Field(description="segments it is broken down by, where somebody chose", examples=[None])
    files: list[ReportFile]
    made_at: datetime
    person: str = Field(description="who asked for it", examples=["Ada (4f6e9a1b2c3d)"])
    schedule_id: str | None = Field(description="the schedule it was made for", examples=[None])


class Reports(Page):
    """Reports, newest first."""

    reports: list[ReportOut]


@router.post("", status_code=202, response_model=JobOut, responses=ASKED)
def make_report(
    body: Annotated[kinds.ReportRequest, BodyParameter(openapi_examples=EXAMPLES)], caller: Writer, asked: Asked,
    settings: SettingsDep,
) -> Response:  # fmt: skip
    """Make a report, as a job; once it is done, the report has the job's id.

    `period` is a day, a week (2026-W44), a month, or months of an account review (2026-08..2026-10); `latest`, or
    nothing, is the last whole one. It is sent to those in `deliver_to`, and told to endpoints that hear `report.made`.
    An equal one that waits, or that is being made of what is stored now, is given instead of a second one (200).
    """
    told = checked_report(settings, body)
    return ask(asked, caller, "report", told.model_dump(mode="json", exclude_defaults=True), place="body")


@router.get("")
def list_reports(
    caller: Reader, store: StoreDep, limit: Limit = 50, after: After = None, kind: Kind | None = None,
    account: Annotated[PlainText | None, Query(max_length=200, description="external id of an account")] = None,
    schedule_id: Annotated[PlainText | None, Query(max_length=200)] = None,
) -> Reports:  # fmt: skip
    """List reports, newest first. A key that is limited to some accounts sees their account reviews only."""
    wanted = select(made_report).where(_visible(caller)).order_by(row.made_at.desc(), row.id.desc()).limit(limit + 1)
    for column, value in ((row.kind, kind), (row.account, account), (row.schedule_id, schedule_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    if after is not None:
        at, last = uncursor(after, datetime, str)
        wanted = wanted.where(tuple_(row.made_at, row.id) < tuple_(literal(at, row.made_at.type), literal(last)))
    with store.reading() as connection:
        found = [dict(each) for each in connection.execute(wanted).mappings()]
    end = found[limit - 1] if len(found) > limit else None
    return Reports(
        reports=[_shown(each, caller) for each in found[:limit]], next=end and cursor(end["made_at"], end["id"])
    )  # fmt: skip


@router.get("/{report_id}", responses=documented("not-found"))
def get_report(report_id: Id, caller: Reader, store: StoreDep) -> ReportOut:
    """Say what a report is of, and which files there are."""
    return _shown(_found(store, caller, report_id), caller)


@router.get(
    "/{report_id}/{form}", response_class=Response, openapi_extra=dict(EXPORTS),
    responses={**_documented_files(), **documented("not-found")},
)  # fmt: skip
def fetch_report(
    report_id: Id, form: Annotated[Format, Path(description="one of its formats")], caller: Reader, request: Request,
    store: StoreDep, settings: SettingsDep,
) -> Response:  # fmt: skip
    """Fetch one file of a report. A browser runs nothing in its HTML; `If-None-Match` saves fetching it twice.

    Who may not see how single agents are rated gets the monthly report's praise without names.
    """
    from verbatim.reports import file_name

    found = _found(store, caller, report_id)
    if not caller.sees_agents and _shows_agents(found):
        raise Refusal("not-allowed", HIDDEN)
    files, folder = _files(found, caller), report_folder(settings, found["id"])
    if form not in files:
        there = ", ".join(sorted(files))
        raise NotFoundError(f"this report was not made as {form}; there is {there}")
    name = file_name(found["kind"], found["period"], form, account=found["account"])
    path = (folder if files is found["files"] else folder / UNNAMED) / f"report.{form}"
    if form in SAVED:
        return saved_file(request, path, name, files[form]["sha256"], SAVED[form])
    return file_answer(request, path, name, files[form]["sha256"])


@router.delete("/{report_id}", status_code=204, responses=documented("not-found"))
def delete_report(report_id: Id, caller: Writer, store: StoreDep, settings: SettingsDep) -> None:
    """Remove a report with its files; its job stays in the list of jobs."""
    found = _found(store, caller, report_id)
    with store.writing() as connection:
        connection.execute(delete(made_report).where(row.id == found["id"]))
    shutil.rmtree(report_folder(settings, found["id"]), ignore_errors=True)


def _visible(caller: Caller) -> ColumnElement[bool]:
    limits = caller.restriction
    if limits.teams:
        return false()
    if limits.accounts:
        return and_(row.kind == "account", row.account.in_(limits.accounts))
    return literal(value=True) == literal(value=True)


def _found(store: Store, caller: Caller, report_id: str) -> Mapping[str, Any]:
    with store.reading() as connection:
        wanted = select(made_report).where(row.id == report_id, _visible(caller))
        found = connection.execute(wanted).mappings().one_or_none()
    if found is None:
        raise NotFoundError(f"there is no report {report_id!r}; the list of reports has those there are")
    return dict(found)


def _shows_agents(found: Mapping[str, Any]) -> bool:
    """Whether it says how single agents are rated: weekly ones do, and monthly ones that nobody has looked through."""
    options = found["options"]
    unread = found["kind"] == "monthly" and UNNAMED not in options
    return found["kind"] == "weekly" or "agent" in (options.get("by") or ()) or unread


def _files(found: Mapping[str, Any], caller: Caller) -> Mapping[str, Any]:
    """Its files by format, or those in which praise has no names where this caller may see none."""
    files: Mapping[str, Any] = found["files"]
    hidden: Mapping[str, Any] | None = None if caller.sees_agents else found["options"].get(UNNAMED)
    return hidden or files


def _shown(found: Mapping[str, Any], caller: Caller) -> ReportOut:
    files = [
        ReportFile(
            format=form, bytes=one["bytes"], sha256=one["sha256"], path=f"/v1/reports/{found['id']}/{form}"
        )
        for form, one in sorted(_files(found, caller).items())
    ]  # fmt: skip
    plain = {name: found[name] for name in ("id", "kind", "period", "account", "made_at", "person", "schedule_id")}
    return ReportOut(**plain, by=found["options"].get("by"), files=files)
