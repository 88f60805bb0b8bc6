"""What SQLite does with the queries of the house: it must not read whole tables for a small part of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from tests.test_storage import rows
from verbatim.settings import Settings
from verbatim.storage import queries, tables
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with prepare_store(Settings(home=tmp_path_factory.mktemp("plans"))) as store:
        batch = store.begin_batch("responses", "test", "answers.csv")
        accounts = [{"id": f"a{i}", "source": "t", "tier": "gold"} for i in range(50)]
        answers = [
            rows.response(i, account_id=f"a{i % 50}", contact_id=f"c{i}", ticket_id=f"t{i}") for i in range(2000)
        ]
        answers += [rows.response(i, metric="nps", scale="nps", id=f"n{i}") for i in range(40)]
        said = [rows.comment(i, account_id=f"a{i % 50}", ticket_id=f"t{i}") for i in range(2000)]
        tickets = [
            {"id": f"t{i}", "source": "t", "account_id": "a1", "created_at": rows.comment(i)["occurred_at"]}
            for i in range(2000)
        ]
        written = {
            tables.account: accounts,
            tables.survey_response: answers,
            tables.comment: said,
            tables.ticket: tickets,
        }
        store.write_chunk(written, [rows.reject(i, file=f"{i}.csv") for i in range(50)], batch_id=batch)
        for name in ("old", "new"):
            given = [rows.assigned(i, f"theme{i % 20}") for i in range(2000)]
            store.save_theme_model(rows.theme_model(name), [rows.theme(f"theme{i}") for i in range(20)], given)
        store.finish_batch(batch)
        yield store


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """The steps of the plans of every query inside."""
    steps: list[str] = []

    def explain(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT") and "EXISTS" not in statement:
            steps.extend(row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield steps
    finally:
        event.remove(engine, "before_cursor_execute", explain)


WEEK = {"start": rows.at("2026-01-05"), "end": rows.at("2026-01-06")}


@pytest.mark.parametrize(
    ("query", "table", "index"),
    [
        (
            lambda s: queries.answer_counts(s, "csat", **WEEK),
            "survey_response",
            "ix_survey_response_metric_occurred_at",
        ),
        (lambda s: queries.answer_counts(s, "nps"), "survey_response", "ix_survey_response_metric_occurred_at"),
        (lambda s: queries.answers(s, "csat", **WEEK), "comment", "ix_comment_submission_id"),
        (lambda s: queries.comments(s, **WEEK), "comment", "ix_comment_occurred_at_id"),
        (lambda s: queries.assignments(s, **WEEK), "survey_response", "ix_survey_response_submission_id"),
        (lambda s: queries.tickets(s, **WEEK), "ticket", "ix_ticket_created_at"),
        (lambda s: queries.ticket_events(s, "t1"), "ticket_event", "ix_ticket_event_ticket_id_at"),
        (lambda s: queries.rejects(s, source="x", file="y", kind="z"), "reject", "ix_reject_source_kind_file"),
    ],
)
def test_a_part_is_found_through_an_index(filled: Store, query: Callable[[Store], Any], table: str, index: str) -> None:
    with plans(filled.engine) as steps:
        query(filled)
    assert any(
        f"{table} USING INDEX {index}" in step or f"{table} USING COVERING INDEX {index}" in step for step in steps
    ), steps
    assert f"SCAN {table}" not in steps


@pytest.mark.parametrize("start", [None, rows.at("2026-01-05")])
def test_most_answers_are_read_straight_from_the_table(filled: Store, start: datetime | None) -> None:
    with plans(filled.engine) as steps:
        queries.answer_counts(filled, "csat", by=["channel"], period="month", start=start)
    assert "SCAN survey_response" in steps


def test_accounts_of_answers_are_looked_up_by_their_key(filled: Store) -> None:
    with plans(filled.engine) as steps:
        queries.answer_counts(filled, "csat", by=["tier"])
    assert not [step for step in steps if step.startswith(("SCAN account", "SCAN ticket", "SCAN contact"))], steps
