"""Accounts in an order, one by its id, its contacts with their answers; and what stands behind an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.test_followups.given import answer, key, put
from verbatim.errors import InputError, NotFoundError
from verbatim.storage.queries.account_pages import account_count, account_named, account_rows, accounts_of, contacts_of
from verbatim.storage.queries.behind import behind_answers
from verbatim.storage.queries.restriction import Restriction, account_key
from verbatim.storage.store import Store
from verbatim.storage.tables import account, comment, contact

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
FIRMS = {"a": ("beta", 5.0, 20), "b": ("Alpha", None, 10), "c": (None, 9.0, None)}


@pytest.fixture
def firms(store: Store) -> Store:
    store.upsert(account, [
        {"id": account_key(name), "source": "test", "external_id": name, "name": told, "arr": value, "segments": {},
         "renewal_at": None if days is None else NOW + timedelta(days=days)}
        for name, (told, value, days) in FIRMS.items()
    ])  # fmt: skip
    store.upsert(contact, [
        {"id": key(name), "source": "test", "account_id": account_key("a"), "role": role, "segments": {}}
        for name, role in (("quiet", "buyer"), ("early", None), ("late", "user"))
    ])  # fmt: skip
    for number, (who, metric, value, hours) in enumerate(
        [("early", "csat", 2, 50), ("late", "csat", 3, 40), ("late", "csat", 4, 30), ("late", "nps", 9, 45)]
    ):
        put(store, answer(f"r{number}", metric, value, hours_ago=hours, account_id=account_key("a"),
                          contact_id=key(who)))  # fmt: skip
    put(store, answer("none", "csat", None, status="skipped", account_id=account_key("a"), contact_id=key("quiet")))
    return store


@pytest.mark.parametrize(("order", "ids"), [("name", "bac"), ("-value", "cab"), ("renewal", "bac")])
def test_accounts_come_in_the_order_asked_for_and_page_by_page(firms: Store, order: str, ids: str) -> None:
    whole = [one.external_id for one in account_rows(firms, order=order)]  # type: ignore[arg-type]
    assert whole == list(ids)
    paged = [account_rows(firms, order=order, offset=at, limit=1)[0].external_id for at in range(3)]  # type: ignore[arg-type]
    assert paged == whole
    assert account_rows(firms, offset=3) == ()
    with pytest.raises(InputError, match="-value"):
        account_rows(firms, order="nothing")  # type: ignore[arg-type]


def test_an_account_is_found_by_either_id_unless_it_may_not_be_seen(firms: Store) -> None:
    assert account_named(firms, "a").contacts == 3
    assert account_named(firms, account_key("a")).shown_id == "a"
    for wanted, limits in (("x", Restriction()), ("a", Restriction(accounts=("b",)))):
        with pytest.raises(NotFoundError):
            account_named(firms, wanted, limits)
    assert account_count(firms) == 3
    assert account_count(firms, Restriction(accounts=("b", "x"))) == 1
    keys = [account_key(name) for name in ("c", "x", "b")]
    assert [one.external_id for one in accounts_of(firms, keys)] == ["c", "b"]
    assert [one.external_id for one in accounts_of(firms, keys, Restriction(accounts=("b",)))] == ["b"]


def test_contacts_who_answered_last_come_first_with_their_newest_answer_to_each_metric(firms: Store) -> None:
    late, early, quiet = contacts_of(firms, account_key("a"))
    assert (late.id, late.answers) == (key("late"), 3)
    assert {given.metric: given.value for given in late.newest} == {"csat": 4, "nps": 9}
    assert (early.id, early.answers, early.newest[0].value) == (key("early"), 1, 2)
    assert (quiet.id, quiet.answers, quiet.newest) == (key("quiet"), 0, ())
    assert len(contacts_of(firms, account_key("a"), limit=2)) == 2
    assert contacts_of(firms, account_key("b")) == ()


def test_behind_an_answer_stand_the_comments_of_its_survey_only(firms: Store) -> None:
    firms.upsert(comment, [
        {"id": key(name), "source": "test", "external_id": name, "submission_id": key(submission), "text": "x",
         "text_key": key("x"), "informative": True, "segments": {}}
        for name, submission in (("c1", "s-r0"), ("c2", "s-r0"), ("c3", "s-r1"))
    ])  # fmt: skip
    found = behind_answers(firms, [key("r0"), key("r3"), key("unknown"), key("r0")])
    assert set(found) == {key("r0"), key("r3")}
    assert found[key("r0")].comment_ids == tuple(sorted((key("c1"), key("c2"))))
    assert (found[key("r0")].metric, found[key("r0")].value) == ("csat", 2)
    assert found[key("r3")].comment_ids == ()
    assert behind_answers(firms, []) == {}
