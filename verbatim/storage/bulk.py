"""Large loads into SQLite: secondary indexes are dropped on the way and built again at the end.

Keys are hashes, so every row lands on a random page of every index. Past a few hundred thousand rows a chunk dirties
most pages of all of them, and writing slows down tenfold; sorting each index once at the end costs seconds. A process
that dies in between leaves a correct database without these indexes; `missing_indexes` finds that out, and the next
command that writes builds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, literal_column, select, text

from verbatim.storage.tables import comment, metadata
from verbatim.storage.tally import tally, tally_lacks
from verbatim.storage.words import TABLE, rebuild_words, stop_words, words_stopped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Index, Table

LARGE_ROWS = 200_000  # from here on, in one batch …
LARGE_SHARE = 0.2  # … and in parts of the table
SAMPLED_ROWS = 1000
# Triggers write words row by row, five times as slowly as making the index anew, so they go sooner than indexes.
WORDY_ROWS = 5_000


def worth_dropping(connection: Connection, tables: Iterable[Table], inserted: int) -> bool:
    """Whether a batch that has inserted so many rows so far is a large load for the tables it writes."""
    if connection.dialect.name != "sqlite" or inserted < LARGE_ROWS:
        return False
    sizes = [
        connection.execute(select(func.max(literal_column("rowid"))).select_from(table)).scalar() for table in tables
    ]
    return inserted >= LARGE_SHARE * sum(size or 0 for size in sizes)


def worth_stopping_words(connection: Connection, inserted: int) -> bool:
    """Whether a batch has inserted so many rows, also in parts of the comments there are, that words can wait."""
    if connection.dialect.name != "sqlite" or inserted < WORDY_ROWS:
        return False
    size = connection.execute(select(func.max(literal_column("rowid"))).select_from(comment)).scalar() or 0
    return inserted >= LARGE_SHARE * size


def drop_indexes(connection: Connection, tables: Iterable[Table]) -> None:
    """Drop the secondary indexes of ``tables``, and keep that of the words no longer; keys stay unique."""
    for table in tables:
        if table is comment:
            stop_words(connection)
        for index in table.indexes:
            index.drop(connection, checkfirst=True)


def missing_indexes(connection: Connection) -> list[Index]:
    """Secondary indexes that an SQLite database lacks, in order of name; elsewhere none ever do."""
    if connection.dialect.name != "sqlite":
        return []
    there = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'index'")).scalars())
    every = [index for table in metadata.tables.values() for index in table.indexes]
    return sorted((index for index in every if index.name not in there), key=lambda index: str(index.name))


def take_statistics(connection: Connection) -> None:
    """Tell the planner how the rows spread; SQLite reads a sample of each index, PostgreSQL always does."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"PRAGMA analysis_limit = {SAMPLED_ROWS}"))
    connection.execute(text("ANALYZE"))


def left_out(connection: Connection) -> list[str]:
    """What `catch_up` would build, by name: indexes, the one over words, and the figures of themes by day."""
    missing = [str(index.name) for index in missing_indexes(connection)]
    words = [TABLE] if words_stopped(connection) else []
    return [*missing, *words, *(["theme_day"] if tally_lacks(connection) else [])]


def catch_up(connection: Connection) -> None:
    """Build what is missing."""
    for index in missing_indexes(connection):
        index.create(connection)
    if words_stopped(connection):
        rebuild_words(connection)
    if tally_lacks(connection):
        tally(connection)
