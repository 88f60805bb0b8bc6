"""How fast comments are found: 1,000,000 comments on 60 themes in SQLite, by page, words and themes.

Every figure is of 40 calls on a warm file, in one process; what fills the store is measured too.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from verbatim.domain import Metric, stable_key
from verbatim.settings import Settings
from verbatim.storage import bulk
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries import CommentFilter, Restriction, comment_count, comment_page, theme_overview
from verbatim.storage.queries.restriction import account_key
from verbatim.storage.store import Store
from verbatim.storage.tables import account, comment, survey_response

COMMENTS = 1_000_000
CHUNK = 20_000
CALLS = 40
START = datetime(2025, 1, 1, tzinfo=UTC)
MINUTES = 365 * 24 * 60
WORDS = 4_000
TOPS, EACH = 12, 4  # themes at the top, and sub-themes of each


def main(comments: int = COMMENTS) -> str:
    """The section, from a process of its own."""
    command = [sys.executable, "-m", "bench.browsing", str(comments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout


def measure(comments: int) -> str:
    """Fill two stores, one without the index of words; then ask."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        without = filled(home / "without", comments, words=False)
        seconds = filled(home / "with", comments, words=True)
        with prepare_store(Settings(home=home / "with")) as store:
            begun = time.perf_counter()
            mine(store, comments)
            mined = time.perf_counter() - begun
            lines = [timed(name, call) for name, call in calls(store, comments)]
        size = (home / "with" / "verbatim.db").stat().st_size / 1024**2
    return "\n".join(
        [
            "## Browsing", "",
            f"{comments:,} comments on {TOPS * (EACH + 1)} themes, SQLite ({size:,.0f} MiB), one process.", "",
            "| what | time |", "|---|---|",
            f"| write the comments, without the index of words | {without:.1f} s |",
            f"| with it | {seconds:.1f} s ({seconds / without - 1:+.0%}) |",
            f"| save a model of all of them, with its figures by day | {mined:.1f} s |", "",
            "| what | rows | p50 | p95 |", "|---|---|---|---|", *lines, "",
        ]
    )  # fmt: skip


def filled(home: Path, comments: int, *, words: bool) -> float:
    """Seconds that writing took."""
    seconds = 0.0
    with prepare_store(Settings(home=home)) as store:
        if not words:
            stop_words(store)
        store.upsert(
            account, [{"id": account_key(f"A{i}"), "source": "b", "external_id": f"A{i}"} for i in range(2000)]
        )
        batch = store.begin_batch("responses", "bench", "comments.csv")
        for chunk in chunks(comments):
            begun = time.perf_counter()
            store.write_chunk(chunk, batch_id=batch, rows=CHUNK)
            seconds += time.perf_counter() - begun
        begun = time.perf_counter()
        if words:
            store.finish_batch(batch)
        else:
            finish_without_words(store)
        seconds += time.perf_counter() - begun
    return seconds


def stop_words(store: Store) -> None:
    """Keep no index of words."""
    from verbatim.storage.words import stop_words as stop

    with store.writing() as connection:
        stop(connection)


def finish_without_words(store: Store) -> None:
    """What `Store.finish_batch` does, less the index of words."""
    with store.writing() as connection:
        for index in bulk.missing_indexes(connection):
            index.create(connection)
        bulk.take_statistics(connection)


def chunks(comments: int) -> Iterator[dict[Any, list[dict[str, Any]]]]:
    """Comments of 2,000 accounts over a year, every fifth with an answer, of words as frequent as words are; seeded."""
    draw = random.Random(7)
    vocabulary = [f"word{rank}" for rank in range(WORDS)]
    weights = [1 / (rank + 3) for rank in range(WORDS)]
    for first in range(0, comments, CHUNK):
        rows = [said(number, draw, vocabulary, weights) for number in range(first, min(first + CHUNK, comments))]
        yield {comment: rows, survey_response: [answered(row) for row in rows[::5]]}


def said(number: int, draw: random.Random, vocabulary: list[str], weights: list[float]) -> dict[str, Any]:
    """One comment."""
    text = " ".join(draw.choices(vocabulary, weights, k=18))
    return {
        "id": stable_key("comment", str(number)), "source": "bench", "external_id": str(number),
        "submission_id": stable_key("submission", str(number)), "question": "Why?", "text": text,
        "text_key": stable_key(text), "language": "en", "informative": True,
        "occurred_at": START + timedelta(minutes=draw.randrange(MINUTES)),
        "account_id": account_key(f"A{draw.randrange(2000)}"), "ticket_id": stable_key("ticket", str(number)),
        "segments": {"channel": draw.choice(("chat", "email", "phone")), "team": draw.choice("ABCDEFGH")},
    }  # fmt: skip


def answered(row: dict[str, Any]) -> dict[str, Any]:
    """The answer beside a comment."""
    shared = ("source", "submission_id", "occurred_at", "account_id", "ticket_id", "segments")
    value = float(int(row["id"][:4], 16) % 5 + 1)
    return {name: row[name] for name in shared} | {
        "id": stable_key("answer", row["id"]), "metric": "csat", "scale": "csat-5", "status": "answered",
        "value": value,
    }  # fmt: skip


def mine(store: Store, comments: int) -> None:
    """A model with every comment on a sub-theme, every tenth on two; the last is rare."""
    draw = random.Random(11)
    leaves = [f"T{top:02d}{leaf}" for top in range(TOPS) for leaf in range(EACH)]
    weights = [*(1 / (rank + 2) for rank in range(len(leaves) - 1)), 0.0002]
    assigned = []
    for number, theme in enumerate(draw.choices(leaves, weights, k=comments)):
        row = {"comment_id": stable_key("comment", str(number)), "similarity": 0.8, "margin": 0.1, "sentiment": 0.2}
        assigned.append({**row, "theme_id": theme})
        if number % 10 == 0:
            assigned.append({**row, "theme_id": draw.choice(leaves[:-1]), "start": 20})
    usual: dict[str, Any] = {"kind": "theme", "keywords": [], "quotes": [], "size": 0}
    themes = [{**usual, "id": leaf, "name": leaf, "parent_id": leaf[:3]} for leaf in leaves]
    themes += [{**usual, "id": f"T{top:02d}", "name": f"T{top:02d}"} for top in range(TOPS)]
    model = {
        "id": stable_key("model"), "created_at": START, "encoder_id": "bench", "dimension": 4, "comments": comments,
        "parameters": {}, "quality": {},
    }  # fmt: skip
    store.save_theme_model(model, themes, assigned)
    with store.writing() as connection:
        bulk.take_statistics(connection)


def calls(store: Store, comments: int) -> list[tuple[str, Callable[[], int]]]:
    """What is asked, by name."""
    common = tuple(["T00", *(f"T00{leaf}" for leaf in range(EACH))])
    rare = (f"T{TOPS - 1:02d}{EACH - 1}",)
    zone = START + timedelta(days=40, hours=5, minutes=30)
    pages: dict[str, CommentFilter] = {
        "no filter": CommentFilter(),
        "common theme": CommentFilter(themes=common),
        "rare theme": CommentFilter(themes=rare),
        "middling theme": CommentFilter(themes=("T063",)),
        "account": CommentFilter(account="A7"),
        "theme and account": CommentFilter(themes=common, account="A7"),
        "segment": CommentFilter(where={"channel": "chat"}),
        "segment that nothing has": CommentFilter(where={"channel": "fax"}),
        "common word": CommentFilter(words="word1"),
        "rare word": CommentFilter(words="word3900"),
        "phrase": CommentFilter(words='"word1 word2"'),
        "beginning of a word": CommentFilter(words="word39*"),
        "common word, not another": CommentFilter(words="word1 -word2"),
        "common word and common theme": CommentFilter(words="word1", themes=common),
        "common word and rare theme": CommentFilter(words="word1", themes=rare),
        "rare word and common theme": CommentFilter(words="word3900", themes=common),
        "dissatisfied": CommentFilter(metric=Metric.CSAT, category="dissatisfied"),
        "one week": CommentFilter(start=START, end=START + timedelta(days=7)),
        "common theme, first week": CommentFilter(themes=common, start=START, end=START + timedelta(days=7)),
        "three accounts' key": CommentFilter(restricted=Restriction(accounts=("A1", "A2", "A3"))),
        "a team's key": CommentFilter(restricted=Restriction(teams=("A",))),
    }  # fmt: skip
    deep = comment_page(store, CommentFilter(end=START + timedelta(days=30)), limit=1).after
    asked = [
        ("themes, all", lambda: len(theme_overview(store))),
        ("themes, 30 days from 05:30", lambda: len(theme_overview(store, start=zone, end=zone + timedelta(days=30)))),
        ("themes, three accounts' key", lambda: len(theme_overview(store, restricted=Restriction(("A1", "A2", "A3"))))),
        ("page deep inside", lambda: len(comment_page(store, CommentFilter(), after=deep).comments)),
        *((f"page, {name}", paged(store, one)) for name, one in pages.items()),
        *((f"count, {name}", lambda one=one: comment_count(store, one).comments) for name, one in pages.items()),
    ]  # fmt: skip
    return asked


def paged(store: Store, wanted: CommentFilter) -> Callable[[], int]:
    """A call for a page."""
    return lambda: len(comment_page(store, wanted).comments)


def timed(name: str, call: Callable[[], int]) -> str:
    """A line of the table; what takes seconds is called less often."""
    times: list[float] = []
    rows = 0
    while len(times) < CALLS and sum(times) < 8:
        begun = time.perf_counter()
        rows = call()
        times.append(time.perf_counter() - begun)
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    print(name, rows, round(1000 * statistics.median(times), 1), round(1000 * p95, 1), file=sys.stderr, flush=True)
    return f"| {name} | {rows:,} | {1000 * statistics.median(times):,.1f} ms | {1000 * p95:,.1f} ms |"


if __name__ == "__main__":
    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else COMMENTS))
