"""Counts that must be worked out row by row: the agent when rated, tenure, cohort."""

from __future__ import annotations

from pathlib import Path

import pytest

from verbatim.answers import counts_of
from verbatim.domain import Kind, Metric
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.settings import Settings
from verbatim.storage.store import Store

RESPONSES = """id,ticket_id,account_id,agent,answered_at,score
1,T1,A1,Bea,2026-03-05T10:00Z,5
2,T2,A2,Bea,2026-03-06T10:00Z,2
3,T3,A1,Carl,2026-03-07T10:00Z,4
4,,A3,Carl,2026-03-08T10:00Z,1
"""
EVENTS = """id,ticket_id,at,kind,actor,from,to
e1,T1,2026-03-01T10:00Z,reassigned,automation,Ann,Bea
e2,T2,2026-03-01T10:00Z,reassigned,automation,Bea,Ann
e3,T2,2026-03-09T10:00Z,reassigned,automation,Ann,Bea
"""
ACCOUNTS = "id,name,since\nA1,One,2020-01-01\nA2,Two,2026-02-01\n"


@pytest.fixture
def filled(store: Store, database: Settings, tmp_path: Path) -> Store:
    files = ((Kind.RESPONSES, "csat.csv", RESPONSES), (Kind.EVENTS, "events.csv", EVENTS))
    for kind, name, content in (*files, (Kind.ACCOUNTS, "accounts.csv", ACCOUNTS)):
        (tmp_path / name).write_text(content, encoding="utf-8")
        ingest(plan_ingest(kind, tmp_path / name, IngestOptions(), database), store, database)
    return store


def by(store: Store, settings: Settings, name: str, **where: str) -> dict[object, list[float]]:
    counts = counts_of(store, settings, Metric.CSAT, by=[name], where=where)
    found: dict[object, list[float]] = {}
    for row in counts.to_dict("records"):
        found.setdefault(row[name], []).extend([row["value"]] * int(row["n"]))
    return found


def test_an_answer_belongs_to_the_agent_who_held_the_ticket_when_it_was_rated(
    filled: Store, database: Settings
) -> None:
    assert by(filled, database, "agent") == {"Ann": [2.0], "Bea": [5.0], "Carl": [1.0, 4.0]}


def test_the_agent_when_rated_can_be_filtered_by(filled: Store, database: Settings) -> None:
    assert by(filled, database, "ticket_id", agent="Ann").popitem()[1] == [2.0]


def test_new_and_long_standing_customers_are_told_apart(filled: Store, database: Settings) -> None:
    found = by(filled, database, "tenure")
    assert found["long-standing"] == [4.0, 5.0]
    assert found["new"] == [2.0]


def test_customers_are_grouped_by_the_quarter_they_began_in(filled: Store, database: Settings) -> None:
    found = by(filled, database, "cohort")
    assert (found["2020-Q1"], found["2026-Q1"]) == ([4.0, 5.0], [2.0])
