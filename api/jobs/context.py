"""What a job's function is given: the store, the settings, and its way to say how far it is and to hear "stop"."""

from __future__ import annotations

import time
from threading import Event, Lock
from typing import TYPE_CHECKING

from api.jobs import ledger
from verbatim.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.jobs.ledger import Held
    from api.jobs.records import Job
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

WRITES_SECONDS = 0.5  # progress is written no more often


class JobStopped(BaseException):
    """A function is to end early. Not an ``Exception``: nothing on the way up may take it for a failure of its own."""


class JobCancelled(JobStopped):
    """Somebody asked to cancel the job."""


class JobOvertaken(JobStopped):
    """Another worker has taken the job: this one was silent for too long."""


class JobHandedBack(JobStopped):
    """The worker is to end: the job goes back to the queue."""


class JobContext:
    """A job in the hands of a worker; its heartbeat may come from another thread."""

    def __init__(self, store: Store, settings: Settings, job: Job, held: Held, *, leaving: Event | None = None) -> None:
        self.store, self.settings, self.job, self.held = store, settings, job, held
        self._leaving = leaving or Event()
        self._heard: type[JobStopped] | None = None
        self._lock = Lock()
        self._written_at = float("-inf")

    def step(self, what: str, done: float, of: float | None) -> None:
        """Say that ``done`` of ``of`` is done of ``what``; raises `JobStopped` where the job should end.

        Written at most twice a second. Fits where the house calls ``progress(what, done, of)``.
        """
        with self._lock:
            now = time.monotonic()
            due = now - self._written_at >= WRITES_SECONDS
            if due:
                self._written_at = now
        if due:
            share = min(1.0, max(0.0, done / of)) if of else None
            self._hear(lambda: ledger.progress(self.store, self.held, what, share))
        self._stop_if_told()

    def log(self, line: str) -> None:
        """Add a line to the job's log; no customers' words. Raises `JobOvertaken` where another worker has the job."""
        if not ledger.log(self.store, self.held, line):
            raise JobOvertaken
        self._stop_if_told()

    def check_cancelled(self) -> None:
        """Raise `JobStopped` where the job should end; asks the store at most twice a second."""
        with self._lock:
            due = time.monotonic() - self._written_at >= WRITES_SECONDS
            if due:
                self._written_at = time.monotonic()
        if due:
            self.beat()
        self._stop_if_told()

    def beat(self) -> None:
        """Say that the worker lives; what is heard is raised by the function's own thread, at its next step."""
        self._hear(lambda: ledger.heartbeat(self.store, self.held))

    def _hear(self, ask: Callable[[], bool | None]) -> None:
        try:
            told = ask()
        except StorageError:  # somebody writes for long, or the server restarts; the next beat comes soon
            return
        if told is None:
            self._heard = JobOvertaken
        elif told:
            self._heard = JobCancelled

    def _stop_if_told(self) -> None:
        if self._heard is not None:
            raise self._heard
        if self._leaving.is_set():
            raise JobHandedBack
