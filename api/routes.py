"""What a route says of itself beyond FastAPI: whether calling it is something that the audit log must show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.routing import iter_route_contexts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.types import Scope

AUDIT = "x-audit"
# For `openapi_extra` of an operation: a POST that keeps nothing, and a GET that takes data out.
KEEPS_NOTHING: dict[str, Any] = {AUDIT: "none"}
EXPORTS: dict[str, Any] = {AUDIT: "export"}


def path_templates(app: FastAPI) -> Mapping[int, str]:
    """The path of each route as it is written, with its prefix, by the identity of the route."""
    found = {}
    for context in iter_route_contexts(app.routes):
        original = getattr(context, "original_route", context)
        found[id(original)] = str(getattr(context, "path_format", None) or getattr(original, "path", "unknown"))
    return found


def audited_operation(scope: Scope) -> str | None:
    """The operation's id, where the audit log must show it."""
    route: Any = scope.get("route")
    said = (getattr(route, "openapi_extra", None) or {}).get(AUDIT)
    if said == "none" or route is None:
        return None
    if said is None and scope["method"] in {"GET", "HEAD", "OPTIONS"}:
        return None
    found: str | None = getattr(route, "operation_id", None) or getattr(route, "name", None)
    return found
