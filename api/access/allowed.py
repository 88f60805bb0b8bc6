"""The check before every operation, as one FastAPI dependency: `Reader`, `Scorer`, `Writer`, `ThemeEditor`, `Admin`.

An operation names the one it needs as the type of a parameter; the OpenAPI document and the table of authorisation in
the tests are read from there. ``Whole…`` ones (and all that write) refuse keys that are limited to some accounts or
teams, for operations whose answer cannot be narrowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from api.access.caller import CHALLENGE, HOW, Caller
from api.access.logins import COOKIE
from api.access.scopes import Scope
from api.problems import Refusal

if TYPE_CHECKING:
    from api.access.caller import Doorkeeper
    from api.access.pace import Pace
    from api.wiring import Service

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Needs:
    """A dependency that gives the caller, if what is needed is held; ``scope`` ``None``: any key or login will do."""

    scope: Scope | None
    whole: bool = False

    async def __call__(self, request: Request) -> Caller:
        """Who calls.

        Raises:
            Refusal: nobody known, too often, or not allowed.
        """
        service: Service = request.app.state.service
        caller = await _known(request, service.doors)
        request.scope["state"]["caller"] = caller
        await demand_pace(service.pace, caller)
        self.demand(caller)
        return caller

    def demand(self, caller: Caller) -> None:
        """Pass a caller who may.

        Raises:
            Refusal: a scope is missing, or the key is limited and the answer cannot be.
        """
        if self.scope is not None and not caller.may(self.scope):
            has = ", ".join(scope for scope in Scope if scope in caller.scopes)
            raise Refusal("not-allowed", f"this needs the scope '{self.scope}'; your key has {has or 'none'}")
        if self.whole and caller.restricted:
            raise Refusal("not-allowed", "this key is limited to some accounts or teams, and this is about all")


async def demand_pace(pace: Pace, caller: Caller) -> None:
    """Count a request.

    Raises:
        Refusal: there were too many in this minute.
    """
    wait = await pace.wait_seconds(caller.key_id or caller.id)
    if wait:
        detail = f"this key made {pace.per_minute} requests in a minute; wait {wait} seconds"
        raise Refusal("too-many-requests", detail, headers={"Retry-After": str(wait)})


async def _known(request: Request, doors: Doorkeeper) -> Caller:
    scheme, _, word = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        word = word.strip()
        holder = doors.remembered(word)
        return await run_in_threadpool(doors.by_key, word) if holder is None else holder
    session = request.cookies.get(COOKIE)
    if not session:
        raise Refusal("not-authenticated", f"nobody is logged in; {HOW}", headers=CHALLENGE)
    caller = doors.remembered(session)
    if caller is None:
        caller = await run_in_threadpool(doors.by_cookie, session)
    if request.method not in SAFE_METHODS:
        demand_same_site(request)
    return caller


def demand_same_site(request: Request) -> None:
    """Pass a request that a browser sent from a page of this server.

    Raises:
        Refusal: it came from another site.
    """
    if not _same_site(request):
        raise Refusal("not-allowed", "this came from a page of another site; open Verbatim itself and try again")


def _same_site(request: Request) -> bool:
    """Whether a browser's own page sent it: by Fetch Metadata, else by Origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


Anyone = Annotated[Caller, Depends(Needs(None))]
Reader = Annotated[Caller, Depends(Needs(Scope.READ))]
Scorer = Annotated[Caller, Depends(Needs(Scope.SCORE))]
Writer = Annotated[Caller, Depends(Needs(Scope.WRITE, whole=True))]
ThemeEditor = Annotated[Caller, Depends(Needs(Scope.EDIT_THEMES, whole=True))]
Admin = Annotated[Caller, Depends(Needs(Scope.ADMIN))]
WholeReader = Annotated[Caller, Depends(Needs(Scope.READ, whole=True))]
WholeScorer = Annotated[Caller, Depends(Needs(Scope.SCORE, whole=True))]
