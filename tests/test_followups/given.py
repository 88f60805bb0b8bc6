"""Answers, accounts and tickets as ingest would leave them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from verbatim.domain import stable_key
from verbatim.storage.store import Store
from verbatim.storage.tables import account, survey_response, ticket

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
SCALES = {"csat": "csat-5", "nps": "nps", "ces": "ces-7-ease"}


def key(name: str) -> str:
    return stable_key("test", name)


def answer(name: str, metric: str, value: float | None, *, hours_ago: float = 1, **given: Any) -> dict[str, Any]:
    usual = {
        "id": key(name), "source": "test", "external_id": name, "submission_id": key(f"s-{name}"), "metric": metric,
        "scale": SCALES[metric], "status": "answered", "value": value, "segments": {},
        "occurred_at": NOW - timedelta(hours=hours_ago), "account_id": key("acme"), "contact_id": key(f"c-{name}"),
    }  # fmt: skip
    return usual | given


def put(store: Store, *rows: dict[str, Any]) -> None:
    store.upsert(survey_response, rows)


def put_account(store: Store, name: str = "acme", **given: Any) -> None:
    usual = {"id": key(name), "source": "test", "external_id": name, "name": name.title(), "owner": "Ann",
             "tier": "gold",
             "arr": 50_000.0, "currency": "EUR", "segments": {}}  # fmt: skip
    store.upsert(account, [usual | given])


def put_ticket(store: Store, name: str = "t1", **given: Any) -> None:
    usual = {"id": key(name), "source": "test", "external_id": name, "account_id": key("acme"), "status": "open",
             "created_at": NOW - timedelta(days=2), "segments": {"agent": "Ben"}}  # fmt: skip
    store.upsert(ticket, [usual | given])
