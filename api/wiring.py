"""What one process of the service holds: the store, who may call, the models. Made by `create_app`, opened at start."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import insert, select

from api.access.caller import Caller, Doorkeeper
from api.access.pace import Pace
from api.counting import Counting
from api.kept import Kept
from api.live.beside import Beside
from api.live.scoring import Scoring
from api.live.shelf import PredictorShelf
from api.observing.metrics import Meters
from api.routes import audited_operation
from api.stopping import Stopping
from api.themes.shelf import ThemeShelf
from verbatim.errors import StorageError
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store
from verbatim.storage.tables import audit

if TYPE_CHECKING:
    from starlette.types import Scope

    from api.jobs.queue import Queue

log = logging.getLogger("verbatim.api")


class Service:
    """One process of the service. `open` connects; `close` gives everything back."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.meters = Meters()
        self.pace = Pace(settings)
        self.kept = Kept()
        self.counting = Counting(settings)
        self._store: Store | None = None
        self._doors: Doorkeeper | None = None
        self._themes: ThemeShelf | None = None
        self._scoring: Scoring | None = None
        self._queue: Queue | None = None
        self._opening = Lock()
        self.stopping = Stopping()

    @property
    def store(self) -> Store:
        """The open store."""
        if self._store is None:
            raise StorageError("the service is not open yet")
        return self._store

    @property
    def doors(self) -> Doorkeeper:
        """Who knows the keys."""
        if self._doors is None:
            raise StorageError("the service is not open yet")
        return self._doors

    @property
    def scoring(self) -> Scoring:
        """Predictions while somebody waits."""
        if self._scoring is None:
            raise StorageError("the service is not open yet")
        return self._scoring

    @property
    def themes(self) -> ThemeShelf:
        """The theme model, the vectors of comments and the room for edits, each loaded when it is first asked for."""
        if self._themes is None:
            raise StorageError("the service is not open yet")
        return self._themes

    @property
    def queue(self) -> Queue:
        """The queue that wakes workers, opened when it is first used."""
        from api.jobs.queue import make_queue

        with self._opening:
            if self._queue is None:
                self._queue = make_queue(self.settings)
            return self._queue

    def open(self) -> None:
        """Open the store, its schema at head.

        Raises:
            StorageError: it cannot be opened.
        """
        self._store = prepare_store(self.settings)
        self._doors = Doorkeeper(self._store, self.settings)
        self._themes = ThemeShelf(self._store, self.settings)
        shelf = PredictorShelf(self._store, self.settings)
        beside = Beside(self.settings, shelf) if self.settings.scoring_process else None
        self._scoring = Scoring(shelf, self.meters, beside)
        self._scoring.start()

    def close(self) -> None:
        """Give connections back, after what is being worked on."""
        self.counting.close()
        self.kept.close()
        if self._scoring is not None:
            self._scoring.close()
            self._scoring.shelf.stop()
        if self._themes is not None:
            self._themes.close()
        if self._queue is not None:
            self._queue.close()
        if self._store is not None:
            self._store.close()

    def checks(self) -> dict[str, str]:
        """What it takes to serve, and how each is: ``ok`` or words, beginning with ``not ready`` where it fails."""
        try:
            with self.store.reading() as connection:
                connection.execute(select(audit.c.id).limit(1))
        except StorageError as error:
            return {"store": f"not ready: {type(error).__name__}"}
        return {"store": "ok", **self.scoring.says()}

    async def note(self, scope: Scope, status: int) -> None:
        """Write a line of the audit log: who did what to which path, and how it ended.

        Where the store cannot take it, the line goes to the log: the answer of the request is not lost for it.
        """
        caller: Caller | None = scope["state"].get("caller")
        if caller is None and status in {401, 429}:
            return
        row = {
            "id": uuid.uuid4().hex, "at": datetime.now(UTC), "person": caller.person if caller else "nobody",
            "key_id": caller.key_id if caller else None, "operation": audited_operation(scope) or "",
            "subject": scope["path"][:500], "status": status, "request_id": scope["state"]["request_id"],
            "details": scope["state"].get("audit_details", {}),
        }  # fmt: skip
        try:
            await run_in_threadpool(self._write_audit, row)
        except StorageError:
            log.exception(
                "audit not written", extra={name: str(row[name]) for name in ("operation", "person", "status")}
            )

    def _write_audit(self, row: dict[str, Any]) -> None:
        with self.store.writing() as connection:
            connection.execute(insert(audit).values(**row))


def service_of(request: Request) -> Service:
    """The service that answers this request."""
    found: Service = request.app.state.service
    return found


async def _service(request: Request) -> Service:
    return service_of(request)


async def _store(request: Request) -> Store:
    return service_of(request).store


async def _settings(request: Request) -> Settings:
    return service_of(request).settings


ServiceDep = Annotated[Service, Depends(_service)]
StoreDep = Annotated[Store, Depends(_store)]
SettingsDep = Annotated[Settings, Depends(_settings)]
