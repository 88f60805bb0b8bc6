"""Opening the store: from a URL in the settings to a ``Store`` that reads and writes.

First step of every command that keeps something. Nothing connects before it is asked to.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from verbatim.errors import MissingExtraError, SchemaError, SettingsError, StorageError, StoreFullError
from verbatim.storage.bulk import left_out
from verbatim.storage.columns import flat_text
from verbatim.storage.failures import place_of, translated
from verbatim.storage.schema import HEAD, bring_to_head, demand_head, refuse_newer, revision_of
from verbatim.storage.store import Store

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

    from verbatim.settings import Settings

SUPPORTED = "SQLite (sqlite:///path/to/file.db) and PostgreSQL (postgresql+psycopg://user:password@host/database)"
BUSY_SECONDS = 15.0
CONNECT_SECONDS = 10
SQLITE_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -131072",  # 128 MiB
    "PRAGMA wal_autocheckpoint = 65536",  # 256 MiB: bulk loads copy a page less often
    "PRAGMA journal_size_limit = 67108864",
)


def open_store(settings: Settings) -> Store:
    """Open the store at ``settings.url`` as it is.

    Raises:
        SchemaError: the database does not exist yet, or its schema is older or newer than this version.
        StorageError: it cannot be reached, read or written.
        MissingExtraError: PostgreSQL without its driver.
    """
    url = parse_url(settings)
    file = database_file(url)
    if file is not None and not file.exists():
        raise SchemaError(f"{file} does not exist yet; run `verbatim db upgrade`, or ingest a file")
    with _opened(url) as engine, engine.connect() as connection:
        demand_head(connection)
    return Store(engine)


def prepare_store(settings: Settings) -> Store:
    """Open the store at ``settings.url``, making its folder, file and schema where they are missing or older.

    Safe in several processes at once. Raises what `open_store` raises, except for a missing or older schema.
    """
    url = parse_url(settings)
    file = database_file(url)
    if file is not None:
        _make_folder(file.parent)
    with _opened(url) as engine:
        with engine.connect() as connection:
            found = revision_of(connection)
            refuse_newer(found, place_of(url))
            ready = found == HEAD and not left_out(connection)
        if not ready:
            bring_to_head(engine)
    return Store(engine)


@contextlib.contextmanager
def _opened(url: URL) -> Iterator[Engine]:
    """An engine whose connections go back when what is done with it fails."""
    engine = make_engine(url)
    try:
        with translated(url):
            yield engine
    except StorageError:
        engine.dispose()
        raise


def make_engine(url: URL) -> Engine:
    """An engine with Verbatim's conventions: transactions that begin when asked, errors without parameters."""
    options: dict[str, Any] = {"hide_parameters": True, "json_serializer": flat_text}
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **options)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    arguments = {"connect_timeout": CONNECT_SECONDS, "options": "-c jit=off -c timezone=UTC"}
    try:
        return create_engine(url, connect_args=arguments, pool_pre_ping=True, **options)
    except ModuleNotFoundError as error:
        raise MissingExtraError('PostgreSQL needs its driver; run pip install "verbatim-mining[postgres]"') from error


def parse_url(settings: Settings) -> URL:
    """The store's URL, with Verbatim's driver for PostgreSQL.

    Raises:
        SettingsError: not a URL, or of a database that is not supported.
    """
    try:
        url = make_url(settings.url)
        if url.drivername in {"postgres", "postgresql"}:
            url = url.set(drivername="postgresql+psycopg")
        if url.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
            raise SettingsError(f"setting 'database_url' names {url.drivername!r}; Verbatim knows {SUPPORTED}")
    except (ArgumentError, ValueError) as error:  # the value is not repeated: it can hold a password
        raise SettingsError(f"setting 'database_url' is not a database URL; Verbatim knows {SUPPORTED}") from error
    return url


def database_file(url: URL) -> Path | None:
    """The file of an SQLite database; ``None`` for one in memory or on a server."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"the folder {folder} cannot be made ({reason}); choose another with VERBATIM_HOME"
        raise StoreFullError(message) from error


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin in _begin_sqlite, not when sqlite3 thinks so
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once where writing follows: a lock taken later cannot wait for its turn."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
