from __future__ import annotations

from datetime import timedelta

import pytest

from tests.test_followups.given import NOW, answer, put, put_account
from verbatim.errors import EditConflictError, InputError
from verbatim.followups.inbox import inbox
from verbatim.followups.preview import preview_rule
from verbatim.followups.rules import effective_rules, reset_rule, save_rule
from verbatim.followups.sweep import sweep
from verbatim.settings import Settings
from verbatim.storage.store import Store

PLAIN = Settings()


@pytest.fixture
def told(store: Store) -> Store:
    put_account(store)
    put(store, *(answer(f"a{days}", "nps", 2, hours_ago=24 * days) for days in (1, 1.2, 20, 40)))
    return store


def test_a_preview_says_what_a_sweep_over_the_same_days_makes(told: Store) -> None:
    tried = preview_rule(told, PLAIN, "detractor", {}, now=NOW, days=30)
    assert (tried.follow_ups, tried.there, tried.busiest_day) == (3, 0, 2)
    assert inbox(told) == []
    sweep(told, PLAIN, now=NOW, since=NOW - timedelta(days=30))
    assert len(inbox(told, rule="detractor")) == 3
    assert preview_rule(told, PLAIN, "detractor", {}, now=NOW, days=30).there == 3


def test_a_preview_takes_the_rule_as_edited_and_the_changes_on_top(told: Store) -> None:
    save_rule(told, PLAIN, "detractor", {"tiers": ["silver"]}, person="Ann", at=NOW)
    assert preview_rule(told, PLAIN, "detractor", {}, now=NOW).follow_ups == 0
    assert preview_rule(told, PLAIN, "detractor", {"tiers": ["gold"]}, now=NOW).follow_ups == 3
    with pytest.raises(InputError, match="what"):
        preview_rule(told, PLAIN, "new_one", {"when": "low"}, now=NOW)


def test_a_rule_changes_only_at_the_version_that_was_seen(store: Store) -> None:
    def version() -> str:
        return next(found.version for found in effective_rules(store, PLAIN) if found.rule.name == "passive")

    first = version()
    save_rule(store, PLAIN, "passive", {"due": "4h"}, person="Ann", at=NOW, expected=first)
    assert version() != first
    with pytest.raises(EditConflictError, match="passive"):
        save_rule(store, PLAIN, "passive", {"due": "8h"}, person="Ben", at=NOW, expected=first)
    with pytest.raises(EditConflictError):
        reset_rule(store, PLAIN, "passive", expected=first)
    reset_rule(store, PLAIN, "passive", expected=version())
    assert version() == first
    with pytest.raises(EditConflictError):
        save_rule(store, PLAIN, "passive", {"due": "8h"}, person="Ben", at=NOW, expected="")
