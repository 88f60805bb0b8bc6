"""How fast, and in how much memory, 10,000,000 answers become scores by three segments and month.

    python -m bench.scores [ROWS]

Beside it, in the same run and on the same frame, stands a plain pandas groupby. Each runs three times in a process of
its own, and the median counts; memory is the peak above the frame itself (Linux only).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.scores import count_answers, define, score_table, trend_table

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 10_000_000
REPEATS = 3
BY = ("team", "channel", "product")
ZONE = "Europe/Berlin"
LIMIT_SECONDS = 2.0


def main(rows: int = ROWS) -> str:
    """Measure every way in a process of its own and return a Markdown section."""
    results = {name: _measured(name, rows) for name in WAYS}
    counts, groups = results["scores"]["counts"], results["scores"]["groups"]
    lines = [
        f"## Scores of {rows:,} answers by team, channel, product and month",
        "",
        f"12 teams × 5 channels × 20 products × 12 months of {ZONE}, {groups:,} groups; "
        f"the frame itself takes {results['scores']['frame_mb']:,.0f} MB.",
        "",
        "| what | seconds (median of 3) | peak memory above the frame |",
        "|---|---|---|",
        *(f"| {WAYS[name][0]} | {_seconds(result)} | {_memory(result)} |" for name, result in results.items()),
        "",
        f"The goal is under {LIMIT_SECONDS:g} s on 2 cores. The counts frame has {counts:,} rows; the figures are "
        f"made from it. Load when this ran: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
    ]
    return "\n".join(lines)


def responses(rows: int, *, text: bool = False) -> pd.DataFrame:
    """Generated answers; segments as categories, or as text where ``text``."""
    rng = np.random.default_rng(7)
    frame = {}
    for name, size in zip(BY, (12, 5, 20), strict=True):
        labels = [f"{name} {number:02d}" for number in range(size)]
        codes = rng.integers(0, size, rows, dtype=np.int8)
        frame[name] = pd.Categorical.from_codes(codes, labels)
    first, last = (pd.Timestamp(day, tz=ZONE).timestamp() for day in ("2025-01-01", "2026-01-01"))
    frame["occurred_at"] = pd.to_datetime(rng.integers(int(first), int(last), rows), unit="s", utc=True)
    frame["value"] = rng.choice(np.array([1.0, 2, 3, 4, 5]), rows, p=[0.08, 0.05, 0.12, 0.3, 0.45])
    made = pd.DataFrame(frame)
    return made.astype(dict.fromkeys(BY, "str")) if text else made


def scored(answers: pd.DataFrame) -> tuple[int, int]:
    """Score, mean, shares, both intervals, band and n of every group."""
    counts = count_answers(answers, by=BY, period="month", tz=ZONE)
    return len(counts), len(score_table(counts, define("csat"), [*BY, "period_start"]))


def with_changes(answers: pd.DataFrame) -> tuple[int, int]:
    """The same, and every month's change with its interval."""
    counts = count_answers(answers, by=BY, period="month", tz=ZONE)
    return len(counts), len(trend_table(counts, define("csat"), BY, tz=ZONE))


def grouped_by_pandas(answers: pd.DataFrame) -> tuple[int, int]:
    """n, mean and share satisfied only: no interval, no definition, no check of the values."""
    months = answers["occurred_at"].dt.tz_convert(ZONE).dt.tz_localize(None).dt.to_period("M")
    keyed = answers.assign(month=months, satisfied=answers["value"] >= 4)
    grouped = keyed.groupby([*BY, "month"], observed=True)
    return 0, len(grouped.agg(n=("value", "size"), mean=("value", "mean"), share=("satisfied", "mean")))


WAYS: dict[str, tuple[str, Callable[[pd.DataFrame], tuple[int, int]], bool]] = {
    "scores": ("**scores with intervals**, segments as categories", scored, False),
    "changes": ("the same with every month's change and its interval", with_changes, False),
    "pandas": ("plain pandas groupby (n, mean, share; no intervals), categories", grouped_by_pandas, False),
    "scores-text": ("**scores with intervals**, segments as text", scored, True),
    "pandas-text": ("plain pandas groupby, segments as text", grouped_by_pandas, True),
}


def _measured(name: str, rows: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.scores", "--one", name, str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def _run_one(name: str, rows: int) -> dict[str, float | None]:
    _, way, text = WAYS[name]
    answers = responses(rows, text=text)
    frame_mb = float(answers.memory_usage(deep=False).sum()) / 1e6
    seconds, peaks, found = [], [], (0, 0)
    for _ in range(REPEATS):
        before = _forget_peak()
        started = time.perf_counter()
        found = way(answers)
        seconds.append(time.perf_counter() - started)
        peaks.append(_status_mb("VmHWM") - before if before is not None else None)
    peak = None if None in peaks else max(peaks)
    median = statistics.median(seconds)
    return {"seconds": median, "peak_mb": peak, "frame_mb": frame_mb, "counts": found[0], "groups": found[1]}


def _forget_peak() -> float | None:
    """Set the kernel's peak back to what is in use, and return that in MB; ``None`` where there is no such thing."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return _status_mb("VmRSS")


def _status_mb(name: str) -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1000


def _seconds(result: dict[str, float]) -> str:
    return f"{result['seconds']:.2f}"


def _memory(result: dict[str, float]) -> str:
    return "not measured" if result["peak_mb"] is None else f"{result['peak_mb']:,.0f} MB"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(_run_one(sys.argv[2], int(sys.argv[3]))))
    else:
        print(main(*map(int, sys.argv[1:2])))
