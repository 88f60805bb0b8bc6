"""How fast pages are over 1,000,000 comments: on the server, one after the other, and in a real Chromium.

"First" is the first look after the server's start, "changed" one after an answer came in, when what is kept is old,
"beside" while drivers and what moves are counted. The others are taken once nothing is counted any more. "Readable" is
the largest contentful paint of a fresh context (nothing cached) on loopback.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from api.access.keys import create_key
from bench.api import PORT, _served, _until_ready
from bench.browsing import filled, mine
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store

COMMENTS = 1_000_000
CALLS = 30
CHANGES = 5
SETTLES_WITHIN_SECONDS = 900
PAINT = """() => new Promise(found => {
  new PerformanceObserver(list => found(list.getEntries().at(-1).startTime))
    .observe({type: "largest-contentful-paint", buffered: true});
  setTimeout(() => found(performance.now()), 3000);
})"""


def main(comments: int = COMMENTS) -> str:
    """The section of ``bench/RESULTS.md``."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        filled(home, comments, words=True)
        with prepare_store(Settings(home=home)) as store:
            mine(store, comments)
        return measure(home, comments)


def measure(home: Path, comments: int) -> str:
    """The same over a store that is there."""
    with prepare_store(Settings(home=home)) as store:
        _, key = create_key(store, "bench", person="bench", role="admin")
    lines = [
        "## Pages", "",
        f"`python -m bench web`: {comments:,} comments in SQLite, {CALLS} calls each; asked: p95 under "
        "300 ms, readable in under 1 s, under 200 kB. First: the first look after the server's start; beside: the p95 "
        "while what reads everything is being counted in its own process; changed: the "
        f"slowest of {CHANGES} looks right after an answer came in.", "",
        "| page | first | p50 | p95 | beside | changed | readable | kB |", "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    with _served(home):
        _until_ready()
        url = f"http://127.0.0.1:{PORT}"
        with httpx.Client(base_url=url, headers={"Origin": url}, timeout=120) as client:
            client.post("/login", data={"key": key})
            began = time.monotonic()
            firsts = {path: _look(client, path)[0] for _, path in pages(client)}
            beside = {path: _timed(client, path)[0] for path in firsts}
            for path in firsts:
                _settle(client, path)
            counted = time.monotonic() - began
            found = {path: _timed(client, path) for path in firsts}
            painted = _painted(url, key, pages(client))
            for name, path in pages(client):
                first, (times, size) = firsts[path], found[path]
                changed = _changed(client, path)
                readable, weight = painted.get(path, (None, size))
                lines.append(
                    f"| {name} | {1000 * first:.0f} ms | {1000 * statistics.median(times):.0f} ms | "
                    f"{_p95(times)} | {_p95(beside[path])} | {1000 * changed:.0f} ms | "
                    f"{'–' if readable is None else f'{readable:.0f} ms'} | {weight / 1000:.0f} |"
                )
    lines += [
        "",
        f"What reads every answer and comment was counted {counted:.0f} s after the first look, in a process beside.",
    ]
    return "\n".join(lines)


def pages(client: httpx.Client) -> list[tuple[str, str]]:
    """Names and addresses."""
    theme = client.get("/v1/themes").json()["themes"][0]["id"]
    comment = client.get("/v1/comments?limit=1").json()["comments"][0]["id"]
    return [
        ("today", "/"), ("scores", "/scores"), ("scores by channel", "/scores?by=channel"), ("themes", "/themes"),
        ("map", "/themes/map"), ("a theme", f"/themes/{theme}"), ("comments", "/comments"),
        ("comments with a word", "/comments?words=word40"), ("comments on a theme", f"/comments?theme={theme}"),
        ("a comment", f"/comments/{comment}"), ("at risk", "/at-risk"), ("accounts", "/accounts"),
        ("follow-ups", "/follow-ups"), ("reports", "/reports"), ("import", "/import"), ("settings", "/settings"),
        ("jobs", "/settings/jobs"),
    ]  # fmt: skip


def _timed(client: httpx.Client, path: str) -> tuple[list[float], int]:
    """Seconds of looks, and bytes."""
    looks = [_look(client, path) for _ in range(CALLS)]
    return [seconds for seconds, _ in looks], looks[-1][1]


def _p95(times: list[float]) -> str:
    return f"{1000 * statistics.quantiles(times, n=20)[-1]:.0f} ms"


def _settle(client: httpx.Client, path: str) -> None:
    """Wait until the page shows nothing old, and nothing that is still being counted."""
    until = time.monotonic() + SETTLES_WITHIN_SECONDS
    while any(mark in client.get(path).text for mark in ("data-pending", "data-old", "being renewed")):
        if time.monotonic() > until:
            raise RuntimeError(f"{path} is not counted within {SETTLES_WITHIN_SECONDS} s")
        time.sleep(0.5)


def _changed(client: httpx.Client, path: str) -> float:
    """Seconds of the slowest look after something new."""
    newest = client.get("/v1/comments?limit=1").json()["comments"][0]["occurred_at"]
    slowest = 0.0
    for number in range(CHANGES):
        record = {"id": f"{path}-{time.time_ns()}-{number}", "score": 4, "metric": "csat", "scale": "csat-5",
                  "answered_at": newest}  # fmt: skip
        client.post("/v1/responses", json={"source": "bench", "records": [record]}).raise_for_status()
        slowest = max(slowest, _look(client, path)[0])
    return slowest


def _look(client: httpx.Client, path: str) -> tuple[float, int]:
    began = time.perf_counter()
    answer = client.get(path)
    seconds = time.perf_counter() - began
    answer.raise_for_status()
    return seconds, len(answer.content)


def _painted(url: str, key: str, paths: list[tuple[str, str]]) -> dict[str, tuple[float, int]]:
    """Milliseconds to the largest paint, and bytes of everything."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return {}
    from playwright.sync_api import sync_playwright

    found: dict[str, tuple[float, int]] = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(f"{url}/login")
        page.get_by_label("Key").fill(key)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{url}/")
        state = context.storage_state()
        context.close()
        for _, path in paths:
            context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=state)
            page, sizes = context.new_page(), []
            page.on("response", lambda answer, kept=sizes: kept.append(_weight(answer)))
            page.goto(f"{url}{path}")
            paint = page.evaluate(PAINT)
            page.wait_for_load_state("networkidle")
            found[path] = float(paint), sum(sizes)
            context.close()
        browser.close()
    return found


def _weight(answer: Any) -> int:  # noqa: ANN401
    return int(answer.headers.get("content-length", 0))
