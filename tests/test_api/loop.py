"""What the tests of closing the loop put into a store: accounts, tickets of two teams, and low scores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.test_followups.given import answer, key, put, put_account, put_ticket
from verbatim.followups.sweep import sweep
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import account_key

# Ticket → team, agent and account; each got a CSAT of 1, an hour ago.
TICKETS = {
    "t-north": ("North", "Ben", "acme"), "t-south": ("South", "Cleo", "acme"), "t-none": (None, "Dana", "globex"),
}  # fmt: skip


def low_scores(settings: Settings, *, now: datetime | None = None) -> None:
    """One follow-up of rule low_csat a ticket, and one of rule detractor about globex, which nobody owns."""
    moment = now or datetime.now(UTC)
    with prepare_store(settings) as store:
        for name, owner in (("acme", "Ann"), ("globex", None)):
            put_account(store, name, id=account_key(name), owner=owner)
        for name, (team, agent, account) in TICKETS.items():
            segments = {"agent": agent} | ({"team": team} if team else {})
            put_ticket(store, name, account_id=account_key(account), segments=segments, status="solved")
            put(store, _given(name, "csat", 1, moment, ticket_id=key(name), account_id=account_key(account)))
        put(store, _given("nps", "nps", 0, moment, account_id=account_key("globex")))
        sweep(store, settings, now=moment)


def _given(name: str, metric: str, value: float, moment: datetime, **given: Any) -> dict[str, Any]:
    return answer(name, metric, value, occurred_at=moment - timedelta(hours=1), **given)
