"""Lists that come in pages: the next page is fetched when the last one is used up."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from typing import Generic, Protocol, TypeVar

from verbatim.client.aio.transport import AsyncTransport
from verbatim.client.calls import Call
from verbatim.client.problems import BadAnswer


class Page(Protocol):
    """What a page has: where the next one begins."""

    @property
    def next(self) -> str | None:
        """What ``after`` has to be for the next page; ``None`` on the last."""


PageT = TypeVar("PageT", bound=Page)
ItemT = TypeVar("ItemT")


class AsyncPages(Generic[PageT, ItemT]):
    """A list on the server. Go over it for its items, over `pages` for pages; `page` fetches one.

    Nothing is fetched before it is asked for; going over it again asks again.
    """

    def __init__(self, transport: AsyncTransport, call: Call, kind: type[PageT], items: str, item: type[ItemT]) -> None:
        self._transport = transport
        self._call = call
        self._kind = kind
        self._items = items
        self._item = item

    async def page(self, after: str | None = None) -> PageT:
        """The first page, or the one behind ``after`` (`next` of the page before)."""
        call = self._call
        if after is not None:
            call = (
                dataclasses.replace(call, json={**(call.json or {}), "after": after})
                if call.method == "POST"
                else dataclasses.replace(
                    call, query=(*(one for one in call.query if one[0] != "after"), ("after", after))
                )
            )
        return await self._transport.call(call, self._kind)

    async def pages(self) -> AsyncIterator[PageT]:
        """Each page."""
        after: str | None = None
        while True:
            page = await self.page(after)
            yield page
            if page.next is None:
                return
            if page.next == after:
                raise BadAnswer(f"{self._call.method} {self._call.path}: a page leads to itself")
            after = page.next

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        """Each item of each page."""
        async for page in self.pages():
            for item in getattr(page, self._items):
                yield item
