"""Ingest, mining, training and delivery, each killed (SIGKILL) twenty times at random moments (ten on
each database, where a test runs on both), in real processes.
"""

from __future__ import annotations

import csv
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import func, select

from api.jobs import records
from api.jobs.kinds import request
from api.jobs.uploads import place_upload
from models import registry
from tests.test_api.test_jobs.conftest import Organisation, Receiver
from tests.test_api.test_jobs.killing import KILLS, KILLS_A_JOB, ON_EACH, Zygote, kill, kill_often, wait_until
from tests.test_storage import rows
from verbatim.domain import Kind
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.settings import Settings
from verbatim.storage import queries, tables
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store

pytestmark = pytest.mark.slow
ROUNDS = KILLS // KILLS_A_JOB
SEED = 20261122
COUNT = 3_000  # three chunks
WORDS = (
    "refund parcel courier invoice login password driver bill crash update lounge price agent reply delay card".split()
)


def answers_file(path: Path, count: int) -> None:
    """Ratings with comments; every 50th has a score outside its scale."""
    draw = random.Random(SEED)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["response_id", "date", "csat", "comment"])
        for number in range(count):
            said = " ".join(draw.choices(WORDS, k=6))
            day = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=30 * number)
            writer.writerow([f"r{number}", day.isoformat(), 9 if number % 50 == 0 else 1 + number % 5, said])


def told(store: Store, *names: str) -> dict[str, list[Any]]:
    """The rows of tables, without what tells one reading of a file from another."""
    found = {}
    for name in names:
        table = tables.metadata.tables[name]
        kept = [{k: v for k, v in row.items() if k not in ("batch_id",)} for row in rows.stored(store, table)]
        found[name] = sorted(kept, key=repr)
    return found


def test_a_file_whose_readers_are_killed_is_read_once(database: Settings, workers: Zygote, tmp_path: Path) -> None:
    database.home.mkdir(parents=True, exist_ok=True)
    (database.home / "verbatim.toml").touch()
    source = tmp_path / "answers.csv"
    answers_file(source, COUNT)
    asked = {"kind": "responses", "source": "shop", "scale": "csat-5", "metric": "csat"}
    with prepare_store(Settings(home=tmp_path / "clean")) as clean:
        options = IngestOptions(source="shop", scale="csat-5", metric="csat")
        ingest(plan_ingest(Kind.RESPONSES, source, options, Settings()), clean, Settings())
        expected = told(clean, "survey_response", "comment")
    draw = random.Random(SEED)
    running, seconds = 0, None
    with prepare_store(database) as store:
        for _ in range(1 + -(-ON_EACH // KILLS_A_JOB)):
            for table in (tables.survey_response, tables.comment, tables.reject, tables.ingest_batch):
                with store.writing() as connection:
                    connection.execute(table.delete())
            upload, place = place_upload(database, source.name)
            shutil.copy(source, place)
            job = request(store, None, "ingest_file", {"upload": upload, **asked}, person="Ada")
            if seconds is None:  # how long it takes where nobody kills
                seconds = workers.run(database, "--once", "--no-schedules")
            else:
                lost, seconds = kill_often(workers, database, store, job, seconds, draw)
                running += lost
            assert told(store, "survey_response", "comment") == expected
            assert len(rows.stored(store, tables.reject)) == COUNT // 50
            assert records.get(store, job.id).result["rows"] == COUNT
            assert not place.exists()
        assert running >= ON_EACH // 4  # else the kills missed the work, and this proves nothing


def test_mining_that_is_killed_leaves_one_whole_model(
    organisation: Organisation, tiny_model: Path, workers: Zygote, tmp_path: Path
) -> None:
    draw = random.Random(SEED)
    running, seconds, expected = 0, None, None
    for number in range(ROUNDS + 1):
        settings = organisation.copied(tmp_path / str(number), model=str(tiny_model))
        with prepare_store(settings) as store:
            job = request(store, None, "mine", {}, person="Ada")
            if seconds is None or expected is None:
                seconds = workers.run(settings, "--once", "--no-schedules")
                assert records.get(store, job.id).status == "done", records.get(store, job.id).problem
                expected = mined(store)
                continue
            lost, seconds = kill_often(workers, settings, store, job, seconds, draw)
            running += lost
            assert mined(store) == expected
            assert len(queries.theme_models(store)) == 1
    assert running >= KILLS // 4


def mined(store: Store) -> tuple[Any, ...]:
    assigned = queries.assignments(store)[["comment_id", "theme_id"]].sort_values(["comment_id", "theme_id"])
    return store.active_model_id(), [tuple(row) for row in assigned.to_numpy()]


def test_training_that_is_killed_registers_one_predictor(
    organisation: Organisation, workers: Zygote, tmp_path: Path
) -> None:
    limits = {"predictor_minimum_tickets": 20, "predictor_minimum_cases": 5, "predictor_text": False}
    draw = random.Random(SEED)
    settings = organisation.copied(tmp_path / "home", **limits)
    (settings.home / "verbatim.toml").write_text(
        "predictor_minimum_tickets = 20\npredictor_minimum_cases = 5\npredictor_text = false\n", encoding="utf-8"
    )
    with prepare_store(settings) as store:
        job = request(store, None, "train", {"metric": "csat"}, person="Ada")
        seconds = workers.run(settings, "--once", "--no-schedules")
        assert records.get(store, job.id).status == "done", records.get(store, job.id).problem
        running = 0
        for number in range(ROUNDS):
            job = request(store, None, "train", {"metric": "csat"}, person="Ada")
            lost, seconds = kill_often(workers, settings, store, job, seconds, draw)
            running += lost
            versions = registry.versions(store, "csat")
            assert [version.number for version in versions] == list(range(1, number + 3))
            assert records.get(store, job.id).result["id"] == versions[-1].id
            assert versions[-1].folder(settings).is_dir()
        assert running >= KILLS // 4


def test_messages_whose_senders_are_killed_all_arrive_and_are_recorded_once(
    database: Settings, workers: Zygote, receiver: Receiver
) -> None:
    from verbatim.messages.dispatch import deliver_due
    from verbatim.messages.endpoints import add_endpoint
    from verbatim.messages.events import Message
    from verbatim.messages.outbox import emit

    database.home.mkdir(parents=True, exist_ok=True)
    (database.home / "verbatim.toml").write_text("webhook_private_addresses = true\n", encoding="utf-8")
    settings = database.model_copy(update={"webhook_private_addresses": True})
    now = datetime.now(UTC)
    draw = random.Random(SEED)
    with prepare_store(settings) as store:
        url = f"http://127.0.0.1:{receiver.server_address[1]}/hook"
        add_endpoint(store, settings, name="desk", url=url, person="Ada", at=now, events=["alert.raised"])
        messages = [Message("alert.raised", f"alert-{number}", now) for number in range(600)]
        assert emit(store, messages, at=now) == 600
        began, pid = monotonic(), workers.start(settings)
        wait_until(lambda: bool(receiver.ids), "nothing arrives")
        seconds = monotonic() - began  # until the first one is sent, on this machine
        kill(pid)
        for _ in range(ON_EACH - 1):
            pid = workers.start(settings)
            sleep(draw.uniform(0, 1.2 * seconds))
            kill(pid)
        status = tables.delivery.c.status
        with store.reading() as connection:
            before = {name: count for name, count in connection.execute(select(status, func.count()).group_by(status))}
        assert before.get("waiting", 0) > 0  # the kills came while messages were on their way
        for minutes in (10, 20, 30):  # claims of the dead run out
            deliver_due(store, settings, now=now + timedelta(minutes=minutes), limit=1000)
        stored = rows.stored(store, tables.delivery)
    assert {row["status"] for row in stored} == {"sent"}
    assert len(stored) == len({row["id"] for row in stored}) == 600
    assert set(receiver.ids) == {row["id"] for row in stored}
