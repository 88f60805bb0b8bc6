"""A sweep for follow-ups, killed (SIGKILL) ten times on each database: each is made once and told once."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from api.jobs.kinds import request
from tests.test_api.test_jobs.killing import KILLS_A_JOB, ON_EACH, Zygote, kill_often
from tests.test_storage import rows
from verbatim.messages.endpoints import add_endpoint
from verbatim.settings import Settings
from verbatim.storage import tables
from verbatim.storage.engine import prepare_store

pytestmark = pytest.mark.slow
SEED = 20261122
COUNT = 2_000  # unhappy answers: four transactions
ROUNDS = -(-ON_EACH // KILLS_A_JOB)


def test_a_sweep_whose_workers_are_killed_makes_and_tells_each_follow_up_once(
    database: Settings, workers: Zygote
) -> None:  # fmt: skip
    database.home.mkdir(parents=True, exist_ok=True)
    (database.home / "verbatim.toml").touch()
    now, draw, running, seconds = datetime.now(UTC), random.Random(SEED), 0, None
    with prepare_store(database) as store:
        add_endpoint(
            store, database, name="desk", url="https://desk.example/hook", person="Ada", at=now,
            events=["followup.created"],
        )  # fmt: skip
        said = [
            rows.response(number, metric="nps", scale="nps", value=2.0, occurred_at=now - timedelta(hours=1),
                          answered_at=now - timedelta(hours=1), status="answered", ticket_id=None,
                          contact_id=f"c{number}", account_id=None)
            for number in range(COUNT)
        ]  # fmt: skip
        store.upsert(tables.survey_response, said)
        for _ in range(1 + ROUNDS):
            for table in (tables.follow_up, tables.follow_up_change, tables.delivery, tables.alert):
                with store.writing() as connection:
                    connection.execute(table.delete())
            job = request(store, None, "sweep", {}, person="Ada")
            if seconds is None:  # how long it takes where nobody kills
                seconds = workers.run(database, "--once", "--no-schedules")
            else:
                lost, seconds = kill_often(workers, database, store, job, seconds, draw)
                running += lost
            made = rows.stored(store, tables.follow_up)
            assert Counter(row["response_id"] for row in made) == {row["id"]: 1 for row in said}
            told = Counter(row["payload"]["data"]["followup_id"] for row in rows.stored(store, tables.delivery))
            assert told == {row["id"]: 1 for row in made}
        assert running >= ON_EACH // 4  # else the kills missed the work, and this proves nothing
