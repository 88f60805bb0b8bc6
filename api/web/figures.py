"""The figures of one look at a page: kept for who looks next, and never for others than those who may see the same."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from verbatim.storage.queries.recent import content_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

    from api.access.caller import Caller
    from api.kept import Found
    from api.wiring import Service

T = TypeVar("T")
PATIENCE_SECONDS = 0.15  # all that one page waits for newer figures than those that are kept


@dataclass(slots=True)
class Figures:
    """What is kept, for one caller and one request."""

    service: Service
    caller: Caller
    as_of: datetime | None = None  # the oldest of those that newer ones are being worked out of
    _stamp: str | None = None
    _until: float = field(default_factory=lambda: time.monotonic() + PATIENCE_SECONDS)

    def get(self, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
        """What ``make`` gives; where that is kept of an older state of the store, and takes long, the older one.

        Raises:
            Refusal, VerbatimError: what ``make`` raised.
        """
        found = self.service.kept.get(self._whole(key), self.stamp, make, wait=self._patience())
        if found.renewing:
            self.as_of = found.at if self.as_of is None else min(self.as_of, found.at)
        return cast("T", found.get())

    def ask(self, key: tuple[Hashable, ...], make: Callable[[], Any], *, state: str | None = None) -> Found | None:
        """As far as it is worked out: ``None`` the first time, where it takes long. It says itself when it is old."""
        state = self.stamp if state is None else state
        return self.service.kept.ask(self._whole(key), state, make, wait=self._patience())

    def count(self, key: tuple[Hashable, ...], make: Callable[..., Any]) -> Found | None:
        """The same of what reads every answer or comment: ``make(store=…, settings=…)``, as `Counting.count` has it."""
        service = self.service
        return service.kept.ask(
            self._whole(key), self.stamp, lambda: service.counting.count(service.store, make),
            wait=self._patience(), long=True,
        )  # fmt: skip

    @property
    def stamp(self) -> str:
        """The state of the store when it was first looked at."""
        if self._stamp is None:
            self._stamp = content_stamp(self.service.store)
        return self._stamp

    def _whole(self, key: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
        return (*key, self.caller.restriction, self.caller.sees_agents)

    def _patience(self) -> float:
        return max(0.0, self._until - time.monotonic())
