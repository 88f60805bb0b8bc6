"""The check before every operation, as FastAPI dependencies: `Reader`, `Scorer`, `Writer`, `ThemeEditor`, `Admin`.

An operation names the one it needs as the type of a parameter; the OpenAPI document and the table of authorisation in
the tests are read from there. ``Whole…`` ones refuse keys that are limited to some accounts or teams, for operations
whose answer cannot be narrowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from fastapi import Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from api.access.caller import CHALLENGE, HOW, Caller
from api.access.logins import COOKIE
from api.access.scopes import Scope
from api.problems import Refusal

if TYPE_CHECKING:
    from api.wiring import Service

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WHOLE = "whole"

bearer = HTTPBearer(auto_error=False, description="A key: `Authorization: Bearer vb_…`")
cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="The session of a person who logged in")

Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
Cookie = Annotated[str | None, Security(cookie)]


async def authenticated(request: Request, held: Bearer, session: Cookie) -> Caller:
    """Who calls.

    Raises:
        Refusal: nobody known, from another site's page, or too often.
    """
    service: Service = request.app.state.service
    doors = service.doors
    caller: Caller | None
    if held is not None:
        caller = doors.remembered(held.credentials)
        if caller is None:
            caller = await run_in_threadpool(doors.by_key, held.credentials)
    elif session:
        caller = doors.remembered(session)
        if caller is None:
            caller = await run_in_threadpool(doors.by_cookie, session)
        if request.method not in SAFE_METHODS and not _same_site(request):
            raise Refusal("not-allowed", "this came from a page of another site; open Verbatim itself and try again")
    else:
        raise Refusal("not-authenticated", f"nobody is logged in; {HOW}", headers=CHALLENGE)
    request.scope["state"]["caller"] = caller
    wait = await service.pace.wait_seconds(caller.key_id or caller.id)
    if wait:
        limit = service.settings.rate_per_minute
        raise Refusal(
            "too-many-requests", f"this key made {limit} requests in a minute; wait {wait} seconds",
            headers={"Retry-After": str(wait)},
        )  # fmt: skip
    return caller


async def allowed(scopes: SecurityScopes, caller: Annotated[Caller, Security(authenticated)]) -> Caller:
    """The caller, if the operation's scopes are held.

    Raises:
        Refusal: a scope is missing, or the key is limited and the answer cannot be.
    """
    for name in scopes.scopes:
        if name == WHOLE:
            if caller.restricted:
                raise Refusal("not-allowed", "this key is limited to some accounts or teams, and this is about all")
        elif not caller.may(Scope(name)):
            has = ", ".join(scope for scope in Scope if scope in caller.scopes)
            raise Refusal("not-allowed", f"this needs the scope {name!r}; your key has {has or 'none'}")
    return caller


def _same_site(request: Request) -> bool:
    """Whether a browser's own page sent it: by Fetch Metadata, else by Origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


Anyone = Annotated[Caller, Security(allowed, scopes=[])]
Reader = Annotated[Caller, Security(allowed, scopes=[Scope.READ])]
Scorer = Annotated[Caller, Security(allowed, scopes=[Scope.SCORE])]
ThemeEditor = Annotated[Caller, Security(allowed, scopes=[Scope.EDIT_THEMES, WHOLE])]
Admin = Annotated[Caller, Security(allowed, scopes=[Scope.ADMIN])]
WholeReader = Annotated[Caller, Security(allowed, scopes=[Scope.READ, WHOLE])]
WholeScorer = Annotated[Caller, Security(allowed, scopes=[Scope.SCORE, WHOLE])]
Writer = Annotated[Caller, Security(allowed, scopes=[Scope.WRITE, WHOLE])]
