"""A store on disk, a clock that stands still, and short ways to write a file and read it in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from verbatim.domain import Kind
from verbatim.ingest import IngestOptions, IngestPlan, IngestResult, ingest, plan_ingest
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at head, to copy: building the schema for every test takes longer than the tests."""
    home = tmp_path_factory.mktemp("empty")
    prepare_store(Settings(home=home)).close()
    return home / "verbatim.db"


@pytest.fixture
def store(settings: Settings, empty_database: Path) -> Iterator[Store]:
    settings.home.mkdir()
    shutil.copy(empty_database, settings.home)
    with prepare_store(settings) as opened:
        yield opened


class Desk:
    """What a test does with files."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings = folder, settings

    def write(self, content: str | bytes, name: str = "responses.csv", encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def plan(
        self, content: str | bytes | Path, kind: Kind = Kind.RESPONSES, *, name: str = "responses.csv", **options: Any
    ) -> IngestPlan:
        path = content if isinstance(content, Path) else self.write(content, name)
        return plan_ingest(kind, path, IngestOptions(**{"now": NOW, **options}), self.settings)

    def ingest(
        self, store: Store, content: str | bytes | Path, kind: Kind = Kind.RESPONSES, **options: Any
    ) -> IngestResult:
        chunk_rows = options.pop("chunk_rows", 10_000)
        return ingest(self.plan(content, kind, **options), store, self.settings, chunk_rows=chunk_rows)


@pytest.fixture
def desk(tmp_path: Path, settings: Settings) -> Desk:
    return Desk(tmp_path, settings)


@pytest.fixture
def stored(store: Store) -> Callable[[Table], list[dict[str, Any]]]:
    """The rows of a table, by key, without what differs from run to run."""

    def read(table: Table) -> list[dict[str, Any]]:
        with store.reading() as connection:
            rows = connection.execute(select(table).order_by(*table.primary_key)).mappings()
            return [{name: value for name, value in row.items() if name != "batch_id"} for row in rows]

    return read
