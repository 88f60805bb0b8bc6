"""What every page shares: who looks, how templates are filled, and how errors look to people.

A page calls the functions of `api.routers` with its own caller, so that it can show nobody more than the API does.
Forms post to the page's own paths; a request from another site is refused before (`api.access.allowed`).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException

from api.access.allowed import Needs
from api.access.scopes import Scope
from api.problems import PROBLEMS, Refusal, kind_of
from api.web.assets import address
from api.web.figures import Figures
from verbatim.errors import VerbatimError
from verbatim.reports import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI

    from api.access.caller import Caller
    from api.wiring import Service
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# path, name, icon, the scope that shows it
PLACES = (
    ("/", "Today", "today", Scope.READ),
    ("/scores", "Scores", "scores", Scope.READ),
    ("/themes", "Themes", "themes", Scope.READ),
    ("/comments", "Comments", "comments", Scope.READ),
    ("/at-risk", "At risk", "risk", Scope.READ),
    ("/accounts", "Accounts", "accounts", Scope.READ),
    ("/follow-ups", "Follow-ups", "follow-ups", Scope.READ),
    ("/reports", "Reports", "reports", Scope.READ),
    ("/import", "Import", "import", Scope.WRITE),
    ("/settings", "Settings", "settings", Scope.READ),
)
DONE: dict[str, str] = {}  # what a page says after an action: a code in the address -> a sentence; pages add theirs


@dataclass(frozen=True, slots=True)
class Page:
    """One request of a page: who asks, and what the service holds."""

    request: Request
    caller: Caller
    service: Service
    figures: Figures

    @property
    def store(self) -> Store:
        """The store."""
        return self.service.store

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.service.settings

    def may(self, scope: str) -> bool:
        """Whether the caller has this scope, by its name."""
        return self.caller.may(Scope(scope))

    def render(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
        """The page made of ``template``, which extends ``base.html``."""
        return plain_html(self.request, template, status=status, page=self, caller=self.caller, **context)

    def back(self, path: str, done: str | None = None, **query: str) -> RedirectResponse:
        """Go to ``path`` after an action, and say there what was ``done`` (a code of `DONE`)."""
        told = {name: value for name, value in {"done": done, **query}.items() if value is not None}
        return RedirectResponse(f"{path}{'&' if '?' in path else '?'}{urlencode(told)}" if told else path, 303)


class PageRoute(APIRoute):
    """Shows what goes wrong as a page; who is not logged in comes to the login."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See FastAPI."""
        handler = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handler(request)
            except (Refusal, VerbatimError, RequestValidationError, HTTPException) as error:
                return error_page(request, error)

        return shown


def error_page(request: Request, error: Exception) -> Response:
    """What went wrong and what to do, as a page."""
    if isinstance(error, Refusal):
        kind, detail = error.kind, error.detail
        if kind.name == "not-authenticated":
            back = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="")
            return RedirectResponse(f"/login?next={back}", 303)
    elif isinstance(error, RequestValidationError):
        first = error.errors()[0]
        kind = PROBLEMS["invalid"]
        detail = f"{'.'.join(map(str, first['loc'][1:]))}: {first['msg'].removeprefix('Value error, ')}"
    elif isinstance(error, HTTPException):
        kind = PROBLEMS["not-found" if error.status_code == 404 else "invalid"]
        detail = str(error.detail)
    elif isinstance(error, VerbatimError):
        kind = kind_of(error)
        detail = str(error) if kind.status < 500 else "`verbatim doctor` on the server looks for the cause"
    else:
        raise error
    caller = request.scope["state"].get("caller")
    return plain_html(
        request, "problem.html", status=int(kind.status), page=None, caller=caller, kind=kind, detail=detail
    )


def show_missing(app: FastAPI) -> None:
    """Show browsers that look for what is not there a page, not a problem document."""
    otherwise: Any = app.exception_handlers[HTTPException]

    async def shown(request: Request, error: Exception) -> Response:
        answer: Response = error_page(request, error) if looks(request) else await otherwise(request, error)
        return answer

    app.add_exception_handler(HTTPException, shown)


def looks(request: Request) -> bool:
    """Whether somebody asks with a browser, for what people look at."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1")


def page_of(scope: Scope | None, *, whole: bool = False) -> Any:  # noqa: ANN401
    """A dependency that gives the `Page`, where the caller has the scope."""
    needs = Needs(scope, whole)

    async def found(request: Request) -> Page:
        caller = await needs(request)
        service = request.app.state.service
        return Page(request, caller, service, Figures(service, caller))

    return Depends(found)


Looks = Annotated[Page, page_of(Scope.READ)]
LooksAtAll = Annotated[Page, page_of(Scope.READ, whole=True)]  # not for keys limited to accounts or teams
Works = Annotated[Page, page_of(Scope.SCORE)]
Brings = Annotated[Page, page_of(Scope.WRITE, whole=True)]
EditsThemes = Annotated[Page, page_of(Scope.EDIT_THEMES, whole=True)]
Administers = Annotated[Page, page_of(Scope.ADMIN)]


@cache
def environment() -> Environment:
    """The templates; customer text is hostile text, so all of them escape."""
    found = Environment(
        loader=PackageLoader("api.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    found.filters |= {
        "number": words.number, "count": words.count, "share": share, "when": when, "day": day_name, "ago": ago,
        "many": lambda n, one, more=None: words.many(n, one, more), "cut": words.cut, "amount": words.amount,
        "signed": words.signed, "query": query_of,
    }  # fmt: skip
    found.globals |= {"asset": address, "places": PLACES, "with_query": with_query}
    return found


def share(value: float | None, decimals: int = 0) -> str:
    """A share of 1 as per cent; a dash for ``None``."""
    return words.NOTHING if value is None else f"{100 * value:.{decimals}f} %"


def when(moment: datetime | None, zone: str) -> str:
    """A moment on the organisation's clocks: ``3 Jun 2026, 14:05``; a dash for ``None``."""
    if moment is None:
        return words.NOTHING
    local = moment.astimezone(ZoneInfo(zone))
    return f"{words.day_name(local.date())} {local:%Y, %H:%M}"


def day_name(day: date | None) -> str:
    """``3 Jun 2026``; a dash for ``None``."""
    return words.NOTHING if day is None else f"{words.day_name(day)} {day.year}"


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long since, or until, a moment: ``3 h ago``, ``in 2 days``."""
    if moment is None:
        return words.NOTHING
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    size = abs(seconds)
    told = (
        "less than a minute" if size < 60 else f"{size / 60:.0f} min" if size < 3600 else f"{size / 3600:.0f} h"
        if size < 48 * 3600 else f"{size / 86400:.0f} days"
    )  # fmt: skip
    return f"{told} ago" if seconds >= 0 else f"in {told}"


def query_of(given: Mapping[str, Any]) -> str:
    """A query string of what is given: lists become repeated names, nothing is left out but ``None`` and ''."""
    pairs = [
        (name, one)
        for name, value in given.items()
        for one in (value if isinstance(value, (list, tuple)) else [value])
        if one not in (None, "")
    ]
    return urlencode(pairs)


def with_query(request: Request, **changes: Any) -> str:  # noqa: ANN401
    """The address of this page with some of its query changed; ``None`` takes a name out."""
    given: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name not in {"done", "edit", *changes}:
            given.setdefault(name, []).append(value)
    told = query_of({**given, **changes})
    return f"{request.url.path}?{told}" if told else request.url.path


def plain_html(request: Request, template: str, *, status: int, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """A page for whoever looks, logged in or not."""
    settings = request.app.state.service.settings
    done = DONE.get(request.query_params.get("done", ""))
    text = environment().get_template(template).render(
        request=request, here=request.url.path, zone=settings.timezone, organisation=settings.organisation,
        now=datetime.now(UTC), done=done, **context,
    )  # fmt: skip
    return HTMLResponse(text, status_code=status, headers={"Content-Security-Policy": POLICY})
