"""Jobs as values, and reading them: one, a page of them, and their log."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, literal, select, tuple_

from verbatim.errors import NotFoundError
from verbatim.storage.tables import job as job_table
from verbatim.storage.tables import job_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Row

    from verbatim.storage.store import Store

Status = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN: tuple[Status, ...] = ("queued", "running")
ENDED: tuple[Status, ...] = ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work. ``done`` is a share from 0 to 1, ``None`` where it is not known.

    ``attempt`` counts the workers that took it, ``lost`` those that died of them; ``started_at`` is of the first.
    """

    id: str
    kind: str
    status: Status
    lane: str | None
    unique_key: str | None
    arguments: Mapping[str, Any]
    person: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempt: int
    lost: int
    worker: str | None
    heartbeat_at: datetime | None
    step: str | None
    done: float | None
    cancel_asked: bool
    result: Mapping[str, Any]
    problem: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing will become of it any more."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a job's log; no customer's words."""

    position: int
    at: datetime
    text: str


COLUMNS = tuple(job_table.c[field.name] for field in fields(Job))


def as_job(row: Row[Any]) -> Job:
    """A row of `COLUMNS`."""
    return Job(**row._mapping)


def get(store: Store, job_id: str) -> Job:
    """One job.

    Raises:
        NotFoundError: there is none of that id.
    """
    with store.reading() as connection:
        row = connection.execute(select(*COLUMNS).where(job_table.c.id == job_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no job {job_id!r}; the list of jobs has those there are")
    return as_job(row)


def page(
    store: Store,
    *,
    kind: str | None = None,
    status: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[Job]:
    """Jobs, the newest first; ``after`` is ``(created_at, id)`` of the last one seen, so that none is met twice."""
    column = job_table.c
    wanted = select(*COLUMNS).order_by(column.created_at.desc(), column.id.desc()).limit(limit)
    if kind is not None:
        wanted = wanted.where(column.kind == kind)
    if status is not None:
        wanted = wanted.where(column.status == status)
    if after is not None:
        wanted = wanted.where(
            tuple_(column.created_at, column.id) < tuple_(literal(after[0], column.created_at.type), literal(after[1]))
        )
    with store.reading() as connection:
        return [as_job(row) for row in connection.execute(wanted)]


def lines(store: Store, job_id: str, *, after: int = 0, limit: int = 200) -> list[Line]:
    """The log of a job, oldest first; ``after`` is the position of the last line seen."""
    column = job_line.c
    wanted = select(column.position, column.at, column.text).where(column.job_id == job_id, column.position > after)
    with store.reading() as connection:
        return [Line(*row) for row in connection.execute(wanted.order_by(column.position).limit(limit))]


def counts(store: Store) -> dict[tuple[str, str], int]:
    """How many jobs there are, by kind and status: for metrics."""
    column = job_table.c
    with store.reading() as connection:
        found = connection.execute(
            select(column.kind, column.status, func.count()).group_by(column.kind, column.status)
        )
        return {(kind, status): number for kind, status, number in found}
