"""Edits of themes on both databases: what is written, and what is refused."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, select, text

from tests.test_storage import rows
from verbatim.domain import stable_key
from verbatim.errors import EditConflictError
from verbatim.settings import Settings
from verbatim.storage import queries, tables
from verbatim.storage.engine import make_engine, parse_url, prepare_store
from verbatim.storage.schema import SCRIPTS
from verbatim.storage.store import Store

MODEL = rows.theme_model("1")
MODEL_ID = str(MODEL["id"])


def edit(sequence: int, kind: str = "rename", **given: object) -> dict[str, object]:
    usual = {
        "id": stable_key("edit", str(sequence)), "at": rows.at("2026-02-01"), "person": "Ana", "kind": kind,
        "theme_id": "T001", "payload": {}, "sequence": sequence,
    }  # fmt: skip
    return usual | given


def save(store: Store, sequence: int, *, names: tuple[str, ...] = ("T001", "T002"), **given: object) -> None:
    undone = given.pop("undone", {})
    model_id = given.pop("model_id", MODEL_ID)
    store.save_edit(
        edit(sequence, **given), {"id": model_id, "undone": undone}, [rows.theme(key) for key in names], []
    )  # fmt: skip


@pytest.fixture
def mined(store: Store) -> Store:
    store.save_theme_model(MODEL, [rows.theme("T001"), rows.theme("T002")], [])
    return store


def test_an_edit_replaces_the_themes_of_the_active_model(mined: Store) -> None:
    changed = {**rows.theme("T001"), "name": "Late", "name_by": "person", "pinned": True, "aliases": ["T002"]}
    mined.save_edit(edit(1), {"id": MODEL_ID, "undone": {}}, [changed], [])
    (row,) = queries.themes(mined).to_dict("records")
    assert (row["name"], row["name_by"], row["pinned"], row["archived"]) == ("Late", "person", True, False)
    assert row["aliases"] == ["T002"]
    assert queries.theme_models(mined)["edited_through"].tolist() == [1]
    known = queries.theme_registry_rows(mined).set_index("id")["retired_at"]
    assert known.isna().to_dict() == {"T001": True, "T002": False}


def test_an_edit_that_was_overtaken_writes_nothing(mined: Store) -> None:
    save(mined, 1)
    with pytest.raises(EditConflictError, match=r"Ana did 'rename' on T001 \(edit 1, you saw 0\)"):
        save(mined, 1, id=stable_key("other"), names=("T001",))
    assert len(queries.edits(mined)) == 1
    assert len(queries.themes(mined)) == 2


def test_an_edit_of_another_model_than_the_active_one_writes_nothing(mined: Store) -> None:
    with pytest.raises(EditConflictError, match="mined anew"):
        save(mined, 1, model_id=stable_key("older"))
    assert queries.edits(mined).empty


def test_who_undid_what_follows_undos_of_undos(mined: Store) -> None:
    first, second = (stable_key("edit", str(number)) for number in (1, 2))
    save(mined, 1)
    save(mined, 2, kind="undo", undone={first: second})
    assert queries.edits(mined)["undone_by"].tolist() == [second, None]
    third = stable_key("edit", "3")
    save(mined, 3, kind="undo", undone={second: third})
    assert queries.edits(mined)["undone_by"].tolist() == [None, third, None]


def test_files_that_cannot_be_written_take_the_edit_with_them(mined: Store) -> None:
    def fail() -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        mined.save_edit(edit(1), {"id": MODEL_ID, "undone": {}}, [rows.theme("T001")], [], write_files=fail)
    assert queries.edits(mined).empty
    assert len(queries.themes(mined)) == 2


def test_what_is_written_beside_an_edit_goes_with_it(mined: Store) -> None:
    def note(connection: Connection) -> None:
        connection.execute(tables.webhook_receipt.insert().values(id="r", source="s", at=rows.at("2026-02-01")))

    def fail() -> None:
        raise OSError("no space")

    model = {"id": MODEL_ID, "undone": {}}
    with pytest.raises(OSError, match="no space"):
        mined.save_edit(edit(1), model, [rows.theme("T001")], [], beside=note, write_files=fail)
    assert rows.stored(mined, tables.webhook_receipt) == []
    mined.save_edit(edit(1), model, [rows.theme("T001")], [], beside=note)
    assert len(rows.stored(mined, tables.webhook_receipt)) == 1


def test_a_model_mined_before_an_edit_is_not_saved_after_it(mined: Store) -> None:
    save(mined, 1)
    newer = rows.theme_model("2")
    with pytest.raises(EditConflictError):
        mined.save_theme_model({**newer, "edited_through": 0}, [rows.theme("T001")], [])
    assert mined.active_model_id() == MODEL_ID
    mined.save_theme_model({**newer, "edited_through": 1}, [rows.theme("T001")], [])
    assert mined.active_model_id() == newer["id"]


def test_themes_and_assignments_of_an_older_database_are_kept_unedited(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    engine = make_engine(parse_url(settings))
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.connect() as connection, connection.execution_options(writes=True).begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(insert(tables.theme_model).values(**{**MODEL, "active": True}))
        connection.execute(insert(tables.theme).values(model_id=MODEL_ID, **rows.theme("T001")))
        placed = {"comment_id": stable_key("c"), "start": 0, "theme_id": "T001", "similarity": 0.5, "margin": 0.1}
        connection.execute(insert(tables.assignment).values(model_id=MODEL_ID, **placed))
    engine.dispose()
    with prepare_store(settings) as store, store.reading() as connection:
        (row,) = connection.execute(select(tables.theme)).mappings().all()
        assert (row["name_by"], row["pinned"], row["archived"], row["aliases"]) == ("machine", False, False, [])
        assert connection.execute(text("SELECT count(*) FROM assignment")).scalar() == 1
        assert connection.execute(text("SELECT edited_through FROM theme_model")).scalar() == 0
