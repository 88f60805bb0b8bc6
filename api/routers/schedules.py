"""Reports by the clock: when they are made, and whom they are sent to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Body as BodyParameter
from pydantic import Field

from api.access.allowed import WholeReader, Writer
from api.idempotency import Repeats
from api.jobs import schedules
from api.jobs.kinds import ReportRequest, Short
from api.jobs.possible import checked_report, demand_account
from api.paging import cursor, uncursor
from api.problems import Refusal, documented, misfit
from api.routers.job_shapes import JobOut
from api.routers.jobs import HIDDEN
from api.routers.reports import Format, Kind
from api.shapes import After, Answer, Body, Id, Limit, Page, PlainText
from api.wiring import ServiceDep, SettingsDep, StoreDep
from verbatim.storage.store import Store

if TYPE_CHECKING:
    from api.access.caller import Caller
    from api.jobs.records import Job
    from api.jobs.schedules import Schedule
    from verbatim.settings import Settings

router = APIRouter(prefix="/schedules", tags=["reports"])

TIMES_SHOWN = 3
EXAMPLES: dict[str, Any] = {
    "monthly": {
        "summary": "Every month, on the second day",
        "value": {"kind": "monthly", "clock": "07:30", "day": 2, "timezone": "Europe/Berlin", "formats": ["html"]},
    },
    "weekly": {"summary": "Every Monday", "value": {"kind": "weekly", "clock": "08:00", "day": 1}},
    "daily": {
        "summary": "Every day, by mail",
        "value": {"kind": "daily", "clock": "06:00", "formats": ["md"], "deliver_to": ["voc@example.com"]},
    },
}  # fmt: skip


class ScheduleIn(Body):
    """A report that is made again and again, each time of the last whole day, week, month or three months."""

    kind: Kind = Field(description="which report; it cannot be changed afterwards", examples=["monthly"])
    clock: str = Field(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="time of day, HH:MM", examples=["07:30"]
    )  # fmt: skip
    day: int | None = Field(
        None, ge=1, le=28, examples=[2],
        description="of the week for weekly ones (Monday is 1), of the month for monthly ones and account reviews",
    )  # fmt: skip
    timezone: Annotated[PlainText, Field(max_length=100)] | None = Field(
        None, description="IANA time zone of the clock; without it the organisation's", examples=["Europe/Berlin"]
    )
    account: Short | None = Field(None, description="external id of the account of a review", examples=[None])
    formats: list[Format] = Field(default=["html"], min_length=1, max_length=7, examples=[["html", "pdf"]])
    by: list[Short] | None = Field(None, max_length=20, description="segments of a monthly report", examples=[None])
    deliver_to: list[Short] = Field(
        default_factory=list, max_length=500, description="ids of endpoints, and e-mail addresses", examples=[[]]
    )
    active: bool = Field(True, description="false: it rests", examples=[True])


class ScheduleOut(Answer):
    """A schedule, when it is due, and how it last went."""

    id: str = Field(examples=["0123456789abcdef0123456789abcdef"])
    kind: Kind = Field(examples=["monthly"])
    clock: str = Field(examples=["07:30"])
    day: int | None = Field(examples=[2])
    timezone: str = Field(examples=["Europe/Berlin"])
    account: str | None = Field(examples=[None])
    formats: list[Format] = Field(examples=[["html"]])
    by: list[str] | None = Field(examples=[None])
    deliver_to: list[str] = Field(examples=[[]])
    active: bool = Field(examples=[True])
    next_times: list[datetime] = Field(description="when it is made next; empty while it rests")
    last_at: datetime | None = Field(description="when it was last due")
    last_problem: str | None = Field(description="why its last report failed; null: it did not", examples=[None])
    created_at: datetime
    person: str = Field(examples=["Ada (4f6e9a1b2c3d)"])


class Schedules(Page):
    """Schedules."""

    schedules: list[ScheduleOut]


Wanted = Annotated[ScheduleIn, BodyParameter(openapi_examples=EXAMPLES)]


@router.post("", status_code=201, response_model=ScheduleOut, responses=documented("not-found", "conflict"))
def create_schedule(
    body: Wanted, caller: Writer, repeats: Repeats, store: StoreDep, settings: SettingsDep
) -> Response:  # fmt: skip
    """Have a report made by the clock, and sent.

    A time that daylight saving skips comes an hour later, one that comes twice counts once, and what was missed while
    no worker ran is made once. The same again makes another schedule, unless it has the same Idempotency-Key.
    """
    told = _told(body, caller, store, settings)

    def make(store: Store) -> tuple[ScheduleOut, int]:
        made = schedules.create(
            store, kind=body.kind, clock=body.clock, person=caller.person, day=body.day, account=body.account,
            timezone=told["timezone"], formats=told["formats"], options=told["options"], deliver_to=told["deliver_to"],
        )  # fmt: skip
        return _shown(made if body.active else schedules.change(store, made.id, {"active": False})), 201

    return repeats.once(caller, make)


@router.get("")
def list_schedules(caller: WholeReader, store: StoreDep, limit: Limit = 50, after: After = None) -> Schedules:
    """List schedules with their next times."""
    place = None if after is None else uncursor(after, str)[0]
    found = schedules.page(store, after=place, limit=limit + 1)
    end = cursor(found[limit - 1].id) if len(found) > limit else None
    return Schedules(schedules=[_shown(one) for one in found[:limit]], next=end)


@router.get("/{schedule_id}", responses=documented("not-found"))
def get_schedule(schedule_id: Id, caller: WholeReader, store: StoreDep) -> ScheduleOut:
    """Say what a schedule makes, when next, and how it last went."""
    return _shown(schedules.get(store, schedule_id))


@router.put("/{schedule_id}", responses=documented("not-found"))
def replace_schedule(
    schedule_id: Id, body: Wanted, caller: Writer, store: StoreDep, settings: SettingsDep
) -> ScheduleOut:  # fmt: skip
    """Change a schedule to what is sent, whole; its kind stays. The same again changes nothing."""
    before = schedules.get(store, schedule_id)
    if before.kind != body.kind:
        raise misfit("body.kind", f"this schedule is {before.kind} and stays so; make another one")
    return _shown(schedules.change(store, schedule_id, _told(body, caller, store, settings)))


@router.delete("/{schedule_id}", status_code=204, responses=documented("not-found"))
def delete_schedule(schedule_id: Id, caller: Writer, store: StoreDep) -> None:
    """Remove a schedule; the reports it made stay."""
    schedules.remove(store, schedule_id)


@router.post(
    "/{schedule_id}/run", status_code=202, response_model=JobOut, responses=documented("not-found", "conflict")
)  # fmt: skip
def run_schedule(schedule_id: Id, caller: Writer, repeats: Repeats, service: ServiceDep) -> Response:
    """Make its report now, beside the times it has, and send it to the same receivers.

    Each call makes one, or each Idempotency-Key.
    """
    made: list[Job] = []

    def run(store: Store) -> tuple[JobOut, int]:
        made.append(schedules.run_now(store, schedule_id, person=caller.person))
        return JobOut.of(made[0]), 202

    answer = repeats.once(caller, run)
    for job in made:
        service.queue.notify(job)
    return answer


def _told(body: ScheduleIn, caller: Caller, store: Store, settings: Settings) -> dict[str, Any]:
    """The columns that can be changed.

    Raises:
        UserError: what it would make cannot be.
        Refusal: it would show what this caller must not see.
    """
    asked = ReportRequest(kind=body.kind, account=body.account, formats=list(body.formats), by=body.by)
    checked_report(settings, asked)
    demand_account(store, asked)
    if not caller.sees_agents and (body.kind == "weekly" or "agent" in (body.by or ())):
        raise Refusal("not-allowed", HIDDEN)
    options: dict[str, Any] = {} if body.by is None else {"by": body.by}
    if not caller.sees_agents:
        options["people"] = False
    return {
        "account": body.account, "formats": list(body.formats), "options": options,
        "clock": body.clock, "day": body.day, "timezone": body.timezone or settings.timezone,
        "deliver_to": list(body.deliver_to), "active": body.active,
    }  # fmt: skip


def _shown(found: Schedule) -> ScheduleOut:
    times, moment = [], datetime.now(UTC)
    if found.active and found.next_at is not None:
        times.append(found.next_at)
        moment = max(moment, found.next_at)
        while len(times) < TIMES_SHOWN:
            moment = found.after(moment)
            times.append(moment)
    names = (
        "id", "kind", "clock", "day", "timezone", "account", "active", "last_at", "last_problem", "created_at",
        "person",
    )  # fmt: skip
    return ScheduleOut(
        **{name: getattr(found, name) for name in names}, formats=list(found.formats),
        by=found.options.get("by"), deliver_to=list(found.deliver_to), next_times=times,
    )  # fmt: skip
