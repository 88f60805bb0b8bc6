"""The queue that wakes workers: Huey on a file of the home folder, or on Redis where ``queue_url`` names one.

A message says no more than that there is something to do. A worker that is woken takes what the table ``job`` has;
a message that is lost costs seconds, never a job.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from typing import TYPE_CHECKING, Any

from huey import RedisHuey, SqliteHuey
from huey.exceptions import HueyException
from huey.registry import Message
from huey.serializer import Serializer

from verbatim.errors import MissingExtraError, StoreBusyError, StoreFullError

if TYPE_CHECKING:
    from huey import Huey

    from api.jobs.records import Job
    from verbatim.settings import Settings

log = logging.getLogger(__name__)

NAME, TASK = "verbatim", "take"
FILE = "queue.db"
READ_SECONDS = 1
MESSAGE_BYTES = 1_000


class Queue:
    """Huey with one task, ``take``, whose only argument is a job's id."""

    def __init__(self, huey: Huey, failures: tuple[type[Exception], ...]) -> None:
        self._huey, self._failures = huey, failures
        self._take = huey.task(name=TASK)(_take)

    @property
    def waits(self) -> bool:
        """Whether `next` waits up to a second for a message where there is none."""
        return bool(getattr(self._huey.storage, "blocking", False))

    def notify(self, job: Job) -> bool:
        """Say that there is a job; false where the queue cannot be reached: workers look into the table too."""
        try:
            self._take(job.id)
        except self._failures as error:
            log.warning(
                "the queue cannot be reached (%s); job %s waits for a worker to look", type(error).__name__, job.id
            )
            return False
        return True

    def next(self) -> str | None:
        """The id of a job that somebody spoke of; it may long have been taken.

        Raises:
            StoreBusyError: the queue cannot be reached.
        """
        try:
            task = self._huey.dequeue()
        except (ValueError, HueyException) as error:
            log.warning("a message of the queue is none of ours (%s); give it a Redis of its own", type(error).__name__)
            return None
        except self._failures as error:
            raise StoreBusyError(f"the queue cannot be reached ({type(error).__name__}); see queue_url") from error
        return None if task is None or not task.args else str(task.args[0])

    def depth(self) -> int:
        """How many messages wait.

        Raises:
            StoreBusyError: the queue cannot be reached.
        """
        try:
            return int(self._huey.pending_count())
        except self._failures as error:
            raise StoreBusyError(f"the queue cannot be reached ({type(error).__name__}); see queue_url") from error

    def close(self) -> None:
        """Give the connections back."""
        self._huey.storage.close()
        pool = getattr(self._huey.storage, "pool", None)
        if pool is not None:
            pool.disconnect()


def make_queue(settings: Settings) -> Queue:
    """The queue that the settings name. Redis is reached when it is first used; the file is made here.

    Raises:
        MissingExtraError: Redis without its client.
        StoreFullError: the home folder cannot be written.
    """
    if settings.queue_url is not None:
        try:
            from redis.exceptions import RedisError
        except ModuleNotFoundError as error:
            raise MissingExtraError('queue_url needs the Redis client; pip install "verbatim-mining[redis]"') from error
        huey = RedisHuey(NAME, url=settings.queue_url, read_timeout=READ_SECONDS, results=False, serializer=Plain())
        return Queue(huey, (RedisError, OSError))
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        huey = SqliteHuey(NAME, filename=str(settings.home / FILE), results=False, serializer=Plain())
    except (OSError, sqlite3.Error) as error:
        raise StoreFullError(f"{settings.home / FILE} cannot be made ({error}); choose another home folder") from error
    return Queue(huey, (sqlite3.Error, OSError))


class Plain(Serializer):  # type: ignore[misc]
    """Messages as JSON of their id, task and argument. Huey's own are pickles, and reading those would run code."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps([data.id, data.name, list(data.args)]).encode()

    def _deserialize(self, data: Any) -> Message:  # noqa: ANN401 (bytes, or what a driver takes for them)
        key, name, arguments = json.loads(bytes(data)[:MESSAGE_BYTES])
        return Message(str(key), str(name), args=tuple(map(str, arguments)), kwargs={})


def _take(job_id: str) -> str:
    """What Huey would call; the worker calls `Queue.next` instead, and asks the table."""
    return job_id
