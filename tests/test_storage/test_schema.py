from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tests.test_storage import rows
from verbatim.errors import SchemaError
from verbatim.settings import Settings
from verbatim.storage import tables
from verbatim.storage.engine import open_store, prepare_store
from verbatim.storage.schema import HEAD, REVISIONS, SCRIPTS
from verbatim.storage.store import Store
from verbatim.storage.words import is_own

PREPARE = """
import sys
from pathlib import Path
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
sys.stdin.readline()
prepare_store(Settings(home=Path(sys.argv[1]))).close()
"""


def set_revision(settings: Settings, revision: str) -> None:
    with prepare_store(settings) as store, store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_the_known_revisions_are_those_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(REVISIONS)
    assert scripts.get_current_head() == HEAD


def test_the_migrations_make_the_tables(store: Store) -> None:
    with store.reading() as connection:
        opts = {
            "compare_type": True,
            "compare_server_default": True,
            # the index over words differs between the databases, so the metadata that both share has none
            "include_name": lambda name, kind, _: kind not in {"table", "index"} or not is_own(name),
        }
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, tables.metadata) == []


def test_tables_without_row_ids_stay_without(settings: Settings) -> None:
    with prepare_store(settings) as store, store.reading() as connection:
        made = (
            connection.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")).scalars().all()
        )
    expected = {
        name for name, table in tables.metadata.tables.items() if not table.dialect_options["sqlite"]["with_rowid"]
    }
    assert {name for name in made if not is_own(name)} == expected == {"assignment", "segment_name", "theme_day"}


@pytest.mark.parametrize("opening", [open_store, prepare_store])
def test_a_database_of_a_newer_version_is_left_alone(settings: Settings, opening: object) -> None:
    set_revision(settings, "9999")
    assert callable(opening)
    with pytest.raises(SchemaError, match="schema 9999, which a newer Verbatim made"):
        opening(settings)


def test_a_database_without_tables_is_not_opened_but_prepared(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "verbatim.db").touch()
    with pytest.raises(SchemaError, match="no tables yet; run `verbatim db upgrade`"):
        open_store(settings)
    prepare_store(settings).close()
    open_store(settings).close()


def test_several_processes_may_prepare_one_database_at_once(settings: Settings) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PREPARE, str(settings.home)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[1] for process in started] == [""] * 3
    with open_store(settings) as store:
        store.upsert(tables.comment, [rows.comment()])


def test_the_scripts_travel_with_the_package() -> None:
    assert {path.name for path in Path(SCRIPTS).iterdir()} >= {"env.py", "script.py.mako", "versions"}
