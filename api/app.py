"""The HTTP application: routers over the library, one error handler. Made by `create_app`, never at import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.errors import invalid_request, refused, unknown_path
from api.routers import health, scores
from verbatim import __version__
from verbatim.errors import UserError

if TYPE_CHECKING:
    from verbatim.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The application over the data that ``settings`` name; connects to nothing until it is asked."""
    app = FastAPI(
        title="Verbatim",
        version=__version__,
        description="Scores of support surveys, counted exactly as defined, with intervals.",
    )
    app.state.settings = settings
    app.include_router(health.router)
    app.include_router(scores.router, prefix="/v1")
    app.add_exception_handler(UserError, refused)
    app.add_exception_handler(RequestValidationError, invalid_request)
    app.add_exception_handler(HTTPException, unknown_path)
    return app
