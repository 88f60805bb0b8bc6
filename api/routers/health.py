"""Whether the process is up, whether it can serve, and what it counts; no key needed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from api.observing.state import state_lines
from api.problems import PROBLEMS, documented
from api.shapes import Answer
from api.wiring import ServiceDep
from verbatim import __version__
from verbatim.errors import NotFoundError

router = APIRouter(tags=["health"])


class Health(Answer):
    """The process answers."""

    status: str = Field("ok", examples=["ok"])
    version: str = Field(__version__, examples=[__version__])


class Readiness(Answer):
    """Whether requests can be served, and each thing that it takes."""

    ready: bool
    checks: dict[str, str] = Field(examples=[{"store": "ok", "predictor csat": "csat-3"}])


NOT_READY: dict[str, Any] = {
    "model": Readiness,
    "description": "Not ready: what fails says why",
    "content": {"application/json": {"example": {"ready": False, "checks": {"store": "not ready: StoreBusyError"}}}},
}


class ProblemPage(Answer):
    """A kind of problem: what it means and what to do."""

    type: str = Field(examples=["/problems/too-large"])
    status: int = Field(examples=[413])
    title: str
    fix: str
    example: str


@router.get("/healthz")
async def healthz() -> Health:
    """Say that the process is up, and which version it is."""
    return Health()


@router.get("/readyz", responses={503: NOT_READY})
def readyz(service: ServiceDep, response: Response) -> Readiness:
    """Say whether requests can be served: the store answers, and models are loaded where they are active."""
    checks = service.checks()
    ready = all(not said.startswith("not ready") for said in checks.values())
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, checks=checks)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(service: ServiceDep) -> Response:
    """Counts and times for Prometheus; no personal data."""
    return Response(
        service.meters.text(state_lines(service.store)), media_type="text/plain; version=0.0.4; charset=utf-8"
    )


@router.get("/problems/{name}", responses=documented("not-found", "invalid"))
async def problem_page(name: str) -> ProblemPage:
    """Say what a kind of problem means and what to do about it: where the `type` of an error leads."""
    if name not in PROBLEMS:
        raise NotFoundError(f"no such kind of problem; there are {', '.join(PROBLEMS)}")
    kind = PROBLEMS[name]
    return ProblemPage(type=kind.type, status=kind.status, title=kind.title, fix=kind.fix, example=kind.example)
