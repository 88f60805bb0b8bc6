from __future__ import annotations

from datetime import timedelta

import pytest

from tests.test_followups.given import NOW, answer, key, put, put_account, put_ticket
from verbatim.domain import Metric
from verbatim.errors import NotFoundError
from verbatim.settings import Settings
from verbatim.storage.queries.restriction import Restriction, account_key, contact_key
from verbatim.storage.store import Store
from verbatim.storage.tables import contact
from verbatim.surveys import may_be_asked, permissions

PLAIN = Settings()
NEVER = timedelta(days=400)


def test_a_survey_that_only_its_ticket_links_to_a_person_counts(store: Store) -> None:
    put_ticket(store, "t", contact_id=contact_key("c-1"))
    put(store, answer("a", "csat", 5, hours_ago=48, ticket_id=key("t"), contact_id=None))
    found = may_be_asked(store, PLAIN, Metric.NPS, "c-1", NOW)
    assert (found.allowed, found.next_at) == (False, NOW + timedelta(days=28))


def test_a_survey_that_nobody_answered_counts_from_when_it_was_sent(store: Store) -> None:
    row = answer("a", "csat", None, contact_id=contact_key("c-1"), status="unanswered",
                 asked_at=NOW - timedelta(days=5), occurred_at=NOW - NEVER)  # fmt: skip
    put(store, row)
    assert not may_be_asked(store, PLAIN, Metric.CSAT, "c-1", NOW).allowed
    assert may_be_asked(store, PLAIN, Metric.CSAT, "c-1", NOW + timedelta(days=25)).allowed


def test_who_was_never_asked_may_be_and_who_is_unknown_is_named(store: Store) -> None:
    store.upsert(contact, [{"id": contact_key("c-1"), "source": "test", "external_id": "c-1", "segments": {}}])
    assert may_be_asked(store, PLAIN, Metric.CSAT, "c-1", NOW).allowed
    with pytest.raises(NotFoundError, match="c-2"):
        may_be_asked(store, PLAIN, Metric.CSAT, "c-2", NOW)
    with pytest.raises(NotFoundError):
        may_be_asked(store, PLAIN, Metric.CSAT, "c-1", NOW, namespace="other")


def test_of_people_outside_nothing_is_said_but_their_surveys_count_for_those_inside(store: Store) -> None:
    put_account(store, "acme", id=account_key("acme"))
    team = {"segments": {"team": "North"}, "contact_id": contact_key("c-1"), "account_id": account_key("acme")}
    put(store, answer("a", "csat", 5, hours_ago=24 * 40, **team))
    elsewhere = team | {"account_id": account_key("globex"), "segments": {"team": "South"}}
    put(store, answer("b", "csat", 5, hours_ago=24, **elsewhere))

    def seen(**limits: tuple[str, ...]) -> bool | None:
        limit = Restriction(**limits)
        found = permissions(store, PLAIN, Metric.CSAT, ["c-1"], NOW, restriction=limit)["c-1"]
        return None if found is None else found.allowed

    assert seen(accounts=("acme",)) is False
    assert seen(teams=("South",)) is False
    assert seen(accounts=("acme",), teams=("South",)) is None
    assert seen(accounts=("umbrella",)) is None
    assert seen(teams=("West",)) is None
