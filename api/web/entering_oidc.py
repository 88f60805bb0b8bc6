"""Logging in by OpenID Connect: to the issuer and back. Mounted only where the settings name an issuer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from api.access import logins, oidc
from api.problems import Refusal
from api.routers.session import set_cookie
from api.routes import AUDIT
from api.web.entering import login_page, safe_path
from api.web.page import looks
from api.wiring import ServiceDep

if TYPE_CHECKING:
    from verbatim.settings import Settings

NEXT = "next"  # in what is remembered: the page that was asked for before
Door = Callable[..., Awaitable[Response]]


def entrance(settings: Settings) -> APIRouter:
    """The routes to the issuer of the settings and back.

    Raises:
        SettingsError: an issuer without a client id.
    """
    router = APIRouter(tags=["access"], include_in_schema=False)
    issuer = oidc.Issuer(settings)

    @router.get(oidc.PATH)
    @_said_on_the_page
    async def begin_oidc(
        request: Request, service: ServiceDep, next_path: Annotated[str, Query(alias="next", max_length=2_000)] = "/"
    ) -> Response:
        """Go to the issuer."""
        request.scope["session"] = {}
        answer = await issuer.leave(request)
        told = {**request.scope["session"], NEXT: safe_path(next_path)}
        kept = await run_in_threadpool(oidc.pack, service.settings, told)
        answer.set_cookie(
            oidc.COOKIE, kept, max_age=int(oidc.LASTS.total_seconds()), path=oidc.PATH, httponly=True, samesite="lax",
            secure=_secure(request, service.settings),
        )  # fmt: skip
        return answer

    @router.get(oidc.CALLBACK, openapi_extra={AUDIT: "login"})
    @_said_on_the_page
    async def end_oidc(request: Request, service: ServiceDep) -> Response:
        """Come back from the issuer, and begin a session."""
        kept = await run_in_threadpool(oidc.unpack, service.settings, request.cookies.get(oidc.COOKIE))
        state = request.query_params.get("state", "")
        if not kept or not state:
            raise Refusal("not-authenticated", f"this is no login that was begun here; {oidc.TRY_AGAIN}")
        next_path = kept.pop(NEXT, "/")
        request.scope["session"] = kept
        claims = await issuer.come_back(request)
        person, role = oidc.role_of(service.settings, claims)
        await run_in_threadpool(oidc.use_state, service.store, state)
        _, word = await run_in_threadpool(
            lambda: logins.begin_session(
                service.store, person=person, role=role, key_id=None, hours=service.settings.session_hours
            )
        )
        request.scope["state"]["caller"] = await run_in_threadpool(service.doors.by_cookie, word)
        answer = RedirectResponse(safe_path(next_path), status_code=303)
        answer.delete_cookie(oidc.COOKIE, path=oidc.PATH)
        set_cookie(answer, request, word, service.settings.session_hours)
        return answer

    return router


def _said_on_the_page(door: Door) -> Door:
    """What is refused is said on the login page to browsers, and by a problem document to others."""

    @wraps(door)
    async def opened(request: Request, **given: object) -> Response:
        try:
            return await door(request=request, **given)
        except Refusal as refusal:
            if not looks(request):
                raise
            return login_page(request, next_path="/", problem=refusal.detail, status=int(refusal.kind.status))

    return opened


def _secure(request: Request, settings: Settings) -> bool:
    """Whether the browser speaks https with us, itself or through a proxy."""
    return request.url.scheme == "https" or (settings.public_url or "").startswith("https://")
