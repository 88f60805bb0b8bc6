"""The server as a real process: killed at random moments while records come in, and told to stop while it works."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from api.access.keys import create_key
from tests.test_api.test_jobs.killing import KILLS_A_JOB, ON_EACH, Zygote, kill, lives, wait_until
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import comment, survey_response

pytestmark = pytest.mark.slow
SEED = 20261122
A_CALL = 40
PREDICTABLE = {"scale": "csat-5", "metric": "csat", "answered_at": "2026-10-30T10:00:00Z"}


@pytest.fixture
def key(database: Settings) -> str:
    database.home.mkdir(parents=True, exist_ok=True)
    (database.home / "verbatim.toml").touch()
    with prepare_store(database) as store:
        return create_key(store, "sender", person="tests", role="analyst")[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def begin(workers: Zygote, settings: Settings, port: int, *words: str) -> int:
    """Start a server; gives its process once it answers."""
    pid = workers.start(settings, "--port", str(port), "--no-link", *words, command="serve")
    wait_until(lambda: answers(port), "the server does not answer")
    return pid


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def records(call: int, count: int = A_CALL) -> list[dict[str, object]]:
    said = "The export failed again and nobody answered"
    return [
        {"id": f"r{call}-{place}", "score": 1 + place % 5, "comment": f"{said} {call} {place}", **PREDICTABLE}
        for place in range(count)
    ]


def test_what_a_killed_server_acknowledged_is_there_once(database: Settings, key: str, workers: Zygote) -> None:
    port, draw = free_port(), random.Random(SEED)
    acknowledged: list[int] = []
    refused: list[str] = []
    ended = threading.Event()

    def send() -> None:
        call, cut = 0, False
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}) as client:
            while not ended.is_set():
                # After a cut the key would answer "still being worked on" for a minute; records bear being sent again.
                once = {} if cut else {"Idempotency-Key": f"call-{call}"}
                try:
                    body = {"source": "shop", "records": records(call)}
                    answer = client.post("/v1/responses", json=body, headers=once, timeout=30)
                except httpx.HTTPError:
                    cut = True
                    time.sleep(0.02)
                    continue
                refused.extend([answer.text] if answer.status_code != 200 or answer.json()["rejected"] else [])
                acknowledged.append(call)
                call, cut = call + 1, False

    sender = threading.Thread(target=send)
    pid = begin(workers, database, port)
    sender.start()
    for _ in range(ON_EACH):
        time.sleep(draw.uniform(0.02, 0.6))
        kill(pid)
        pid = begin(workers, database, port)
    time.sleep(0.5)
    ended.set()
    sender.join(timeout=120)
    kill(pid)
    assert refused == []
    assert len(acknowledged) > KILLS_A_JOB
    with prepare_store(database) as store, store.reading() as connection:
        there = connection.execute(select(survey_response.c.external_id)).scalars().all()
        comments = connection.execute(select(func.count()).select_from(comment)).scalar_one()
    assert len(there) == len(set(there)) == comments
    expected = {record["id"] for call in acknowledged for record in records(call)}
    assert expected <= set(there)
    assert len(there) <= len(expected) + A_CALL  # at most one call was written and not acknowledged


def test_a_server_told_to_stop_finishes_what_it_has_begun(settings: Settings, workers: Zygote) -> None:
    settings.home.mkdir(parents=True)
    (settings.home / "verbatim.toml").touch()
    with prepare_store(settings) as store:
        key = create_key(store, "sender", person="tests", role="analyst")[1]
    port = free_port()
    pid = begin(workers, settings, port)
    found: list[httpx.Response] = []

    def send() -> None:
        body = {"source": "shop", "records": records(0, 5_000)}
        headers = {"Authorization": f"Bearer {key}"}
        found.append(httpx.post(f"http://127.0.0.1:{port}/v1/responses", json=body, headers=headers, timeout=60))

    sender = threading.Thread(target=send)
    sender.start()
    time.sleep(0.3)
    os.kill(pid, signal.SIGTERM)
    sender.join(timeout=60)
    assert [answer.status_code for answer in found] == [200]
    assert found[0].json()["inserted"] == 5_000
    wait_until(lambda: not lives(pid), "the server goes on and on")
    assert not answers(port)
    assert Path(settings.home / "verbatim.db").exists()
