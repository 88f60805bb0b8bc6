"""How fast rows are written and counted: 2,000,000 answers and 666,667 comments into SQLite, in a fresh process."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Table

from verbatim.domain import stable_key
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries import answer_counts, comments, surveys
from verbatim.storage.store import Store
from verbatim.storage.tables import comment, survey_response

ANSWERS = 2_000_000
CHUNK = 20_000
SEGMENTS = ("channel", "team", "product")
START = datetime(2025, 1, 1, tzinfo=UTC)
MINUTES = 365 * 24 * 60


def main(answers: int = ANSWERS) -> str:
    """The section, from a process of its own, so that the peak of memory is the store's."""
    command = [sys.executable, "-m", "bench.storage", str(answers)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout


def measure(answers: int) -> str:
    """Load, load again, count."""
    with tempfile.TemporaryDirectory() as folder, prepare_store(Settings(home=Path(folder))) as store:
        lines = [load(store, answers, "new rows"), load(store, answers, "the same rows again")]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = (Path(folder) / "verbatim.db").stat().st_size / 1024**2
        month = {"start": START, "end": START + timedelta(days=31)}
        queries = [
            ("`answer_counts` by 3 segments, month", lambda: by_month(store, SEGMENTS)),
            ("`answer_counts` by 3 segments", lambda: answer_counts(store, "csat", by=SEGMENTS)),
            ("`answer_counts` by day", lambda: answer_counts(store, "csat", period="day", tz="Europe/Berlin")),
            ("`answer_counts` by account, month", lambda: by_month(store, ["account_id"])),
            ("`answer_counts` by channel, of one month", lambda: answer_counts(store, "csat", by=["channel"], **month)),
            ("`surveys` by channel, month", lambda: surveys(store, "csat", by=["channel"], period="month")),
            ("`comments`, all", lambda: comments(store)),
        ]  # fmt: skip
        for name, query in queries:
            begun = time.perf_counter()
            rows = len(query())
            lines.append(f"| {name} | {rows:,} rows | {time.perf_counter() - begun:.2f} s |")
    head = f"{answers:,} answers (and a comment for every third), SQLite, chunks of {CHUNK:,} answers, one process."
    note = f"Peak memory while loading {peak:,.0f} MiB; database {size:,.0f} MiB. Making the rows is not counted."
    return "\n".join(["## Store", "", head, note, "", "| what | size | time |", "|---|---|---|", *lines, ""])


def by_month(store: Store, segments: Sequence[str]) -> pd.DataFrame:
    """Counts by segments and the months of a time zone with a changing clock."""
    return answer_counts(store, "csat", by=segments, period="month", tz="Europe/Berlin")


def load(store: Store, answers: int, what: str) -> str:
    """One batch; gives a line of the table."""
    batch = store.begin_batch("responses", "bench", "answers.csv")
    rows, seconds = 0, 0.0
    for chunk in chunks(answers):
        begun = time.perf_counter()
        store.write_chunk(chunk, batch_id=batch, rows=CHUNK)
        seconds += time.perf_counter() - begun
        rows += sum(map(len, chunk.values()))
    begun = time.perf_counter()
    store.finish_batch(batch)
    ended = time.perf_counter() - begun
    seconds += ended
    speed = f"{rows / seconds:,.0f} rows/s; {ended:.1f} s of it at the end"
    return f"| upsert, {what} | {rows:,} rows | {seconds:.1f} s ({speed}) |"


def chunks(answers: int) -> Iterator[dict[Table, list[dict[str, Any]]]]:
    """Answers of 20,000 contacts in 2,000 accounts over a year, each about a ticket of its own; seeded."""
    draw = random.Random(7)
    accounts = [stable_key("account", str(i)) for i in range(2_000)]
    contacts = [stable_key("contact", str(i)) for i in range(20_000)]
    for first in range(0, answers, CHUNK):
        numbers = range(first, min(first + CHUNK, answers))
        made = [answered(number, draw, accounts, contacts) for number in numbers]
        yield {survey_response: made, comment: [said(row) for row in made[::3]]}


def answered(number: int, draw: random.Random, accounts: list[str], contacts: list[str]) -> dict[str, Any]:
    """One answer."""
    at = START + timedelta(minutes=draw.randrange(MINUTES))
    segments = {
        "channel": draw.choice(("chat", "email", "phone")),
        "team": draw.choice("ABCDEFGH"),
        "product": draw.choice(("core", "plus", "max", "api")),
        "agent": f"agent {draw.randrange(200)}",
    }
    return {
        "id": stable_key("answer", str(number)), "source": "bench", "external_id": str(number),
        "submission_id": stable_key("submission", str(number)), "metric": "csat", "scale": "csat_5",
        "question": "How satisfied are you?", "status": "answered", "value": float(draw.randrange(1, 6)),
        "asked_at": at - timedelta(hours=5), "answered_at": at, "occurred_at": at, "segments": segments,
        "ticket_id": stable_key("ticket", str(number)), "account_id": draw.choice(accounts),
        "contact_id": draw.choice(contacts),
    }  # fmt: skip


def said(row: dict[str, Any]) -> dict[str, Any]:
    """The comment that came with an answer."""
    text = f"The answer to {row['external_id']} took far too long, and nobody told me what was going on with it"
    shared = (
        "source",
        "external_id",
        "submission_id",
        "occurred_at",
        "segments",
        "ticket_id",
        "account_id",
        "contact_id",
    )
    return {name: row[name] for name in shared} | {
        "id": stable_key("comment", row["id"]), "question": "Why?", "text": text, "text_key": stable_key(text),
        "language": "en", "informative": True,
    }  # fmt: skip


if __name__ == "__main__":
    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ANSWERS))
