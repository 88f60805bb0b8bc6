"""How long ``LiveScorer`` takes for tickets as they come, alone and gathered, on the sample organisation.

Processor time beside the time on the clock: on a machine that others use, only the first tells two versions apart.
"""

from __future__ import annotations

import gc
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.arriving import LiveTicket
from models.learning import learn
from models.live import LiveScorer
from models.sources import read_store
from verbatim.demo import FILES
from verbatim.domain import Metric
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.sample import write_sample
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from verbatim.storage.store import Store

BATCHES = (1, 8, 32, 128, 10_000)
LEAST = 256  # tickets measured of small batches
ROUNDS = 5  # of small batches; two of large ones


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    with tempfile.TemporaryDirectory() as folder:
        return "\n".join(["## Scoring tickets as they come", "", *_measured(Path(folder))])


def _measured(folder: Path) -> Iterator[str]:
    settings = Settings(home=folder / "home")
    write_sample(folder / "sample")
    with prepare_store(settings) as store:
        for kind, name in FILES:
            ingest(plan_ingest(kind, folder / "sample" / name, IngestOptions(), settings), store, settings)
        tickets = _tickets(store)
        random.Random(7).shuffle(tickets)
        yield from _of(store, settings, tickets)


def _of(store: Store, settings: Settings, tickets: Sequence[LiveTicket]) -> Iterator[str]:
    predictor = learn(store, settings, Metric.CSAT).predictor
    stored = read_store(store, settings, signals=False)
    started = time.process_time()
    scorer, at = LiveScorer(predictor, stored), stored.newest()
    yield (
        f"`python -m bench live`; microseconds a ticket by batch, processor / clock, the best of {ROUNDS} rounds. "
        f"Estimator {predictor.trained.recipe.estimator}; making the scorer takes "
        f"{time.process_time() - started:.1f} s of the processor."
    )
    yield f"\n| | {' | '.join(f'{size:,}' for size in BATCHES)} |\n|---|{'---|' * len(BATCHES)}"
    gc.collect()
    gc.freeze()  # as a service should: or each collection walks through the whole history
    sets = {"text seen before": tickets, "no text": [_without_text(ticket) for ticket in tickets]}
    fresh = _seconds(scorer, tickets[: max(LEAST, BATCHES[2])], BATCHES[2], at, reasons=True, rounds=1)
    for what, rows in sets.items():
        for reasons in (False, True):
            scorer.score_many(rows, at=at, reasons=reasons)
            found = [_told(_seconds(scorer, rows, size, at, reasons=reasons)) for size in BATCHES]
            yield f"| {what}, {'with' if reasons else 'without'} reasons | {' | '.join(found)} |"
    yield f"\nText never seen before, with reasons, in batches of {BATCHES[2]}: {_told(fresh)}."


def _told(seconds: tuple[float, float]) -> str:
    return " / ".join(f"{1e6 * one:,.0f}" for one in seconds)


def _seconds(
    scorer: LiveScorer, tickets: Sequence[LiveTicket], size: int, at: datetime, *, reasons: bool, rounds: int = ROUNDS
) -> tuple[float, float]:
    """Of the processor and on the clock, a ticket, in batches of ``size``."""
    batches = [[tickets[(first + place) % len(tickets)] for place in range(size)]
               for first in range(0, max(size, LEAST), size)]  # fmt: skip
    times = []
    for _ in range(rounds if size <= LEAST else min(rounds, 2)):
        started, began = time.process_time(), time.perf_counter()
        for batch in batches:
            scorer.score_many(batch, at=at, reasons=reasons)
        count = size * len(batches)
        times.append(((time.process_time() - started) / count, (time.perf_counter() - began) / count))
    return min(times)


def _tickets(store: Store) -> list[LiveTicket]:
    rows = [_plain(row) for row in queries.tickets(store).to_dict("records")]
    events: dict[str, list[dict[str, Any]]] = {row["id"]: [] for row in rows}
    for event in queries.ticket_events(store).to_dict("records"):
        events[event["ticket_id"]].append(_plain(event))
    return [LiveTicket(row, events[row["id"]]) for row in rows]


def _without_text(one: LiveTicket) -> LiveTicket:
    return LiveTicket({**one.ticket, "subject": None, "body": None}, [{**event, "text": None} for event in one.events])


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): None if value is None or value != value else value for name, value in row.items()}


if __name__ == "__main__":
    print(main())
