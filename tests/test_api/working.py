"""A worker for tests of the API: does what waits, then ends."""

from __future__ import annotations

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
