"""For tests of the API: a worker that does what waits, then ends; and waiting for what happens elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

from api.jobs.queue import make_queue
from api.jobs.worker import Worker
from tests.test_api.conftest import Served
from verbatim.storage.engine import prepare_store


def work(served: Served) -> None:
    """Do the jobs that wait."""
    queue = make_queue(served.settings)
    with prepare_store(served.settings) as store:
        Worker(store, served.settings, queue, "test", once=True, by_clock=False).run()
    queue.close()


def until(true: Callable[[], object]) -> None:
    """Wait for it, a minute at most."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
