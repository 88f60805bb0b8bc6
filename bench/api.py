"""How fast the service answers, on loopback with wrk, beside a bare FastAPI "hello" of the same server and body sizes.

wrk must be installed (Debian: apt-get install wrk). Each pair of figures is of the same rounds, one after the other, so
that whatever else the machine does meets both.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.access.keys import create_key
from bench.browsing import filled, mine
from models.learning import learn
from models.registry import activate
from verbatim.demo import FILES
from verbatim.domain import Metric
from verbatim.errors import InputError
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.sample import write_sample
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store

ROUNDS, SECONDS, CONNECTIONS = 5, 5, 64
COMMENTS = 1_000_000
PORT, HELLO_PORT = 8741, 8742
TICKET = {
    "ticket": {
        "id": "T-1", "created_at": "2026-10-30T09:15:00Z", "account_id": "ACC-1161", "channel": "email",
        "priority": "high", "issue_type": "bug", "team": "Technical",
    },
    "events": [{"at": "2026-10-30T11:02:00Z", "kind": "customer replied"}],
    "at": "2026-10-30T15:00:00Z",
}  # fmt: skip
SCRIPT = """
wrk.method = os.getenv("METHOD")
wrk.headers["Authorization"] = "Bearer " .. os.getenv("KEY")
if wrk.method == "POST" then
  wrk.headers["Content-Type"] = "application/json"
  local file = io.open(os.getenv("BODY"), "r"); wrk.body = file:read("*a"); file:close()
end
local wait = tonumber(os.getenv("WAIT") or "0")
if wait > 0 then function delay() return math.random() * 2 * wait end end
function done(summary, latency, requests)
  local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %f %f %f %f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000, wrong))
end
"""
HELLO = """
from typing import Any
from fastapi import FastAPI
app = FastAPI()
TEXT = "x" * {size}
@app.post("/hello")
async def hello(body: dict[str, Any]) -> dict[str, Any]:
    return {{"hello": TEXT}}
"""


@dataclass(frozen=True)
class Load:
    """What wrk measured: requests a second, milliseconds, and answers that were wrong."""

    rate: float
    p50: float
    p95: float
    p99: float
    wrong: int


def main(comments: int = COMMENTS) -> str:
    """The section of ``bench/RESULTS.md``."""
    if shutil.which("wrk") is None:
        raise InputError("wrk is not installed; on Debian: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "load.lua").write_text(SCRIPT, encoding="utf-8")
        said = (
            f"`python -m bench api`: wrk, {CONNECTIONS} connections, the median of {ROUNDS} rounds of {SECONDS} s; one "
            f"server process each, on {os.cpu_count()} cores. The service scores in a process beside, hello has none."
        )
        lines = ["## The service", "", said, ""]
        lines += _predictions(home)
        lines += _browsing(home, comments)
    return "\n".join(lines)


def _predictions(folder: Path) -> Iterator[str]:
    settings = Settings(home=folder / "sample-home", predictor_text=False)
    key = _organisation(folder, settings)
    began = time.perf_counter()
    with _served(settings.home) as process:
        _until_ready()
        ready = time.perf_counter() - began
        _until(lambda: httpx.get(f"http://127.0.0.1:{PORT}/readyz").json()["checks"].get("scoring process") == "ok")
        yield "| what | a second | hello | share | p50 | p99 | asked |\n|---|---|---|---|---|---|---|"
        for name, path, body, asked in (
            ("a ticket in the body, reasons", "/v1/predictions/csat", TICKET, "≥ 50 %"),
            ("a ticket in the body, no reasons", "/v1/predictions/csat", {**TICKET, "reasons": False}, ""),
            ("NPS of 8 answers", "/v1/scores/nps", {"values": [10, 2, 7, 8, 6, 9, 9, 10]}, "≥ 70 %"),
        ):
            yield _beside_hello(folder, key, name, path, body, asked)
        half = _half(folder, key)
        yield (
            f"\nAt half of the highest load ({half.rate:,.0f} a second) predictions with reasons take p50 "
            f"{half.p50:.1f} ms, p99 {half.p99:.1f} ms (asked: under 50 ms)."
        )
        for reasons in (False, True):
            seconds = min(_bulk(key, reasons=reasons) for _ in range(ROUNDS))
            yield (
                f"\n10,000 tickets in bulk, {'with' if reasons else 'without'} reasons: {seconds:.2f} s"
                f"{'' if reasons else ' (asked: under 2 s)'}."
            )
        yield (
            f"\nReady {ready:.1f} s after the start (asked: under 5 s); {_memory(process.pid):,.0f} MiB resident, and "
            f"{sum(map(_memory, _beside(process.pid))):,.0f} MiB in the scoring process.\n"
        )


def _browsing(folder: Path, comments: int) -> Iterator[str]:
    settings = Settings(home=folder / "comments-home")
    filled(settings.home, comments, words=True)
    with prepare_store(settings) as store:
        mine(store, comments)
        _, key = create_key(store, "bench", person="bench", role="analyst")
    with _served(settings.home):
        _until_ready()
        themes = httpx.get(f"http://127.0.0.1:{PORT}/v1/themes", headers={"Authorization": f"Bearer {key}"}, timeout=60)
        largest = themes.json()["themes"][0]["id"]
        yield f"Over {comments:,} comments, two connections (asked: p95 under 100 ms):\n"
        yield "| what | p50 | p95 | p99 | a second |\n|---|---|---|---|---|"
        for name, path in (
            ("theme list", "/v1/themes"),
            ("theme list of a month", "/v1/themes?from=2025-06-01&to=2025-07-01"),
            ("newest comments", "/v1/comments"),
            ("comments on the largest theme", f"/v1/comments?theme={largest}"),
            ("comments of an account", "/v1/comments?account=A77"),
            ("comments of a channel in a month", "/v1/comments?where=channel%3Demail&from=2025-06-01&to=2025-07-01"),
            ("comments with a word", "/v1/comments?words=word40"),
            ("comments with a word, on a theme", f"/v1/comments?words=word40&theme={largest}"),
        ):
            load = _wrk(folder, key, f"http://127.0.0.1:{PORT}{path}", method="GET", connections=2)
            wrong = f" ({load.wrong} wrong)" if load.wrong else ""
            yield f"| {name}{wrong} | {load.p50:.0f} ms | {load.p95:.0f} ms | {load.p99:.0f} ms | {load.rate:,.0f} |"


def _organisation(folder: Path, settings: Settings) -> str:
    """The sample organisation with an active predictor that reads no text; gives a key."""
    write_sample(folder / "sample")
    with prepare_store(settings) as store:
        for kind, name in FILES:
            ingest(plan_ingest(kind, folder / "sample" / name, IngestOptions(), settings), store, settings)
        learnt = learn(store, settings, Metric.CSAT, person="bench")
        activate(store, learnt.registered, person="bench", force=True)
        return create_key(store, "bench", person="bench", role="analyst")[1]


def _beside_hello(folder: Path, key: str, name: str, path: str, body: dict[str, Any], asked: str) -> str:
    size = len(httpx.post(f"http://127.0.0.1:{PORT}{path}", json=body, headers=_as(key)).content)
    (folder / "hello.py").write_text(HELLO.format(size=max(1, size - 12)), encoding="utf-8")
    found: dict[str, list[Load]] = {"hello": [], "own": []}
    with _hello(folder):
        for _ in range(ROUNDS):
            found["hello"].append(_wrk(folder, key, f"http://127.0.0.1:{HELLO_PORT}/hello", body=body))
            found["own"].append(_wrk(folder, key, f"http://127.0.0.1:{PORT}{path}", body=body))
    hello, own = (statistics.median(load.rate for load in found[which]) for which in ("hello", "own"))
    middle = sorted(found["own"], key=lambda load: load.rate)[ROUNDS // 2]
    wrong = sum(load.wrong for load in found["own"])
    return (
        f"| {name}{f' ({wrong} wrong)' if wrong else ''} | {own:,.0f} | {hello:,.0f} | {own / hello:.0%} | "
        f"{middle.p50:.1f} ms | {middle.p99:.1f} ms | {asked} |"
    )


def _half(folder: Path, key: str) -> Load:
    """Predictions at half of the rate that is reached at most, in steps of waiting between requests."""
    most = _wrk(folder, key, f"http://127.0.0.1:{PORT}/v1/predictions/csat", body=TICKET)
    wait = 1000 * CONNECTIONS / (most.rate / 2) - most.p50 / 2
    return _wrk(folder, key, f"http://127.0.0.1:{PORT}/v1/predictions/csat", body=TICKET, wait=max(wait, 0.1))


def _bulk(key: str, *, reasons: bool) -> float:
    lines = "\n".join([json.dumps({**TICKET, "reasons": reasons})] * 10_000)
    began = time.perf_counter()
    answer = httpx.post(
        f"http://127.0.0.1:{PORT}/v1/predictions/csat/bulk", content=lines, timeout=120,
        headers={**_as(key), "Content-Type": "application/x-ndjson"},
    )  # fmt: skip
    seconds = time.perf_counter() - began
    if answer.text.count("\n") != 10_000 or '"problem"' in answer.text:
        raise InputError("the bulk answer is not what was asked for")
    return seconds


def _wrk(
    folder: Path, key: str, url: str, *, body: dict[str, Any] | None = None, method: str = "POST",
    connections: int = CONNECTIONS, wait: float = 0.0,
) -> Load:  # fmt: skip
    (folder / "body.json").write_text(json.dumps(body or {}), encoding="utf-8")
    given = {"KEY": key, "METHOD": method, "BODY": str(folder / "body.json"), "WAIT": f"{wait}"}
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", str(folder / "load.lua"), url]
    done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=True)
    found = re.search(r"RESULT (\S+) (\S+) (\S+) (\S+) (\d+)", done.stdout)
    if found is None:
        raise InputError(f"wrk gave no result: {done.stdout[-300:]}")
    rate, p50, p95, p99 = (float(found[place]) for place in range(1, 5))
    return Load(rate, p50, p95, p99, int(found[5]))


@contextlib.contextmanager
def _served(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    given = {"VERBATIM_HOME": str(home), "VERBATIM_RATE_PER_MINUTE": "100000000", "OMP_NUM_THREADS": "1",
             "VERBATIM_SCORING_PROCESS": "true"}  # fmt: skip
    command = [sys.executable, "-m", "verbatim", "serve", "--port", str(PORT), "--no-link"]
    with subprocess.Popen(
        command, env={**os.environ, **given}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextlib.contextmanager
def _hello(folder: Path) -> Iterator[None]:
    command = [
        sys.executable, "-m", "uvicorn", "hello:app", "--port", str(HELLO_PORT), "--loop", "uvloop", "--http",
        "httptools", "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=folder) as process:
        _until(lambda: httpx.post(f"http://127.0.0.1:{HELLO_PORT}/hello", json={}).status_code == 200)
        yield
        process.terminate()


def _until_ready() -> None:
    _until(lambda: httpx.get(f"http://127.0.0.1:{PORT}/readyz").status_code == 200)


def _until(true: Any) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if true():
                return
        time.sleep(0.05)
    raise InputError("the server did not become ready within two minutes")


def _as(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _beside(pid: int) -> list[int]:
    """The processes that the threads of a process started."""
    said = " ".join(each.read_text(encoding="utf-8") for each in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(word) for word in said.split()]


def _memory(pid: int) -> float:
    """Resident memory in MiB."""
    said = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    return int(said[1]) / 1024 if said else 0.0
