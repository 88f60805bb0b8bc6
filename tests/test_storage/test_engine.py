"""Opening a store, and every way in which that or a write can fail, as the user meets it."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from tests.test_storage import rows
from verbatim.errors import MissingExtraError, SchemaError, SettingsError, StorageError, StoreBusyError, StoreFullError
from verbatim.settings import Settings
from verbatim.storage import engine, tables
from verbatim.storage.engine import make_engine, open_store, parse_url, prepare_store
from verbatim.storage.failures import place_of, translate
from verbatim.storage.store import Store


def file_of(settings: Settings) -> Path:
    return settings.home / "verbatim.db"


def test_preparing_makes_the_folder_and_the_tables_and_opening_finds_them(database: Settings) -> None:
    with prepare_store(database) as store:
        store.upsert(tables.comment, [rows.comment()])
    with open_store(database) as store:
        assert len(rows.stored(store, tables.comment)) == 1


def test_opening_makes_nothing(settings: Settings) -> None:
    with pytest.raises(SchemaError, match="verbatim db upgrade"):
        open_store(settings)
    assert not settings.home.exists()


def test_sqlite_writes_ahead_and_minds_its_foreign_keys(settings: Settings) -> None:
    with prepare_store(settings) as store, store.reading() as connection:
        pragmas = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        ]
    assert pragmas == ["wal", 1, 1]


def test_a_store_in_memory_works(settings: Settings) -> None:
    with prepare_store(settings.model_copy(update={"database_url": "sqlite://"})) as store:
        store.upsert(tables.comment, [rows.comment()])
        assert len(rows.stored(store, tables.comment)) == 1


def test_a_database_at_head_is_opened_without_alembic(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_store(settings).close()
    for name in [name for name in sys.modules if name.split(".")[0] == "alembic"]:
        monkeypatch.delitem(sys.modules, name)
    prepare_store(settings).close()
    assert "alembic" not in sys.modules


@pytest.mark.parametrize("url", ["mysql://u:pass@host/db", "not a url with pass", "oracle+x://u:pass@h/d"])
def test_other_databases_are_refused_without_repeating_the_password(settings: Settings, url: str) -> None:
    with pytest.raises(SettingsError, match="database_url.*SQLite.*PostgreSQL") as caught:
        prepare_store(settings.model_copy(update={"database_url": url}))
    assert "pass@" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_gets_our_driver(settings: Settings, scheme: str) -> None:
    url = parse_url(settings.model_copy(update={"database_url": f"{scheme}://u:p@host/db"}))
    assert url.drivername == "postgresql+psycopg"


def test_without_the_driver_the_message_has_the_command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r'pip install "verbatim-mining\[postgres\]"'):
        prepare_store(settings.model_copy(update={"database_url": "postgresql://u:p@127.0.0.1:1/db"}))


def test_an_unreachable_server_is_named_without_its_password(settings: Settings) -> None:
    url = "postgresql://mira:hush-hush@127.0.0.1:1/db"
    with pytest.raises(StorageError, match=r"mira:\*\*\*@127.0.0.1:1/db cannot be reached.*database_url") as caught:
        prepare_store(settings.model_copy(update={"database_url": url}))
    assert "hush" not in str(caught.value) + str(caught.value.__cause__)


@pytest.mark.postgres
def test_a_missing_database_on_a_server_is_named(settings: Settings, postgres_url: str) -> None:
    url = make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(StorageError, match='"nowhere" does not exist'):
        prepare_store(settings.model_copy(update={"database_url": url}))


def test_a_locked_database_says_to_try_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.01)
    with prepare_store(settings) as store:
        other = sqlite3.connect(file_of(settings), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="another process is writing to .*verbatim.db; try again") as caught:
            store.upsert(tables.comment, [rows.comment()])
        assert caught.value.retryable
        assert rows.stored(store, tables.comment) == []  # readers do not wait
        other.close()
        store.upsert(tables.comment, [rows.comment()])


def test_a_full_disk_leaves_the_store_as_it_was(settings: Settings) -> None:
    with prepare_store(settings) as store:
        store.upsert(tables.comment, [rows.comment()])
        with store.reading() as connection:  # the pool gives the same connection again
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        with pytest.raises(StoreFullError, match="no space is left for .*verbatim.db"):
            store.upsert(tables.comment, [rows.comment(i, text="x" * 2000) for i in range(200)])
        assert len(rows.stored(store, tables.comment)) == 1


def test_a_read_only_database_says_so(settings: Settings) -> None:
    with prepare_store(settings) as store:
        with store.reading() as connection:
            connection.execute(text("PRAGMA query_only = ON"))
        with pytest.raises(StoreFullError, match="verbatim.db cannot be written.*VERBATIM_HOME"):
            store.upsert(tables.comment, [rows.comment()])


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFullError, match="folder .*file/home cannot be made.*VERBATIM_HOME"):
        prepare_store(Settings(home=tmp_path / "file" / "home"))


def test_a_folder_in_the_place_of_the_database_cannot_be_opened(settings: Settings) -> None:
    file_of(settings).mkdir(parents=True)
    with pytest.raises(StorageError, match="verbatim.db cannot be opened"):
        prepare_store(settings)


@pytest.mark.parametrize("content", [b"name,score\nAda,5\n" * 100, bytes(range(256)) * 40])
def test_a_file_that_is_no_database_is_left_alone(settings: Settings, content: bytes) -> None:
    settings.home.mkdir()
    file_of(settings).write_bytes(content)
    for opening in (prepare_store, open_store):
        with pytest.raises(StorageError, match="verbatim.db is not an SQLite database"):
            opening(settings)
    assert file_of(settings).read_bytes() == content


def test_a_damaged_database_is_told(settings: Settings) -> None:
    with prepare_store(settings) as store:
        store.upsert(tables.comment, [rows.comment(i) for i in range(500)])
    with file_of(settings).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (file_of(settings).stat().st_size - 4096))
    with pytest.raises(StorageError, match="verbatim.db is not an SQLite database"), prepare_store(settings) as store:
        rows.stored(store, tables.comment)


class Refusal(Exception):
    """What psycopg raises, as far as we look at it."""

    def __init__(self, sqlstate: str | None, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        ("53100", StoreFullError), ("25006", StoreFullError), ("40P01", StoreBusyError), ("40001", StoreBusyError),
        ("55P03", StoreBusyError), ("57P01", StoreBusyError), ("53300", StoreBusyError), ("42P01", SchemaError),
        ("42501", StorageError), ("28P01", StorageError), ("22021", StorageError), (None, StorageError),
    ],
)  # fmt: skip
def test_what_a_server_says_is_translated_without_the_row(sqlstate: str | None, kind: type[StorageError]) -> None:
    url = make_url("postgresql+psycopg://mira:hush@host/db")
    failure = translate(Refusal(sqlstate, "it failed for hush\nDETAIL: Failing row contains (SECRET)"), url)
    assert type(failure) is kind
    assert "SECRET" not in str(failure)
    assert "hush" not in str(failure)
    assert place_of(url) in str(failure)


def test_errors_of_the_driver_never_carry_parameters(store: Store) -> None:
    with pytest.raises(StorageError) as caught, store.reading() as connection:
        connection.execute(text("SELECT * FROM nowhere WHERE a = :a"), {"a": "SECRET"})
    assert "SECRET" not in str(caught.value) + str(caught.value.__cause__)
    assert isinstance(caught.value, SchemaError)


def test_an_engine_connects_to_nothing_by_itself(tmp_path: Path) -> None:
    make_engine(make_url(f"sqlite:///{tmp_path / 'x.db'}"))
    assert not (tmp_path / "x.db").exists()
