"""Coming in and going out: the login with a key (or OpenID Connect, where it is set up), and the way out."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access import logins
from api.access.allowed import demand_same_site
from api.problems import Refusal
from api.routers.session import set_cookie
from api.routes import KEEPS_NOTHING
from api.web.page import PageRoute, plain_html
from api.wiring import ServiceDep

router = APIRouter(include_in_schema=False, route_class=PageRoute)


def safe_path(given: str) -> str:
    """A path of this page, whatever was given: never another site."""
    parts = urlsplit(given)
    plain = given.startswith("/") and not given.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return given if plain and "\\" not in given and given.isprintable() else "/"


def login_page(
    request: Request, *, next_path: str, problem: str | None = None, status: int = 401
) -> Response:  # fmt: skip
    """The form; with ``status`` where there is a problem."""
    service = request.app.state.service
    return plain_html(
        request, "login.html", status=200 if problem is None else status, page=None, caller=None,
        next_path=safe_path(next_path), problem=problem, oidc=service.settings.oidc_issuer is not None,
    )  # fmt: skip


@router.get("/login")
def login(
    request: Request, service: ServiceDep, link: Annotated[str | None, Query(max_length=100)] = None,
    next_path: Annotated[str, Query(alias="next", max_length=2_000)] = "/",
) -> Response:  # fmt: skip
    """Show the form; or log in with the link that `verbatim serve` prints, which is good once."""
    if link is None:
        return login_page(request, next_path=next_path)
    found = logins.use_link(service.store, link, hours=service.settings.session_hours)
    if found is None:
        problem = "this link was used before or is too old; `verbatim key link` on the server prints a new one"
        return login_page(request, next_path="/", problem=problem)
    answer = RedirectResponse("/", 303)
    set_cookie(answer, request, found[1], service.settings.session_hours)
    return answer


@router.post("/login", openapi_extra=KEEPS_NOTHING)
def enter(
    request: Request, service: ServiceDep, key: Annotated[str, Form(max_length=200)] = "",
    next_path: Annotated[str, Form(alias="next", max_length=2_000)] = "/",
) -> Response:  # fmt: skip
    """Log in with a key."""
    demand_same_site(request)
    try:
        caller = service.doors.by_key(key.strip())
    except Refusal as refusal:
        return login_page(request, next_path=next_path, problem=refusal.detail)
    _, word = logins.begin_session(
        service.store, person=caller.person, role=None, key_id=caller.key_id, hours=service.settings.session_hours
    )
    answer = RedirectResponse(safe_path(next_path), 303)
    set_cookie(answer, request, word, service.settings.session_hours)
    return answer


@router.post("/logout", openapi_extra=KEEPS_NOTHING)
def leave(request: Request, service: ServiceDep) -> Response:
    """Log out."""
    demand_same_site(request)
    word = request.cookies.get(logins.COOKIE)
    if word:
        logins.end_session(service.store, word)
        service.doors.forget(word)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(logins.COOKIE, path="/")
    return answer
