"""Looking after the store: bring it up to date, see whether it is sound, copy it while others write."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import URL, exists, func, select, text

from verbatim.errors import SchemaError, StorageError, StoreFullError, UserError
from verbatim.storage.bulk import left_out
from verbatim.storage.engine import database_file, make_engine, parse_url, prepare_store
from verbatim.storage.failures import place_of, translate, translated
from verbatim.storage.schema import HEAD, demand_head
from verbatim.storage.tables import (
    account,
    comment,
    contact,
    ingest_batch,
    metadata,
    survey_response,
    ticket,
    ticket_event,
)
from verbatim.storage.words import rebuild_words, words_agree, words_stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Table

    from verbatim.settings import Settings

State = Literal["ok", "warning", "wrong"]
MOST_PROBLEMS = 5
LINKED = {"ticket_id": ticket, "account_id": account, "contact_id": contact}
LINKING = (survey_response, comment, ticket, ticket_event, contact)
RESTORE = "put a backup in its place (`verbatim db backup` makes them)"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: its state, what was seen, and how to mend it (empty when all is well)."""

    subject: str
    state: State
    seen: str
    mend: str = ""


def upgrade(settings: Settings) -> str:
    """Make the database, or bring it to the schema of this version; gives a line that says where it stands.

    An index of words that does not fit the comments is made anew. Raises what `prepare_store` raises.
    """
    with prepare_store(settings) as store:
        if store.engine.dialect.name == "sqlite":
            with store.writing() as connection:
                if not words_agree(connection):
                    rebuild_words(connection)
        return f"{place_of(store.engine.url)} has schema {HEAD}, the one of this version"


def check(settings: Settings, *, thorough: bool = True) -> list[Finding]:
    """Look at the store without changing it; a store that cannot be opened is a finding, not an error.

    ``thorough`` reads every page, index and segment: about a second a million rows.

    Raises:
        SettingsError: ``database_url`` is not one.
        MissingExtraError: PostgreSQL without its driver.
    """
    url = parse_url(settings)
    file = database_file(url)
    if file is not None and not file.exists():
        return [
            Finding("database", "warning", f"{file} does not exist yet", "run `verbatim db upgrade`, or ingest a file")
        ]
    engine = make_engine(url)
    try:
        with translated(url), engine.connect() as connection:
            return list(_examined(connection, file, thorough))
    except SchemaError as error:
        return [Finding("schema", "wrong", str(error), "run `verbatim db upgrade`")]
    except StorageError as error:
        return [Finding("database", "wrong", str(error), RESTORE if "not an SQLite" in str(error) else "")]
    finally:
        engine.dispose()


def backup(settings: Settings, target: Path) -> Path:
    """Copy the SQLite database to ``target`` (a new file, or a folder) while others read and write; gives the file.

    The copy is of one moment, and whole: it appears under its name when it is finished.

    Raises:
        UserError: the target exists, or the store is PostgreSQL (the message has the command that copies it).
        SchemaError: there is no database yet.
        StoreFullError, StorageError: the target cannot be written, or the database not read.
    """
    url = parse_url(settings)
    file = database_file(url)
    if url.get_backend_name() != "sqlite":
        raise UserError(f"PostgreSQL is backed up by its own tool: {_pg_dump(url, target)}")
    if file is None or not file.exists():
        raise SchemaError(f"there is no database at {place_of(url)} to back up")
    if target.is_dir():
        target = target / f"{file.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}.db"
    if target.exists():
        raise UserError(f"{target} exists; give another name, so that no backup is lost")
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(file, partial)
        partial.replace(target)
    except sqlite3.Error as error:
        raise translate(error, url.set(database=str(partial))) from error
    except OSError as error:
        raise StoreFullError(f"{target} cannot be written ({error.strerror}); choose another place") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return target


def _copy(source: Path, target: Path) -> None:
    """One step, so that writers do not make it start again; in WAL mode they do not wait for it either."""
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reader,
        contextlib.closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer)
        writer.execute("PRAGMA journal_mode = DELETE")  # one file, readable from read-only media


def _pg_dump(url: URL, target: Path) -> str:
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return f"pg_dump --format=custom --file={target} '{plain.render_as_string()}'"


def _examined(connection: Connection, file: Path | None, thorough: bool) -> Iterator[Finding]:
    demand_head(connection)
    size = "" if file is None else f", {file.stat().st_size / 1024**2:,.1f} MiB"
    yield Finding("database", "ok", f"{place_of(connection.engine.url)}{size}")
    missing = left_out(connection)
    if missing:
        seen = f"revision {HEAD}, without {', '.join(missing)}, as a killed ingest leaves it: slow"
        yield Finding("schema", "warning", seen, "run `verbatim db upgrade`, or the ingest again")
    else:
        yield Finding("schema", "ok", f"revision {HEAD}")
    if connection.dialect.name == "sqlite":
        yield _sound(connection, thorough)
        yield _foreign_keys(connection)
        if thorough:
            yield _segments(connection)
            yield _words(connection)
    yield _links(connection)
    yield _unfinished(connection)


def _sound(connection: Connection, thorough: bool) -> Finding:
    pragma = "integrity_check" if thorough else "quick_check"
    problems = connection.execute(text(f"PRAGMA {pragma}({MOST_PROBLEMS})")).scalars().all()
    if problems == ["ok"]:
        return Finding("integrity", "ok", "every page is sound" if thorough else "sound at a quick look")
    return Finding("integrity", "wrong", "; ".join(problems), RESTORE)


def _foreign_keys(connection: Connection) -> Finding:
    broken = connection.execute(text('SELECT DISTINCT "table" FROM pragma_foreign_key_check')).scalars().all()
    if not broken:
        return Finding("foreign keys", "ok", "all lead somewhere")
    return Finding("foreign keys", "wrong", f"broken in {', '.join(sorted(broken))}", "run `verbatim mine` again")


def _segments(connection: Connection) -> Finding:
    bad = []
    for table in metadata.sorted_tables:
        if "segments" in table.columns:
            invalid = select(func.count()).select_from(table).where(func.json_valid(table.c.segments) == 0)
            if number := connection.execute(invalid).scalar_one():
                bad.append(f"{number} in {table.name}")
    if not bad:
        return Finding("segments", "ok", "all are valid JSON")
    return Finding("segments", "wrong", f"not valid JSON: {', '.join(bad)}", "ingest the files again")


def _words(connection: Connection) -> Finding:
    if words_stopped(connection) or words_agree(connection):
        return Finding("words", "ok", "every comment can be searched, once a load has ended")
    mend = "run `verbatim db upgrade`"
    return Finding("words", "wrong", "the index of words is not that of the comments", mend)


def _links(connection: Connection) -> Finding:
    """Files come in any order, so a row may name what is not stored yet: allowed, but worth knowing."""
    lost = []
    for table in LINKING:
        for name, target in LINKED.items():
            if name in table.columns and (number := _lost(connection, table, name, target)):
                lost.append(f"{number:,} of {table.name} name {'an' if target is account else 'a'} {target.name}")
    if not lost:
        return Finding("links", "ok", "every row finds its ticket, account and contact")
    return Finding(
        "links", "warning", f"not stored: {'; '.join(lost)}", "ingest the files of tickets, accounts or contacts"
    )


def _lost(connection: Connection, table: Table, name: str, target: Table) -> int:
    there = exists().where(target.c.id == table.c[name])
    lost: int = connection.execute(
        select(func.count()).select_from(table).where(table.c[name].is_not(None), ~there)
    ).scalar_one()
    return lost


def _unfinished(connection: Connection) -> Finding:
    batch = ingest_batch.c
    again = ingest_batch.alias()
    later = exists().where(
        again.c.source == batch.source, again.c.kind == batch.kind, again.c.file == batch.file,
        again.c.started_at > batch.started_at,
    )  # fmt: skip
    files = connection.execute(
        select(batch.file).where(batch.finished_at.is_(None), ~later).order_by(batch.started_at, batch.id)
    ).scalars().all()  # fmt: skip
    if not files:
        return Finding("ingest", "ok", "every file was read to its end")
    seen = f"not finished, or still running: {', '.join(files[:MOST_PROBLEMS])}"
    return Finding("ingest", "warning", seen, "run the same `verbatim ingest` again; it carries on")
