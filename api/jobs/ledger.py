"""What becomes of jobs: every change of a row of ``job`` is made here, each in one transaction.

A worker that was taken for dead may still be alive. So every change it makes names the attempt it holds, and does
nothing once another attempt began: a job ends once.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, case, delete, exists, func, insert, literal, null, or_, select, text, update

from api.jobs.records import COLUMNS, ENDED, OPEN, Job, as_job, get
from verbatim.errors import UserError
from verbatim.storage.tables import ingest_batch, job_line
from verbatim.storage.tables import job as job_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import ColumnElement, Connection

    from verbatim.storage.store import Store

LEASE = timedelta(seconds=15)  # a worker that was silent for longer has died
PATIENCE = timedelta(minutes=10)  # with one whose process is known to live: the database may have been locked
MOST_LOST = 5
UNTOLD = frozenset({"sweep", "deliver"})  # kinds whose end is no news
MOST_LINES = 2_000
LONGEST_LINE = 500
LOCK = 0x7665_7262_6A6F_6273  # PostgreSQL's advisory lock of claiming and submitting: one after the other
column = job_table.c


@dataclass(frozen=True, slots=True)
class Held:
    """A job in the hands of a worker: what fences its changes."""

    job_id: str
    worker: str
    attempt: int


def submit(
    store: Store,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    person: str,
    lane: str | None = None,
    unique: str | None = None,
    since: datetime | None = None,
    now: datetime | None = None,
) -> Job:
    """Ask for a job; with ``unique``, gives the job of that key that is queued or running, if there is one.

    With ``since`` too, also one that has ended, if it was asked for since then.
    """
    with store.writing() as connection:
        return submit_in(connection, kind, arguments, person=person, lane=lane, unique=unique, since=since, now=now)


def submit_in(
    connection: Connection, kind: str, arguments: Mapping[str, Any], *, person: str, lane: str | None = None,
    unique: str | None = None, since: datetime | None = None, now: datetime | None = None,
) -> Job:  # fmt: skip
    """`submit`, in the caller's transaction."""
    if unique is not None:
        _one_at_a_time(connection)
        counts: ColumnElement[bool] = column.status.in_(OPEN)
        if since is not None:
            counts = or_(counts, column.created_at >= since)
        same = select(*COLUMNS).where(column.unique_key == unique, counts)
        found = connection.execute(same.order_by(column.created_at).limit(1)).one_or_none()
        if found is not None:
            return as_job(found)
    row = {
        "id": uuid.uuid4().hex, "kind": kind, "status": "queued", "lane": lane, "unique_key": unique,
        "arguments": dict(arguments), "person": person, "created_at": now or datetime.now(UTC), "attempt": 0,
        "lost": 0, "cancel_asked": False, "result": {},
    }  # fmt: skip
    connection.execute(insert(job_table).values(**row))
    return as_job(connection.execute(select(*COLUMNS).where(column.id == row["id"])).one())


def same_open(connection: Connection, kind: str, arguments: Mapping[str, Any], *, running: bool) -> Job | None:
    """The oldest job of a kind with these very arguments that waits or, with ``running``, runs on what is there now.

    One that began before something was brought in does not know of it; one that is to be cancelled is none.
    """
    _one_at_a_time(connection)
    batch = ingest_batch.c
    newest = connection.execute(select(func.max(func.coalesce(batch.finished_at, batch.started_at)))).scalar()
    counts: ColumnElement[bool] = column.status == "queued"
    if running:
        knows = column.status == "running" if newest is None else column.started_at > _moment(newest)
        counts = or_(counts, and_(column.status == "running", knows))
    wanted = select(*COLUMNS).where(column.kind == kind, counts, ~column.cancel_asked)
    found = map(as_job, connection.execute(wanted.order_by(column.created_at, column.id)))
    return next((job for job in found if job.arguments == arguments), None)


def claim(
    store: Store, worker: str, *, now: datetime | None = None, kinds: Collection[str] | None = None
) -> Job | None:
    """Take the oldest queued job whose lane is free; ``None`` where there is none. Each goes to one worker."""
    moment = now or datetime.now(UTC)
    waiting = and_(column.status == "queued", ~column.cancel_asked)
    if kinds is not None:
        waiting = and_(waiting, column.kind.in_(kinds))
    with store.reading() as connection:  # idle workers ask often, and need no lock to hear "nothing"
        if connection.execute(select(column.id).where(waiting).limit(1)).first() is None:
            return None
    other = job_table.alias()
    taken = exists().where(other.c.lane == column.lane, other.c.status == "running").correlate(job_table)
    free = or_(column.lane.is_(None), ~taken)
    with store.writing() as connection:
        _one_at_a_time(connection)
        oldest = select(column.id).where(waiting, free).order_by(column.created_at, column.id).limit(1)
        job_id = connection.execute(oldest).scalar()
        if job_id is None:
            return None
        taking = update(job_table).where(column.id == job_id, column.status == "queued")
        values = {
            "status": "running", "worker": worker, "attempt": column.attempt + 1, "heartbeat_at": moment,
            "started_at": func.coalesce(column.started_at, _moment(moment)), "step": null(), "done": null(),
        }  # fmt: skip
        if not connection.execute(taking.values(values)).rowcount:
            return None
        job = as_job(connection.execute(select(*COLUMNS).where(column.id == job_id)).one())
        if job.attempt > 1:
            _write_line(connection, job_id, f"taken up again, attempt {job.attempt}", moment)
        return job


def heartbeat(store: Store, held: Held, *, now: datetime | None = None) -> bool | None:
    """Say that the worker lives; gives whether the job should be cancelled, ``None`` where it was overtaken."""
    return _beat(store, held, {}, now)


def progress(store: Store, held: Held, step: str, done: float | None, *, now: datetime | None = None) -> bool | None:
    """Note how far a job is, which is a heartbeat too; gives what `heartbeat` gives."""
    return _beat(store, held, {"step": step[:LONGEST_LINE], "done": done}, now)


def log(store: Store, held: Held, line: str, *, now: datetime | None = None) -> bool:
    """Add a line to the log, without customers' words; false where the worker was overtaken."""
    with store.writing() as connection:
        if not _holds(connection, held):
            return False
        _write_line(connection, held.job_id, line, now or datetime.now(UTC))
    return True


def finish(
    store: Store,
    held: Held,
    status: Literal["done", "failed", "cancelled"],
    *,
    result: Mapping[str, Any] | None = None,
    problem: str | None = None,
    now: datetime | None = None,
) -> bool:
    """End a job; false, and nothing changed, where the worker was overtaken."""
    values = _ending(status, problem, now or datetime.now(UTC))
    if status == "done":
        values |= {"done": 1.0, "result": dict(result or {})}
    with store.writing() as connection:
        ended = bool(connection.execute(update(job_table).where(_fence(held)).values(values)).rowcount)
        if ended:
            _tell_if_ended(connection, held.job_id)
    return ended


def hand_back(store: Store, held: Held, *, why: str | None = None, now: datetime | None = None) -> bool:
    """Queue a job again that the worker cannot go on with; one that should be cancelled is cancelled.

    With ``why`` (something failed that may go better next time) it counts as lost: after `MOST_LOST` it fails.
    """
    moment = now or datetime.now(UTC)
    with store.writing() as connection:
        if not _holds(connection, held):
            return False
        if why is not None:
            _write_line(connection, held.job_id, why, moment)
        _queue_again(connection, held.job_id, moment, why)
    return True


def requeue_lost(
    store: Store, *, now: datetime | None = None, dead: Collection[str] = (), alive: Collection[str] = ()
) -> list[str]:
    """Queue the jobs of dead workers again; gives their ids, also of those that were given up or cancelled.

    A worker is dead if it is silent for longer than `LEASE` (`PATIENCE` for those known to be ``alive``), or known
    to be ``dead``.
    """
    moment = now or datetime.now(UTC)
    silent = and_(column.heartbeat_at < moment - LEASE, column.worker.not_in(alive))
    gone = or_(silent, column.heartbeat_at < moment - PATIENCE, column.worker.in_(dead))
    lost = select(column.id, column.worker).where(column.status == "running", gone)
    with store.reading() as connection:
        if connection.execute(lost.limit(1)).first() is None:
            return []
    with store.writing() as connection:
        _one_at_a_time(connection)
        found = connection.execute(lost.with_for_update()).all()
        for job_id, worker in found:
            _write_line(connection, job_id, f"its worker {worker} died", moment)
            _queue_again(connection, job_id, moment, "its worker died")
    return [job_id for job_id, _ in found]


def ask_cancel(store: Store, job_id: str, *, now: datetime | None = None) -> Job:
    """Cancel a job: at once where it waits, else as soon as its worker looks up.

    Raises:
        NotFoundError: there is none of that id.
        UserError: it has ended.
    """
    moment = now or datetime.now(UTC)
    waits = column.status == "queued"
    values = {
        "cancel_asked": True,
        "status": case((waits, "cancelled"), else_=column.status),
        "finished_at": case((waits, _moment(moment)), else_=column.finished_at),
    }
    with store.writing() as connection:
        asked = update(job_table).where(column.id == job_id, column.status.in_(OPEN)).values(values)
        changed = connection.execute(asked).rowcount
        if changed:
            _tell_if_ended(connection, job_id)
    job = get(store, job_id)
    if not changed:
        raise UserError(f"job {job_id} is {job.status} and cannot be cancelled any more")
    return job


def retry(store: Store, job_id: str) -> Job:
    """Queue a failed or cancelled job again, with its arguments and its log.

    Raises:
        NotFoundError: there is none of that id.
        UserError: it is queued, running or done.
    """
    values = {
        "status": "queued", "lost": 0, "cancel_asked": False, "problem": null(), "started_at": null(),
        "finished_at": null(), "step": null(), "done": null(), "worker": null(), "heartbeat_at": null(),
    }  # fmt: skip
    with store.writing() as connection:
        again = update(job_table).where(column.id == job_id, column.status.in_(("failed", "cancelled")))
        changed = connection.execute(again.values(values)).rowcount
    job = get(store, job_id)
    if not changed:
        raise UserError(f"job {job_id} is {job.status}; only failed and cancelled ones can be tried again")
    return job


def forget(store: Store, *, before: datetime) -> int:
    """Remove jobs that ended before a moment, with their logs; gives how many."""
    old = select(column.id).where(column.status.in_(ENDED), column.finished_at < before)
    with store.writing() as connection:
        connection.execute(delete(job_line).where(job_line.c.job_id.in_(old)))
        return connection.execute(delete(job_table).where(column.id.in_(old))).rowcount


def _beat(store: Store, held: Held, values: Mapping[str, Any], now: datetime | None) -> bool | None:
    beat = update(job_table).where(_fence(held)).values(heartbeat_at=now or datetime.now(UTC), **values)
    with store.writing() as connection:
        asked = connection.execute(beat.returning(column.cancel_asked)).scalar()
    return None if asked is None else bool(asked)


def _fence(held: Held) -> ColumnElement[bool]:
    return and_(
        column.id == held.job_id,
        column.status == "running",
        column.worker == held.worker,
        column.attempt == held.attempt,
    )


def _holds(connection: Connection, held: Held) -> bool:
    """Whether the worker has not been overtaken, and will not be before the transaction ends."""
    return connection.execute(select(column.id).where(_fence(held)).with_for_update()).first() is not None


def _queue_again(connection: Connection, job_id: str, now: datetime, why: str | None) -> None:
    job = as_job(connection.execute(select(*COLUMNS).where(column.id == job_id)).one())
    lost = job.lost + (why is not None)
    values: dict[str, Any] = {"worker": null(), "heartbeat_at": null(), "lost": lost}
    if job.cancel_asked:
        values |= _ending("cancelled", None, now)
    elif lost >= MOST_LOST:
        values |= _ending("failed", f"{why} {lost} times; see its log, and the worker's", now)
    else:
        values |= {"status": "queued"}
    connection.execute(update(job_table).where(column.id == job_id).values(values))
    _tell_if_ended(connection, job_id)


def _tell_if_ended(connection: Connection, job_id: str) -> None:
    """Put the message down that a job has ended, in the same transaction: it is told if, and only if, it is so."""
    job = as_job(connection.execute(select(*COLUMNS).where(column.id == job_id)).one())
    if not job.ended or job.finished_at is None or job.kind in UNTOLD:
        return
    from verbatim.messages.events import Message, job_data
    from verbatim.messages.outbox import emit

    said = {"id": job.id, "kind": job.kind, "status": job.status, "finished_at": job.finished_at}
    emit(connection, [Message("job.finished", f"{job.id}:{job.attempt}", job.finished_at, job_data(said))])


def _ending(status: str, problem: str | None, now: datetime) -> dict[str, Any]:
    return {"status": status, "finished_at": now, "problem": problem}


def _write_line(connection: Connection, job_id: str, line: str, now: datetime) -> None:
    last = connection.execute(select(func.max(job_line.c.position)).where(job_line.c.job_id == job_id)).scalar() or 0
    if last < MOST_LINES:
        row = {"job_id": job_id, "position": last + 1, "at": now, "text": " ".join(line.split())[:LONGEST_LINE]}
        connection.execute(insert(job_line).values(**row))


def _moment(now: datetime) -> ColumnElement[datetime]:
    return literal(now, column.created_at.type)


def _one_at_a_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
