from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.test_storage import loading, rows
from verbatim.settings import Settings
from verbatim.storage import backup, bulk, tables
from verbatim.storage.bulk import missing_indexes
from verbatim.storage.engine import open_store, prepare_store
from verbatim.storage.store import Store


@pytest.fixture
def store(settings: Settings) -> Store:
    return prepare_store(settings)


@pytest.fixture
def soon_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LARGE_ROWS", 400)


def missing(store: Store) -> set[str]:
    with store.reading() as connection:
        return {index.table.name for index in missing_indexes(connection)}


def chunk(first: int, rows_: int) -> dict[object, list[dict[str, object]]]:
    return {tables.survey_response: [rows.response(i) for i in range(first, first + rows_)]}


@pytest.mark.usefixtures("soon_large")
def test_a_large_load_does_without_the_indexes_of_its_tables_until_its_end(store: Store) -> None:
    batch = store.begin_batch("responses", "test", "answers.csv")
    store.write_chunk(chunk(0, 399), batch_id=batch)
    assert missing(store) == set()
    store.write_chunk(chunk(399, 1), batch_id=batch)
    assert missing(store) == {"survey_response"}
    store.write_chunk(chunk(300, 500), batch_id=batch)
    store.finish_batch(batch)
    assert missing(store) == set()
    assert len(rows.stored(store, tables.survey_response)) == 800


@pytest.mark.usefixtures("soon_large")
def test_a_load_that_changes_nothing_keeps_the_indexes(store: Store) -> None:
    store.upsert(tables.survey_response, chunk(0, 800)[tables.survey_response])
    batch = store.begin_batch("responses", "test", "answers.csv")
    store.write_chunk(chunk(0, 800), batch_id=batch)
    assert missing(store) == set()


@pytest.mark.usefixtures("soon_large")
def test_a_load_that_is_small_beside_the_table_keeps_the_indexes(store: Store) -> None:
    store.upsert(tables.survey_response, chunk(0, 2500)[tables.survey_response])
    batch = store.begin_batch("responses", "test", "answers.csv")
    store.write_chunk(chunk(2500, 500), batch_id=batch)
    assert missing(store) == set()


@pytest.mark.usefixtures("soon_large")
def test_indexes_that_a_killed_load_left_out_are_told_and_built_by_the_next_command(
    settings: Settings, store: Store
) -> None:
    store.write_chunk(chunk(0, 500), batch_id=store.begin_batch("responses", "test", "answers.csv"))
    schema = next(finding for finding in backup.check(settings) if finding.subject == "schema")
    assert (schema.state, "db upgrade" in schema.mend) == ("warning", True)
    with open_store(settings) as opened:
        assert missing(opened) == {"survey_response"}
    with prepare_store(settings) as prepared:
        assert missing(prepared) == set()


@pytest.mark.usefixtures("soon_large")
def test_a_large_load_ends_in_the_state_of_small_ones(settings: Settings, store: Store) -> None:
    loading.load(store, chunks=12)
    with prepare_store(settings.model_copy(update={"home": settings.home / "other"})) as other:
        for table, kept in rows.dump(store).items():
            if table in {"survey_response", "comment"}:
                other.upsert(tables.metadata.tables[table], kept)
        for name in ("survey_response", "comment"):
            assert rows.dump(other)[name] == rows.dump(store)[name]


def test_the_end_of_a_batch_tells_the_planner_how_the_rows_spread(store: Store) -> None:
    loading.load(store, chunks=1)
    with store.reading() as connection:
        answers = connection.execute(
            text("SELECT max(stat) FROM sqlite_stat1 WHERE tbl = 'survey_response'")
        ).scalar_one()
    assert answers.split()[0] == "58"
