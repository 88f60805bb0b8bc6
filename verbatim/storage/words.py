"""The word index over comments: what the databases keep, beside the tables, so that words are found fast.

SQLite has FTS5 over the texts that are stored anyway (an external-content table), kept by triggers; PostgreSQL has a
GIN index over a function of ours. Neither is in the metadata, which both share. Reading lives in
`verbatim.storage.queries.words`.

Words are runs of letters and digits, whatever their case. Accents make no difference: SQLite drops them itself,
PostgreSQL by a table of the Latin letters (its own `unaccent` is an extension that not every server lets one load).
"""

from __future__ import annotations

import string
import unicodedata
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

TABLE = "comment_words"
POSTGRES_FUNCTION, POSTGRES_INDEX = "verbatim_words", "ix_comment_words"
LONGEST_INDEXED = 100_000  # characters; PostgreSQL refuses to index texts that are ten times as long
FURTHER_SIGNS = "\u00a0¡¿«»„“”‚‘’…–—•·€£"  # beside those of ASCII; a longer table would make every write slower

MAKE_SQLITE = """
CREATE VIRTUAL TABLE comment_words USING fts5(
    text, content='comment', content_rowid='rowid', tokenize='unicode61 remove_diacritics 2'
)"""
SQLITE_TRIGGERS = {
    "comment_words_insert": """
AFTER INSERT ON comment BEGIN
    INSERT INTO comment_words (rowid, text) VALUES (new.rowid, new.text);
END""",
    "comment_words_delete": """
AFTER DELETE ON comment BEGIN
    INSERT INTO comment_words (comment_words, rowid, text) VALUES ('delete', old.rowid, old.text);
END""",
    "comment_words_update": """
AFTER UPDATE OF text ON comment WHEN old.text IS NOT new.text BEGIN
    INSERT INTO comment_words (comment_words, rowid, text) VALUES ('delete', old.rowid, old.text);
    INSERT INTO comment_words (rowid, text) VALUES (new.rowid, new.text);
END""",
}


def _foldings() -> dict[str, str]:
    """Signs to blanks, and Latin letters with accents to those without."""
    folded = dict.fromkeys(string.punctuation + FURTHER_SIGNS, " ")
    for number in range(0xC0, 0x180):
        letter = chr(number).lower()
        plain = unicodedata.normalize("NFD", letter)[0]
        if plain != letter and plain.isascii():
            folded[chr(number)] = plain
    return folded


FOLDED = str.maketrans(_foldings())


def make_words(connection: Connection) -> None:
    """Make the index, and fill it from the comments that are there."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(MAKE_SQLITE)
        rebuild_words(connection)
    else:
        _make_postgresql(connection)


def is_own(name: str) -> bool:
    """Whether an object of a database belongs to the word index; of SQLite's there are five tables."""
    return name == POSTGRES_INDEX or name == TABLE or name.startswith(f"{TABLE}_")


def words_stopped(connection: Connection) -> bool:
    """Whether the index is not kept at present, since a large load is under way, or was killed."""
    if connection.dialect.name != "sqlite":
        return False
    known = text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'comment'")
    return int(connection.execute(known).scalar_one()) < len(SQLITE_TRIGGERS)


def stop_words(connection: Connection) -> None:
    """Keep the index no longer, until `rebuild_words`: words of new comments are not found meanwhile."""
    for name in SQLITE_TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


def rebuild_words(connection: Connection) -> None:
    """Make SQLite's index anew from the texts, and keep it from now on."""
    stop_words(connection)
    connection.exec_driver_sql("INSERT INTO comment_words (comment_words) VALUES ('rebuild')")
    for name, what in SQLITE_TRIGGERS.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {what}")


def words_agree(connection: Connection) -> bool:
    """Whether SQLite's index has exactly the comments that there are.

    The rowids that tie them are SQLite's own; VACUUM keeps them as it is built today, but does not promise to.
    """
    both = "SELECT count(*) FROM comment JOIN comment_words_docsize AS kept ON kept.id = comment.rowid"
    every = (both, "SELECT count(*) FROM comment", "SELECT count(*) FROM comment_words_docsize")
    return len({connection.exec_driver_sql(number).scalar() for number in every}) == 1


def _make_postgresql(connection: Connection) -> None:
    # `chr` of each, since quotes, backslashes and percent signs would each need another way of escaping.
    before = " || ".join(f"chr({number})" for number in FOLDED)
    after = " || ".join(f"chr({ord(to)})" for to in FOLDED.values())
    signs = connection.exec_driver_sql(f"SELECT quote_literal({before}), quote_literal({after})").one()
    body = (
        "SELECT pg_catalog.to_tsvector('pg_catalog.simple'::pg_catalog.regconfig, "
        f"pg_catalog.translate(pg_catalog.left(said, {LONGEST_INDEXED}), {signs[0]}, {signs[1]}))"
    )
    made = (
        f"CREATE OR REPLACE FUNCTION {POSTGRES_FUNCTION}(said text) RETURNS tsvector "
        f"LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $words${body}$words$"
    )
    connection.exec_driver_sql(made.replace("%", "%%"))
    connection.exec_driver_sql(f"CREATE INDEX {POSTGRES_INDEX} ON comment USING gin ({POSTGRES_FUNCTION}(text))")
