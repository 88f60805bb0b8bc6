"""How long ``LiveScorer`` takes for tickets as they come, alone and gathered, on the sample organisation."""

from __future__ import annotations

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
LEAST = 300  # tickets measured of small batches
ROUNDS = 3


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
        yield f"`python -m bench live`; microseconds a ticket by batch, the best of {ROUNDS} rounds."
        yield ""
        yield f"| | {' | '.join(f'{size:,}' for size in BATCHES)} |\n|---|{'---|' * len(BATCHES)}"
        yield from _of(store, settings, "text features", tickets)
        bare = settings.model_copy(update={"predictor_text": False})
        yield from _of(store, bare, "no text features", [_without_text(ticket) for ticket in tickets])


def _of(store: Store, settings: Settings, name: str, tickets: Sequence[LiveTicket]) -> Iterator[str]:
    predictor = learn(store, settings, Metric.CSAT).predictor
    stored = read_store(store, settings, text=settings.predictor_text)
    scorer, at = LiveScorer(predictor, stored), stored.newest()
    sets = {name: tickets}
    if settings.predictor_text:
        sets = {f"{name}, tickets with text": tickets,
                f"{name}, tickets without": [_without_text(ticket) for ticket in tickets]}  # fmt: skip
    for what, rows in sets.items():
        for reasons in (False, True):
            found = [f"{1e6 * _seconds(scorer, rows, size, at, reasons=reasons):,.0f}" for size in BATCHES]
            yield (
                f"| {predictor.trained.recipe.estimator}, {what}, {'with' if reasons else 'without'} reasons | "
                f"{' | '.join(found)} |"
            )


def _seconds(scorer: LiveScorer, tickets: Sequence[LiveTicket], size: int, at: datetime, *, reasons: bool) -> float:
    """A ticket, in batches of ``size``."""
    batches = [[tickets[(first + place) % len(tickets)] for place in range(size)]
               for first in range(0, max(size, LEAST), size)]  # fmt: skip
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for batch in batches:
            scorer.score_many(batch, at=at, reasons=reasons)
        times.append((time.perf_counter() - started) / (size * len(batches)))
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
