"""A process beside a server process that only scores: one Python process computes on one core at a time.

It gets bodies of requests as they came and gives answers as they go out, so that the server process only passes bytes
on. It is an addition: whatever it does not answer (not ready, gone, another version, a body that does not fit) is
answered by the server process itself, by the same functions.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from api.companion import Companion, accompanying
from api.live.gathering import Gatherer
from api.live.scoring import Asked, Question, TicketIn, answer_all, demand_allowed, live_ticket, told
from api.problems import Refusal
from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from api.live.shelf import Loaded, PredictorShelf
    from verbatim.settings import Settings

log = logging.getLogger("verbatim.models")

LOOKED_AT_EVERY_SECONDS = 0.2
REST_SECONDS = 10.0  # before a process that has ended is started again
READ = TypeAdapter(TicketIn)


Answered = tuple[bytes, str] | None  # the answer and its band


class Beside:
    """Starts the process, and again when it ends; asks it for what came together."""

    def __init__(self, settings: Settings, shelf: PredictorShelf) -> None:
        self._settings, self._shelf = settings, shelf
        self._companion: Companion | None = None
        self._connection: Connection | None = None
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="scoring-process", daemon=True)
        self._gatherer: Gatherer[Asked, Answered] = Gatherer(self._ask)

    @property
    def ready(self) -> bool:
        """Whether it can be asked."""
        return self._connection is not None

    def start(self) -> None:
        """Begin to start it; asking does not wait for it."""
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._stop.set()
        self._ended.set()
        self._gatherer.close()
        if self._thread.ident is not None:
            self._thread.join(timeout=30)

    async def answer(self, asked: Asked) -> Answered:
        """The answer, or ``None`` where the server process has to give it."""
        return await self._gatherer.ask(asked) if self.ready else None

    def _ask(self, asked: Sequence[Asked]) -> Sequence[Answered]:
        connection = self._connection
        if connection is not None:
            try:
                connection.send(asked)
                if connection.poll(self._settings.request_seconds / 2):  # the server itself still has the other half
                    found: Sequence[Answered] = connection.recv()
                    return found
                log.warning("scoring process does not answer")
            except (OSError, EOFError):
                pass
            self._connection = None
            self._ended.set()
        return [None] * len(asked)

    def _keep(self) -> None:
        while not self._shelf.loaded:  # this process first, and none for who has no predictor
            if self._stop.wait(LOOKED_AT_EVERY_SECONDS):
                return
        while not self._stop.is_set():
            self._ended.clear()
            try:
                self._companion = Companion("api.live.beside", self._settings)
                connection = self._companion.connection
                while not connection.poll(LOOKED_AT_EVERY_SECONDS):
                    if self._stop.is_set():
                        return
                connection.recv()  # it says when it is ready
                self._connection = connection
                log.info("scoring process ready")
                while not self._stop.is_set() and not self._ended.wait(1.0):
                    pass
            except (OSError, EOFError):
                log.warning("scoring process ended")
            finally:
                self._connection = None
                if self._companion is not None:
                    self._companion.end()
                    self._companion = None
            self._stop.wait(REST_SECONDS)


def main() -> None:
    """The process."""
    from api.live.shelf import PredictorShelf
    from verbatim.storage.engine import open_store

    with accompanying() as (connection, settings), open_store(settings) as store:
        shelf = PredictorShelf(store, settings)
        shelf.start()
        while not shelf.ready:
            time.sleep(0.05)
        connection.send(None)
        while True:
            connection.send(answers(shelf, connection.recv()))


def answers(shelf: PredictorShelf, asked: Sequence[Asked]) -> list[Answered]:
    """What ``shelf`` says to each; ``None`` for all that is not plain."""
    questions = [_question(shelf, one) for one in asked]
    found: list[Answered] = [None] * len(asked)
    there = [(place, one) for place, one in enumerate(questions) if one is not None]
    risks = answer_all([question for _, question in there])
    for (place, question), risk in zip(there, risks, strict=True):
        if not isinstance(risk, Exception):
            one = asked[place]
            found[place] = told(one.metric, question, risk, restricted=one.restriction.given), risk.band
    return found


def _question(shelf: PredictorShelf, asked: Asked) -> Question | None:
    try:
        loaded: Loaded = shelf.take(asked.metric)
        if loaded.version.id != asked.version:
            return None
        body = READ.validate_json(asked.body)
        demand_allowed(asked.restriction, body.ticket)
        return Question(loaded, live_ticket(body), body.at, body.reasons, body.ticket.id)
    except (ValidationError, Refusal, UserError):
        return None


if __name__ == "__main__":
    main()
