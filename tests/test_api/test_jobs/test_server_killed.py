"""Servers killed (SIGKILL), ten times on each database, while jobs and messages are asked for, with workers there.

What was acknowledged is there once, and ends once; every acknowledged message arrives. Who asks sends again what was
cut off, with the same Idempotency-Key, at once.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.access.keys import create_key
from api.jobs.chores import CLOCK
from api.jobs.presence import living
from tests.test_api.test_jobs.conftest import Organisation, Receiver
from tests.test_api.test_jobs.killing import ON_EACH, Zygote, kill, wait_until
from tests.test_api.test_server_killed import begin, free_port
from tests.test_storage import rows
from verbatim.messages.dispatch import deliver_due
from verbatim.settings import Settings
from verbatim.storage import tables
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store

pytestmark = pytest.mark.slow
SEED = 20261122
FIRST = date(2000, 1, 1)
SETTINGS = {
    "webhook_private_addresses": True, "predictor_minimum_tickets": 20, "predictor_minimum_cases": 5,
    "predictor_text": False,
}  # fmt: skip


@dataclass
class Asker:
    """Asks for jobs and test messages, one after the other, until told to stop; keeps what was acknowledged."""

    port: int
    key: str
    endpoint: str
    jobs: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    cut: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def acknowledged(self) -> int:
        return len(self.jobs) + len(self.messages)

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        call = 0
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=30) as client:
            while not self.ended.is_set():
                path, body = self.call(call)
                try:
                    answer = client.post(path, json=body, headers={"Idempotency-Key": f"call-{call}"})
                except httpx.ConnectError:  # nobody is there
                    time.sleep(0.02)
                    continue
                except httpx.HTTPError:
                    self.cut += 1
                    continue
                self.note(answer)
                call += 1

    def call(self, call: int) -> tuple[str, Any]:
        """Exports of different days, that no two are equal; now and then a test message; mining and training once."""
        if call % 4 == 3:
            return f"/v1/endpoints/{self.endpoint}/test", None
        told: dict[str, Any] = {"what": "scores", "start": str(FIRST + timedelta(days=call)), "end": "2019-12-31"}
        once = {1: ("train", {"metric": "csat"}), 2: ("mine", {})}
        kind, arguments = once.get(call, ("export", told))
        return "/v1/jobs", {"kind": kind, "arguments": arguments}

    def note(self, answer: httpx.Response) -> None:
        found = answer.json()
        if answer.status_code != 202:
            self.refused.append(answer.text)
        elif "delivery_id" in found:
            self.messages.append(found["delivery_id"])
        else:
            self.jobs.append(found["id"])
            self.kinds.append(found["kind"])


def prepared(settings: Settings, receiver: Receiver) -> tuple[str, str]:
    """A key for everything, and an endpoint that hears of ended jobs."""
    from verbatim.messages.endpoints import add_endpoint

    with prepare_store(settings) as store:
        _, key = create_key(store, "asker", person="tests", role="admin")
        url = f"http://127.0.0.1:{receiver.server_address[1]}/hook"
        made = add_endpoint(
            store, settings, name="desk", url=url, person="tests", at=datetime.now(UTC), events=["job.finished"]
        )
    return key, made.id


def demand_kept(store: Store, settings: Settings, asker: Asker, receiver: Receiver) -> None:
    """Every acknowledged job is there once and has ended once; every acknowledged message has arrived."""
    job = tables.job.c

    def all_ended() -> bool:
        with store.reading() as connection:
            return not connection.execute(select(job.id).where(job.status.in_(("queued", "running")))).all()

    wait_until(all_ended, "a job never ends")
    later = datetime.now(UTC)
    for minutes in (10, 20):  # claims of the dead run out
        deliver_due(store, settings, now=later + timedelta(minutes=minutes), limit=2_000)
    stored = {row["id"]: row for row in rows.stored(store, tables.job)}
    assert asker.refused == []
    assert len(asker.jobs) == len(set(asker.jobs))
    assert set(asker.jobs) <= set(stored)
    assert [(row["kind"], row["problem"]) for row in stored.values() if row["status"] != "done"] == []
    told = Counter(str((row["kind"], sorted(row["arguments"].items()))) for row in stored.values())
    assert set(told.values()) == {1}  # what was cut off and sent again is no second job
    own = [row for row in stored.values() if row["person"] != CLOCK]  # a worker asks for some by the clock
    assert len(own) <= len(asker.jobs) + 1
    deliveries = rows.stored(store, tables.delivery)
    of_jobs = [row for row in deliveries if row["event"] == "job.finished"]
    assert len(of_jobs) == len(stored)  # each ended once
    assert set(asker.messages) <= {row["id"] for row in deliveries}
    assert len(deliveries) - len(of_jobs) <= len(asker.messages) + 1
    assert {row["status"] for row in deliveries} == {"sent"}
    assert {row["id"] for row in deliveries} == set(receiver.ids)


def test_jobs_and_messages_asked_of_killed_servers_are_done_once(
    database: Settings, workers: Zygote, receiver: Receiver
) -> None:
    database.home.mkdir(parents=True, exist_ok=True)
    (database.home / "verbatim.toml").write_text("webhook_private_addresses = true\n", encoding="utf-8")
    settings = database.model_copy(update={"webhook_private_addresses": True})
    key, endpoint = prepared(settings, receiver)
    port, draw = free_port(), random.Random(SEED)
    asker = Exporter(port, key, endpoint)
    thread = threading.Thread(target=asker.run)
    worker, server = workers.start(settings), begin(workers, settings, port)
    thread.start()
    for number in range(ON_EACH):
        wait_until(lambda: asker.acknowledged > number, "nothing is acknowledged")  # noqa: B023
        time.sleep(draw.uniform(0, 0.2))
        kill(server)
        if number % 4 == 3:
            kill(worker)
            worker = workers.start(settings)
        server = begin(workers, settings, port)
    time.sleep(0.2)
    asker.ended.set()
    thread.join(timeout=60)
    kill(server)
    assert asker.messages
    assert asker.cut >= ON_EACH // 4  # else the kills met nobody asking
    with prepare_store(settings) as store:
        demand_kept(store, settings, asker, receiver)
    kill(worker)


class Exporter(Asker):
    """Asks for exports and messages only: the store is empty."""

    def call(self, call: int) -> tuple[str, Any]:
        return super().call(call + 4)


def test_mining_training_and_exports_survive_servers_that_are_killed_with_their_workers(
    organisation: Organisation, tiny_model: Path, workers: Zygote, receiver: Receiver, tmp_path: Path
) -> None:
    settings = organisation.copied(tmp_path / "home", model=str(tiny_model), **SETTINGS)
    lines = [f"{name} = {str(value).lower()}\n" for name, value in SETTINGS.items()]
    (settings.home / "verbatim.toml").write_text(f"model = '{tiny_model}'\n" + "".join(lines), encoding="utf-8")
    key, endpoint = prepared(settings, receiver)
    port, draw = free_port(), random.Random(SEED)
    asker = Asker(port, key, endpoint)
    thread = threading.Thread(target=asker.run)
    thread.start()
    for _ in range(4):
        server = begin(workers, settings, port, "--worker")
        wait_until(lambda: bool(working(settings)), "no worker begins")
        time.sleep(draw.uniform(0.1, 1.5))
        kill(server)
        wait_until(lambda: not working(settings), "the worker of a killed server goes on")
    asker.ended.set()
    thread.join(timeout=60)
    assert {"train", "mine", "export"} <= set(asker.kinds)
    workers.run(settings, "--once", "--no-schedules")
    with prepare_store(settings) as store:
        demand_kept(store, settings, asker, receiver)


def working(settings: Settings) -> set[int]:
    """The processes of workers that live."""
    return {int(name.split("-")[-2]) for name in living(settings)[0]}
