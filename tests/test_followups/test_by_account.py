"""Open follow-ups, account by account."""

from __future__ import annotations

from typing import Any

from tests.test_followups.given import NOW, key
from verbatim.followups.by_account import Waiting, open_by_account
from verbatim.followups.sight import Sight
from verbatim.storage.queries.restriction import Restriction, account_key
from verbatim.storage.store import Store
from verbatim.storage.tables import follow_up


def row(name: str, **given: Any) -> dict[str, Any]:
    usual = {
        "id": key(name), "rule": "low_csat", "signal": "answer", "state": "open", "who": "ticket_owner",
        "severity": "urgent", "what": "Call.", "account_id": account_key("acme"), "sequence": 0, "occurred_at": NOW,
        "created_at": NOW, "due_at": NOW, "state_at": NOW,
    }  # fmt: skip
    return usual | given


def test_only_open_ones_that_may_be_seen_count(store: Store) -> None:
    rows = [
        row("one"), row("two", severity="info", overdue_at=NOW), row("done", state="resolved"),
        row("other", account_id=account_key("globex"), owner="Ben"), row("nobody's", account_id=None),
    ]  # fmt: skip
    for each in rows:
        store.upsert(follow_up, [each])
    assert open_by_account(store) == {account_key("acme"): Waiting(2, 1, 1), account_key("globex"): Waiting(1, 1, 0)}
    assert set(open_by_account(store, Sight(owners=("Ada",)))) == {account_key("acme")}
    assert set(open_by_account(store, Sight(Restriction(accounts=("globex",))))) == {account_key("globex")}
    assert open_by_account(store, Sight(Restriction(accounts=("none",)))) == {}
