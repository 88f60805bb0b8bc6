"""A process of its own that loads chunks, to be killed: ``python -m tests.test_storage.loading HOME URL``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.test_storage import rows
from verbatim.settings import Settings
from verbatim.storage import tables
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store

CHUNKS, ROWS = 30, 60


def load(store: Store, *, chunks: int = CHUNKS, aloud: bool = False) -> None:
    """Read a "file" of which every 50th row is bad."""
    batch = store.begin_batch("responses", "test", "answers.csv")
    for chunk in range(chunks):
        numbers = range(chunk * ROWS, (chunk + 1) * ROWS)
        if aloud:
            sys.stdout.write(f"{chunk}\n")
            sys.stdout.flush()
        good = [number for number in numbers if number % 50]
        written = {
            tables.survey_response: [rows.response(number, ticket_id=str(number)) for number in good],
            tables.comment: [rows.comment(number) for number in good[::3]],
        }
        store.write_chunk(
            written, [rows.reject(number) for number in numbers if number % 50 == 0], batch_id=batch, rows=ROWS
        )
    store.finish_batch(batch)


if __name__ == "__main__":
    with prepare_store(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2])) as opened:
        load(opened, aloud=True)
