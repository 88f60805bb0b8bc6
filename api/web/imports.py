"""The page of imports: drop a file, see how it would be read, change what is wrong, then watch it being read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from api.idempotency import Repeatable
from api.jobs.kinds import FileOptions
from api.jobs.uploads import find_upload
from api.routers.ingest import Wanted, list_batches, list_rejects
from api.routers.jobs import Asking
from api.routers.uploads import (
    LARGEST,
    Plan,
    UploadId,
    ingest_upload,
    plan_ingest_of_upload,
    remove_upload,
    upload_file,
)
from api.shapes import After, Id
from api.web.page import DONE, Brings, Page, PageRoute, when
from api.web.settings.jobs import job_page
from api.web.settings.tabs import mendable, status_of, told
from verbatim.domain import Kind
from verbatim.errors import InputError, NotFoundError
from verbatim.ingest import IngestOptions
from verbatim.ingest.likely import first_look
from verbatim.ingest.profile import field_names
from verbatim.reports import words

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

router = APIRouter(include_in_schema=False, route_class=PageRoute)

DONE |= {"upload-removed": "The file was removed. Nothing of it was stored."}
SHOWN_BATCHES = 25
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")  # as JSON has the times of rows
LEFT_OUT = "leave-out"  # stands where a column's field would
KINDS = {
    Kind.RESPONSES: "Survey answers", Kind.TICKETS: "Tickets", Kind.EVENTS: "Events of tickets",
    Kind.ACCOUNTS: "Accounts", Kind.CONTACTS: "Contacts", Kind.MILESTONES: "Milestones",
}  # fmt: skip
HOW_OPENED = ("encoding", "delimiter", "sheet", "header_row")
HOW_READ = ("source", "namespace", "metric", "scale", "date_format", "timezone", *HOW_OPENED, "max_rejects")
# what messages for the command line are called on the page
FLAGS = (
    (re.compile(r"name (?:it|one) with --map (\w+)=\S+"), r"choose below which column is the \1"),
    (re.compile(r" or --map (\w+)=\S+"), r" or the \1"),
    (re.compile(r"`?--map (\w+)=(?:'[^']*'|\"[^\"]*\"|\S+)`?"), r"“\1” for it below"),
    (re.compile(r"--date-format(?: dmy or mdy)?"), "“Order of dates” below"),
    (re.compile(r"--([a-z]+)(?:-([a-z]+))?\b"), r"“\1 \2” below"),
)


@dataclass(slots=True)
class Sight:
    """What the page of one upload shows: the file, what was chosen, how it would be read, or why it cannot be."""

    upload_id: str
    name: str
    kind: Kind = Kind.RESPONSES
    kinds: tuple[Kind, ...] = ()
    columns: tuple[str, ...] = ()
    chosen: dict[str, str] = field(default_factory=dict)  # column → field
    options: FileOptions | None = None
    plan: Plan | None = None
    problem: str | None = None
    status: int = 200


@router.get("/import")
def import_page(page: Brings, after: After = None, kind: Kind | None = None, source: Wanted = None) -> Response:
    """Where a file is dropped, and what was brought in before."""
    return _front(page, after=after, kind=kind, source=source)


@router.post("/import", max_body_size=LARGEST, name="upload_file")
async def receive_file(page: Brings) -> Response:
    """Put the file of the form down, and look at it."""
    try:
        found = await upload_file(page.caller, page.request, page.service)
    except Exception as error:
        problem = told(mendable(error))
        return await run_in_threadpool(_front, page, problem=problem, status=status_of(error))
    return page.back(f"/import/{found.id}")


@router.get("/import/rejects")
def rejects_page(
    page: Brings, after: After = None, kind: Kind | None = None, source: Wanted = None, file: Wanted = None,
    batch_id: Wanted = None,
) -> Response:  # fmt: skip
    """What could not be taken, with why."""
    asked: dict[str, Any] = {"kind": kind, "source": source or None, "file": file or None, "batch_id": batch_id or None}
    found = list_rejects(page.caller, page.store, limit=100, after=after, **asked)
    return page.render("import_rejects.html", found=found, asked=asked, kinds=KINDS)


@router.get("/import/runs/{job_id}")
def run_page(page: Brings, job_id: Id, after: After = None) -> Response:
    """How far the reading of a file is, and what became of it."""
    return job_page(page, job_id, template="import_run.html", after=after)


@router.get("/import/{upload_id}")
def upload_page(page: Brings, upload_id: UploadId) -> Response:
    """How an uploaded file would be read. What is chosen otherwise stands in the address."""
    return _sight_page(page, _looked_at(page, upload_id))


@router.post("/import/{upload_id}/ingest", name="ingest_upload")
def begin(page: Brings, upload_id: UploadId) -> Response:
    """Read it as it was shown: the address has the same query."""
    sight = _looked_at(page, upload_id)
    if sight.options is None or sight.plan is None:
        sight.status = 422
        return _sight_page(page, sight)
    asked = Asking(page.service, Repeatable(page.store, "ingest_upload", None, b""))
    try:
        made = ingest_upload(upload_id, sight.options, page.caller, asked)
    except Exception as error:
        sight.problem, sight.status = told(mendable(error)), status_of(error)
        return _sight_page(page, sight)
    return page.back(f"/import/runs/{json.loads(bytes(made.body))['id']}")


@router.post("/import/{upload_id}/remove", name="remove_upload")
def forget(page: Brings, upload_id: UploadId) -> Response:
    """Remove a file instead of reading it."""
    remove_upload(upload_id, page.caller, page.settings)
    return page.back("/import", "upload-removed")


def _front(
    page: Page, *, after: str | None = None, kind: Kind | None = None, source: str | None = None,
    problem: str | None = None, status: int = 200,
) -> Response:  # fmt: skip
    found = list_batches(page.caller, page.store, limit=SHOWN_BATCHES, after=after, kind=kind, source=source or None)
    return page.render(
        "import.html", status=status, found=found, kinds=KINDS, kind=kind, source=source, problem=problem,
        filtered=bool(kind or source or after), limit=page.settings.upload_limit_mb,
    )  # fmt: skip


def _sight_page(page: Page, sight: Sight) -> Response:
    fields = [] if not sight.columns else field_names(sight.kind)
    return page.render(
        "import_upload.html", status=sight.status, sight=sight, kinds=KINDS, fields=fields, left_out=LEFT_OUT,
        asked=page.request.query_params, query=page.request.url.query,
        preview=_preview(sight.plan, page.settings.timezone),
        opened=sight.problem is not None or any(page.request.query_params.get(name) for name in HOW_READ),
    )  # fmt: skip


def _looked_at(page: Page, upload_id: str) -> Sight:
    """Everything about one upload; what people can mend stands in ``problem``.

    Raises:
        NotFoundError: there is no such upload.
    """
    path = find_upload(page.settings, upload_id)
    asked = page.request.query_params
    sight = Sight(upload_id, path.name)
    try:
        sight.chosen = _chosen(asked)
        opened = {name: asked[name].strip() for name in HOW_OPENED if asked.get(name, "").strip()}
        told_so = FileOptions.model_validate({"kind": Kind.RESPONSES, **opened})
        look = first_look(path, IngestOptions(**{name: getattr(told_so, name) for name in HOW_OPENED}))
        sight.columns, sight.kinds = look.columns, look.kinds
        sight.kind = _kind(asked.get("kind"), look.kinds)
        sight.options = _options(asked, sight.kind, sight.chosen)
        sight.plan = plan_ingest_of_upload(upload_id, sight.options, page.caller, page.settings)
    except NotFoundError:
        raise
    except Exception as error:
        sight.problem = _said_here(told(mendable(error)), str(path), path.name)
    return sight


def _kind(given: str | None, likely: tuple[Kind, ...]) -> Kind:
    if not given:
        return likely[0] if likely else Kind.RESPONSES
    if given not in set(Kind):
        raise InputError(f"there are no files of {given[:40]!r}; choose what it holds from the list")
    return Kind(given)


def _chosen(asked: QueryParams) -> dict[str, str]:
    """Column → field, as the lists beside the columns say.

    Raises:
        InputError: two columns for one field.
    """
    found: dict[str, str] = {}
    for word in asked.getlist("use"):
        name, _, column = word.partition("=")
        if not name or not column:
            continue
        other = next((one for one, used in found.items() if used == name and name != LEFT_OUT), None)
        if other is not None and other != column:
            raise InputError(f"both {other!r} and {column!r} are to be {name}; choose one of them")
        found[column] = name
    return found


def _options(asked: QueryParams, kind: Kind, chosen: dict[str, str]) -> FileOptions:
    given: dict[str, Any] = {name: asked[name].strip() for name in HOW_READ if asked.get(name, "").strip()}
    ignored = sorted(column for column, name in chosen.items() if name == LEFT_OUT)
    if ignored:  # a JSON list of texts is one of TOML
        given["profile"] = f"ignore = {json.dumps(ignored, ensure_ascii=False)}\n"
    fields = {name: column for column, name in chosen.items() if name != LEFT_OUT}
    return FileOptions.model_validate({"kind": kind, "fields": fields, **given})


def _preview(plan: Plan | None, zone: str) -> dict[str, list[dict[str, str]]]:
    """The first rows in words, without columns that are empty in all of them."""
    found: dict[str, list[dict[str, str]]] = {}
    for table, rows in ({} if plan is None else plan.preview).items():
        names = [name for name in (rows[0] if rows else ()) if any(row[name] not in (None, {}) for row in rows)]
        if rows:
            found[table] = [{name: _cell(row[name], zone) for name in names if name != "source"} for row in rows]
    return found


def _cell(value: Any, zone: str) -> str:  # noqa: ANN401 (a cell of any table, as JSON)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return when(datetime.fromisoformat(value), zone)
    return words.NOTHING if value is None else str(value)


def _said_here(message: str, path: str, name: str) -> str:
    """A message for the command line, in the words of the page and without the file's place."""
    said = message.replace(path, name)
    for pattern, instead in FLAGS:
        said = pattern.sub(instead, said)
    return said
