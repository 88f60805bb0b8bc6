"""`verbatim serve --worker` as a real process: told to stop, everything stops."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.test_api.test_jobs.killing import ROOT, lives, wait_until
from tests.test_api.test_server_killed import answers, free_port

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_beside_a_server_stops_with_it(told: signal.Signals, tmp_path: Path) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "verbatim",
        "--home",
        str(tmp_path / "home"),
        "serve",
        "--port",
        str(port),
        "--worker",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: answers(port), "the server does not answer")
        workers = _children(process.pid)
        assert len(workers) == 1
        time.sleep(1.0)
        process.send_signal(told)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err[-2000:]
    assert err.rstrip().endswith("stopped")
    assert not any(lives(pid) for pid in workers)
    link = re.search(r"log in: (\S+)", out)
    assert link is not None
    with pytest.raises(httpx.HTTPError):
        httpx.get(link[1])


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [int(one) for one in found if os.path.exists(f"/proc/{one}")]
