"""What takes long to work out, kept in memory: who asks next need not wait.

What is kept is of a state of the store. When the store has moved on, it is worked out again beside the requests; who
asks waits as long as they like for the newer one, and gets the older one, marked as such, after that.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from api.problems import Refusal
from verbatim.errors import UserError, VerbatimError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

log = logging.getLogger("verbatim.api")

MOST_KEPT = 400  # answers of pages: a few kilobytes each
FRESH_SECONDS = 60.0  # what a state does not tell (a calendar day that ends) is worked out again after so long
REST = 20  # what took a second is worked out again after so many at the earliest, where the store did not change
REST_CHANGED = 2  # and after so many where it did; what takes less than a second, at once
RETRY_SECONDS = 1.0  # and what failed for no lasting reason
CLOSES_WITHIN_SECONDS = 10.0


class BrokenError(VerbatimError):
    """What was asked could not be worked out, for a fault of ours."""


class ClosingError(VerbatimError):
    """The server is stopping; nothing is worked out any more."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was worked out: a ``value``, or the ``error`` why there is none; ``renewing``: of an older state."""

    value: Any
    error: Refusal | VerbatimError | None
    at: datetime
    renewing: bool = False

    @property
    def problem(self) -> str | None:
        """The error in words."""
        if isinstance(self.error, Refusal):
            return self.error.detail
        return None if self.error is None else str(self.error)

    @property
    def lasts(self) -> bool:
        """Whether this is an answer; the store may have been busy, or the fault ours."""
        if isinstance(self.error, Refusal):
            return int(self.error.kind.status) < 500
        return self.error is None or isinstance(self.error, UserError)

    def get(self) -> Any:  # noqa: ANN401
        """The value.

        Raises:
            Refusal, VerbatimError: why there is none.
        """
        if self.error is not None:
            raise self.error.with_traceback(None)  # or each time it is raised would be added to it
        return self.value


@dataclass(slots=True)
class _Entry:
    """What is known of a key, the state it is of, and when it was worked out; ``done`` ends the one at work on it."""

    state: Hashable = None
    found: Found | None = None
    ended: float = 0.0
    took: float = 0.0
    done: threading.Event | None = None

    def current(self, state: Hashable) -> bool:
        """Whether what is known is of this state."""
        return self.found is not None and self.state == state

    def due(self, state: Hashable, now: float) -> bool:
        """Whether somebody should work it out."""
        if self.done is not None or self.found is None:
            return self.done is None
        if not self.found.lasts:
            return now >= self.ended + RETRY_SECONDS
        if self.state != state:
            return self.took < 1 or now >= self.ended + REST_CHANGED * self.took
        return now >= self.ended + max(FRESH_SECONDS, REST * self.took)


class Kept:
    """Answers by what was asked: a key, which must hold all that an answer depends on, also who may see what."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._guard = threading.Lock()
        self._turns = {long: threading.Lock() for long in (False, True)}
        self._threads: set[threading.Thread] = set()
        self._closed = False

    def ask(
        self, key: Hashable, state: Hashable, make: Callable[[], Any], *, wait: float, long: bool = False,
    ) -> Found | None:  # fmt: skip
        """What is known within ``wait`` seconds; ``None``: it is still being worked out, for the first time.

        ``make`` runs in a thread of its own, one at a time; what takes ``long`` has a turn of its own, so that the
        rest need not wait for it.
        """
        entry, done, mine = self._taken(key, state)
        if mine and done is not None:
            self._start(entry, state, make, self._turns[long])
        if done is not None and not entry.current(state):
            done.wait(wait)
        return _shown(entry, state)

    def get(self, key: Hashable, state: Hashable, make: Callable[[], Any], *, wait: float) -> Found:
        """As `ask`; but who asks first works it out, and who asks meanwhile waits for that."""
        while not self._closed:
            entry, done, mine = self._taken(key, state)
            if entry.found is None and done is not None:
                if mine:
                    self._work(entry, state, make)
                done.wait()
            elif mine:
                self._start(entry, state, make, self._turns[False])
            if done is not None and not entry.current(state):
                done.wait(wait)
            found = _shown(entry, state)
            if found is not None:
                return found
        raise ClosingError("the server is stopping")

    def close(self) -> None:
        """Begin nothing more, and wait for what is being worked out: ten seconds at most."""
        self._closed = True
        self.finish(CLOSES_WITHIN_SECONDS)

    def finish(self, seconds: float) -> None:
        """Wait, ``seconds`` at most, for what is being worked out beside the requests."""
        until = time.monotonic() + seconds
        with self._guard:
            running = list(self._threads)
        for thread in running:
            thread.join(max(0.0, until - time.monotonic()))

    def _taken(self, key: Hashable, state: Hashable) -> tuple[_Entry, threading.Event | None, bool]:
        """What is kept under the key, what ends the work on it, and whether that work is the caller's to do."""
        with self._guard:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > MOST_KEPT:
                self._entries.popitem(last=False)
            mine = entry.due(state, self._clock())
            if mine:
                entry.done = threading.Event()
            return entry, entry.done, mine

    def _start(self, entry: _Entry, state: Hashable, make: Callable[[], Any], turn: threading.Lock) -> None:
        def work() -> None:
            with turn:
                self._work(entry, state, make)
            with self._guard:
                self._threads.discard(thread)

        thread = threading.Thread(target=work, name="kept", daemon=True)
        with self._guard:
            self._threads.add(thread)
        thread.start()

    def _work(self, entry: _Entry, state: Hashable, make: Callable[[], Any]) -> None:
        began = self._clock()
        value, error = (None, None) if self._closed else worked_out(make)
        with self._guard:
            done, entry.done = entry.done, None
            if not self._closed:
                entry.ended = self._clock()
                entry.took = entry.ended - began
                found = Found(value, error, datetime.now(UTC))
                if found.lasts or entry.found is None:  # else the store was busy: what was known stays, and is old
                    entry.state, entry.found = state, found
        if done is not None:
            done.set()


def worked_out(make: Callable[[], Any]) -> tuple[Any, Refusal | VerbatimError | None]:
    """What ``make`` gives, and the error why it gives nothing; a fault of ours goes to the log."""
    try:
        return make(), None
    except (Refusal, VerbatimError) as problem:
        return None, problem
    except Exception as fault:
        log.exception("not worked out", extra={"error": type(fault).__name__})
        return None, BrokenError("this could not be worked out; the server's log says why")


def _shown(entry: _Entry, state: Hashable) -> Found | None:
    found = entry.found
    return found if found is None or entry.current(state) else replace(found, renewing=True)
