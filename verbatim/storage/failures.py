"""The one seam at which the errors of SQLAlchemy, sqlite3 and psycopg become Verbatim's own.

A message names the database without its password, says what failed and what to do next, and never carries
parameters or rows: customers' words stay out of errors.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from verbatim.errors import SchemaError, StorageError, StoreBusyError, StoreFullError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

BUSY = "another process is writing to {place}; try again in a moment"
FULL = "no space is left for {place}; free some space and run the same command again"
READ_ONLY = "{place} cannot be written ({said}); mend its permissions, or choose another folder with VERBATIM_HOME"
UNREADABLE = "{place} cannot be opened ({said}); mend its permissions, or choose another folder with VERBATIM_HOME"
NO_DATABASE = "{place} is not an SQLite database ({said}); choose another file, or put a backup in its place"
BAD_DISK = "reading or writing {place} failed ({said}); see whether the disk is full or failing"
OLD_SCHEMA = "{place} lacks what this version needs ({said}); run `verbatim db upgrade`"
UNREACHABLE = "{place} cannot be reached ({said}); see whether the server runs and what database_url says"
REFUSED = "{place} refused ({said}); grant the user what it needs"
FAILED = "{place} failed: {said}"

# Beginning of what SQLite says → what it means. https://www.sqlite.org/rescode.html
SQLITE: tuple[tuple[str, type[StorageError], str], ...] = (
    ("database is locked", StoreBusyError, BUSY),
    ("database table is locked", StoreBusyError, BUSY),
    ("database schema is locked", StoreBusyError, BUSY),
    ("database or disk is full", StoreFullError, FULL),
    ("attempt to write a readonly database", StoreFullError, READ_ONLY),
    ("unable to open database file", StorageError, UNREADABLE),
    ("file is not a database", StorageError, NO_DATABASE),
    ("database disk image is malformed", StorageError, NO_DATABASE),
    ("disk I/O error", StorageError, BAD_DISK),
    ("no such table", SchemaError, OLD_SCHEMA),
    ("no such column", SchemaError, OLD_SCHEMA),
)

# Beginning of an SQLSTATE → what it means. https://www.postgresql.org/docs/current/errcodes-appendix.html
POSTGRES: tuple[tuple[str, type[StorageError], str], ...] = (
    ("53100", StoreFullError, FULL),
    ("25006", StoreFullError, REFUSED),
    ("40", StoreBusyError, BUSY),
    ("55P03", StoreBusyError, BUSY),
    ("53300", StoreBusyError, UNREACHABLE),
    ("57P", StoreBusyError, UNREACHABLE),
    ("42P01", SchemaError, OLD_SCHEMA),
    ("42703", SchemaError, OLD_SCHEMA),
    ("42501", StorageError, REFUSED),
    ("08", StorageError, UNREACHABLE),
    ("28", StorageError, UNREACHABLE),
    ("3D", StorageError, UNREACHABLE),
)


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Raise what the database raises inside as a ``StorageError`` that names ``url``."""
    try:
        yield
    except DBAPIError as error:
        failure = translate(error.orig or error, url)
        # Not from the error itself: what PostgreSQL says below its first line quotes the row.
        raise failure from type(error)(None, None, Exception(_said(error.orig or error, url)), hide_parameters=True)
    except SQLAlchemyError as error:
        raise StorageError(FAILED.format(place=place_of(url), said=type(error).__name__)) from error


def translate(error: BaseException, url: URL) -> StorageError:
    """The error of Verbatim for an error of a driver."""
    said = _said(error, url)
    kind, message = _meaning(error, said)
    return kind(message.format(place=place_of(url), said=said))


def place_of(url: URL) -> str:
    """The database as a person knows it: the file, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "the database in memory"
    return url.set(query={}).render_as_string(hide_password=True)


def _meaning(error: BaseException, said: str) -> tuple[type[StorageError], str]:
    if not hasattr(error, "sqlstate"):
        return next(
            ((kind, message) for start, kind, message in SQLITE if said.startswith(start)), (StorageError, FAILED)
        )
    # Without a code the server was never reached (or has gone): psycopg leaves it empty.
    state = error.sqlstate or "08"
    return next(
        ((kind, message) for start, kind, message in POSTGRES if state.startswith(start)), (StorageError, FAILED)
    )


def _said(error: BaseException, url: URL) -> str:
    """The first line only: what follows can quote a row."""
    lines = str(error).strip().splitlines()
    said = lines[0] if lines else type(error).__name__
    password = url.password
    return said.replace(str(password), "***") if password else said
