"""Files that go out: reports and exports, with a name, a type and an ETag; safe to open in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from fastapi.responses import FileResponse

from verbatim.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
}
SHOWN = frozenset({"html", "pdf", "json", "md"})  # by a browser, instead of being saved
# Whatever a file holds, it runs no script, sends no form and loads nothing from elsewhere.
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
NOT_MODIFIED: Mapping[int | str, dict[str, Any]] = {304: {"description": "It is what If-None-Match names"}}


def file_answer(request: Request, path: Path, name: str, sha256: str) -> Response:
    """The file under this name, or 304 where the caller has it already.

    Raises:
        NotFoundError: it is gone.
    """
    tag = f'"{sha256}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Content-Security-Policy": POLICY}
    if tag in {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    if not path.is_file():
        raise NotFoundError(f"the file {name} is gone from this server; make it again")
    kind = path.suffix.removeprefix(".")
    how = "inline" if kind in SHOWN else "attachment"
    return FileResponse(
        path, media_type=MEDIA[kind], filename=name, content_disposition_type=how,
        headers=headers,
    )  # fmt: skip


def files_documented(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of an operation that gives a file of one of these kinds."""
    content = {MEDIA[kind].partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {200: {"description": "The file", "content": content}, **NOT_MODIFIED}
