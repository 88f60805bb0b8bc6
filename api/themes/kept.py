"""What takes seconds to find out: worked out beside the requests, and kept for the next who asks.

A page that is to be fast shows what is kept, with the moment it is of, and what is being worked out as such.
One at a time is worked out, and one that takes long.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from api.problems import Refusal
from verbatim.errors import VerbatimError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

log = logging.getLogger("verbatim.api")

MOST_KEPT = 100
FRESH_SECONDS = 60.0
REST = 20  # what took a second is worked out again after so many at the earliest
WAIT_SECONDS = 0.03  # somebody waits so long at most for what was never worked out


@dataclass(frozen=True, slots=True)
class Found:
    """What was worked out: a ``value``, or the ``problem`` why there is none; ``renewing``: a newer one comes."""

    value: Any
    problem: str | None
    at: datetime
    renewing: bool = False


@dataclass(slots=True)
class _Entry:
    state: Hashable
    found: Found | None = None
    due: float = 0.0
    running: threading.Thread | None = None


class Kept:
    """Answers by what was asked (a key) and the state of the store that they are of."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._guard = threading.Lock()
        self._turns = {long: threading.Lock() for long in (False, True)}

    def ask(
        self,
        key: Hashable,
        state: Hashable,
        make: Callable[[], Any],
        *,
        wait: float = WAIT_SECONDS,
        long: bool = False,
    ) -> Found | None:
        """What is known; ``None``: it is being worked out. ``make`` runs in a thread of its own.

        What takes ``long`` has a turn of its own, so that the rest need not wait for it.
        """
        with self._guard:
            entry = self._entries.setdefault(key, _Entry(state))
            self._entries.move_to_end(key)
            while len(self._entries) > MOST_KEPT:
                self._entries.popitem(last=False)
            stale = entry.found is None or entry.state != state or self._clock() >= entry.due
            if stale and entry.running is None:
                entry.state = state
                entry.running = threading.Thread(
                    target=self._work, args=(entry, make, self._turns[long]), name="kept", daemon=True
                )
                entry.running.start()
            runner = entry.running
        if runner is not None and entry.found is None:
            runner.join(wait)
        found = entry.found
        if found is None or entry.running is None:
            return found
        return Found(found.value, found.problem, found.at, renewing=True)

    def _work(self, entry: _Entry, make: Callable[[], Any], turn: threading.Lock) -> None:
        with turn:
            began = self._clock()
            value, problem = None, None
            try:
                value = make()
            except Refusal as error:
                problem = error.detail
            except VerbatimError as error:
                problem = str(error)
            except Exception as error:
                log.exception("not worked out", extra={"error": type(error).__name__})
                problem = "this could not be worked out; the server's log says why"
            now = self._clock()
            entry.due = now + max(FRESH_SECONDS, REST * (now - began))
            entry.found = Found(value, problem, datetime.now(UTC))
            entry.running = None


_of_service: WeakKeyDictionary[Any, Kept] = WeakKeyDictionary()
_making = threading.Lock()


def kept_of(service: object) -> Kept:
    """The one of a service."""
    with _making:
        return _of_service.setdefault(service, Kept())
