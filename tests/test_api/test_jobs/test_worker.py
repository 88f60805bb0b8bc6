from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from api.jobs import kinds, ledger, presence, records, worker
from api.jobs.queue import make_queue
from api.jobs.records import Job
from api.jobs.worker import Worker
from api.observing.logs import json_formatter
from tests.test_api.test_jobs import doings
from verbatim.errors import NotFoundError, UserError
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def kinds_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "KINDS", {**kinds.KINDS, **doings.KINDS})
    monkeypatch.setattr(worker, "HEARTBEAT_SECONDS", 0.05)
    doings.begun.clear()


def do(store: Store, settings: Settings, *names: str, threads: int = 1) -> list[Job]:
    """Ask for jobs, and let a worker do them all."""
    queue = make_queue(settings)
    asked = [kinds.request(store, queue, name, {}, person="Ada") for name in names]
    with presence.present(settings) as name:
        assert Worker(store, settings, queue, name, threads=threads, once=True, by_clock=False).run()
    queue.close()
    return [records.get(store, job.id) for job in asked]


def test_a_worker_does_what_waits_and_keeps_results_and_logs(store: Store, settings: Settings) -> None:
    found = do(store, settings, "add", "add", threads=2)
    assert [(job.status, job.result, job.attempt) for job in found] == [("done", {"sum": 2}, 1)] * 2
    assert [line.text for line in records.lines(store, found[0].id)] == ["one and one"]


def test_a_refusal_is_a_problem_without_the_place_of_the_home_folder(store: Store, settings: Settings) -> None:
    (job,) = do(store, settings, "refuse")
    assert (job.status, job.problem) == ("failed", "there is nothing in uploads/x.csv")


def test_a_fault_names_its_kind_and_never_what_it_says(
    store: Store, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        failed, after = do(store, settings, "break_down", "add")
    assert failed.status == "failed"
    assert failed.problem is not None
    assert failed.problem.startswith("ValueError inside Verbatim")
    lines = [json_formatter().format(record) for record in caplog.records]
    assert not any("Miller" in line for line in [*lines, failed.problem])
    fault = next(json.loads(line) for line in lines if "fault" in line)
    assert fault["fault"] == "ValueError"
    assert "doings.py" in fault["at"][-1]
    assert after.status == "done"


def test_what_may_go_better_next_time_is_tried_again(store: Store, settings: Settings) -> None:
    (job,) = do(store, settings, "be_busy")
    assert (job.status, job.result, job.lost) == ("done", {"attempt": 3}, 2)


def test_arguments_are_validated_before_anything_is_queued(store: Store) -> None:
    with pytest.raises(UserError, match="'train' cannot take metric"):
        kinds.request(store, None, "train", {"metric": "nps"}, person="Ada")
    with pytest.raises(UserError, match="cannot take surprise"):
        kinds.request(store, None, "sweep", {"surprise": 1}, person="Ada")
    with pytest.raises(UserError, match="upload"):
        kinds.request(store, None, "ingest_file", {"upload": "../../etc", "kind": "tickets"}, person="Ada")
    with pytest.raises(NotFoundError, match="no kind of job 'fly'"):
        kinds.request(store, None, "fly", {}, person="Ada")
    assert records.page(store) == []


def running(store: Store, settings: Settings, name: str, grace: float) -> tuple[Worker, Thread, Job, list[bool]]:
    """A worker in the middle of a job."""
    queue = make_queue(settings)
    job = kinds.request(store, queue, name, {}, person="Ada")
    working = Worker(store, settings, queue, "w1", by_clock=False, grace_seconds=grace)
    ended: list[bool] = []
    thread = Thread(target=lambda: ended.append(working.run()))
    thread.start()
    assert doings.begun.wait(20)
    return working, thread, job, ended


def test_a_running_job_hears_that_it_is_cancelled(store: Store, settings: Settings) -> None:
    working, thread, job, _ = running(store, settings, "wait", 20)
    ledger.ask_cancel(store, job.id)
    wait_for(lambda: records.get(store, job.id).status == "cancelled")
    working.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_a_worker_told_to_stop_hands_back_what_it_cannot_finish(store: Store, settings: Settings) -> None:
    working, thread, job, ended = running(store, settings, "wait", 0.1)
    working.stop()
    thread.join(20)
    assert ended == [True]
    back = records.get(store, job.id)
    assert (back.status, back.attempt, back.lost, back.worker) == ("queued", 1, 0, None)


def test_work_that_never_looks_up_is_handed_back_and_its_end_does_not_count(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "YIELD_SECONDS", 0.1)
    working, thread, job, ended = running(store, settings, "be_deaf", 0.1)
    working.stop()
    thread.join(20)
    assert ended == [False]
    assert records.get(store, job.id).status == "queued"
    ghosts = [each for each in __import__("threading").enumerate() if each.name == "runner-0"]
    for ghost in ghosts:
        ghost.join(20)
    assert (records.get(store, job.id).status, records.get(store, job.id).result) == ("queued", {})


def test_a_worker_finds_jobs_that_no_message_spoke_of(store: Store, settings: Settings) -> None:
    queue = make_queue(settings)
    working = Worker(store, settings, queue, "w1", by_clock=False)
    thread = Thread(target=working.run)
    thread.start()
    job = kinds.request(store, None, "add", {}, person="Ada")
    wait_for(lambda: records.get(store, job.id).status == "done")
    working.stop()
    thread.join(20)


def test_a_worker_of_this_machine_is_known_to_live_or_to_be_dead(settings: Settings) -> None:
    script = (
        "import sys, time; from pathlib import Path; from verbatim.settings import Settings;"
        "from api.jobs.presence import present\n"
        "with present(Settings(home=Path(sys.argv[1]))) as name:\n print(name, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(settings.home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert presence.living(settings) == ({name}, frozenset())
        process.kill()
        process.wait()
        assert presence.living(settings) == (frozenset(), {name})
    presence.bury(settings, frozenset({name}))
    assert presence.living(settings) == (frozenset(), frozenset())


def test_the_command_ends_well_on_a_signal(settings: Settings) -> None:
    prepare_store(settings).close()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VERBATIM_")}
    with subprocess.Popen(
        [sys.executable, "-m", "api.jobs.command", "--no-schedules", "--workers", "2"],
        cwd=ROOT, env={**environment, "VERBATIM_HOME": str(settings.home)}, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        ready = json.loads(process.stderr.readline())
        assert ready["message"] == "ready"
        process.send_signal(signal.SIGTERM)
        rest = [json.loads(line) for line in process.stderr]
        assert process.wait(30) == 0
    assert rest[-1]["message"] == "stopped"
    assert list((settings.home / presence.FOLDER).iterdir()) == []


def test_starting_a_worker_imports_nothing_heavy() -> None:
    script = (
        "import sys, api.jobs.command, api.jobs.worker, api.jobs.queue, verbatim.storage.engine;"
        "print([name for name in ('pandas', 'numpy', 'torch', 'sklearn', 'httpx', 'fastapi') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_a_worker_imports_first_lets_threads_import_the_rest_at_once() -> None:
    script = """
import importlib, threading
from api.jobs.worker import SHARED
for package in SHARED:
    importlib.import_module(package)
faults, together = [], threading.Barrier(4)
def work(name):
    together.wait()
    try:
        importlib.import_module(name)
    except ImportError as error:
        faults.append(str(error))
names = ("verbatim.storage.queries", "verbatim.scores.intervals", "verbatim.scores.score", "verbatim.reports.words")
threads = [threading.Thread(target=work, args=(name,)) for name in names]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(faults)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
