"""Errors over HTTP: RFC 9457 problem details that name the field and the fix; no traceback, no customers' words.

Every problem the API can answer with stands in `PROBLEMS`, so that the OpenAPI document, the pages under
``/problems`` and the handlers say the same.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.fields import field_of
from verbatim.errors import (
    EditConflictError,
    EmptyError,
    MissingExtraError,
    NoSkillError,
    NotFoundError,
    StorageError,
    StoreBusyError,
    UserError,
    VerbatimError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fastapi import FastAPI, Request

log = logging.getLogger("verbatim.api")

MEDIA_TYPE = "application/problem+json"
LONGEST_DETAIL = 1_000


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem: what it means and what to do, in general; ``example`` is the detail of one."""

    name: str
    status: HTTPStatus
    title: str
    fix: str
    example: str

    @property
    def type(self) -> str:
        """The problem's type, a reference to its page."""
        return f"/problems/{self.name}"


_KINDS = (
    ProblemKind(
        "not-authenticated", HTTPStatus.UNAUTHORIZED, "Who are you?",
        "Send a key as `Authorization: Bearer vb_…`; `verbatim key create NAME` makes one.",
        "this key was revoked on 2026-10-31; ask for a new one",
    ),
    ProblemKind(
        "not-allowed", HTTPStatus.FORBIDDEN, "This key may not do that",
        "Use a key with the scope that the message names, or one that is not limited to some accounts or teams.",
        "this needs the scope 'write'; your key has read",
    ),
    ProblemKind(
        "not-found", HTTPStatus.NOT_FOUND, "There is no such thing",
        "Check the id or name; the message says what there is.",
        "no theme 'T999'",
    ),
    ProblemKind(
        "nothing-yet", HTTPStatus.NOT_FOUND, "There is nothing to work on yet",
        "Do first what the message names.",
        "no themes yet; run `verbatim mine` first",
    ),
    ProblemKind(
        "no-method", HTTPStatus.METHOD_NOT_ALLOWED, "This path knows no such method",
        "Look the path up in /docs; the header Allow lists the methods.",
        "Method Not Allowed; /docs lists what there is",
    ),
    ProblemKind(
        "conflict", HTTPStatus.CONFLICT, "That contradicts what is there",
        "Read the present state, then decide again.",
        "this follow-up is resolved already; reopen it first",
    ),
    ProblemKind(
        "no-active-model", HTTPStatus.CONFLICT, "No model with proven skill is active",
        "Train one: `verbatim predictor train`, or POST /v1/jobs with kind train (scope admin). The reason says why.",
        "no predictor of CSAT is active; csat-2 was refused: too few rated tickets (130 of at least 200)",
    ),
    ProblemKind(
        "changed-meanwhile", HTTPStatus.PRECONDITION_FAILED, "Somebody was faster",
        "Fetch the resource again, look at what changed, and send If-Match with the new ETag.",
        "the themes were edited since you looked (edit 12, you saw 11)",
    ),
    ProblemKind(
        "too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large",
        "Send less at once, or upload a file: POST /v1/uploads.",
        "the body is larger than the 10 MB allowed here",
    ),
    ProblemKind(
        "unsupported-media-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "This content type is not read here",
        "Send the content type that the message names.",
        "send application/json or application/x-ndjson, not text/csv",
    ),
    ProblemKind(
        "invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "The request does not fit",
        "Change the fields listed under `errors`.",
        "body.values.0: Input should be a valid number",
    ),
    ProblemKind(
        "precondition-required", HTTPStatus.PRECONDITION_REQUIRED, "Say which version you saw",
        "Send If-Match with the ETag of your last GET, so that nobody's edit is lost.",
        "send If-Match with the ETag of GET /v1/themes",
    ),
    ProblemKind(
        "too-many-requests", HTTPStatus.TOO_MANY_REQUESTS, "Too many requests with this key",
        "Wait as long as Retry-After says; the setting rate_per_minute changes the limit.",
        "this key made 1200 requests in a minute; wait 12 seconds",
    ),
    ProblemKind(
        "internal", HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here",
        "It is ours, not yours: report the request id.",
        "something went wrong; report request 4f6e9a",
    ),
    ProblemKind(
        "not-installed", HTTPStatus.NOT_IMPLEMENTED, "This server lacks an optional part",
        "Install the extra that the message names on the server.",
        'PDF needs WeasyPrint; run pip install "verbatim-mining[pdf]"',
    ),
    ProblemKind(
        "busy", HTTPStatus.SERVICE_UNAVAILABLE, "The store cannot answer now",
        "Try again after Retry-After seconds; if it stays so, look at /readyz and `verbatim doctor`.",
        "the database is locked by another process; try again",
    ),
    ProblemKind(
        "too-slow", HTTPStatus.GATEWAY_TIMEOUT, "That took too long",
        "Ask for less at once, or make it a job: POST /v1/jobs.",
        "this took longer than the 30 seconds allowed here",
    ),
)  # fmt: skip
PROBLEMS: Mapping[str, ProblemKind] = {kind.name: kind for kind in _KINDS}

# Which kind an error of the library is; the first that fits.
_OF_ERROR: tuple[tuple[type[VerbatimError], str], ...] = (
    (NotFoundError, "not-found"),
    (EmptyError, "nothing-yet"),
    (NoSkillError, "no-active-model"),
    (EditConflictError, "conflict"),
    (MissingExtraError, "not-installed"),
    (UserError, "invalid"),
    (StorageError, "busy"),
)
_OF_STATUS = {kind.status: kind.name for kind in reversed(_KINDS)}


class FieldProblem(BaseModel):
    """One field that does not fit."""

    field: str = Field(description="where it is: body, query, path or header, then the names down to it")
    problem: str = Field(description="what is wrong with it, and what would fit")


class Problem(BaseModel):
    """What went wrong, as RFC 9457 says."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="the kind of problem: a page of this server that says what to do")
    title: str
    status: int
    detail: str = Field(description="what failed, the offending value and what to do next")
    request_id: str | None = Field(None, description="names this request in the server's log")
    errors: list[FieldProblem] | None = Field(
        None, description="each field that does not fit, wherever the status is 422"
    )


class Refusal(Exception):  # noqa: N818 (it is an answer)
    """An answer that is a problem; ``more`` are further members of the document."""

    def __init__(self, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:  # noqa: ANN401
        super().__init__(detail)
        self.kind, self.detail, self.headers, self.more = PROBLEMS[kind], detail, dict(headers or {}), more

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Refusal, self.kind.name, self.detail, headers=self.headers, **self.more), ()


def misfit(field: str, problem: str, **more: Any) -> Refusal:  # noqa: ANN401
    """A 422 about one field: where it is (``body.name``, ``header.If-Match``), what is wrong and what would fit."""
    return Refusal("invalid", problem, errors=[{"field": field, "problem": problem}], **more)


@contextmanager
def about(field: str) -> Iterator[None]:
    """What the library refuses in here is about one field of the request."""
    try:
        yield
    except UserError as error:
        if kind_of(error).name != "invalid":
            raise
        raise misfit(field, _one_line(str(error))) from error


def problem_response(
    kind: ProblemKind, detail: str, request_id: str | None, *, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """A problem document; what does not fit always says where, if only that it is the request as a whole."""
    if kind.name == "invalid" and not more.get("errors"):
        more["errors"] = [{"field": "request", "problem": _one_line(detail)}]
    body = {
        "type": kind.type, "title": kind.title, "status": int(kind.status), "detail": _one_line(detail),
        **({"request_id": request_id} if request_id else {}), **more,
    }  # fmt: skip
    return JSONResponse(body, status_code=kind.status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def documented(*names: str) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of an operation that can answer with these problems, with an example of each."""
    found: dict[int | str, dict[str, Any]] = {}
    for name in names:
        kind = PROBLEMS[name]
        schema = {"$ref": "#/components/schemas/Problem"}
        content = {MEDIA_TYPE: {"schema": schema, "examples": {}}}
        answer = found.setdefault(int(kind.status), {"description": kind.title, "content": content})
        value = {"type": kind.type, "title": kind.title, "status": int(kind.status), "detail": kind.example}
        if name == "invalid":
            value["errors"] = [{"field": "body.values.0", "problem": "Input should be a valid number"}]
        answer["content"][MEDIA_TYPE]["examples"][name] = {"summary": kind.fix, "value": value}
    return found


def handle_problems(app: FastAPI) -> None:
    """Turn everything that is raised into a problem document."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(VerbatimError, _library)
    app.add_exception_handler(RequestValidationError, _not_fitting)
    app.add_exception_handler(HTTPException, _http)


def kind_of(error: VerbatimError) -> ProblemKind:
    """What an error of the library is over HTTP; one that is not the caller's is internal."""
    return PROBLEMS[next((name for kind, name in _OF_ERROR if isinstance(error, kind)), "internal")]


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    refusal = cast("Refusal", error)
    more = dict(refusal.more)
    if refusal.kind.name == "invalid":
        more.setdefault("errors", _errors(request, refusal.detail))
    return problem_response(refusal.kind, refusal.detail, request_id_of(request), headers=refusal.headers, **more)


async def _library(request: Request, error: Exception) -> JSONResponse:
    """What the library refuses, with its message; what failed inside it without."""
    known = cast("VerbatimError", error)
    kind = kind_of(known)
    if kind.name == "internal":
        log.error("failed inside", extra={"error": type(known).__name__, "request_id": request_id_of(request)})
        return problem_response(kind, f"{type(known).__name__}; `verbatim doctor` on the server looks for the cause",
                                request_id_of(request))  # fmt: skip
    headers = {"Retry-After": "1" if isinstance(known, StoreBusyError) else "30"} if kind.name == "busy" else {}
    detail = str(known)
    if isinstance(known, StorageError) and not isinstance(known, StoreBusyError):
        log.error("store failed", extra={"error": detail, "request_id": request_id_of(request)})
        detail = "the store does not answer; `verbatim doctor` on the server says why"
    more = {"errors": _errors(request, detail)} if kind.name == "invalid" else {}
    return problem_response(kind, detail, request_id_of(request), headers=headers, **more)


async def _not_fitting(request: Request, error: Exception) -> JSONResponse:
    """A body, query or path that does not fit: every field; the values sent are not repeated."""
    problems = cast("RequestValidationError", error).errors()
    fields = [
        {"field": ".".join(str(part) for part in one["loc"]), "problem": one["msg"].removeprefix("Value error, ")}
        for one in problems
    ]
    detail = f"{fields[0]['field']}: {fields[0]['problem']}"
    return problem_response(PROBLEMS["invalid"], detail, request_id_of(request), errors=fields[:50])


async def _http(request: Request, error: Exception) -> JSONResponse:
    """No such path or method, a body that is too large: what Starlette answers by itself."""
    known = cast("HTTPException", error)
    kind = PROBLEMS[_OF_STATUS.get(HTTPStatus(known.status_code), "invalid")]
    detail = kind.example if kind.name == "too-large" else f"{known.detail}; /docs lists what there is"
    return problem_response(kind, detail, request_id_of(request), headers=known.headers)


def _errors(request: Request, detail: str) -> list[dict[str, str]]:
    """The one field that the library's message is about."""
    return [{"field": field_of(request.scope.get("route"), detail), "problem": _one_line(detail)}]


def request_id_of(request: Request) -> str | None:
    """The request's id, where the middleware has given one."""
    found: str | None = request.scope.get("state", {}).get("request_id")
    return found


def _one_line(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= LONGEST_DETAIL else line[: LONGEST_DETAIL - 1] + "…"
