"""A sample organisation with themes and a trained predictor, built once a run and shared by all workers.

Building takes about a minute, so that it lies in a folder beside pytest's own, guarded by a lock. Tests that change
it take a copy; `rows_into` brings its rows into another database.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from tests.test_commands.conftest import Run, call
from verbatim.demo import FILES
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.sample import write_sample
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store
from verbatim.storage.tables import metadata

ROWS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Place:
    """Where an organisation lies: its home, and the files it was read from."""

    home: Path
    files: Path

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home)

    def verbatim(self, *words: object) -> Run:
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setenv("VERBATIM_HOME", "")  # what the call sets is undone, or it would overrule `settings`
            return call(self.home, *words)


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run see."""
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


def built(factory: pytest.TempPathFactory) -> Place:
    """Ingested, mined, csat-1 trained and active; built by whoever comes first."""
    root = shared_folder(factory) / "shared-organisation"
    place = Place(root / "home", root / "sample")
    with (shared_folder(factory) / "shared-organisation.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "done").exists():
            _build(place)
            (root / "done").touch()
    return place


def rows_into(place: Place, store: Store) -> None:
    """Copy every row of the organisation into an empty store of the same schema."""
    with prepare_store(place.settings) as source, source.reading() as reading, store.writing() as writing:
        for table in metadata.sorted_tables:
            rows = reading.execute(select(table)).mappings()
            while chunk := rows.fetchmany(ROWS_AT_ONCE):
                writing.execute(insert(table), [dict(row) for row in chunk])


def _build(place: Place) -> None:
    write_sample(place.files, months=12, seed=7, size=0.6)
    with prepare_store(place.settings) as store:
        for kind, name in FILES:
            ingest(plan_ingest(kind, place.files / name, IngestOptions(), place.settings), store, place.settings)
    for words in (("predictor", "train", "csat", "--person", "Ada"), ("mine", "--from", "2026-08-01")):
        done = place.verbatim(*words)
        assert done.code == 0, done.err
