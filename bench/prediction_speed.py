"""How fast predictors learn and score, on a generated organisation with about 100,000 snapshots of rated tickets."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.learning import learn
from models.live import LiveScorer
from models.scoring import score_open
from models.sources import as_microseconds, read_store
from models.tickets.log import NEVER
from verbatim.demo import FILES
from verbatim.domain import Metric
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.sample import write_sample
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from models.predictor import Predictor
    from models.sources import Stored
    from verbatim.storage.store import Store

SIZE = 6.4
SINGLE = 300


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    with tempfile.TemporaryDirectory() as folder:
        return "\n".join(["## Speed of predictions", "", *_measured(Path(folder))])


def _measured(folder: Path) -> Iterator[str]:
    settings = Settings(home=folder / "home")
    write_sample(folder / "sample", size=SIZE)
    with prepare_store(settings) as store:
        for kind, name in FILES:
            ingest(plan_ingest(kind, folder / "sample" / name, IngestOptions(), settings), store, settings)
        yield "| what | measured | asked |\n|---|---|---|"
        yield from _of(store, settings, "with text", "≥ 1,000/s")
        bare = settings.model_copy(update={"predictor_text": False})
        yield from _of(store, bare, "without text", "≥ 20,000/s")


def _of(store: Store, settings: Settings, name: str, asked: str) -> Iterator[str]:
    steps: dict[str, float] = {}
    started = time.perf_counter()

    def step(what: str, done: int, of: int | None) -> None:
        steps[what] = time.perf_counter() - started

    learnt = learn(store, settings, Metric.CSAT, step=step)
    seconds = time.perf_counter() - started
    predictor = learnt.predictor
    ends = ", ".join(f"{what.lower()} until {at:.0f} s" for what, at in steps.items())
    learnt_from = f"{predictor.snapshots:,} snapshots of {predictor.tickets:,} tickets"
    yield f"| learning {name}, {learnt_from} | {seconds:.0f} s ({ends}) | ≤ 120 s |"
    stored, read = _timed(lambda: read_store(store, settings, text=settings.predictor_text))
    looked, words = _timed(lambda: predictor.look(stored.view))
    places = np.flatnonzero(stored.log.created != NEVER)
    moments = np.full(len(places), as_microseconds(stored.newest()), dtype=np.int64)
    columns, features = _timed(lambda: predictor.columns_at(looked, places, moments))
    _, scored = _timed(lambda: predictor.trained.model.predict(columns))
    whole, rest = read + words + features + scored, words + features + scored
    yield (
        f"| scoring {len(places):,} stored tickets {name} | {len(places) / rest:,.0f}/s from tickets in memory; "
        f"{len(places) / whole:,.0f}/s with reading them from SQLite ({read:.1f} s) | {asked} |"
    )
    yield from _single(store, predictor, stored, name)
    _, opened = _timed(lambda: score_open(store, settings, predictor))
    yield f"| `predict --open` {name}, whole store read, 1,000 reasons at most | {opened:.1f} s | |"


def _single(store: Store, predictor: Predictor, stored: Stored, name: str) -> Iterator[str]:
    """One ticket at a time: the first look at its texts, and again."""
    scorer = LiveScorer(predictor, stored)
    rows = [_plain(row) for row in queries.tickets(store).tail(SINGLE).to_dict("records")]
    wanted = {row["id"] for row in rows}
    events: dict[str, list[dict[str, Any]]] = {key: [] for key in wanted}
    for event in queries.ticket_events(store).to_dict("records"):
        if event["ticket_id"] in wanted:
            events[event["ticket_id"]].append(_plain(event))
    at = stored.newest()
    for again, asked in (("texts new", "≤ 15 ms"), ("texts seen before", "≤ 5 ms")):
        times = []
        for row in rows:
            started = time.perf_counter()
            scorer.score(row, events[row["id"]], at=at, reasons=False)
            times.append(1000 * (time.perf_counter() - started))
        yield (
            f"| one ticket {name}, {again}, through `LiveScorer` | median {np.median(times):.1f} ms, "
            f"95 % under {np.quantile(times, 0.95):.1f} ms | {asked} |"
        )
    started = time.perf_counter()
    for row in rows[:50]:
        scorer.score(row, events[row["id"]], at=at)
    yield f"| the same with reasons | mean {20 * (time.perf_counter() - started):.1f} ms | |"


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    found = work()
    return found, time.perf_counter() - started


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): None if value is None or value != value else value for name, value in row.items()}


if __name__ == "__main__":
    print(main())
