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
from api.idempotency import Repeatable, Repeats
from api.jobs import kinds, ledger, records
from api.jobs.exports import AGENT, export_folder
from api.jobs.possible import ARGUMENTS, checked_report, demand_possible
from api.jobs.records import Job, Status
from api.paging import cursor, uncursor
from api.problems import Refusal, documented
from api.routers.job_events import job_events
from api.routers.job_shapes import JOB_EXAMPLES, JobLine, JobLines, JobOut, Jobs, NewJob
from api.routes import EXPORTS
from api.shapes import After, Id, Limit, PlainText
from api.wiring import Service, ServiceDep, SettingsDep, StoreDep
from verbatim.errors import InputError, NotFoundError, UserError
from verbatim.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.access.caller import Caller

router = APIRouter(prefix="/jobs", tags=["jobs"])

ADMIN_KINDS = frozenset({"train", "sample"})  # the others need `write`
HIDDEN = "how single agents are rated is hidden from this role"
SAME = {"model": JobOut, "description": "An equal job that is not done yet"}
ASKED: dict[int | str, dict[str, Any]] = {200: SAME, **documented("not-found", "conflict", "no-active-model")}
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
    repeats: Repeatable


async def _asking(service: ServiceDep, repeats: Repeats) -> Asking:
    return Asking(service, repeats)


Asked = Annotated[Asking, Depends(_asking)]


def ask(
    asked: Asking, caller: Caller, kind: str, arguments: Mapping[str, Any], *, place: str, unique: str | None = None
) -> Response:  # fmt: skip
    """Ask for a job: 202 with it, or 200 with an equal one that is not done yet. What cannot succeed is refused.

    ``place``: where the request has its arguments. ``unique``: what a job that waits or runs is equal by, instead of
    its arguments.

    Raises:
        UserError: the arguments do not fit.
        Refusal: this caller may not have such a job, or it cannot come to anything.
    """
    _demand_allowed(caller, kind, arguments)
    told = dict(arguments)
    if kind == "export" and not caller.sees_agents:
        told["agents"] = False
    if kind == "report" and not caller.sees_agents:
        told["people"] = False
    service, made = asked.service, list[Job]()

    def submit(store: Store) -> tuple[JobOut, int]:
        now = datetime.now(UTC)
        if unique is None:
            with store.writing() as connection:
                job, new = kinds.request_same(connection, kind, told, person=caller.person, now=now)
        else:
            job = kinds.request(store, None, kind, told, person=caller.person, unique=unique)
            new = job.created_at >= now
        made.extend([job] if new else [])
        return JobOut.of(job), 202 if new else 200

    def check() -> None:
        demand_possible(service.store, service.settings, kind, told, place=place)

    answer = asked.repeats.once(caller, submit, check=check)
    for job in made:
        service.queue.notify(job)
    return answer


@router.post("", status_code=202, response_model=JobOut, responses=ASKED)
def create_job(body: Annotated[NewJob, JOB_EXAMPLES], caller: Writer, asked: Asked) -> Response:
    """Ask for long work: mining, training, scoring open tickets, a report, an export, a sweep of follow-ups.

    The answer comes at once; a worker (`verbatim worker`) does it. Watch it with `events`, or ask for the job again.
    An equal job that waits, or that runs on what is stored now, is given instead of a second one (200). What cannot
    succeed is refused with the reason. Training needs the scope admin.
    """
    told = body.arguments
    if isinstance(told, kinds.ReportRequest):
        told = checked_report(asked.service.settings, told, place=ARGUMENTS)
    return ask(asked, caller, body.kind, told.model_dump(mode="json", exclude_defaults=True), place=ARGUMENTS)


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


@router.post("/{job_id}/retry", responses=documented("not-found", "conflict", "no-active-model"))
def retry_job(job_id: Id, caller: Writer, service: ServiceDep) -> JobOut:
    """Queue a failed or cancelled job again, with its arguments and its log."""
    before = records.get(service.store, job_id)
    _demand_allowed(caller, before.kind, before.arguments)
    if before.status in {"failed", "cancelled"}:
        _demand_better(service, before)
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


def _demand_allowed(caller: Caller, kind: str, arguments: Mapping[str, Any]) -> None:
    if kind in ADMIN_KINDS and not caller.may(Scope.ADMIN):
        raise Refusal("not-allowed", f"a job {kind!r} needs the scope 'admin'")
    names = {*(arguments.get("by") or ()), *(arguments.get("where") or ())}
    if not caller.sees_agents and (AGENT in names or arguments.get("kind") == "weekly"):
        raise Refusal("not-allowed", HIDDEN)


def _demand_better(service: Service, before: Job) -> None:
    """Refuse to try again what would fail again."""
    try:
        demand_possible(service.store, service.settings, before.kind, before.arguments)
    except Refusal as refusal:
        if refusal.kind.name != "invalid":
            raise
        raise Refusal("conflict", f"it would fail again: {refusal.detail}") from refusal


def _or_conflict(change: Callable[[], Job]) -> Job:
    try:
        return change()
    except NotFoundError:
        raise
    except UserError as error:
        raise Refusal("conflict", str(error)) from error
