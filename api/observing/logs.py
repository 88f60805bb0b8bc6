"""Logs as JSON lines on standard error: one a request and one a notable event; no customers' words, no secrets."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
import traceback
from typing import TYPE_CHECKING

from pythonjsonlogger.json import JsonFormatter

if TYPE_CHECKING:
    from types import TracebackType

FIELDS = "{asctime}{levelname}{name}{message}"


class QuietFormatter(JsonFormatter):
    """Shows where an exception was raised and its type, not its message: that can hold what customers wrote."""

    def format(self, record: logging.LogRecord) -> str:
        """As JSON, unless it is that already."""
        if isinstance(record.msg, Whole):
            return record.msg
        record.__dict__.pop("color_message", None)  # uvicorn's, for terminals
        return super().format(record)

    def formatException(  # noqa: N802 (the name of the standard library)
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Type and places."""
        if ei[0] is None:
            return ""
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(ei[2])]
        return f"{ei[0].__module__}.{ei[0].__qualname__} at {' > '.join(places)}"


class RequestLines:
    """One line a request, written a tenth of a second later with those of others.

    Writing each at once costs as much as some answers do. What a killed process had not written is lost; the audit
    log has every write. Nothing in a line needs escaping: ids, methods and templates of paths are ours.
    """

    def __init__(self, *, after_seconds: float = 0.1) -> None:
        self._after = after_seconds
        self._waiting: list[str] = []
        self._logger = logging.getLogger("verbatim.requests")
        self._second, self._stamp = 0, ""

    def note(self, request_id: str, method: str, path: str, *, status: int, seconds: float, key: str | None) -> None:
        """A request that has ended; call it on the event loop."""
        if not self._logger.isEnabledFor(logging.INFO):
            return
        who = "null" if key is None else f'"{key}"'
        self._waiting.append(
            f'{{"time": "{self._time()}", "level": "INFO", "logger": "verbatim.requests", "message": "request", '
            f'"request_id": "{request_id}", "method": "{method}", "path": "{path}", "status": {status}, '
            f'"ms": {1000 * seconds:.2f}, "key": {who}}}'
        )
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(self._after, self.write)

    def write(self) -> None:
        """Write what waits."""
        lines, self._waiting = self._waiting, []
        if lines:
            self._logger.info(Whole("\n".join(lines)))

    def _time(self) -> str:
        now = int(time.time())
        if now != self._second:
            self._second, self._stamp = now, time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(now))
        return self._stamp


class Whole(str):
    """A message that is its own line, or lines, already."""

    __slots__ = ()


def json_formatter() -> QuietFormatter:
    """The form of every line, of servers and workers."""
    names = {"asctime": "time", "levelname": "level", "name": "logger"}
    return QuietFormatter(FIELDS, style="{", rename_fields=names, datefmt="%Y-%m-%dT%H:%M:%S%z")


def log_as_json(level: str = "INFO") -> None:
    """Send everything through one handler; access lines come from `api.middleware`, not from uvicorn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(json_formatter())
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line shows them
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("httpx", "httpcore", "huey", "alembic", "sentence_transformers", "weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR if name == "weasyprint" else logging.WARNING)
