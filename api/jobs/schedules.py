"""Reports by the clock: when each is due in its own time zone, and making the jobs, each once.

A time that the clocks jump over in spring counts at the same distance from midnight, an hour later by the clock; one
that comes twice in autumn counts the first time. After a standstill what was missed is made once, not once a day.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import delete, insert, select, update

from api.jobs import ledger
from api.jobs.kinds import kind_of, read_arguments
from api.jobs.reporting import check_receivers
from verbatim.errors import NotFoundError, UserError
from verbatim.storage.tables import schedule as schedule_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

    from api.jobs.records import Job
    from verbatim.storage.store import Store

# Days a schedule can name: of the week (Monday is 1), or of the month.
DAYS: Mapping[str, range | None] = {
    "daily": None, "weekly": range(1, 8), "monthly": range(1, 29), "account": range(1, 29),
}  # fmt: skip
FARTHEST = 40  # days between two times of a schedule, at most
CHANGEABLE = frozenset({"account", "formats", "options", "clock", "day", "timezone", "deliver_to", "active"})
column = schedule_table.c


@dataclass(frozen=True, slots=True)
class Schedule:
    """A report that is made again and again: ``clock`` (HH:MM) in ``timezone``, on ``day`` of the week or the month."""

    id: str
    kind: str
    account: str | None
    formats: Sequence[str]
    options: Mapping[str, Any]
    clock: str
    day: int | None
    timezone: str
    deliver_to: Sequence[str]
    active: bool
    next_at: datetime | None
    last_at: datetime | None
    last_problem: str | None
    created_at: datetime
    person: str

    def after(self, moment: datetime) -> datetime:
        """The first time it is due after a moment."""
        return next_time(self.kind, self.clock, self.day, self.timezone, after=moment)

    def arguments(self) -> dict[str, Any]:
        """What its job is told."""
        told = {**self.options, "kind": self.kind, "account": self.account, "formats": list(self.formats)}
        told |= {"schedule_id": self.id, "deliver_to": list(self.deliver_to)}
        return {name: value for name, value in told.items() if value is not None and value != []}


COLUMNS = tuple(column[field.name] for field in fields(Schedule))


def next_time(kind: str, clock: str, day: int | None, timezone: str, *, after: datetime) -> datetime:
    """The first moment after ``after``, in UTC, at which the clocks of ``timezone`` show ``clock`` on such a day.

    >>> next_time("daily", "02:30", None, "Europe/Berlin", after=datetime(2026, 3, 28, 12, tzinfo=UTC)).isoformat()
    '2026-03-29T01:30:00+00:00'
    """
    zone = ZoneInfo(timezone)
    at = time(int(clock[:2]), int(clock[3:]))
    first = after.astimezone(zone).date() - timedelta(days=1)
    for ahead in range(FARTHEST):
        on = first + timedelta(days=ahead)
        moment = datetime.combine(on, at, tzinfo=zone).astimezone(UTC)
        if _fits(kind, day, on) and moment > after:
            return moment
    raise ValueError(f"no {kind} time within {FARTHEST} days")


def create(
    store: Store, *, kind: str, clock: str, timezone: str, person: str, day: int | None = None,
    account: str | None = None, formats: Sequence[str] = ("html",), options: Mapping[str, Any] | None = None,
    deliver_to: Sequence[str] = (), now: datetime | None = None,
) -> Schedule:  # fmt: skip
    """Make a schedule; its first time is the next that its clock shows.

    Raises:
        UserError: a field that does not fit; the message names it.
    """
    moment = now or datetime.now(UTC)
    made = Schedule(
        uuid.uuid4().hex, kind, account, list(formats), dict(options or {}), clock, day, timezone, list(deliver_to),
        True, None, None, None, moment, person,
    )  # fmt: skip
    _check(made)
    row = {field.name: getattr(made, field.name) for field in fields(made)} | {"next_at": made.after(moment)}
    with store.writing() as connection:
        check_receivers(connection, deliver_to)
        connection.execute(insert(schedule_table).values(**row))
    return get(store, made.id)


def change(store: Store, schedule_id: str, changes: Mapping[str, Any], *, now: datetime | None = None) -> Schedule:
    """Change some of `CHANGEABLE`; its next time is worked out anew.

    Raises:
        NotFoundError: there is none of that id.
        UserError: a field that does not fit, or cannot be changed.
    """
    for name in sorted(set(changes) - CHANGEABLE):
        raise UserError(f"{name!r} of a schedule cannot be changed; {', '.join(sorted(CHANGEABLE))} can")
    with store.writing() as connection:
        before = _demand(connection, schedule_id)
        kept = {field.name: getattr(before, field.name) for field in fields(before)}
        made = Schedule(**{**kept, **changes})
        _check(made)
        check_receivers(connection, changes.get("deliver_to", ()))
        next_at = made.after(now or datetime.now(UTC)) if made.active else None
        changed = update(schedule_table).where(column.id == schedule_id)
        connection.execute(changed.values(**dict(changes), next_at=next_at))
    return get(store, schedule_id)


def remove(store: Store, schedule_id: str) -> None:
    """Remove a schedule; what it made stays.

    Raises:
        NotFoundError: there is none of that id.
    """
    with store.writing() as connection:
        _demand(connection, schedule_id)
        connection.execute(delete(schedule_table).where(column.id == schedule_id))


def get(store: Store, schedule_id: str) -> Schedule:
    """One schedule.

    Raises:
        NotFoundError: there is none of that id.
    """
    with store.reading() as connection:
        return _demand(connection, schedule_id)


def page(store: Store, *, after: str | None = None, limit: int = 50) -> list[Schedule]:
    """Schedules by id; ``after`` is the id of the last one seen."""
    wanted = select(*COLUMNS).order_by(column.id).limit(limit)
    if after is not None:
        wanted = wanted.where(column.id > after)
    with store.reading() as connection:
        return [_as_schedule(row) for row in connection.execute(wanted)]


def run_now(store: Store, schedule_id: str, *, person: str) -> Job:
    """Make its report now, beside the times it has.

    Raises:
        NotFoundError: there is none of that id.
    """
    with store.writing() as connection:
        found = _demand(connection, schedule_id)
        return _submit(connection, found, person, None, datetime.now(UTC))


def run_due(store: Store, *, now: datetime | None = None) -> list[Job]:
    """Make the jobs of schedules that are due: each once, whatever number of workers look."""
    moment = now or datetime.now(UTC)
    due = select(*COLUMNS).where(column.active, column.next_at <= moment).order_by(column.next_at, column.id)
    with store.reading() as connection:
        found = [_as_schedule(row) for row in connection.execute(due)]
    jobs = []
    for each in found:
        with store.writing() as connection:
            claim = update(schedule_table).where(column.id == each.id, column.active, column.next_at == each.next_at)
            taken = connection.execute(claim.values(next_at=each.after(moment), last_at=moment)).rowcount
            if taken:
                jobs.append(_submit(connection, each, each.person, each.next_at, moment))
    return jobs


def note_outcome(store: Store, schedule_id: str, problem: str | None) -> None:
    """Note what became of the last report of a schedule; one that is gone is passed over."""
    with store.writing() as connection:
        connection.execute(update(schedule_table).where(column.id == schedule_id).values(last_problem=problem))


def _submit(connection: Connection, found: Schedule, person: str, slot: datetime | None, now: datetime) -> Job:
    kind = kind_of("report")
    told = read_arguments(kind, found.arguments()).model_dump(mode="json", exclude_defaults=True)
    unique = None if slot is None else f"schedule:{found.id}:{slot.isoformat()}"
    return ledger.submit_in(connection, kind.name, told, person=person, lane=kind.lane, unique=unique, now=now)


def _demand(connection: Connection, schedule_id: str) -> Schedule:
    row = connection.execute(select(*COLUMNS).where(column.id == schedule_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no schedule {schedule_id!r}; the list of schedules has those there are")
    return _as_schedule(row)


def _as_schedule(row: Row[Any]) -> Schedule:
    return Schedule(**row._mapping)


def _check(made: Schedule) -> None:
    if made.kind not in DAYS:
        raise UserError(f"kind {made.kind!r} cannot be scheduled; {', '.join(DAYS)} can")
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", made.clock):
        raise UserError(f"clock {made.clock!r} is not a time of day; write it as HH:MM, for example 08:00")
    if made.timezone not in available_timezones():
        raise UserError(f"timezone {made.timezone!r} is not an IANA time zone; one is Europe/Berlin")
    days = DAYS[made.kind]
    if days is None and made.day is not None:
        raise UserError("day: a daily report has none; leave it out")
    if days is not None and made.day not in days:
        raise UserError(f"day {made.day!r}: a {made.kind} report needs one from {days.start} to {days.stop - 1}")
    if made.kind == "account" and not made.account:
        raise UserError("account: an account review needs the external id of its account")
    read_arguments(kind_of("report"), made.arguments())


def _fits(kind: str, day: int | None, on: date) -> bool:
    if kind == "daily":
        return True
    return (on.isoweekday() if kind == "weekly" else on.day) == day
