"""Figures that take long to count, kept in memory as long as the store holds the same: who looks next need not wait.

What may take seconds is counted by a thread of its own; the page shows without it and says so.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, TypeVar, cast
from weakref import WeakKeyDictionary

from verbatim.errors import EmptyError, NotFoundError, VerbatimError
from verbatim.storage.queries.recent import content_stamp

if TYPE_CHECKING:
    from collections.abc import Hashable

    from api.wiring import Service
    from verbatim.storage.store import Store

T = TypeVar("T")
MOST = 400  # answers of pages: a few kilobytes each
SECONDS = 300.0  # what the stamp does not tell (a calendar day that ends) is counted again by then
AT_ONCE = 2  # threads that count
log = logging.getLogger("verbatim.web")


@dataclass(slots=True)
class _Entry:
    """Something that is counted, or was: ``value`` or ``problem`` is there once ``done`` is set."""

    stamp: str
    made_at: float
    done: Event
    value: object = None
    problem: VerbatimError | None = None


class Kept:
    """The answers of one service. Keys must hold all that an answer depends on, also what the caller may see."""

    def __init__(self, store: Callable[[], Store], *, seconds: float = SECONDS) -> None:
        self._store = store
        self._seconds = seconds
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = Lock()
        self._counting = 0

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, or that there is nothing: that is kept, too.

        Raises:
            VerbatimError: what ``make`` raised.
        """
        entry = self._fresh(key)
        if entry is None or not entry.done.is_set():
            entry = _Entry(content_stamp(self._store()), time.monotonic(), Event())
            try:
                entry.value = make()
            except (EmptyError, NotFoundError) as error:
                entry.problem = error
            entry.done.set()
            self._put(key, entry)
        if entry.problem is not None:
            raise entry.problem
        return cast("T", entry.value)

    def later(self, key: Hashable, make: Callable[[], T], *, wait: float = 0.05) -> T | None:
        """What ``make`` gives where that is known within ``wait`` seconds, else ``None``: ask again a little later.

        Raises:
            VerbatimError: what ``make`` raised.
        """
        entry = self._fresh(key)
        if entry is None:
            with self._lock:
                if self._counting >= AT_ONCE:
                    return None
                self._counting += 1
            entry = _Entry(content_stamp(self._store()), time.monotonic(), Event())
            self._put(key, entry)
            Thread(target=self._count, args=(key, entry, make), name="verbatim-kept", daemon=True).start()
        if not entry.done.wait(wait):
            return None
        if entry.problem is not None:
            raise entry.problem
        return cast("T", entry.value)

    def _count(self, key: Hashable, entry: _Entry, make: Callable[[], object]) -> None:
        try:
            entry.value = make()
        except VerbatimError as error:
            entry.problem = error
        except Exception:
            log.exception("a figure of a page was not counted")
            with self._lock:
                self._entries.pop(key, None)
            return
        finally:
            with self._lock:
                self._counting -= 1
        entry.done.set()

    def _fresh(self, key: Hashable) -> _Entry | None:
        with self._lock:
            entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.done.is_set():
            old = time.monotonic() - entry.made_at > self._seconds
            if old or entry.stamp != content_stamp(self._store()):
                return None
        return entry

    def _put(self, key: Hashable, entry: _Entry) -> None:
        with self._lock:
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while len(self._entries) > MOST:
                self._entries.popitem(last=False)


_all: WeakKeyDictionary[Service, Kept] = WeakKeyDictionary()
_lock = Lock()


def kept_of(service: Service) -> Kept:
    """What is kept for this service."""
    with _lock:
        found = _all.get(service)
        if found is None:
            found = _all[service] = _made(service)
        return found


def _made(service: Service) -> Kept:
    from weakref import ref

    known = ref(service)

    def store() -> Store:
        alive = known()
        if alive is None:
            raise RuntimeError("the service is gone")
        return alive.store

    return Kept(store)
