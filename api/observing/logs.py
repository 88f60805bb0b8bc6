"""Logs as JSON lines on standard error: one a request and one a notable event; no customers' words, no secrets."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING

from pythonjsonlogger.json import JsonFormatter

if TYPE_CHECKING:
    from types import TracebackType

FIELDS = "{asctime}{levelname}{name}{message}"


class QuietFormatter(JsonFormatter):
    """Shows where an exception was raised and its type, not its message: that can hold what customers wrote."""

    def formatException(  # noqa: N802 (the name of the standard library)
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Type and places."""
        if ei[0] is None:
            return ""
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(ei[2])]
        return f"{ei[0].__module__}.{ei[0].__qualname__} at {' > '.join(places)}"


def log_as_json(level: str = "INFO") -> None:
    """Send everything through one handler; access lines come from `api.middleware`, not from uvicorn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        QuietFormatter(
            FIELDS, style="{", rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
        )
    )  # fmt: skip
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("httpx", "httpcore", "huey", "alembic", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.WARNING)
