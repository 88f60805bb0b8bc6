"""The tabs of the settings, who sees which, and how a form says what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from fastapi import APIRouter
from pydantic import ValidationError

from api.access.scopes import Scope
from api.idempotency import Repeatable
from api.problems import Refusal, kind_of
from api.web.page import Page, PageRoute
from verbatim.errors import NotFoundError, UserError

if TYPE_CHECKING:
    from fastapi import Response

    from verbatim.errors import VerbatimError

router = APIRouter(include_in_schema=False, route_class=PageRoute)

UNTOLD = frozenset({"arguments", "body"})  # names of shapes, which people did not type
NOT_MENDED = frozenset({"not-allowed", "not-authenticated", "not-found"})


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: where it is, what it is called, and who sees it, as the API allows."""

    path: str
    title: str
    scope: Scope = Scope.READ
    whole: bool = True

    def seen_by(self, page: Page) -> bool:
        """Whether the caller sees it."""
        return page.caller.may(self.scope) and not (self.whole and page.caller.restricted)


TABS = (
    Tab("/settings", "You and roles", whole=False),
    Tab("/settings/keys", "Keys", Scope.ADMIN, whole=False),
    Tab("/settings/rules", "Rules"),
    Tab("/settings/calendar", "Calendar", whole=False),
    Tab("/settings/taxonomy", "Taxonomy"),
    Tab("/settings/models", "Models"),
    Tab("/settings/endpoints", "Endpoints", Scope.ADMIN, whole=False),
    Tab("/settings/audit", "Audit log", Scope.ADMIN, whole=False),
    Tab("/settings/jobs", "Jobs"),
)


def show(page: Page, template: str, *, status: int = 200, secret: bool = False, **context: Any) -> Response:  # noqa: ANN401
    """A page below the tabs; one that shows a ``secret`` is kept nowhere."""
    answer = page.render(template, status=status, tabs=[tab for tab in TABS if tab.seen_by(page)], **context)
    if secret:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def once(page: Page, operation: str) -> Repeatable:
    """What an API function wants that may be repeated; forms are sent once (`app.js`) and carry no key."""
    return Repeatable(page.store, operation, None, b"")


def mendable(error: Exception) -> Exception:
    """The error, where the user can mend it in the form; others are raised on, and become a page of their own."""
    fits = isinstance(error, (ValidationError, UserError)) and not isinstance(error, NotFoundError)
    if fits or (isinstance(error, Refusal) and error.kind.status < 500 and error.kind.name not in NOT_MENDED):
        return error
    raise error


def told(error: Exception) -> str:
    """What was wrong, in one sentence, without what was sent."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = ".".join(str(part) for part in first["loc"] if str(part) not in UNTOLD).replace("_", " ")
        return f"{name}: {first['msg'].removeprefix('Value error, ')}" if name else str(first["msg"])
    if isinstance(error, Refusal):
        errors = error.more.get("errors") or []
        named = str(errors[0]["field"]).removeprefix("body.").replace("_", " ") if errors else ""
        return f"{named}: {error.detail}" if named and not error.detail.startswith(named) else error.detail
    return str(error)


def status_of(error: Exception) -> int:
    """The status of the page that shows it."""
    if isinstance(error, Refusal):
        return int(error.kind.status)
    return 422 if isinstance(error, ValidationError) else int(kind_of(cast("VerbatimError", error)).status)
