from __future__ import annotations

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert, text

from tests.test_storage import rows
from verbatim.domain import stable_key
from verbatim.errors import NotFoundError
from verbatim.settings import Settings
from verbatim.storage import queries, tables
from verbatim.storage.engine import make_engine, parse_url, prepare_store
from verbatim.storage.schema import SCRIPTS
from verbatim.storage.store import Store


def edit(name: str, **given: object) -> dict[str, object]:
    usual = {
        "id": stable_key("edit", name), "at": rows.at("2026-02-01"), "person": "Ana", "kind": "rename",
        "theme_id": "T001", "payload": {"name": name},
    }  # fmt: skip
    return usual | given


def save(store: Store, day: int, *themes: str, links: tuple[dict[str, object], ...] = ()) -> str:
    model = rows.theme_model(str(day), day=day)
    store.save_theme_model(model, [rows.theme(key) for key in themes], [], links)
    return str(model["id"])


def test_edits_come_back_in_the_order_they_were_made(store: Store) -> None:
    assert [store.add_edit(edit(name)) for name in ("b", "a", "c")] == [1, 2, 3]
    found = queries.edits(store)
    assert [payload["name"] for payload in found["payload"]] == ["b", "a", "c"]
    assert found["sequence"].tolist() == [1, 2, 3]
    assert found["at"][0] == rows.at("2026-02-01")
    assert found["undone_by"].tolist() == [None, None, None]


def test_an_edit_that_undoes_another_marks_it(store: Store) -> None:
    store.add_edit(edit("a"))
    store.add_edit(edit("b", kind="undo", theme_id=None, payload={}), undoes=[stable_key("edit", "a")])
    found = queries.edits(store)
    assert found["undone_by"].tolist() == [stable_key("edit", "b"), None]
    assert found["theme_id"].tolist() == ["T001", None]


def test_undoing_what_is_not_there_writes_nothing(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no edit 'x'"):
        store.add_edit(edit("a"), undoes=["x"])
    assert queries.edits(store).empty


def test_the_registry_tells_when_a_theme_came_and_went_and_came_back(store: Store) -> None:
    first, _, third = save(store, 1, "T001", "T002"), save(store, 2, "T001", "T003"), save(store, 3, "T001", "T002")
    known = queries.theme_registry_rows(store).set_index("id")
    assert known.index.tolist() == ["T001", "T002", "T003"]
    assert known["born_model_id"]["T002"] == first
    assert known["seen_model_id"]["T002"] == third
    assert known["retired_at"].isna().tolist() == [True, True, False]
    assert known["retired_at"]["T003"] == rows.theme_model("3", day=3)["created_at"]


def test_numbers_are_never_used_again_though_models_go(store: Store) -> None:
    assert queries.next_theme_number(store) == 1
    save(store, 1, "T001", "T040", "billing")
    for day in range(2, 9):
        save(store, day, "T001")
    assert "T040" not in set(queries.themes(store)["id"])
    assert queries.next_theme_number(store) == 41
    known = queries.theme_registry_rows(store).set_index("id")["number"]
    assert known.isna()["billing"]


def test_links_stay_when_their_model_goes_and_are_replaced_with_it(store: Store) -> None:
    split = {"kind": "split", "old_id": "T001", "new_id": "T002", "evidence": {"shared": 3}}
    new = {"kind": "new", "old_id": None, "new_id": "T003", "evidence": {}}
    first = save(store, 1, "T001", links=(split, new))
    save(store, 1, "T001", links=(new, split))
    for day in range(2, 9):
        save(store, day, "T001")
    found = queries.theme_links(store)
    assert found["model_id"].tolist() == [first, first]
    assert found["kind"].tolist() == ["new", "split"]
    assert found["evidence"].tolist() == [{}, {"shared": 3}]
    assert queries.theme_links(store, "other").empty


def test_themes_of_an_older_database_are_registered(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    engine = make_engine(parse_url(settings))
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.connect() as connection, connection.execution_options(writes=True).begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for day, active, keys in ((1, False, ("T001", "T007")), (2, True, ("T001", "T008"))):
            model = rows.theme_model(str(day), day=day, active=active)
            connection.execute(insert(tables.theme_model).values(**model))
            for key in keys:
                connection.execute(insert(tables.theme).values(model_id=model["id"], **rows.theme(key)))
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0001"
    engine.dispose()
    with prepare_store(settings) as store:
        known = queries.theme_registry_rows(store).set_index("id")
        assert known.index.tolist() == ["T001", "T007", "T008"]
        assert known["retired_at"].notna().tolist() == [False, True, False]
        assert known["seen_model_id"]["T001"] == rows.theme_model("2")["id"]
        assert known["born_model_id"]["T001"] == rows.theme_model("1")["id"]
        assert queries.next_theme_number(store) == 9
