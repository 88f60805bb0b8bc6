"""A real process, killed while it writes; the same command again ends where one clean run ends."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.test_storage import loading, rows
from verbatim.settings import Settings
from verbatim.storage import backup, tables
from verbatim.storage.engine import prepare_store

ROOT = Path(__file__).parents[2]


def killed_at(chunk: int, settings: Settings) -> None:
    """Load until ``chunk`` has begun, and kill (SIGKILL) somewhere in it."""
    command = [sys.executable, "-m", "tests.test_storage.loading", str(settings.home), settings.url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == chunk:
                break
        time.sleep(0.003 * chunk % 0.01)  # another place each time; the result must not depend on it
        process.kill()


@pytest.mark.parametrize("chunk", [0, 17])
def test_killed_and_started_again_ends_in_the_state_of_one_clean_run(
    database: Settings, chunk: int, tmp_path: Path
) -> None:
    with prepare_store(Settings(home=tmp_path / "clean")) as clean:
        loading.load(clean)
        expected = rows.dump(clean)
    killed_at(chunk, database)
    with prepare_store(database) as store:
        left = rows.stored(store, tables.ingest_batch)[0]
        assert left["finished_at"] is None
        written = len(rows.stored(store, tables.survey_response))
        assert written == left["inserted"] - len(rows.stored(store, tables.comment))  # whole chunks only
        assert written < (loading.CHUNKS * loading.ROWS)
        assert [finding.state for finding in backup.check(database) if finding.subject == "ingest"] == ["warning"]
        loading.load(store)
        assert rows.dump(store) == expected
        assert [finding.state for finding in backup.check(database) if finding.subject == "ingest"] == ["ok"]
