"""The OpenAPI document: what FastAPI writes, and who may call each operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from api.access.allowed import Needs
from api.access.logins import COOKIE
from api.access.scopes import MEANING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key: `Authorization: Bearer vb_…`"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "A person who logged in"},
}


def documents(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """What ``app.openapi`` becomes: the document, made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes,
                openapi_version="3.1.0", tags=app.openapi_tags,
            )  # fmt: skip
            found["components"]["securitySchemes"] = SCHEMES
            for path, method, needs in needed(app):
                _tell(found["paths"][path][method], needs)
            app.openapi_schema = found
        return app.openapi_schema

    return document


def needed(app: FastAPI) -> list[tuple[str, str, Needs | None]]:
    """Path, method (lower case) and what it needs, of every operation in the document; ``None``: no key."""
    found = []
    for context in iter_route_contexts(app.routes):
        if not getattr(context, "include_in_schema", False):
            continue
        dependant: Any = getattr(context, "dependant", None)
        needs = (
            next((one.call for one in dependant.dependencies if isinstance(one.call, Needs)), None)
            if dependant
            else None
        )
        path: Any = getattr(context, "path_format", "")
        found += [(path, method.lower(), needs) for method in sorted(getattr(context, "methods", ()) or ())]
    return found


def _tell(operation: dict[str, Any], needs: Needs | None) -> None:
    if needs is None:
        operation["security"] = []
        return
    scopes = [] if needs.scope is None else [str(needs.scope)]
    operation["security"] = [{"key": scopes}, {"session": scopes}]
    said = (
        "Any key or login will do."
        if needs.scope is None
        else f"Needs the scope `{needs.scope}`: {MEANING[needs.scope]}."
    )
    limited = " Not for keys that are limited to accounts or teams." if needs.whole else ""
    operation["description"] = f"{operation.get('description', '')}\n\n{said}{limited}".strip()
