"""Forms that filter send their empty fields, too: pages go on to the address without them, which can be shared."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.web.page import PageRoute


class TidyRoute(PageRoute):
    """A page whose filters may be left empty."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See FastAPI."""
        handler = super().get_route_handler()

        async def tidied(request: Request) -> Response:
            given = request.query_params.multi_items()
            kept = list(dict.fromkeys((name, value) for name, value in given if value.strip()))
            if request.method in {"GET", "HEAD"} and len(kept) < len(given):
                path = request.url.path
                return RedirectResponse(f"{path}?{urlencode(kept)}" if kept else path, 303)
            return await handler(request)

        return tidied
