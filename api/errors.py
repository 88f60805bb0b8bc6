"""Errors over HTTP: RFC 9457 problem details that name the field and the fix, never a traceback."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from fastapi.responses import JSONResponse

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException


def problem(status: int, detail: str, **more: object) -> JSONResponse:
    """A problem document (RFC 9457, ``application/problem+json``)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


async def refused(_: Request, error: Exception) -> JSONResponse:
    """What the library refuses: 422 with its message, which says what to do."""
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, " ".join(str(error).split()))


async def invalid_request(_: Request, error: Exception) -> JSONResponse:
    """A body or query that does not fit: 422 with every field; the values sent are not repeated."""
    problems = cast("RequestValidationError", error).errors()
    fields = [
        {"field": ".".join(str(part) for part in one["loc"]), "problem": one["msg"].removeprefix("Value error, ")}
        for one in problems
    ]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{fields[0]['field']}: {fields[0]['problem']}", errors=fields)


async def unknown_path(_: Request, error: Exception) -> JSONResponse:
    """No such path or method; /docs lists what there is."""
    known = cast("HTTPException", error)
    return problem(known.status_code, f"{known.detail}; /docs lists what there is")
