"""Keys of the API: made, shown once, revoked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Form, Response

from api.access.scopes import MEANING, ROLES, Scope
from api.routers.keys import NewKey, create_key, list_keys, revoke_key
from api.shapes import Id
from api.web.page import DONE, Administers
from api.web.settings.tabs import mendable, once, router, show, status_of, told
from verbatim.errors import InputError

if TYPE_CHECKING:
    from api.web.page import Page

DONE |= {
    "key-revoked": "The key was revoked. Whoever uses it is refused within two seconds; sessions of it have ended."
}
EMPTY = {"name": "", "role": "viewer", "scopes": [], "accounts": "", "teams": "", "expires": ""}
Line = Annotated[str, Form(max_length=200)]
Lines = Annotated[str, Form(max_length=100_000)]


@router.get("/settings/keys")
def keys_page(page: Administers) -> Response:
    """Every key, and a form for another."""
    return _listed(page)


@router.post("/settings/keys", name="create_key")
def make(
    page: Administers, name: Line = "", role: Line = "", accounts: Lines = "", teams: Lines = "", expires: Line = "",
    scopes: Annotated[list[str] | None, Form()] = None,
) -> Response:  # fmt: skip
    """Make a key, and show its text this once."""
    typed = {
        "name": name, "role": role, "scopes": scopes or [], "accounts": accounts, "teams": teams, "expires": expires,
    }  # fmt: skip
    try:
        body = NewKey.model_validate({
            "name": name.strip(), "role": role or None, "scopes": scopes or [], "accounts": lines_of(accounts),
            "teams": lines_of(teams), "expires_at": _end_of(expires, page.settings.timezone),
        })  # fmt: skip
        made = create_key(body, page.caller, once(page, "create_key"))
    except Exception as error:
        return _listed(page, typed=typed, problem=told(mendable(error)), status=status_of(error))
    return _listed(page, made=json.loads(bytes(made.body)))


@router.post("/settings/keys/{key_id}/revoke", name="revoke_key")
def revoke(page: Administers, key_id: Id) -> Response:
    """End a key. There is no way back: make another."""
    revoke_key(key_id, page.caller, page.store)
    return page.back("/settings/keys", "key-revoked")


def lines_of(text: str) -> list[str]:
    """One entry a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _end_of(day: str, zone: str) -> datetime | None:
    """The end of a day on the organisation's clocks."""
    if not day.strip():
        return None
    try:
        found = datetime.strptime(day.strip(), "%Y-%m-%d")  # noqa: DTZ007 (a day has no zone)
        return datetime.combine(found.date() + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError("“Good until” is no day; write it as 2027-10-31, or leave it empty") from error


def _listed(page: Page, *, status: int = 200, **shown: Any) -> Response:  # noqa: ANN401
    context: dict[str, Any] = {"typed": EMPTY, "problem": None, "made": None, **shown}
    return show(
        page, "settings_keys.html", status=status, secret=True, keys=list_keys(page.caller, page.store).keys,
        roles=ROLES, scopes=list(Scope), meaning=MEANING, **context,
    )  # fmt: skip
