from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.test_storage import rows
from verbatim.errors import SchemaError, StoreFullError, UserError
from verbatim.settings import Settings
from verbatim.storage import tables
from verbatim.storage.backup import backup, check, upgrade
from verbatim.storage.engine import prepare_store


def states(settings: Settings, *, thorough: bool = True) -> dict[str, str]:
    return {finding.subject: finding.state for finding in check(settings, thorough=thorough)}


def seen(settings: Settings, subject: str) -> str:
    return next(finding.seen for finding in check(settings) if finding.subject == subject)


def count(path: Path, sql: str = "SELECT count(*) FROM comment") -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(sql).fetchone()[0])
    finally:
        connection.close()


def test_a_sound_store_has_nothing_to_mend(database: Settings) -> None:
    with prepare_store(database) as store:
        store.upsert(tables.comment, [rows.comment()])
    assert set(states(database).values()) == {"ok"}
    assert {"database", "schema", "links", "ingest"} <= set(states(database))


def test_upgrading_says_where_the_store_stands(database: Settings) -> None:
    assert "has schema" in upgrade(database)


def test_what_does_not_exist_yet_is_a_finding_and_is_not_made(settings: Settings) -> None:
    assert states(settings) == {"database": "warning"}
    assert not settings.home.exists()


def test_a_file_that_is_no_database_is_a_finding(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "verbatim.db").write_text("name,score\n" * 100)
    assert states(settings) == {"database": "wrong"}


def test_a_schema_of_another_version_is_a_finding(settings: Settings) -> None:
    with prepare_store(settings) as store, store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert states(settings) == {"schema": "wrong"}


def test_rows_that_name_what_is_not_stored_are_counted(database: Settings) -> None:
    with prepare_store(database) as store:
        store.upsert(tables.comment, [rows.comment(0, account_id="a"), rows.comment(1, account_id="b")])
        store.upsert(tables.account, [{"id": "a", "source": "t"}])
    assert seen(database, "links") == "not stored: 1 of comment name an account"


def test_segments_that_are_not_json_are_found(settings: Settings) -> None:
    with prepare_store(settings) as store:
        store.upsert(tables.comment, [rows.comment()])
        with store.writing() as connection:
            connection.execute(text("UPDATE comment SET segments = '{oops'"))
    assert states(settings)["segments"] == "wrong"
    assert "segments" not in states(settings, thorough=False)


def test_a_damaged_index_is_found(settings: Settings) -> None:
    with prepare_store(settings) as store:
        store.upsert(tables.comment, [rows.comment(i, contact_id="a") for i in range(3)])
        with store.writing() as connection:
            connection.execute(text("PRAGMA writable_schema = ON"))
            another = "UPDATE sqlite_master SET sql = replace(sql, '(contact_id)', '(ticket_id)') WHERE name = :name"
            connection.execute(text(another), {"name": "ix_comment_contact_id"})
    assert states(settings)["integrity"] == "wrong"


def test_broken_foreign_keys_are_found(settings: Settings) -> None:
    with prepare_store(settings) as store:
        store.save_theme_model(rows.theme_model("m"), [rows.theme("t")], [])
    connection = sqlite3.connect(settings.home / "verbatim.db")
    connection.execute("DELETE FROM theme_model")
    connection.commit()
    connection.close()
    assert seen(settings, "foreign keys") == "broken in theme"


def test_a_backup_is_the_store_at_one_moment_while_others_write(settings: Settings, tmp_path: Path) -> None:
    """Every transaction writes a comment and its answer: a copy in between has as many of the one as of the other."""
    stop = threading.Event()
    with prepare_store(settings) as store:
        batch = store.begin_batch("responses", "test", "answers.csv")

        def write() -> None:
            number = 0
            while not stop.is_set():
                pair = {tables.comment: [rows.comment(number)], tables.survey_response: [rows.response(number)]}
                store.write_chunk(pair, batch_id=batch)
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            copies = [backup(settings, tmp_path / f"copy{i}.db") for i in range(5)]
        finally:
            stop.set()
            writer.join()
    for copy in copies:
        assert count(copy) == count(copy, "SELECT count(*) FROM survey_response")
        assert count(copy) <= count(settings.home / "verbatim.db")


def test_a_backup_can_be_put_in_the_place_of_the_store(settings: Settings, tmp_path: Path) -> None:
    with prepare_store(settings) as store:
        store.upsert(tables.comment, [rows.comment()])
        expected = rows.dump(store)
    other = Settings(home=tmp_path / "other")
    other.home.mkdir()
    made = backup(settings, other.home / "verbatim.db")
    assert sorted(path.name for path in made.parent.iterdir()) == ["verbatim.db"]
    with prepare_store(other) as store:
        assert rows.dump(store) == expected
        store.upsert(tables.comment, [rows.comment(1)])


def test_a_folder_as_target_gets_a_dated_file(settings: Settings, tmp_path: Path) -> None:
    prepare_store(settings).close()
    made = backup(settings, tmp_path)
    assert made.parent == tmp_path
    assert made.name.startswith("verbatim-2")


def test_no_backup_overwrites_a_file(settings: Settings, tmp_path: Path) -> None:
    prepare_store(settings).close()
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(UserError, match="copy.db exists"):
        backup(settings, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named_and_left_clean(settings: Settings, tmp_path: Path) -> None:
    prepare_store(settings).close()
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFullError, match="file/copy.db cannot be written"):
        backup(settings, tmp_path / "file" / "copy.db")


def test_without_a_database_there_is_nothing_to_back_up(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no database at .*verbatim.db to back up"):
        backup(settings, tmp_path / "copy.db")


def test_postgresql_is_left_to_its_own_tool(settings: Settings, tmp_path: Path) -> None:
    there = settings.model_copy(update={"database_url": "postgresql://mira:hush@host:5433/db"})
    with pytest.raises(
        UserError, match=r"pg_dump --format=custom --file=.*copy.dump 'postgresql://mira@host:5433/db'"
    ) as caught:
        backup(there, tmp_path / "copy.dump")
    assert "hush" not in str(caught.value)
