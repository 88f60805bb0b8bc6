"""Workers as real processes, killed with SIGKILL at random moments, and what they must leave."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.jobs import records
from api.jobs.records import Job
from verbatim.settings import Settings
from verbatim.storage.store import Store

ROOT = Path(__file__).parents[3]
KILLS = 20
ON_EACH = KILLS // 2  # where a test runs on both databases
KILLS_A_JOB = 4  # after five deaths a job is given up
PATIENCE_SECONDS = 120


@dataclass
class Zygote:
    """Starts workers and servers; see `tests.test_api.test_jobs.zygote`."""

    process: subprocess.Popen[str]
    log: Path

    def start(self, settings: Settings, *words: str, command: str = "worker") -> int:
        environment = {"VERBATIM_HOME": str(settings.home), "VERBATIM_DATABASE_URL": settings.url}
        environment |= {"VERBATIM_CONFIG": str(settings.home / "verbatim.toml")}
        asked = {"command": command, "environment": environment, "words": list(words), "log": str(self.log)}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def run(self, settings: Settings, *words: str) -> float:
        """Start one and wait until it ends; gives the seconds."""
        began = time.monotonic()
        pid = self.start(settings, *words)
        wait_until(lambda: not lives(pid), "a worker goes on and on")
        return time.monotonic() - began


@contextmanager
def zygote(folder: Path) -> Iterator[Zygote]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VERBATIM_")}
    environment |= {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, "-m", "tests.test_api.test_jobs.zygote"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Zygote(process, folder / "workers.log")
        process.kill()


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not lives(pid), "a killed process lives on")


def wait_until(holds: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.01)


def kill_often(
    workers: Zygote, settings: Settings, store: Store, job: Job, seconds: float, draw: random.Random
) -> tuple[int, float]:
    """Kill the worker of a job `KILLS_A_JOB` times within ``seconds`` of its start, then let one finish it.

    Gives how many of the kills met it running, and how long the job took where it did all of it, or ``seconds``.
    """
    for _ in range(KILLS_A_JOB):
        pid = workers.start(settings, "--no-schedules")
        time.sleep(draw.uniform(0, seconds))
        kill(pid)
    took = workers.run(settings, "--once", "--no-schedules")
    ended = records.get(store, job.id)
    assert ended.status == "done", (ended.problem, workers.log.read_text()[-3000:])
    deaths = [line for line in records.lines(store, job.id) if line.text.endswith("died")]
    assert len(deaths) == ended.lost == ended.attempt - 1
    return ended.lost, min(seconds, took) if ended.lost == KILLS_A_JOB else seconds * 0.7
