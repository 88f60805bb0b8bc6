"""Which schema a database has, and how it comes to the one this version expects.

The everyday case, a database at head, is told by one query; Alembic is imported only where there is work.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from verbatim.errors import SchemaError
from verbatim.storage.bulk import catch_up
from verbatim.storage.failures import place_of, translate

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

# Every revision this version knows, oldest first; a test compares them with the scripts.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
HEAD = REVISIONS[-1]
SCRIPTS = Path(__file__).parent / "migrations"
# Any number will do, as long as every process takes the same.
LOCK_KEY = 0x7665726261
WAL_ATTEMPTS, WAL_PAUSE_SECONDS = 100, 0.05


def revision_of(connection: Connection) -> str | None:
    """The revision of a database; ``None`` where nothing has been made yet."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def demand_head(connection: Connection) -> None:
    """Pass a database at head.

    Raises:
        SchemaError: there is no schema, or an older or newer one; the message says what to do.
    """
    found, place = revision_of(connection), place_of(connection.engine.url)
    if found is None:
        raise SchemaError(f"{place} has no tables yet; run `verbatim db upgrade`")
    refuse_newer(found, place)
    if found != HEAD:
        raise SchemaError(f"{place} has schema {found}, this version needs {HEAD}; run `verbatim db upgrade`")


def refuse_newer(found: str | None, place: str) -> None:
    """Raise ``SchemaError`` for a revision that this version does not know."""
    if found is not None and found not in REVISIONS:
        raise SchemaError(
            f"{place} has schema {found}, which a newer Verbatim made; install that version (this one knows {HEAD})"
        )


def bring_to_head(engine: Engine) -> None:
    """Make or migrate the schema, and build what is missing, in one transaction; of several processes one does it.

    Raises:
        SchemaError: a newer Verbatim made the database.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _write_ahead(connection)
        with connection.execution_options(writes=True).begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            found = revision_of(connection)
            refuse_newer(found, place_of(engine.url))
            if found != HEAD:
                _run_alembic(connection)
            catch_up(connection)


def _write_ahead(connection: Connection) -> None:
    """Readers and one writer at once, for good: the mode is kept in the file.

    SQLite does not wait for the lock that this change needs, so the waiting is done here.
    """
    raw = connection.connection.cursor()
    for attempt in range(WAL_ATTEMPTS):
        try:
            raw.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.Error as error:
            failure = translate(error, connection.engine.url)
            if not failure.retryable or attempt == WAL_ATTEMPTS - 1:
                raise failure from error
            time.sleep(WAL_PAUSE_SECONDS)
    raw.close()


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
