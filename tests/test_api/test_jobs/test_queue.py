from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.jobs import ledger
from api.jobs.queue import Queue, make_queue
from api.jobs.records import Job
from verbatim.errors import StoreBusyError
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """A Redis of this module's own."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    pytest.importorskip("redis")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@pytest.fixture(params=["file", "redis"])
def queue(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Queue]:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    made = make_queue(settings.model_copy(update={"queue_url": url}))
    yield made
    made.close()


@pytest.fixture
def jobs(settings: Settings) -> list[Job]:
    with prepare_store(settings) as store:
        return [ledger.submit(store, "mine", {}, person="Ada", now=datetime.now(UTC)) for _ in range(3)]


def test_messages_come_in_order_and_once(queue: Queue, jobs: list[Job]) -> None:
    assert all(queue.notify(job) for job in jobs)
    assert queue.depth() == 3
    assert [queue.next() for _ in range(4)] == [*[job.id for job in jobs], None]
    assert queue.depth() == 0


def test_the_queue_outlives_the_process_that_filled_it(settings: Settings, jobs: list[Job]) -> None:
    first = make_queue(settings)
    first.notify(jobs[0])
    first.close()
    second = make_queue(settings)
    assert second.next() == jobs[0].id
    second.close()


def test_a_message_is_no_pickle_and_a_foreign_one_is_passed_over(
    redis_url: str, settings: Settings, jobs: list[Job], tmp_path: Path
) -> None:
    import pickle

    import redis

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "boom",))  # type: ignore[return-value]

    made = make_queue(settings.model_copy(update={"queue_url": redis_url}))
    with redis.Redis.from_url(redis_url) as client:
        made.notify(jobs[0])
        assert client.lrange("huey.redis.verbatim", 0, -1)[0].startswith(b"[")  # type: ignore[index, union-attr]
        assert made.next() == jobs[0].id
        for foreign in (pickle.dumps(Bomb()), b'["1", "rm", ["x"]]', b"{}", b"\xff\xfe"):
            client.lpush("huey.redis.verbatim", foreign)
            assert made.next() is None
    assert not (tmp_path / "boom").exists()
    made.close()


def test_a_queue_that_cannot_be_reached_loses_no_job(settings: Settings, jobs: list[Job]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = make_queue(settings.model_copy(update={"queue_url": f"redis://127.0.0.1:{port}/0"}))
    assert gone.notify(jobs[0]) is False
    with pytest.raises(StoreBusyError, match="queue_url"):
        gone.next()
    with pytest.raises(StoreBusyError, match="queue_url"):
        gone.depth()
    gone.close()
