"""Files that pages load: style, scripts and drawings of our own.

Each is under an address that changes with its content, so that browsers may keep it for a year.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

from verbatim.errors import NotFoundError

router = APIRouter(include_in_schema=False)

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
YEAR = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/static/{stamp}/{name}")
def asset(stamp: str, name: str) -> Response:
    """A file; the stamp is only there to be another with each content."""
    found = content(name)
    kind = KINDS[name.rpartition(".")[2]]
    return Response(found, media_type=kind, headers=YEAR if stamp == stamp_of(name) else {"Cache-Control": "no-cache"})


@cache
def content(name: str) -> bytes:
    """A file's bytes.

    Raises:
        NotFoundError: there is no such file.
    """
    if name not in _names():
        raise NotFoundError("no such file")
    return (files("api.web") / "static" / name).read_bytes()


@cache
def stamp_of(name: str) -> str:
    """A few characters that change with the content."""
    return hashlib.blake2b(content(name), digest_size=6).hexdigest()


def address(name: str) -> str:
    """Where a page finds the file."""
    return f"/static/{stamp_of(name)}/{name}"


@cache
def _names() -> frozenset[str]:
    return frozenset(entry.name for entry in (files("api.web") / "static").iterdir() if "." in entry.name)
