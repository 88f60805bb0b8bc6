"""A job as a stream of events: what changes of it, read from the store every half second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import anyio
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import ServerSentEvent

from api.jobs import records
from api.routers.job_shapes import JobLine, JobOut, JobProgress
from verbatim.errors import NotFoundError, StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from api.jobs.records import Job, Line
    from api.stopping import Stopping
    from verbatim.storage.store import Store

POLL_SECONDS = 0.5
LONGEST_SECONDS = 900  # then whoever watches asks again, and shows its key again
AGAIN_MS = 1_000  # after which a browser takes a broken stream up
LINES_AT_ONCE = 500


async def job_events(store: Store, job_id: str, *, after: int, stopping: Stopping) -> AsyncIterator[ServerSentEvent]:
    """What becomes of a job, until it ends, the server stops, or quarter of an hour has passed.

    ``after`` is the position of the last line seen. The store is read in threads; while it is busy nothing comes.
    """
    yield ServerSentEvent(comment="watching", retry=AGAIN_MS)
    until = time.monotonic() + LONGEST_SECONDS
    said: JobProgress | None = None
    while not stopping.told and time.monotonic() < until:
        try:
            job, lines = await run_in_threadpool(_look, store, job_id, after)
        except NotFoundError:  # it ended long ago, and was forgotten
            return
        except StorageError:
            await anyio.sleep(POLL_SECONDS)
            continue
        progress = JobProgress.of(job)
        if progress != said:
            said = progress
            yield ServerSentEvent(data=progress, event="progress")
        for line in lines:
            after = line.position
            yield ServerSentEvent(data=JobLine.of(line), event="line", id=str(after))
        if job.ended and len(lines) < LINES_AT_ONCE:
            yield ServerSentEvent(data=JobOut.of(job), event="end")
            return
        if len(lines) < LINES_AT_ONCE:
            await anyio.sleep(POLL_SECONDS)


def _look(store: Store, job_id: str, after: int) -> tuple[Job, list[Line]]:
    """The job first: a line that is written before it ends is then among the lines."""
    job = records.get(store, job_id)
    return job, records.lines(store, job_id, after=after, limit=LINES_AT_ONCE)
