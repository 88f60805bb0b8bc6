"""The worker: takes jobs and does them, keeps their leases, takes up what the dead left, and does the chores.

Threads: runners do jobs; the listener is woken by the queue; the heart says that the held jobs live; the chores come
by the clock. A signal lets running jobs finish for a while, then hands them back.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from datetime import UTC, datetime
from importlib import import_module
from threading import Event, Lock, Semaphore, Thread
from typing import TYPE_CHECKING, Any

from api.jobs import chores, ledger, presence, schedules
from api.jobs.context import JobCancelled, JobContext, JobHandedBack, JobOvertaken
from api.jobs.kinds import kind_of, read_arguments
from verbatim.errors import StorageError, StoreBusyError, VerbatimError

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.jobs.kinds import Arguments, JobKind
    from api.jobs.queue import Queue
    from api.jobs.records import Job
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

log = logging.getLogger("verbatim.worker")

HEARTBEAT_SECONDS = 3.0
# Imported before there are threads: two that first import a package and one of its modules may each wait for the other;
# Python then lets one go on with half a package, and its job failed with an ImportError.
SHARED = ("verbatim.storage.queries", "verbatim.reports", "verbatim.ingest", "verbatim.edits")
POLL_SECONDS = 2.0  # between looks at the table, where the queue says nothing
LISTEN_SECONDS = 0.2  # between looks at a queue that cannot wait
GRACE_SECONDS = 12.0
YIELD_SECONDS = 5.0  # for a job to hear that it is to be handed back
ENDING_ATTEMPTS = 5


class Worker:
    """One worker process; `run` returns when it was told to stop, or with ``once`` when nothing is left to do."""

    def __init__(
        self, store: Store, settings: Settings, queue: Queue, name: str, *, threads: int = 1, once: bool = False,
        by_clock: bool = True, grace_seconds: float = GRACE_SECONDS,
    ) -> None:  # fmt: skip
        self._store, self._settings, self._queue, self.name = store, settings, queue, name
        self._threads, self._once, self._by_clock, self._grace = threads, once, by_clock, grace_seconds
        self._stopping, self._leaving = Event(), Event()
        self._held: dict[str, JobContext] = {}
        self._owed: list[Callable[[], Any]] = []  # the ends of jobs, while the store cannot be written
        self._lock = Lock()
        self._wake = Semaphore(0)

    def stop(self) -> None:
        """Take no more jobs; those that run have a while to finish. Told twice, they are handed back at once."""
        if self._stopping.is_set():
            self._leaving.set()
        self._stopping.set()

    def run(self) -> bool:
        """Work; gives whether every thread has ended (else the caller should end the process hard)."""
        for package in SHARED:
            import_module(package)
        self.take_up_lost()
        if self._once:
            self._chores().do_due(datetime.now(UTC), time.monotonic())
        runners = [self._thread(self._work, f"runner-{number}") for number in range(self._threads)]
        self._thread(self._beat, "heart")
        if not self._once:
            self._thread(self._listen, "listener")
            self._thread(self._do_chores, "chores")
        log.info("ready", extra={"worker": self.name})
        while any(runner.is_alive() for runner in runners) and not self._stopping.wait(0.05):
            pass
        self._stopping.set()
        ended = self._join(runners, self._grace, unless=self._leaving)
        if not ended:
            self._leaving.set()
            ended = self._join(runners, YIELD_SECONDS)
        self._leaving.set()
        self._let_go()
        self._pay()
        if self._once:
            self._chores().do_due(datetime.now(UTC), time.monotonic())  # messages of what was just made
        log.info("stopped", extra={"worker": self.name})
        return ended

    def take_up_lost(self) -> None:
        """Queue the jobs of dead workers again."""
        self._pay()
        alive, dead = presence.living(self._settings)
        for job_id in ledger.requeue_lost(self._store, dead=dead, alive=alive):
            log.warning("a job's worker died", extra={"job": job_id})
            self._wake.release()
        presence.bury(self._settings, dead)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                job = ledger.claim(self._store, self.name)
            except StoreBusyError:
                self._stopping.wait(POLL_SECONDS)
                continue
            except StorageError as error:
                log.error("the store cannot be used: %s", error)
                self._stopping.wait(POLL_SECONDS)
                continue
            if job is not None:
                self._do(job)
            elif self._once:
                return
            else:
                self._wake.acquire(timeout=POLL_SECONDS)

    def _do(self, job: Job) -> None:
        held = ledger.Held(job.id, self.name, job.attempt)
        context = JobContext(self._store, self._settings, job, held, leaving=self._leaving)
        with self._lock:
            self._held[job.id] = context
        began = time.monotonic()
        log.info("job begins", extra={"job": job.id, "kind": job.kind, "attempt": job.attempt})
        try:
            became = self._attempt(context)
        except JobOvertaken:
            became = "overtaken"
        finally:
            with self._lock:
                self._held.pop(job.id, None)
        seconds = round(time.monotonic() - began, 3)
        log.info("job ends", extra={"job": job.id, "kind": job.kind, "became": became, "seconds": seconds})

    def _attempt(self, context: JobContext) -> str:
        """Do the job once; gives what became of it."""
        job = context.job
        try:
            kind = kind_of(job.kind)
            told = read_arguments(kind, job.arguments)
            result = json.loads(json.dumps(kind.function()(context, told), allow_nan=False))
        except JobCancelled:
            return self._end(context, "cancelled")
        except JobHandedBack:
            self._insist(lambda: ledger.hand_back(self._store, context.held))
            return "handed back"
        except VerbatimError as error:
            problem = chores.without_home(self._settings, str(error))
            if error.retryable:
                self._insist(lambda: ledger.hand_back(self._store, context.held, why=problem))
                return "to be tried again"
            return self._end(context, "failed", problem=problem)
        except Exception as error:
            # The seam of the worker: one job's fault must not end the others. The message may quote a customer.
            places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
            log.error(
                "a fault inside Verbatim", extra={"job": job.id, "fault": type(error).__name__, "at": places[-5:]}
            )
            problem = f"{type(error).__name__} inside Verbatim (ours, not yours); the worker's log says where"
            return self._end(context, "failed", problem=problem)
        return self._end(context, "done", result=result, clean_up=(kind, told))

    def _end(
        self, context: JobContext, status: Any, *, result: Any = None, problem: str | None = None,  # noqa: ANN401
        clean_up: tuple[JobKind, Arguments] | None = None,
    ) -> str:  # fmt: skip
        ended = self._insist(lambda: ledger.finish(self._store, context.held, status, result=result, problem=problem))
        if not ended:
            return "overtaken"
        if clean_up is not None:
            kind, told = clean_up
            kind.clean_up(context, told)
        schedule_id = context.job.arguments.get("schedule_id")
        if schedule_id is not None:
            self._insist(lambda: schedules.note_outcome(self._store, schedule_id, problem))
        return str(status)

    def _insist(self, write: Callable[[], Any]) -> Any:  # noqa: ANN401 (what is written gives)
        """Write, also where others hold the database for long; what cannot be written is owed, and false."""
        for _ in range(ENDING_ATTEMPTS):
            try:
                return write()
            except StorageError as error:
                log.warning("what became of a job cannot be written: %s", error)
                time.sleep(0.2)
        with self._lock:
            self._owed.append(write)
        return False

    def _pay(self) -> None:
        with self._lock:
            owed, self._owed = self._owed, []
        for write in owed:
            self._insist(write)

    def _beat(self) -> None:
        while not self._leaving.wait(HEARTBEAT_SECONDS):
            with self._lock:
                held = list(self._held.values())
            for context in held:
                try:
                    context.beat()
                except StorageError as error:
                    log.error("a heartbeat cannot be written: %s", error)

    def _listen(self) -> None:
        told = True
        while not self._stopping.is_set():
            try:
                if self._queue.next() is not None:
                    self._wake.release()
                elif not self._queue.waits:
                    self._stopping.wait(LISTEN_SECONDS)
                told = True
            except StoreBusyError as error:
                if told:
                    log.warning("%s; the table is asked every %g seconds", error, POLL_SECONDS)
                told = False
                self._stopping.wait(POLL_SECONDS)

    def _do_chores(self) -> None:
        done = self._chores()
        while not self._stopping.is_set():
            woken = done.do_due(datetime.now(UTC), time.monotonic())
            for _ in range(woken):
                self._wake.release()
            self._stopping.wait(1.0)

    def _chores(self) -> chores.Chores:
        return chores.Chores(self._store, self._settings, self.take_up_lost, by_clock=self._by_clock)

    def _let_go(self) -> None:
        """Hand back what still runs; those threads write no more, since the fence has moved on."""
        with self._lock:
            held = list(self._held.values())
        for context in held:
            log.warning("a job is handed back in the middle", extra={"job": context.job.id})
            self._insist(lambda context=context: ledger.hand_back(self._store, context.held))  # type: ignore[misc]

    def _thread(self, target: Callable[[], None], name: str) -> Thread:
        thread = Thread(target=target, name=name, daemon=True)
        thread.start()
        return thread

    def _join(self, threads: list[Thread], seconds: float, *, unless: Event | None = None) -> bool:
        """Wait for threads to end; gives whether they have. ``unless``: or until that is set."""
        deadline = time.monotonic() + seconds
        while any(thread.is_alive() for thread in threads):
            if time.monotonic() >= deadline or (unless is not None and unless.is_set()):
                return False
            time.sleep(0.02)
        return True
