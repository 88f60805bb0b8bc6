"""Something slow to load that serves until a newer one is ready: loaded when it is first asked for, swapped behind."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from verbatim.errors import EmptyError, NotFoundError, VerbatimError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("verbatim.api")

CHECK_SECONDS = 5.0
Held = TypeVar("Held")


class Swapped(Generic[Held]):
    """Holds one value. `get` blocks only while there is none yet; whether it is `current` is asked in the background,
    at most every ``check_seconds``, and there too the next one is loaded.
    """  # noqa: D205

    def __init__(
        self, name: str, load: Callable[[], Held], current: Callable[[Held], bool], *,
        check_seconds: float = CHECK_SECONDS, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.name = name
        self._load, self._current = load, current
        self._check_seconds, self._clock = check_seconds, clock
        self._held: Held | None = None
        self._due = 0.0
        self._first = threading.Lock()
        self._checking = threading.Lock()
        self._checker: threading.Thread | None = None

    def get(self) -> Held:
        """The value; of several first callers one loads it and the others wait. Call it in a thread.

        Raises what loading raises; the next call tries again.
        """
        held = self._held
        if held is None:
            with self._first:
                held = self._held
                if held is None:
                    held = self._held = self._load()
                    self._due = self._clock() + self._check_seconds
        elif self._clock() >= self._due:
            self._check_behind()
        return held

    def peek(self) -> Held | None:
        """The value, where there is one; loads nothing."""
        return self._held

    def expire(self) -> None:
        """Let the next `get` check at once."""
        self._due = 0.0

    def close(self) -> None:
        """Wait for a check that is going on."""
        checker = self._checker
        if checker is not None:
            checker.join()

    def _check_behind(self) -> None:
        if not self._checking.acquire(blocking=False):
            return
        self._due = self._clock() + self._check_seconds
        self._checker = threading.Thread(target=self._check, name=f"check {self.name}", daemon=True)
        self._checker.start()

    def _check(self) -> None:
        try:
            held = self._held
            if held is not None and not self._current(held):
                self._held = self._load()
                log.info("swapped", extra={"held": self.name})
        except (NotFoundError, EmptyError):
            self._held = None  # there is none any more, and the next caller is told so
        except VerbatimError as error:  # the old one goes on serving; the next check tries again
            log.warning("not swapped", extra={"held": self.name, "error": type(error).__name__})
        finally:
            self._checking.release()
