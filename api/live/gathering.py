"""Requests that arrive together are worked on together: a batch costs little more than one of it.

While a batch is worked on in a thread, what arrives waits for the next; nothing waits where nothing is being done.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Asked = TypeVar("Asked")
Found = TypeVar("Found")

MOST_AT_ONCE = 128


class Gatherer(Generic[Asked, Found]):
    """Calls ``work`` with lists of at most 128 of what is asked; it gives one result, or an exception, for each."""

    def __init__(
        self, work: Callable[[Sequence[Asked]], Sequence[Found | Exception]], *, most: int = MOST_AT_ONCE
    ) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[Asked, asyncio.Future[Found]]] = []
        self._running: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scoring")

    async def ask(self, one: Asked) -> Found:
        """The result for ``one``; raises what ``work`` gave as an exception for it."""
        found: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, found))
        if self._running is None:
            self._running = asyncio.create_task(self._work_off())
        return await found

    def close(self) -> None:
        """End the thread after the batch it is working on."""
        self._thread.shutdown(wait=True)

    async def _work_off(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await asyncio.sleep(0)  # others that are ready ask before the first batch goes
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                try:
                    results = await loop.run_in_executor(self._thread, self._work, [one for one, _ in batch])
                except Exception as error:  # of the whole batch: each of it hears of it
                    results = [error] * len(batch)
                for (_, future), result in zip(batch, results, strict=True):
                    if future.cancelled():
                        continue
                    if isinstance(result, Exception):
                        future.set_exception(result)
                    else:
                        future.set_result(result)
        finally:
            self._running = None
