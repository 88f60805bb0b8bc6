"""The interactive documentation, from files of the package fastapi-swagger: no other machine is asked for anything."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from verbatim.errors import NotFoundError

router = APIRouter(include_in_schema=False)

PACKAGE, FOLDER = "fastapi_swagger", "resources"
KINDS = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
# Swagger UI writes style attributes; scripts come from here only.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Verbatim API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/docs/files/favicon-32x32.png"><link rel="stylesheet" href="/docs/files/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/files/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
"""
START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: true,
  displayRequestDuration: true, docExpansion: "list", defaultModelsExpandDepth: 0, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""


@router.get("/docs")
async def docs() -> HTMLResponse:
    """The page."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@router.get("/docs/start.js")
async def start() -> Response:
    """Its script."""
    return Response(START, media_type="text/javascript")


@router.get("/docs/files/{name}")
def asset(name: str) -> Response:
    """A file of Swagger UI."""
    if name not in _names():
        raise NotFoundError("no such file of the documentation")
    kind = next(kind for ending, kind in KINDS.items() if name.endswith(ending))
    return Response(_content(name), media_type=kind, headers={"Cache-Control": "public, max-age=86400"})


@cache
def _names() -> frozenset[str]:
    return frozenset(entry.name for entry in (files(PACKAGE) / FOLDER).iterdir() if entry.name.endswith(tuple(KINDS)))


@cache
def _content(name: str) -> bytes:
    return (files(PACKAGE) / FOLDER / name).read_bytes()
