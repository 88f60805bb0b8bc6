"""The operations of session.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.session import Me
from verbatim.client.calls import make_call


class SessionResource(AsyncResource):
    """Operations under /v1/session."""

    async def who_am_i(self) -> Me:
        """Say who calls and what this key or login may do.

        Any key or login will do.
        """
        call = make_call("GET", "/v1/session")
        return await self._transport.call(call, Me)

    async def log_in(self, key: str) -> Me:
        """Log in with a key: the answer sets the session cookie, which has the key's rights."""
        call = make_call("POST", "/v1/session", body={"key": key})
        return await self._transport.call(call, Me)

    async def log_out(self) -> None:
        """Log out: the session ends on the server, and the cookie goes.

        Any key or login will do.
        """
        call = make_call("DELETE", "/v1/session")
        await self._transport.done(call)
