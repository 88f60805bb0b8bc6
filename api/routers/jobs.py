"""Long work: asking for it, watching it, stopping it, and what came out of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.access.allowed import WholeReader, Writer
from api.access.scopes import Scope
from api.downloads import file_answer, files_documented
from api.idempotency import KEPT, IdempotencyKey, once
from api.jobs import kinds, ledger, records
from api.jobs.exports import AGENT, export_folder
from api.jobs.records import Job, Status
from api.paging import cursor, uncursor
from api.problems import Refusal, documented
from api.routers.job_events import job_events
from api.routers.job_shapes import JOB_EXAMPLES, JobLine, JobLines, JobOut, Jobs, NewJob
from api.routes import EXPORTS
from api.shapes import After, Id, Limit, PlainText
from api.wiring import Service, ServiceDep, SettingsDep, StoreDep
from verbatim.errors import InputError, NotFoundError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.access.caller import Caller
    from verbatim.storage.store import Store

router = APIRouter(prefix="/jobs", tags=["jobs"])

ADMIN_KINDS = frozenset({"train"})  # the others need `write`
HIDDEN = "how single agents are rated is hidden from this role"
LastSeen = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID", max_length=20, pattern=r"^[0-9]*$", examples=[None],
        description="id of the last event seen, which a browser sends by itself: lines after it come",
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asking:
    """How a job is asked for: by whom it is done, and under which Idempotency-Key."""

    service: Service
    key: str | None
    body: bytes


async def _asking(request: Request, service: ServiceDep, idempotency_key: IdempotencyKey = None) -> Asking:
    return Asking(service, idempotency_key, request.url.path.encode() + b"\n" + await request.body())


Asked = Annotated[Asking, Depends(_asking)]


def ask(
    asked: Asking, caller: Caller, kind: str, arguments: Mapping[str, Any], *, unique: str | None = None
) -> Response:  # fmt: skip
    """Ask for a job, once for an Idempotency-Key; the answer is 202 with the job.

    Raises:
        UserError: the arguments do not fit.
        Refusal: this caller may not have such a job.
    """
    _demand_allowed(caller, kind, arguments)
    told = dict(arguments)
    if kind == "export" and not caller.sees_agents:
        told["agents"] = False
    store = asked.service.store
    this = once(store, caller, "job", asked.key, asked.body)
    since = None if this.id is None else datetime.now(UTC) - KEPT
    key = unique if this.id is None else f"idempotency:{this.id}"  # if we die before we answer: the job is found again

    def submit() -> JobOut:
        job = kinds.request(
            store, asked.service.queue, kind, told, person=caller.person, unique=key, since=since
        )  # fmt: skip
        return JobOut.of(job)

    return this.answer(submit, status=202)


@router.post("", status_code=202, response_model=JobOut, responses=documented("not-found", "conflict"))
def create_job(body: Annotated[NewJob, JOB_EXAMPLES], caller: Writer, asked: Asked) -> Response:
    """Ask for long work: mining, training, scoring open tickets, a report, an export, a sweep of follow-ups.

    The answer comes at once; a worker (`verbatim worker`) does it. Watch it with `events`, or ask for the job again.
    Asked twice without an Idempotency-Key it is done twice. Training needs the scope admin.
    """
    check_receivers(asked.service.store, body.arguments)
    return ask(asked, caller, body.kind, body.arguments.model_dump(mode="json", exclude_defaults=True))


@router.get("")
def list_jobs(
    caller: WholeReader, store: StoreDep, limit: Limit = 50, after: After = None,
    kind: Annotated[PlainText | None, Query(max_length=50, examples=["mine"])] = None, status: Status | None = None,
) -> Jobs:  # fmt: skip
    """List jobs, newest first; those that ended more than 90 days ago are gone."""
    place = None if after is None else uncursor(after, datetime, str)
    found = records.page(
        store, kind=kind, status=status, after=place and (place[0], place[1]), limit=limit + 1
    )  # fmt: skip
    last = found[limit - 1] if len(found) > limit else None
    return Jobs(jobs=[JobOut.of(job) for job in found[:limit]], next=last and cursor(last.created_at, last.id))


@router.get("/{job_id}", responses=documented("not-found"))
def get_job(job_id: Id, caller: WholeReader, store: StoreDep) -> JobOut:
    """Say how far a job is, and what came out of it or why it failed."""
    return JobOut.of(records.get(store, job_id))


@router.get("/{job_id}/lines", responses=documented("not-found"))
def list_job_lines(
    job_id: Id, caller: WholeReader, store: StoreDep, limit: Limit = 200, after: After = None
) -> JobLines:  # fmt: skip
    """Read the log of a job, oldest line first; `next` is there as long as more lines are."""
    records.get(store, job_id)
    (place,) = (0,) if after is None else uncursor(after, int)
    if not 0 <= place < 2**31:
        raise InputError(f"after={(after or '')[:40]!r} is not a cursor of this list; pass `next` of the page before")
    found = records.lines(store, job_id, after=place, limit=limit + 1)
    more = cursor(found[limit - 1].position) if len(found) > limit else None
    return JobLines(lines=[JobLine.of(line) for line in found[:limit]], next=more)


@router.post("/{job_id}/cancel", responses=documented("not-found", "conflict"))
def cancel_job(job_id: Id, caller: Writer, store: StoreDep) -> JobOut:
    """Cancel a job: at once where it waits, else as soon as its worker looks up. What has ended stays as it is."""
    return JobOut.of(_or_conflict(lambda: ledger.ask_cancel(store, job_id)))


@router.post("/{job_id}/retry", responses=documented("not-found", "conflict"))
def retry_job(job_id: Id, caller: Writer, service: ServiceDep) -> JobOut:
    """Queue a failed or cancelled job again, with its arguments and its log."""
    before = records.get(service.store, job_id)
    _demand_allowed(caller, before.kind, before.arguments)
    job = _or_conflict(lambda: ledger.retry(service.store, job_id))
    service.queue.notify(job)
    return JobOut.of(job)


def _there(job_id: Id, caller: WholeReader, store: StoreDep) -> Job:
    """The job, looked up before the stream begins: afterwards there is no 404."""
    return records.get(store, job_id)


@router.get("/{job_id}/events", response_class=EventSourceResponse, responses=documented("not-found"))
async def watch_job(
    there: Annotated[Job, Depends(_there)], service: ServiceDep, last_event_id: LastSeen = None
) -> AsyncIterator[ServerSentEvent]:  # fmt: skip
    """Watch a job as Server-Sent Events, until it ends.

    `progress` comes when something changes, `line` with each line of the log (its position is the id), `end` with the
    job at last. A stream that breaks off before `end` is taken up by asking again with Last-Event-ID.
    """
    service.stopping.listen()
    after = min(int(last_event_id or 0), 2**31 - 1)
    async for event in job_events(service.store, there.id, after=after, stopping=service.stopping):
        yield event


@router.get(
    "/{job_id}/file", response_class=Response, openapi_extra=dict(EXPORTS),
    responses={**files_documented("csv", "ndjson", "xlsx"), **documented("not-found", "conflict")},
)  # fmt: skip
def download_export(
    job_id: Id, caller: WholeReader, request: Request, store: StoreDep, settings: SettingsDep
) -> Response:
    """Fetch the file of an export; text is redacted, and a cell that a spreadsheet would run begins with '."""
    job = records.get(store, job_id)
    if job.kind != "export":
        raise NotFoundError(f"job {job_id} makes no file; it is one of {job.kind}")
    if job.status != "done":
        raise Refusal("conflict", f"the export is {job.status}; its file is there once it is done")
    if not caller.sees_agents and job.arguments.get("agents", True):
        raise Refusal("not-allowed", f"{HIDDEN}, and this export has it; ask for one of your own")
    path = export_folder(settings, job.id) / str(job.result["file"])
    return file_answer(request, path, path.name, str(job.result["sha256"]))


def check_receivers(store: Store, told: kinds.Arguments) -> None:
    """Refuse a report for somebody whom nobody knows.

    Raises:
        NotFoundError, InputError: as `api.jobs.reporting.check_receivers`.
    """
    from api.jobs import reporting

    if isinstance(told, kinds.ReportRequest):
        with store.reading() as connection:
            reporting.check_receivers(connection, told.deliver_to)


def _demand_allowed(caller: Caller, kind: str, arguments: Mapping[str, Any]) -> None:
    if kind in ADMIN_KINDS and not caller.may(Scope.ADMIN):
        raise Refusal("not-allowed", f"a job {kind!r} needs the scope 'admin'")
    names = {*(arguments.get("by") or ()), *(arguments.get("where") or ())}
    if not caller.sees_agents and (AGENT in names or arguments.get("kind") == "weekly"):
        raise Refusal("not-allowed", HIDDEN)


def _or_conflict(change: Callable[[], Job]) -> Job:
    try:
        return change()
    except NotFoundError:
        raise
    except UserError as error:
        raise Refusal("conflict", str(error)) from error
