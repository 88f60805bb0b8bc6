"""Reports: the ones that were made, making another, and the schedules that make them by the clock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Response
from pydantic import BaseModel, Field

from api.access.scopes import Scope
from api.jobs import kinds
from api.routers import jobs
from api.routers import reports as api
from api.routers.schedules import list_schedules
from api.routes import EXPORTS
from api.shapes import Id
from api.web import schedules
from api.web.forms import Mending, Unfit, filled, lines_of, simply
from api.web.page import DONE, Brings, Looks, PageRoute
from verbatim.errors import NotFoundError
from verbatim.reports.kinds import KINDS

if TYPE_CHECKING:
    from api.routers.job_shapes import JobOut
    from api.web.page import Page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
router.include_router(schedules.router)

ROWS = 25
MOST_SCHEDULES = 100
FORMATS = schedules.FORMATS
TITLES = {name: kind.title for name, kind in KINDS.items()}
PERIODS = {name: kind.example for name, kind in KINDS.items()}
DONE |= {
    "report-asked": "The report is being made.",
    "report-there": "The same report is being made already.",
    "report-cancelled": "The report is not made.",
    "report-removed": "The report is gone.",
}

Short = Annotated[str, Field(max_length=500)]


class Wish(BaseModel):
    """The filters of the list, as they stand in the address, and the job that is being watched."""

    kind: Literal["daily", "weekly", "monthly", "account", ""] = ""
    account: Short = ""
    schedule_id: Short = ""
    after: Short = ""
    job: Short = ""
    schedule: Short = ""
    before: Annotated[str, Field(max_length=schedules.LONGEST_UNDO)] = ""


class Sent(BaseModel):
    """The form of a report, as it was sent."""

    kind: str = ""
    period: str = ""
    account: str = ""
    formats: list[str] = []
    by: str = ""
    deliver_to: str = ""


@router.get("/reports")
def listed(page: Looks, wish: Annotated[Wish, Query()]) -> Response:
    """What was made, what is being made, and the schedules."""
    return _listed(page, wish)


@router.post("/reports")
def make(page: Brings, sent: Annotated[Sent, Form()]) -> Response:
    """Ask for a report."""
    typed = sent.model_dump()
    try:
        with Mending():
            job, new = asked(page, typed)
    except Unfit as unfit:
        return _listed(page, Wish(), typed=typed, unfit=unfit)
    return page.back("/reports", "report-asked" if new else "report-there", job=job)


@router.post("/reports/jobs/{job_id}/cancel")
def cancel(page: Brings, job_id: Id) -> Response:
    """Do not make it after all."""
    jobs.cancel_job(job_id, page.caller, page.store)
    return page.back("/reports", "report-cancelled", job=job_id)


@router.post("/reports/{report_id}/delete")
def delete(page: Brings, report_id: Id) -> Response:
    """Remove a report with its files."""
    api.delete_report(report_id, page.caller, page.store, page.settings)
    return page.back("/reports", "report-removed")


@router.get("/reports/{report_id}/{form}", openapi_extra=dict(EXPORTS))
def fetch(page: Looks, report_id: Id, form: api.Format) -> Response:
    """One file of a report; a page opens in the browser, sandboxed."""
    return api.fetch_report(report_id, form, page.caller, page.request, page.store, page.settings)


def asked(page: Page, typed: dict[str, Any]) -> tuple[str, bool]:
    """Ask for a report; gives the job's id, and whether it is a new one.

    Raises:
        Refusal: it cannot be made.
        ValidationError: a field does not fit.
    """
    body = filled(
        kinds.ReportRequest, kind=typed["kind"], period=typed["period"].strip(), account=typed["account"].strip(),
        formats=typed["formats"], by=lines_of(typed["by"]) or None, deliver_to=lines_of(typed["deliver_to"]),
    )  # fmt: skip
    asking = jobs.Asking(page.service, simply(page, "make_report"))
    answer = api.make_report(body, page.caller, asking, page.settings)
    return str(json.loads(bytes(answer.body))["id"]), answer.status_code == 202


def _listed(
    page: Page, wish: Wish, *, typed: dict[str, Any] | None = None, unfit: Unfit | None = None
) -> Response:  # fmt: skip
    found = api.list_reports(
        page.caller, page.store, limit=ROWS, after=wish.after or None, kind=wish.kind or None,
        account=wish.account or None, schedule_id=wish.schedule_id or None,
    )  # fmt: skip
    plans = None
    if not page.caller.restricted:
        plans = list_schedules(page.caller, page.store, limit=MOST_SCHEDULES).schedules
    usual = {"kind": wish.kind or "monthly", "period": "", "account": wish.account, "by": "", "deliver_to": "",
             "formats": ["html", "pdf"]}  # fmt: skip
    return page.render(
        "reports.html", status=200 if unfit is None else int(unfit.kind.status), wish=wish, found=found, plans=plans,
        typed={**usual, **(typed or {})}, problem=None if unfit is None else unfit.problem, formats=FORMATS,
        titles=TITLES, periods=PERIODS, rhythm=schedules.rhythm, watched=watched(page, wish.job),
    )  # fmt: skip


def watched(page: Page, job_id: str) -> list[JobOut]:
    """The reports that wait or are being made, and the one that was asked for, whatever became of it."""
    if page.caller.restricted or not page.caller.may(Scope.WRITE):
        return []
    open_ones = [
        one for status in ("running", "queued")
        for one in jobs.list_jobs(page.caller, page.store, limit=10, kind="report", status=status).jobs
    ]  # fmt: skip
    if job_id and job_id not in {one.id for one in open_ones}:
        try:
            open_ones.insert(0, jobs.get_job(job_id, page.caller, page.store))
        except NotFoundError:  # forgotten after 90 days: the address may be older
            return open_ones
    return open_ones
