"""The contract of writing, on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from tests.test_storage import rows
from verbatim.errors import NotFoundError, StorageError
from verbatim.storage import queries, tables
from verbatim.storage.store import Store
from verbatim.storage.upsert import Changes

ON_ONE_STORE = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(max_size=8)
CHUNKS = st.lists(
    st.builds(
        rows.response,
        st.integers(0, 5),
        value=st.none() | st.sampled_from([1.0, 2.0]),
        question=st.none() | TEXT,
        segments=st.dictionaries(TEXT, TEXT, max_size=2),
    ),
    max_size=8,
)


def emptied(store: Store) -> Store:
    with store.writing() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(delete(table))
    return store


def test_new_rows_are_inserted_and_the_same_rows_again_are_unchanged(store: Store) -> None:
    chunk = [rows.response(i) for i in range(20)]
    assert store.upsert(tables.survey_response, chunk) == Changes(20, 0, 0)
    assert store.upsert(tables.survey_response, chunk, batch_id="another") == Changes(0, 0, 20)


def test_a_corrected_row_updates(store: Store) -> None:
    store.upsert(tables.survey_response, [rows.response(i) for i in range(3)])
    chunk = [rows.response(0), rows.response(1, value=None, status="not_applicable"), rows.response(7)]
    assert store.upsert(tables.survey_response, chunk) == Changes(1, 1, 1)
    assert {row["value"] for row in rows.stored(store, tables.survey_response) if row["id"] == chunk[1]["id"]} == {None}


def test_every_column_is_compared(store: Store) -> None:
    store.upsert(tables.survey_response, [rows.response()])
    for change in ({"question": "?"}, {"segments": {"channel": "fax"}}, {"asked_at": rows.START}, {"ticket_id": "t"}):
        assert store.upsert(tables.survey_response, [rows.response(**change)]) == Changes(0, 1, 0)


def test_the_last_row_of_a_key_wins(store: Store) -> None:
    assert store.upsert(tables.survey_response, [rows.response(value=1.0), rows.response(value=4.0)]) == Changes(
        1, 0, 0
    )
    assert [row["value"] for row in rows.stored(store, tables.survey_response)] == [4.0]


def test_a_column_left_out_is_emptied(store: Store) -> None:
    store.upsert(tables.survey_response, [rows.response(question="How was it?")])
    without = rows.response()
    del without["segments"]
    store.upsert(tables.survey_response, [without])
    assert [(row["question"], row["segments"]) for row in rows.stored(store, tables.survey_response)] == [(None, {})]


def test_no_rows_change_nothing(store: Store) -> None:
    assert store.upsert(tables.comment, []) == Changes()


@pytest.mark.parametrize("table", [t for t in tables.metadata.sorted_tables if "segments" in t.columns], ids=str)
def test_bulk_and_single_writes_keep_the_same(store: Store, table: Any) -> None:
    values = {"Text": "ü\U0001f600", "String": "k", "BigInteger": 3, "Float": 0.1, "Boolean": True, "JSON": {"a": "é"}}
    values |= {"UtcDateTime": rows.START}
    row = {column.name: values[type(column.type).__name__] for column in table.columns}
    store.upsert(table, [row])
    bulk = rows.stored(store, table)
    emptied(store)
    with store.writing() as connection:
        connection.execute(insert(table), [row])
    assert rows.stored(store, table) == bulk == [row]


def test_an_unknown_column_is_named(store: Store) -> None:
    with pytest.raises(ValueError, match="'rating'.*value"):
        store.upsert(tables.survey_response, [rows.response(rating=3)])


def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="naive"):
        store.upsert(tables.survey_response, [rows.response(occurred_at=rows.START.replace(tzinfo=None))])


def test_an_error_leaves_nothing_of_its_chunk_and_no_customer_text(store: Store) -> None:
    batch = store.begin_batch("responses", "test", "answers.csv")
    chunk = {tables.comment: [rows.comment()], tables.survey_response: [rows.response(status=None, question="SECRET")]}
    with pytest.raises(StorageError) as caught:
        store.write_chunk(chunk, [rows.reject(1)], batch_id=batch, rows=2)
    assert "status" in str(caught.value)
    assert "SECRET" not in str(caught.value) + str(caught.value.__cause__)
    assert rows.stored(store, tables.comment) == rows.stored(store, tables.reject) == []
    assert rows.stored(store, tables.ingest_batch)[0]["rows"] == 0


def test_letters_no_database_can_hold_do_not_stop_a_chunk(store: Store) -> None:
    store.upsert(tables.comment, [rows.comment(text="a\x00b\ud800", segments={"x\x00": "\x00y"})])
    assert [(row["text"], row["segments"]) for row in rows.stored(store, tables.comment)] == [("ab?", {"x": "y"})]


@ON_ONE_STORE
@given(chunk=CHUNKS)
def test_writing_twice_is_writing_once(store: Store, chunk: list[dict[str, Any]]) -> None:
    emptied(store)
    store.upsert(tables.survey_response, chunk)
    once = rows.dump(store)
    assert store.upsert(tables.survey_response, chunk) == Changes(0, 0, len({row["id"] for row in chunk}))
    assert rows.dump(store) == once


@ON_ONE_STORE
@given(data=st.data(), chunk=CHUNKS)
def test_the_order_of_rows_does_not_matter(store: Store, data: st.DataObject, chunk: list[dict[str, Any]]) -> None:
    distinct = list({row["id"]: row for row in chunk}.values())
    emptied(store)
    one = store.upsert(tables.survey_response, distinct)
    kept = rows.dump(store)
    emptied(store)
    assert store.upsert(tables.survey_response, data.draw(st.permutations(distinct))) == one
    assert rows.dump(store) == kept


def test_a_batch_counts_what_its_chunks_did(store: Store) -> None:
    batch = store.begin_batch("responses", "test", "answers.csv")
    store.write_chunk({tables.survey_response: [rows.response(i) for i in range(3)]}, batch_id=batch, rows=3)
    both = {tables.survey_response: [rows.response(2), rows.response(3)], tables.comment: [rows.comment(3)]}
    assert store.write_chunk(both, [rows.reject(6)], batch_id=batch, rows=3) == Changes(2, 0, 1)
    assert queries.batches(store)["finished_at"].isna().all()
    store.finish_batch(batch)
    (kept,) = rows.stored(store, tables.ingest_batch)
    assert [kept[name] for name in ("rows", "inserted", "updated", "unchanged", "rejected")] == [6, 5, 0, 1, 1]
    assert kept["finished_at"] >= kept["started_at"]
    assert {row["batch_id"] for row in rows.stored(store, tables.survey_response)} == {batch}


def ingested(store: Store, *rejected: int, file: str = "answers.csv", complete: bool = True) -> None:
    batch = store.begin_batch("responses", "test", file)
    store.write_chunk({}, [rows.reject(row, file=file) for row in rejected], batch_id=batch, rows=9)
    store.finish_batch(batch, complete=complete)


def test_reading_a_file_again_replaces_its_rejects_and_clears_the_mended(store: Store) -> None:
    ingested(store, 3, 5)
    ingested(store, 3, file="other.csv")
    ingested(store, 5, 8)
    assert [(row.file, row.row) for row in queries.rejects(store).itertuples()] == [
        ("answers.csv", 5), ("answers.csv", 8), ("other.csv", 3),
    ]  # fmt: skip


def test_a_run_that_stopped_early_clears_no_rejects(store: Store) -> None:
    ingested(store, 3, 5)
    ingested(store, 3, complete=False)
    assert queries.rejects(store)["row"].tolist() == [3, 5]


def test_finishing_an_unknown_batch_is_an_error(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no ingest batch 'x'"):
        store.finish_batch("x")


def test_the_newest_theme_model_is_active_and_five_stay(store: Store) -> None:
    removed = [
        store.save_theme_model(rows.theme_model(str(i), day=i), [rows.theme("t")], [rows.assigned(0, "t")])
        for i in range(7)
    ]
    assert removed == [()] * 5 + [(rows.theme_model("0")["id"],), (rows.theme_model("1")["id"],)]
    assert store.active_model_id() == rows.theme_model("6")["id"]
    assert queries.theme_models(store)["active"].tolist() == [True, False, False, False, False]
    kept = {row["model_id"] for row in rows.stored(store, tables.assignment)}
    assert (
        kept == {row["model_id"] for row in rows.stored(store, tables.theme)} == set(queries.theme_models(store)["id"])
    )


def test_an_older_model_saved_now_is_active_and_stays(store: Store) -> None:
    for i in range(5):
        store.save_theme_model(rows.theme_model(str(i), day=10 + i), [], [])
    assert store.save_theme_model(rows.theme_model("old", day=1), [], []) == (rows.theme_model("0")["id"],)
    assert store.active_model_id() == rows.theme_model("old")["id"]


def test_a_model_saved_again_is_replaced(store: Store) -> None:
    store.save_theme_model(rows.theme_model("m"), [rows.theme("a"), rows.theme("b")], [rows.assigned(0, "a")])
    store.save_theme_model(rows.theme_model("m"), [rows.theme("c")], [])
    assert queries.themes(store)["id"].tolist() == ["c"]
    assert rows.stored(store, tables.assignment) == []


def test_a_model_that_cannot_be_saved_leaves_the_old_one(store: Store) -> None:
    store.save_theme_model(rows.theme_model("m"), [rows.theme("a")], [])
    with pytest.raises(StorageError):
        store.save_theme_model(rows.theme_model("n"), [rows.theme("b", name=None)], [])
    assert store.active_model_id() == rows.theme_model("m")["id"]
    assert queries.themes(store)["id"].tolist() == ["a"]


def test_without_a_model_none_is_active(store: Store) -> None:
    assert store.active_model_id() is None
    assert queries.themes(store).empty
    assert queries.assignments(store).empty
