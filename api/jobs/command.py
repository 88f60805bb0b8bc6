"""``verbatim worker``."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

import click

LOOKS_EVERY_SECONDS = 0.5


@click.command("worker")
@click.option(
    "--workers", "threads", default=1, show_default=True, type=click.IntRange(1, 64), help="Jobs done at one time."
)
@click.option("--once", is_flag=True, help="Do what waits, then end.")
@click.option("--no-schedules", is_flag=True, help="Leave schedules, follow-ups and messages to other workers.")
@click.option(
    "--grace", default=12.0, show_default=True, type=click.FloatRange(0, 3600),
    help="Seconds that running jobs may finish in after a signal; then they are handed back.",
)  # fmt: skip
@click.option("--beside", type=int, hidden=True, help="Process that started it: it ends when that one has gone.")
def worker_command(threads: int, *, once: bool, no_schedules: bool, grace: float, beside: int | None) -> None:
    """Do long work: mining, training, reports, exports, large files; schedules, follow-ups and messages by the clock.

    Any number may run, on one machine or several. A job whose worker was killed is taken up again by another.
    """
    from api.jobs.presence import present
    from api.jobs.queue import make_queue
    from api.jobs.worker import Worker
    from api.observing.logs import log_as_json
    from verbatim.settings import load_settings
    from verbatim.storage.engine import prepare_store

    log_as_json("WARNING")
    logging.getLogger("verbatim").setLevel(logging.INFO)
    settings = load_settings()
    with prepare_store(settings) as store, present(settings) as name:
        queue = make_queue(settings)
        worker = Worker(
            store, settings, queue, name, threads=threads, once=once, by_clock=not no_schedules, grace_seconds=grace
        )
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: worker.stop())
        if beside is not None:
            threading.Thread(target=_end_with, args=(beside, worker.stop), daemon=True).start()
        ended = worker.run()
        queue.close()
    if not ended:  # a thread is deep in work that was handed back; nothing it still does is kept
        sys.stderr.flush()
        os._exit(0)


def _end_with(parent: int, stop: Callable[[], None]) -> None:
    """Stop once the server that started this worker was killed: the one that takes its place starts its own."""
    while os.getppid() == parent:
        time.sleep(LOOKS_EVERY_SECONDS)
    stop()


if __name__ == "__main__":
    worker_command()
