"""Who is logged in: a cookie from a key or a link, what it may do, and how it ends."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import Field, SecretStr

from api.access import logins
from api.access.allowed import Anyone
from api.access.scopes import Scope
from api.problems import documented
from api.shapes import Answer, Body
from api.wiring import ServiceDep

router = APIRouter(prefix="/session", tags=["access"])


class KeyIn(Body):
    """A key, to log in with."""

    key: SecretStr = Field(max_length=100, examples=["vb_0123456789ab_…"])


class Me(Answer):
    """Who you are here and what you may do."""

    person: str = Field(examples=["Ada (4f6e9a1b2c3d)"])
    role: str | None = Field(examples=["analyst"])
    scopes: list[Scope] = Field(examples=[["read", "score"]])
    accounts: list[str] = Field(description="accounts this key is limited to; empty: all", examples=[[]])
    teams: list[str] = Field(description="teams this key is limited to; empty: all", examples=[[]])
    sees_agents: bool = Field(description="whether single agents' ratings are shown", examples=[True])
    expires_at: datetime | None = Field(None, description="when the session ends; null for keys")


@router.get("")
def who_am_i(caller: Anyone) -> Me:
    """Say who calls and what this key or login may do."""
    return Me(
        person=caller.person, role=caller.role, scopes=[scope for scope in Scope if caller.may(scope)],
        accounts=list(caller.restriction.accounts), teams=list(caller.restriction.teams),
        sees_agents=caller.sees_agents, expires_at=caller.expires_at,
    )  # fmt: skip


@router.post("", status_code=201, responses=documented("not-authenticated"))
def log_in(body: KeyIn, request: Request, response: Response, service: ServiceDep) -> Me:
    """Log in with a key: the answer sets the session cookie, which has the key's rights."""
    caller = service.doors.by_key(body.key.get_secret_value())
    login, word = logins.begin_session(
        service.store, person=caller.person, role=None, key_id=caller.key_id, hours=service.settings.session_hours
    )
    request.scope["state"]["caller"] = caller
    set_cookie(response, request, word, service.settings.session_hours)
    return who_am_i(caller).model_copy(update={"expires_at": login.expires_at})


@router.delete("", status_code=204)
def log_out(caller: Anyone, request: Request, response: Response, service: ServiceDep) -> None:
    """Log out: the session ends on the server, and the cookie goes."""
    word = request.cookies.get(logins.COOKIE)
    if word:
        logins.end_session(service.store, word)
        service.doors.forget(word)
    response.delete_cookie(logins.COOKIE, path="/")


def set_cookie(response: Response, request: Request, word: str, hours: float) -> None:
    """The session cookie: not for scripts, not for other sites, and on https only there."""
    response.set_cookie(
        logins.COOKIE, word, max_age=int(hours * 3600), path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
