"""What reads every answer and comment, counted in a process of its own where much is stored: pages stay fast."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from api.companion import Companion, accompanying
from api.kept import BrokenError, ClosingError, worked_out
from verbatim.storage.tables import comment, survey_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

log = logging.getLogger("verbatim.api")

COUNTED_HERE = 50_000  # comments, and answers: fewer are counted in about the time that a process takes to start
COUNTS_WITHIN_SECONDS = 900.0
IDLE_SECONDS = 300.0  # then the process ends, and its memory is free again
NICE = 5  # requests come first, where cores are few


class Counting:
    """Starts the process when it is needed, one for a server process, which counts one thing at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._companion: Companion | None = None
        self._turn = threading.Lock()
        self._timer: threading.Timer | None = None
        self._closed = False

    def count(self, store: Store, make: Callable[..., Any]) -> Any:  # noqa: ANN401
        """What ``make(store=…, settings=…)`` gives, which can be pickled, as must be what it gives.

        Raises:
            BrokenError: the process ended, or took too long.
            ClosingError: the server is stopping.
            Refusal, VerbatimError: what ``make`` raised.
        """
        if not _is_large(store):
            return make(store=store, settings=self._settings)
        with self._turn:
            try:
                value, error = self._told(make)
            except (OSError, EOFError) as problem:
                self._end()
                if self._closed:
                    raise ClosingError("the server is stopping") from problem
                log.warning("counting process ended")
                raise BrokenError("this could not be counted: the process that counts ended") from problem
            self._rest()
        if error is not None:
            raise error
        return value

    def close(self) -> None:
        """End the process, whatever it counts."""
        self._closed = True
        companion = self._companion
        if companion is not None:
            companion.process.kill()  # who waits for it sees that, and ends the rest
        with self._turn:
            self._end()

    def _told(self, make: Callable[..., Any]) -> tuple[Any, Exception | None]:
        if self._timer is not None:
            self._timer.cancel()
        if self._companion is None:
            self._companion = Companion("api.counting", self._settings)
        if self._closed:
            raise EOFError
        connection = self._companion.connection
        connection.send(make)
        if not connection.poll(COUNTS_WITHIN_SECONDS):
            self._end()
            raise BrokenError(f"this could not be counted within {COUNTS_WITHIN_SECONDS:g} seconds")
        found: tuple[Any, Exception | None] = connection.recv()
        return found

    def _rest(self) -> None:
        self._timer = threading.Timer(IDLE_SECONDS, self._idle)
        self._timer.daemon = True
        self._timer.start()

    def _idle(self) -> None:
        with self._turn:
            if threading.current_thread() is self._timer:  # else it counted meanwhile
                self._end()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._companion is not None:
            self._companion.end()
            self._companion = None


def _is_large(store: Store) -> bool:
    some = [select(table.c.id).limit(COUNTED_HERE + 1).subquery() for table in (comment, survey_response)]
    with store.reading() as connection:
        sizes = [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in some]
    return max(sizes) > COUNTED_HERE


def main() -> None:
    """The process."""
    from verbatim.storage.engine import open_store

    os.nice(NICE)
    with accompanying() as (connection, settings), open_store(settings) as store:
        while True:
            make = connection.recv()
            connection.send(worked_out(lambda: make(store=store, settings=settings)))  # noqa: B023 (called at once)


if __name__ == "__main__":
    main()
