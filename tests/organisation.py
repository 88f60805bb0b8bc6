"""Sample organisations with themes and trained predictors, built once a run and shared by all workers.

Building takes up to a minute, so that they lie in a folder beside pytest's own, guarded by locks. Tests that change
one take a copy; `rows_into` brings its rows into another database.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from models.registry import resolve
from models.scoring import keep, score_open
from models.watching import open_version
from tests.test_commands.conftest import Run, call
from verbatim.demo import FILES
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.sample import write_sample
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store
from verbatim.storage.tables import metadata
from verbatim.tone.sentiment import find_sentiment

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


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is filled by whoever comes first in this run; other workers wait for it."""
    root = shared_folder(factory) / name
    with (shared_folder(factory) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "done").exists():
            shutil.rmtree(root, ignore_errors=True)  # of one that failed halfway
            root.mkdir()
            make(root)
            (root / "done").touch()
    return root


def built(factory: pytest.TempPathFactory) -> Place:
    """Ingested, mined, csat-1 trained and active."""
    root = once(factory, "shared-organisation", lambda root: _build(Place(root / "home", root / "sample")))
    return Place(root / "home", root / "sample")


def predicted(factory: pytest.TempPathFactory) -> Place:
    """As `built`, with the predictions of csat-1 for the open tickets."""
    place = built(factory)
    root = once(factory, "predicted-organisation", lambda root: _predict(copy_of(place, root)))
    return Place(root / "home", place.files)


def copy_of(place: Place, root: Path) -> Place:
    """The same organisation in ``root``, to be changed."""
    shutil.copytree(place.home, root / "home")
    return Place(root / "home", place.files)


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
    _done(place, "predictor", "train", "csat", "--person", "Ada")
    with pytest.MonkeyPatch.context() as patch:
        # What the ratings teach is tested in tests/test_tone and tests/test_demo.py; encoding them all takes longer
        # than all the rest of this mining.
        patch.setattr("verbatim.mining.learn_from_store", lambda store, encoder, **options: find_sentiment(encoder))
        _done(place, "mine", "--from", "2026-08-01")


def _predict(place: Place) -> None:
    with prepare_store(place.settings) as store:
        version = resolve(store, "csat", None)
        predictor = open_version(place.settings, version)
        keep(store, score_open(store, place.settings, predictor), predictor, version.id)


def _done(place: Place, *words: object) -> None:
    done = place.verbatim(*words)
    assert done.code == 0, done.err
