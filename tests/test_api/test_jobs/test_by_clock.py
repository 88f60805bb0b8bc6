"""What a worker asks for by itself: scores after something came in, and a look at drift once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from api.jobs import records
from api.jobs.chores import ask_for_scores, ask_to_watch
from verbatim.settings import Settings
from verbatim.storage.predictions import add_predictor, set_predictor_status
from verbatim.storage.store import Store

NOW = datetime.now(UTC)


def activated(store: Store) -> None:
    row = {
        "id": "p" * 32, "metric": "csat", "status": "ready", "created_at": NOW, "target": "score <= 3",
        "data_start": NOW, "data_end": NOW, "tickets": 1, "snapshots": 1, "cases": 1, "sha256": "", "summary": {},
    }  # fmt: skip
    add_predictor(store, row, person="Ada")
    set_predictor_status(store, "p" * 32, "active", person="Ada", at=NOW)


def came_in(store: Store) -> None:
    store.finish_batch(store.begin_batch("tickets", "desk", "tickets.csv"))


def asked(store: Store) -> list[str]:
    return sorted(job.kind for job in records.page(store, limit=50))


def test_open_tickets_are_scored_again_once_for_each_thing_that_came_in(store: Store) -> None:
    activated(store)
    assert ask_for_scores(store, now=datetime.now(UTC)) == 0  # nothing came in yet
    for expected in (1, 2):
        came_in(store)
        assert ask_for_scores(store, now=datetime.now(UTC)) == 1
        assert ask_for_scores(store, now=datetime.now(UTC)) == 0
        assert asked(store) == ["score_open"] * expected


def test_without_an_active_predictor_nothing_is_scored(store: Store) -> None:
    came_in(store)
    assert ask_for_scores(store, now=datetime.now(UTC)) == 0
    assert asked(store) == []


def test_drift_is_looked_for_once_a_day_of_the_organisation(store: Store, database: Settings) -> None:
    settings = database.model_copy(update={"timezone": "Pacific/Auckland"})
    morning = datetime(2026, 11, 22, 10, 59, tzinfo=UTC)  # a minute before midnight there
    for at, expected in ((morning, 1), (morning - timedelta(hours=20), 1), (morning + timedelta(minutes=2), 2)):
        ask_to_watch(store, settings, now=at)
        ask_to_watch(store, settings, now=at)
        assert asked(store) == ["watch"] * expected
