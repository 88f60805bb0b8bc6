"""The predictors a process holds: loaded once, swapped when another version is activated, their history kept fresh.

A thread of its own looks at the store; requests only ever take what lies ready, so that none waits for a swap.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from api.problems import Refusal
from verbatim.errors import VerbatimError
from verbatim.storage.queries.naming import external_ids
from verbatim.storage.tables import ingest_batch, predictor, ticket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from models.live import LiveScorer
    from models.predictor import Predictor
    from models.registry import Registered
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

log = logging.getLogger("verbatim.models")

METRICS = ("csat", "ces")
LOOKED_AT_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """A predictor ready to score, and the state of the store that its history was read from."""

    version: Registered
    scorer: LiveScorer
    names: Mapping[str, str]  # of the tickets it knows: key in the store -> id at the source
    seen: Any
    loaded_at: float


class PredictorShelf:
    """What is active of each metric, ready to use."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._loaded: dict[str, Loaded] = {}
        self._problems: dict[str, str] = {}
        self._failed: dict[str, str] = {}  # metric -> id of a version that could not be loaded
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="predictors", daemon=True)

    def start(self) -> None:
        """Begin to load and to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join(timeout=30)

    def wait(self) -> None:
        """Until `ready`, or stopped."""
        while not self._ready.wait(0.1) and not self._stop.is_set():
            pass

    @property
    def loaded(self) -> bool:
        """Whether any predictor is in use."""
        return bool(self._loaded)

    @property
    def ready(self) -> bool:
        """Whether everything that was active at the start has been looked at."""
        return self._ready.is_set()

    def take(self, metric: str) -> Loaded:
        """The predictor in use. Does not block.

        Raises:
            Refusal: none is active, with the reason; or it is still being loaded.
        """
        found = self._loaded.get(metric)
        if found is not None:
            return found
        if not self.ready:
            raise Refusal("busy", "the models are being loaded; try again", headers={"Retry-After": "2"})
        raise Refusal("no-active-model", self._problems.get(metric, f"no predictor of {metric.upper()} is active"))

    def says(self) -> dict[str, str]:
        """What is in use of each metric, or why nothing is."""
        if not self.ready:
            return {"predictors": "not ready: being loaded"}
        shown = {f"predictor {metric}": one.version.name for metric, one in self._loaded.items()}
        failed = {f"predictor {metric}": f"not ready: {self._problems[metric]}" for metric in self._failed}
        return {**shown, **failed}

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
                self._ready.set()
            except VerbatimError as error:
                log.warning("store not read", extra={"error": type(error).__name__})
            self._stop.wait(LOOKED_AT_EVERY_SECONDS)

    def _look(self) -> None:
        with self._store.reading() as connection:
            rows = connection.execute(
                select(predictor.c.metric, predictor.c.id).where(predictor.c.status == "active")
            ).all()
        active = {metric: predictor_id for metric, predictor_id in rows}
        for metric in METRICS:
            wanted, held = active.get(metric), self._loaded.get(metric)
            if wanted is None:
                self._problems[metric] = self._why_none(metric)  # first: who finds none loaded asks why
                self._loaded.pop(metric, None)
                self._failed.pop(metric, None)
            elif held is None or held.version.id != wanted:
                if self._failed.get(metric) != wanted:
                    self._load(metric)
            elif time.monotonic() - held.loaded_at > self._settings.refresh_seconds:
                self._refresh(metric, held)

    def _load(self, metric: str) -> None:
        from models.registry import resolve
        from models.watching import open_version

        version = resolve(self._store, metric, None)
        try:
            loaded = self._made(version, open_version(self._settings, version))
        except VerbatimError as error:
            self._failed[metric] = version.id
            self._problems[metric] = f"{version.name} cannot be loaded: {error}"
            if metric not in self._loaded:
                log.error("predictor not loaded", extra={"version": version.name, "error": type(error).__name__})
            return
        self._failed.pop(metric, None)
        self._loaded[metric] = loaded
        gc.freeze()  # what lives about as long as the process need not be looked at by every collection
        log.info("predictor in use", extra={"version": version.name})

    def _refresh(self, metric: str, held: Loaded) -> None:
        """Read the history again where something came in since."""
        if _state(self._store) == held.seen:
            self._loaded[metric] = replace(held, loaded_at=time.monotonic())
            return
        self._loaded[metric] = self._made(held.version, held.scorer.predictor)

    def _made(self, version: Registered, found: Predictor) -> Loaded:
        with _uncollected():
            return self._ready_to_score(version, found)

    def _ready_to_score(self, version: Registered, found: Predictor) -> Loaded:
        from models.live import LiveScorer
        from models.predictor import demand_kind
        from models.sources import read_store
        from models.tickets.features import of_text

        demand_kind(found, "tickets")
        seen = _state(self._store)
        stored = read_store(self._store, self._settings, text=any(map(of_text, found.features)), signals=False)
        scorer = LiveScorer(found, stored)
        return Loaded(version, scorer, self._names(found), seen, time.monotonic())

    def _names(self, found: Predictor) -> Mapping[str, str]:
        """The ids at their source of the tickets that similar ones are looked up among."""
        names = external_ids(self._store, ticket, found.trained.known.ticket)
        return {key: name for key, name in names.items() if name is not None}

    def _why_none(self, metric: str) -> str:
        """Why nothing is active, from the newest version."""
        from models.registry import versions

        found = versions(self._store, metric)
        said = f"no predictor of {metric.upper()} is active"
        if not found:
            return f"{said}; none was trained yet: `verbatim predictor train {metric}`, or a job of kind train"
        newest = found[0]
        reasons = "; ".join(map(str, newest.summary.get("gate_reasons", ())))
        if newest.status == "refused":
            return f"{said}; {newest.name} was refused: {reasons or 'it has not proven its skill'}"
        return f"{said}; {newest.name} is {newest.status}: `verbatim predictor activate {newest.name}`"


@contextmanager
def _uncollected() -> Iterator[None]:
    """No collections of garbage while much is made that stays: they take a third of the time, and find nothing."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _state(store: Store) -> tuple[int, datetime | None, datetime | None]:
    """Changes whenever something was ingested."""
    batch = ingest_batch.c
    with store.reading() as connection:
        found = connection.execute(
            select(func.count(), func.max(batch.started_at), func.max(batch.finished_at)).select_from(ingest_batch)
        ).one()
    return found[0], found[1], found[2]
