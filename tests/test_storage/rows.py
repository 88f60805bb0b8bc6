"""Rows as ingest would hand them over, with only what a test cares about spelled out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, select

from verbatim.domain import stable_key
from verbatim.storage.store import Store
from verbatim.storage.tables import metadata

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def response(number: int = 0, **given: Any) -> dict[str, Any]:
    key = stable_key("response", str(number))
    usual = {
        "id": key, "source": "test", "submission_id": stable_key("submission", str(number)), "metric": "csat",
        "scale": "csat_5", "status": "answered", "value": float(number % 5 + 1),
        "occurred_at": START + timedelta(hours=number), "segments": {"channel": ("chat", "mail")[number % 2]},
    }  # fmt: skip
    return usual | given


def comment(number: int = 0, **given: Any) -> dict[str, Any]:
    words = f"Waiting took {number} days"
    usual = {
        "id": stable_key("comment", str(number)), "source": "test", "text": words, "text_key": stable_key(words),
        "submission_id": stable_key("submission", str(number)), "language": "en", "informative": True,
        "occurred_at": START + timedelta(hours=number), "segments": {},
    }  # fmt: skip
    return usual | given


def reject(row: int, *, file: str = "answers.csv", column: str | None = "score", **given: Any) -> dict[str, Any]:
    usual = {
        "id": stable_key("test", "responses", file, str(row), column or ""), "kind": "responses", "source": "test",
        "file": file, "row": row, "column": column, "value": "11", "reason": "not on the scale",
    }  # fmt: skip
    return usual | given


def theme_model(name: str, day: int = 1, **given: Any) -> dict[str, Any]:
    usual = {
        "id": stable_key("model", name), "created_at": START + timedelta(days=day), "encoder_id": "test-encoder",
        "dimension": 4, "comments": 2, "parameters": {"seed": 7}, "quality": {},
    }  # fmt: skip
    return usual | given


def theme(key: str, **given: Any) -> dict[str, Any]:
    return {"id": key, "kind": "theme", "name": key.title(), "keywords": ["a", "b"], "quotes": [], "size": 1} | given


def assigned(number: int, theme_id: str | None, **given: Any) -> dict[str, Any]:
    usual = {"comment_id": stable_key("comment", str(number)), "theme_id": theme_id, "similarity": 0.8, "margin": 0.1}
    return usual | given


def stored(store: Store, table: Table) -> list[dict[str, Any]]:
    """Every row of a table, by its key."""
    with store.reading() as connection:
        rows = connection.execute(select(table).order_by(*table.primary_key)).mappings().all()
    return [dict(row) for row in rows]


def dump(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Everything that is kept, without the bookkeeping of batches."""
    tables = {name: stored(store, table) for name, table in metadata.tables.items() if name != "ingest_batch"}
    return {name: [{k: v for k, v in row.items() if k != "batch_id"} for row in rows] for name, rows in tables.items()}
