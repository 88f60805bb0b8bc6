"""Reports by the clock, as pages: making, changing, pausing, running and removing a schedule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, get_args

from fastapi import APIRouter, Form, Response
from pydantic import BaseModel, ValidationError

from api.access.scopes import Scope
from api.routers import schedules as api
from api.routers.endpoints import list_endpoints
from api.routers.reports import Format
from api.shapes import Id
from api.web.forms import Mending, Unfit, filled, lines_of, simply
from api.web.page import DONE, Brings, PageRoute
from verbatim.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from api.routers.schedules import ScheduleOut
    from api.web.page import Page

router = APIRouter(prefix="/reports/schedules", include_in_schema=False, route_class=PageRoute)

WHERE = "/reports"
LONGEST_UNDO = 4_000  # characters in an address
NAMES = {
    "html": "Page", "pdf": "PDF", "pptx": "Slides", "xlsx": "Excel", "md": "Markdown", "email": "E-mail",
    "json": "JSON",
}  # fmt: skip
KNOWN = get_args(Format)
ORDER = (*(form for form in NAMES if form in KNOWN), *sorted(set(KNOWN) - set(NAMES)))
FORMATS = {form: NAMES.get(form, form) for form in ORDER}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EVERY = {"daily": "every day", "weekly": "every", "monthly": "every month on day", "account": "every month on day"}
DONE |= {
    "schedule-made": "The schedule is there.",
    "schedule-changed": "The schedule was changed.",
    "schedule-paused": "The schedule rests.",
    "schedule-resumed": "The schedule runs again.",
    "schedule-removed": "The schedule is gone; the reports it made stay.",
    "schedule-back": "The schedule is as it was.",
    "schedule-run": "The report is being made.",
}
Before = Annotated[str, Form(max_length=LONGEST_UNDO)]


class Sent(BaseModel):
    """The form of a schedule, as it was sent."""

    kind: str = ""
    clock: str = ""
    day: str = ""
    timezone: str = ""
    account: str = ""
    formats: list[str] = []
    by: str = ""
    deliver_to: str = ""


def rhythm(one: ScheduleOut) -> str:
    """When it is made, in words: ``every Monday at 08:00``."""
    if one.kind == "daily":
        return f"every day at {one.clock}"
    if one.kind == "weekly":
        return f"every {DAYS[min(one.day or 1, len(DAYS)) - 1]} at {one.clock}"
    return f"day {one.day or 1} of every month at {one.clock}"


@router.get("/new")
def new(page: Brings) -> Response:
    """The form of a new one."""
    usual = {"kind": "monthly", "clock": "07:30", "day": "2", "timezone": page.settings.timezone, "formats": ["html"]}
    return _form(page, None, usual)


@router.post("/new")
def create(page: Brings, sent: Annotated[Sent, Form()]) -> Response:
    """Make one."""
    typed = sent.model_dump()
    try:
        with Mending():
            answer = api.create_schedule(
                _body(typed, active=True), page.caller, simply(page, "schedule"), page.store, page.settings
            )
    except Unfit as unfit:
        return _form(page, None, typed, unfit=unfit)
    return page.back(WHERE, "schedule-made", schedule=json.loads(bytes(answer.body))["id"])


@router.get("/{schedule_id}")
def one(page: Brings, schedule_id: Id) -> Response:
    """The form of one that is there."""
    found = api.get_schedule(schedule_id, page.caller, page.store)
    told = found.model_dump()
    return _form(page, found, {
        **{name: told[name] for name in ("kind", "clock", "timezone", "formats")}, "day": str(found.day or ""),
        "account": found.account or "", "by": ", ".join(found.by or ()), "deliver_to": "\n".join(found.deliver_to),
    })  # fmt: skip


@router.post("/{schedule_id}")
def change(page: Brings, schedule_id: Id, sent: Annotated[Sent, Form()]) -> Response:
    """Change it; its kind and whether it rests stay."""
    found = api.get_schedule(schedule_id, page.caller, page.store)
    typed = {**sent.model_dump(), "kind": found.kind}
    try:
        with Mending():
            body = _body(typed, active=found.active)
            api.replace_schedule(schedule_id, body, page.caller, page.store, page.settings)
    except Unfit as unfit:
        return _form(page, found, typed, unfit=unfit)
    return page.back(WHERE, "schedule-changed", schedule=schedule_id, **_undoing(found))


@router.post("/{schedule_id}/undo")
def undo(page: Brings, schedule_id: Id, before: Before) -> Response:
    """Put back what it was; one that is gone is made again."""
    try:
        body = api.ScheduleIn.model_validate_json(before)
    except ValidationError as error:
        raise InputError("this is no schedule that was there") from error
    try:
        api.replace_schedule(schedule_id, body, page.caller, page.store, page.settings)
    except NotFoundError:
        api.create_schedule(body, page.caller, simply(page, "schedule"), page.store, page.settings)
    return page.back(WHERE, "schedule-back")


@router.post("/{schedule_id}/pause")
def pause(page: Brings, schedule_id: Id) -> Response:
    """Let it rest."""
    return _switched(page, schedule_id, active=False)


@router.post("/{schedule_id}/resume")
def resume(page: Brings, schedule_id: Id) -> Response:
    """Let it run again."""
    return _switched(page, schedule_id, active=True)


@router.post("/{schedule_id}/run")
def run(page: Brings, schedule_id: Id) -> Response:
    """Make its report now."""
    answer = api.run_schedule(schedule_id, page.caller, simply(page, "run_schedule"), page.service)
    return page.back(WHERE, "schedule-run", job=json.loads(bytes(answer.body))["id"])


@router.post("/{schedule_id}/delete")
def delete(page: Brings, schedule_id: Id) -> Response:
    """Remove it."""
    found = api.get_schedule(schedule_id, page.caller, page.store)
    api.delete_schedule(schedule_id, page.caller, page.store)
    return page.back(WHERE, "schedule-removed", schedule=schedule_id, **_undoing(found))


def _switched(page: Page, schedule_id: str, *, active: bool) -> Response:
    body = _as_sent(api.get_schedule(schedule_id, page.caller, page.store)).model_copy(update={"active": active})
    api.replace_schedule(schedule_id, body, page.caller, page.store, page.settings)
    return page.back(WHERE, "schedule-resumed" if active else "schedule-paused", schedule=schedule_id)


def _as_sent(found: ScheduleOut) -> api.ScheduleIn:
    names = ("kind", "clock", "day", "timezone", "account", "formats", "by", "deliver_to", "active")
    return api.ScheduleIn(**{name: getattr(found, name) for name in names})


def _undoing(found: ScheduleOut) -> dict[str, str]:
    """What takes a change back, where an address has room for it."""
    before = _as_sent(found).model_dump_json()
    return {"before": before} if len(before) <= LONGEST_UNDO else {}


def _body(typed: dict[str, Any], *, active: bool) -> api.ScheduleIn:
    kind = typed["kind"]
    return filled(
        api.ScheduleIn, kind=kind, clock=typed["clock"], day=None if kind == "daily" else typed["day"],
        timezone=typed["timezone"].strip(), account=typed["account"].strip(), formats=typed["formats"],
        by=lines_of(typed["by"]) or None, deliver_to=lines_of(typed["deliver_to"]), active=active,
    )  # fmt: skip


def _form(
    page: Page, found: ScheduleOut | None, typed: dict[str, Any], *, unfit: Unfit | None = None
) -> Response:  # fmt: skip
    endpoints = list_endpoints(page.caller, page.store).endpoints if page.caller.may(Scope.ADMIN) else []
    return page.render(
        "schedule.html", status=200 if unfit is None else int(unfit.kind.status), schedule=found,
        typed=Sent(**typed), problem=None if unfit is None else unfit.problem, formats=FORMATS, endpoints=endpoints,
    )  # fmt: skip
