"""The HTTP application: routers over the library. Made by `create_app`, never at import."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

from api import web
from api.document import TAGS, documents
from api.express import Express
from api.middleware import Surroundings, Timed
from api.problems import documented, handle_problems
from api.routers import ALL, docs, health, predictions, scores
from api.routes import path_templates
from api.web.page import show_missing
from api.wiring import Service
from verbatim import __version__

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi.routing import APIRoute

    from verbatim.settings import Settings

DESCRIPTION = """\
Scores of support surveys, themes of what customers say, and predictions for open tickets.

**Start here.** Press *Authorize*, paste a key (`verbatim key create NAME --role analyst` prints one), then try
`POST /v1/predictions/csat`: the example is ready to run.

Every list is paged: pass `next` of one answer as `after` of the following request. Every error is a problem document
(RFC 9457) whose `type` leads to a page that says what to do. Times are ISO 8601 with a zone.
"""
MEGABYTE = 1_000_000
COMMON = (
    "not-authenticated",
    "not-allowed",
    "invalid",
    "too-large",
    "too-many-requests",
    "internal",
    "busy",
    "too-slow",
)


def create_app(settings: Settings) -> FastAPI:
    """The application over the data that ``settings`` name; connects to nothing until it is started."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(service.open)
        try:
            yield
        finally:
            await run_in_threadpool(service.close)

    app = FastAPI(
        title="Verbatim", version=__version__, description=DESCRIPTION, lifespan=lifespan, docs_url=None,
        redoc_url=None, generate_unique_id_function=_operation_id,
        openapi_tags=[{"name": name, "description": said} for name, said in TAGS.items()],
    )  # fmt: skip
    app.state.service = service
    app.include_router(docs.router)
    if settings.oidc_issuer is not None:
        from api.web.entering_oidc import entrance

        app.include_router(entrance(settings))
    largest = int(settings.body_limit_mb * MEGABYTE)
    for router in ALL:
        app.include_router(router, prefix="/v1", responses=documented(*COMMON), max_body_size=largest)
    app.include_router(health.router)
    for page in web.ALL:
        app.include_router(page, max_body_size=largest)
    handle_problems(app)
    show_missing(app)
    app.openapi = documents(app)  # type: ignore[method-assign]
    app.add_middleware(Timed, seconds=settings.request_seconds)
    app.add_middleware(
        Express, service=service, lines=(scores.LINE, predictions.LINE), seconds=settings.request_seconds
    )
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=settings.cors_origins, allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "Idempotency-Key", "X-Request-ID"],
            expose_headers=["ETag", "Retry-After", "X-Request-ID"],
        )  # fmt: skip
    app.add_middleware(
        Surroundings, meters=service.meters, audit=service.note, templates=path_templates(app),
    )  # fmt: skip
    return app


def _operation_id(route: APIRoute) -> str:
    """The name of the function: what a generated client calls the operation."""
    return route.name
