"""How often a key may call, by the library limits: in each process, or together where there is a Redis."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter

if TYPE_CHECKING:
    from verbatim.settings import Settings


class Pace:
    """Requests a minute of each caller; a window begins with its first request."""

    def __init__(self, settings: Settings) -> None:
        self.per_minute = settings.rate_per_minute
        self._limit = RateLimitItemPerMinute(settings.rate_per_minute)
        shared = settings.queue_url is not None
        storage = RedisStorage(f"async+{settings.queue_url}", implementation="redispy") if shared else MemoryStorage()
        self._limiter = FixedWindowRateLimiter(storage)

    async def wait_seconds(self, who: str) -> int:
        """Count a request; 0, or how many whole seconds to wait."""
        if await self._limiter.hit(self._limit, who):
            return 0
        reset = (await self._limiter.get_window_stats(self._limit, who)).reset_time
        return max(1, math.ceil(reset - time.time()))
