"""What stands in the settings or is only read: you and the roles, the calendar, the taxonomy, the audit log."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query, Response

from api.access.scopes import MEANING, ROLES, Scope
from api.routers.keys import list_audit
from api.routers.session import who_am_i
from api.routers.themes import list_themes
from api.shapes import After
from api.web.page import Administers, Looks, LooksAtAll
from api.web.settings.tabs import router, show
from verbatim.errors import EmptyError
from verbatim.settings import WEEKDAYS

if TYPE_CHECKING:
    from api.web.page import Page

AUDIT_SHOWN = 100
DAYS = dict(zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


@router.get("/settings")
def you_page(page: Looks) -> Response:
    """Who is logged in, what they may do, and what each role may."""
    settings = page.settings
    return show(
        page, "settings_you.html", me=who_am_i(page.caller), roles=ROLES, meaning=MEANING, scopes=list(Scope),
        hidden_from=settings.hide_agent_ratings_from, hours=settings.session_hours,
        oidc=settings.oidc_issuer is not None, people=settings.oidc_roles if page.may("admin") else {},
    )  # fmt: skip


@router.get("/settings/calendar")
def calendar_page(page: Looks) -> Response:
    """The clocks and days that due times are counted in."""
    settings = page.settings
    today = datetime.now(UTC).date()
    return show(
        page, "settings_calendar.html", settings=settings, days=DAYS, weekdays=WEEKDAYS,
        coming=sorted(day for day in settings.holidays if day >= today),
        past=sorted((day for day in settings.holidays if day < today), reverse=True),
    )  # fmt: skip


@router.get("/settings/taxonomy")
def taxonomy_page(page: LooksAtAll) -> Response:
    """The themes that comments are matched to."""
    return show(page, "settings_taxonomy.html", found=_themes(page), asked_for=page.settings.themes)


@router.get("/settings/audit")
def audit_page(
    page: Administers, after: After = None, operation: Annotated[str, Query(max_length=100)] = ""
) -> Response:  # fmt: skip
    """Who wrote or exported what."""
    found = list_audit(page.caller, page.store, limit=AUDIT_SHOWN, after=after, operation=operation.strip() or None)
    told = [json.dumps(line.details, ensure_ascii=False) if line.details else "" for line in found.lines]
    return show(page, "settings_audit.html", found=found, told=told, operation=operation.strip())


def _themes(page: Page) -> Any:  # noqa: ANN401 (what the API answers)
    """The tree of themes; ``None`` where nothing was mined yet. Figures are of yesterday only: names are wanted."""
    today = datetime.now(UTC).date()
    try:
        return list_themes(
            page.caller, page.store, page.settings, Response(), start=today - timedelta(days=1), end=today, where=[],
            archived=True,
        )  # fmt: skip
    except EmptyError:
        return None
