"""The operations of views.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.views import ViewOut, Views
from verbatim.client.calls import given, make_call


class ViewsResource(AsyncResource):
    """Operations under /v1/views."""

    async def list(self) -> Views:
        """List your saved views of the comments and those that others share.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("GET", "/v1/views")
        return await self._transport.call(call, Views)

    async def save_comments(
        self, *, name: str, query: str, by_meaning: bool | None = None, shared: bool | None = None
    ) -> ViewOut:
        """Save filters of comments under a name.

        One of yours that is called so is replaced.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "POST",
            "/v1/views",
            body={"name": name, "query": query, **given({"by_meaning": by_meaning, "shared": shared})},
        )
        return await self._transport.call(call, ViewOut)

    async def delete_comments(self, view_id: str) -> None:
        """Forget a view of yours; administrators also one that somebody shares.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("DELETE", "/v1/views/{}", (view_id,))
        await self._transport.done(call)
