from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from verbatim.errors import InputError, TooManyRejects
from verbatim.ingest import Progress, ingest
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import comment, ingest_batch, reject, survey_response

HEADER = "id,answered_at,nps,comment\n"


def rows_of(count: int, seed: int = 3) -> str:
    chance = random.Random(seed)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    lines = []
    for number in range(count):
        at = start + timedelta(minutes=chance.randrange(400_000))
        score = chance.choice([0, 3, 7, 9, 10, "", "n/a", 11])
        lines.append(f"r{number},{at:%Y-%m-%d %H:%M},{score},comment {chance.randrange(1000)} on the export\n")
    return HEADER + "".join(lines)


def everything(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """All that an ingest leaves, without what differs from run to run."""
    found = {}
    with prepare_store(settings) as store, store.reading() as connection:
        for table in (survey_response, comment, reject):
            columns = [column for column in table.columns if column.name != "batch_id"]
            rows = connection.execute(select(*columns).order_by(table.c.id))
            found[table.name] = [tuple(json.dumps(v) if isinstance(v, dict) else v for v in row) for row in rows]
    return found


def test_the_same_file_twice_changes_nothing(desk, store, settings):
    text = rows_of(300)
    first = desk.ingest(store, text, chunk_rows=70)
    before = everything(settings)
    second = desk.ingest(store, text, chunk_rows=100)
    assert first.rows == second.rows == 300
    assert (first.updated, first.unchanged) == (0, 0)
    assert (second.inserted, second.updated, second.unchanged) == (0, 0, first.inserted)
    assert first.rejected == second.rejected > 0
    assert everything(settings) == before


def test_rows_in_another_order_give_the_same_store(desk, settings, tmp_path):
    lines = rows_of(200).removeprefix(HEADER).splitlines(keepends=True)
    with prepare_store(settings) as store:
        desk.ingest(store, HEADER + "".join(lines))
    other = Settings(home=tmp_path / "other")
    with prepare_store(other) as store:
        ingest(desk.plan(HEADER + "".join(reversed(lines))), store, other)
    one, two = everything(settings), everything(other)
    assert one["survey_response"] == two["survey_response"]
    assert one["comment"] == two["comment"]


def test_a_corrected_row_updates(desk, store, stored):
    desk.ingest(store, HEADER + "r1,2026-10-01,3,bad\nr2,2026-10-01,9,good\n")
    result = desk.ingest(store, HEADER + "r1,2026-10-01,4,not so bad\nr2,2026-10-01,9,good\n")
    assert (result.inserted, result.updated, result.unchanged) == (0, 2, 2)
    assert sorted(row["value"] for row in stored(survey_response)) == [4, 9]
    assert sorted(row["text"] for row in stored(comment)) == ["good", "not so bad"]


def test_a_comment_that_a_corrected_row_no_longer_has_is_taken_out(desk, store, stored):
    desk.ingest(store, HEADER + "r1,2026-10-01,3,please forget me\nr2,2026-10-01,9,good\n")
    result = desk.ingest(store, HEADER + "r1,2026-10-01,3,\nr2,2026-10-01,9,good\n")
    assert (result.removed, result.updated) == (1, 0)
    assert [row["text"] for row in stored(comment)] == ["good"]


def test_a_file_that_breaks_off_leaves_a_finished_batch_and_what_was_read(desk, store, stored):
    path = desk.write('[{"id": 1, "answered": "2026-10-01", "nps": 9}]', "nps.json")
    plan = desk.plan(path)
    path.write_text("[")
    with pytest.raises(InputError, match="is not JSON"):
        ingest(plan, store, desk.settings)
    with store.reading() as connection:
        assert connection.execute(select(ingest_batch)).one().finished_at is not None


def test_a_mended_row_clears_its_reject_and_other_files_keep_theirs(desk, store, stored):
    desk.ingest(store, HEADER + "r1,2026-10-01,11,\nr2,soon,9,\n")
    desk.ingest(store, HEADER + "r8,2026-10-01,8,\nr9,never,9,\n", name="responses-2026-11.csv")
    assert len(stored(reject)) == 3
    desk.ingest(store, HEADER + "r1,2026-10-01,10,\nr2,soon,9,\n")
    assert sorted(row["value"] for row in stored(reject)) == ["never", "soon"]


def test_too_many_rejects_stop_early_and_what_was_read_stays(desk, store, stored):
    text = HEADER + "r0,2026-10-01,9,\n" + "".join(f"r{n},2026-10-01,12,\n" for n in range(1, 100))
    with pytest.raises(
        TooManyRejects, match=r"9 rejects in the first 10 rows, more than the 5 allowed; the first in row 3, 'nps'"
    ):
        desk.ingest(store, text, max_rejects=5, chunk_rows=10, scale="nps")
    assert (len(stored(survey_response)), len(stored(reject))) == (1, 9)
    desk.ingest(store, text.replace(",12,", ",10,"), scale="nps")
    assert (len(stored(survey_response)), len(stored(reject))) == (100, 0)


def test_no_rejects_allowed_and_none_found_is_fine(desk, store):
    assert desk.ingest(store, HEADER + "r0,2026-10-01,9,\n", max_rejects=0).inserted == 1


def test_progress_ends_at_the_end_of_the_file(desk, store, settings):
    steps: list[Progress] = []
    plan = desk.plan(rows_of(250))
    ingest(plan, store, settings, progress=steps.append, chunk_rows=100)
    assert [step.rows for step in steps] == [100, 200, 250]
    assert (steps[-1].done, steps[-1].unit) == (steps[-1].total, "bytes")
    assert steps[-1].rejected > 0


def test_the_batch_counts_what_the_result_says(desk, store):
    result = desk.ingest(store, rows_of(50))
    with store.reading() as connection:
        batch = connection.execute(select(ingest_batch)).one()
    assert (batch.id, batch.rows, batch.inserted, batch.rejected) == (
        result.batch_id,
        50,
        result.inserted,
        result.rejected,
    )
    assert batch.finished_at is not None


CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from verbatim.domain import Kind
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store

settings = Settings(home=Path(sys.argv[2]))
plan = plan_ingest(Kind.RESPONSES, Path(sys.argv[1]), IngestOptions(now=datetime(2026, 11, 15, tzinfo=UTC)), settings)
with prepare_store(settings) as store:
    ingest(plan, store, settings, progress=lambda step: print(step.rows, flush=True), chunk_rows=100)
"""


def test_a_killed_process_started_again_ends_in_the_same_state(desk, tmp_path, settings):
    path = desk.write(rows_of(1_500))
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), str(settings.home)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(2):
        process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with prepare_store(settings) as store, store.reading() as connection:
        done = connection.execute(select(func.count()).select_from(survey_response)).scalar_one()
    assert 0 < done < 1_500
    whole = Settings(home=tmp_path / "whole")
    for one in (settings, whole):
        with prepare_store(one) as store:
            ingest(desk.plan(Path(path)), store, one)
    assert everything(settings) == everything(whole)
