"""How fast and in how much memory a file of 2,000,000 survey answers goes into the store.

    python -m bench.ingest [ROWS]

The file is written first, with comments that nearly all differ; it is read by a process of its own, whose peak of
memory is the kernel's figure.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROWS = 2_000_000
COMMENT_SHARE = 0.5
LIMIT_MB = 1_500
OPENINGS = (
    "Honestly",
    "To be fair",
    "As always",
    "This time",
    "Sadly",
    "Luckily",
    "In the end",
    "At first",
    "Overall",
    "",
)
SUBJECTS = (
    "the agent",
    "your chat",
    "the invoice",
    "delivery",
    "the app",
    "support",
    "the export",
    "my refund",
    "the portal",
)
VERBS = ("was", "felt", "seemed", "turned out", "has been", "became", "stayed", "looked")
JUDGEMENTS = (
    "slow",
    "friendly",
    "confusing",
    "quick",
    "broken",
    "excellent",
    "worse than before",
    "fine",
    "clear",
    "late",
)
REASONS = ("because nobody answered", "after the update", "even on a Sunday", "and I had to call twice", "so thank you",
           "though I had sent everything", "which cost us a day", "as promised", "without any explanation")  # fmt: skip
COLUMNS = ("response_id", "ticket_id", "account_id", "contact_email", "sent_at", "answered_at", "csat", "comment",
           "agent", "team", "channel", "product", "region")  # fmt: skip
FIRST = datetime(2025, 1, 1, tzinfo=UTC)


def main(rows: int = ROWS) -> str:
    """Write the file, ingest it twice in processes of their own, and report both."""
    with tempfile.TemporaryDirectory(prefix="verbatim-bench-") as folder:
        file = Path(folder) / "responses.csv"
        write_file(file, rows)
        size = file.stat().st_size / 1e6
        first, second = _ingest(file), _ingest(file)
    lines = [
        "## Ingest",
        "",
        f"{rows:,} rows ({size:,.0f} MB of CSV, 13 columns, {COMMENT_SHARE:.0%} with a comment, nearly all different), "
        "SQLite, one process. Cleaning, redaction and language are part of it.",
        "",
        "| run | seconds | rows/s | peak memory (MB) | inserted | unchanged | rejected |",
        "|---|---:|---:|---:|---:|---:|---:|",
        _line("first", rows, first),
        _line("the same file again", rows, second),
        "",
        f"Limit: {LIMIT_MB:,} MB: {'kept' if max(first['peak_mb'], second['peak_mb']) < LIMIT_MB else 'EXCEEDED'}.",
    ]
    return "\n".join(lines)


def write_file(file: Path, rows: int) -> None:
    """Survey answers over two years, seeded."""
    chance = random.Random(7)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for number in range(rows):
            writer.writerow(_row(chance, number))


def _row(chance: random.Random, number: int) -> list[object]:
    asked = FIRST + timedelta(seconds=chance.randrange(600 * 86_400))
    answered = asked + timedelta(minutes=chance.randrange(5_000))
    score = chance.choice((1, 2, 3, 4, 4, 5, 5, 5, 5, "", "n/a"))
    comment = _comment(chance, number) if chance.random() < COMMENT_SHARE else ""
    agent = chance.randrange(200)
    return [
        f"R{number}", f"T{chance.randrange(1_500_000)}", f"A{chance.randrange(3_000)}",
        f"user{chance.randrange(100_000)}@customer.example", asked.strftime("%Y-%m-%dT%H:%M:%SZ"),
        answered.strftime("%d/%m/%Y %H:%M"), score, comment, f"Agent {agent}", f"Team {agent % 12}",
        chance.choice(("email", "chat", "phone")), chance.choice(("Core", "Insights", "Connect")),
        chance.choice(("EMEA", "AMER", "APAC")),
    ]  # fmt: skip


def _comment(chance: random.Random, number: int) -> str:
    parts = [chance.choice(OPENINGS)]
    for _ in range(chance.choice((1, 1, 2, 3))):
        parts += [
            chance.choice(SUBJECTS),
            chance.choice(VERBS),
            chance.choice(JUDGEMENTS),
            chance.choice(REASONS) + ".",
        ]
    if chance.random() < 0.03:
        parts.append(f"Call me on +44 20 7946 0{chance.randrange(100, 999)} or write to me{number}@mail.example.")
    if chance.random() < 0.1:
        parts.append(f"Order {chance.randrange(10_000, 99_999)}, {chance.randrange(2, 30)} days.")
    return " ".join(parts).strip()


def _ingest(file: Path) -> dict[str, float]:
    found = subprocess.run(
        [sys.executable, "-m", "bench.ingest", "--child", str(file)], capture_output=True, text=True, check=True
    )
    return dict(json.loads(found.stdout))


def _child(file: Path) -> str:
    from verbatim.domain import Kind
    from verbatim.ingest import IngestOptions, ingest, plan_ingest
    from verbatim.settings import Settings
    from verbatim.storage.engine import prepare_store

    settings = Settings(home=file.parent / "home")
    start = time.perf_counter()
    plan = plan_ingest(Kind.RESPONSES, file, IngestOptions(now=datetime(2027, 1, 1, tzinfo=UTC)), settings)
    with prepare_store(settings) as store:
        result = ingest(plan, store, settings)
    return json.dumps(
        {
            "seconds": time.perf_counter() - start,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "inserted": result.inserted,
            "unchanged": result.unchanged,
            "rejected": result.rejected,
        }
    )


def _line(name: str, rows: int, found: dict[str, float]) -> str:
    return (
        f"| {name} | {found['seconds']:,.0f} | {rows / found['seconds']:,.0f} | {found['peak_mb']:,.0f} "
        f"| {found['inserted']:,} | {found['unchanged']:,} | {found['rejected']:,} |"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(_child(Path(sys.argv[2])))
    else:
        print(main(*map(int, sys.argv[1:2])))
