"""Tickets as a service is told of them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from models.arriving import LiveTicket, checked, log_of
from models.tickets.log import AGENT, CUSTOMER, OTHER
from tests.test_models.made import MONDAY, after, micro
from verbatim.errors import UserError

NOW = int(micro(after(100))[0])


def made(*tickets, own=()):
    return log_of([checked(one, own, NOW) for one in tickets], own)


def test_events_of_all_tickets_are_sorted_and_count_once():
    reply = {"at": after(2), "kind": "agent replied", "actor": "ann"}
    log = made(
        LiveTicket(
            {"created_at": MONDAY}, [{"at": after(3), "kind": "Customer replied", "text": "hello"}, reply, reply]
        ),
        LiveTicket({"created_at": MONDAY}),
        LiveTicket({"created_at": after(1)}, [{"at": MONDAY, "kind": None}]),
    )
    assert log.ticket.tolist() == [0, 0, 2] and log.kind.tolist() == [AGENT, CUSTOMER, OTHER]
    assert log.at.tolist() == [int(micro(after(hours))[0]) for hours in (2, 3, 1)]  # none before the creation
    assert log.actor.tolist() == ["ann", None, None] and log.text.tolist() == [None, "hello", None]
    assert log.line.starts.tolist() == [0, 2, 2, 3]


def test_what_is_told_stands_in_its_column_and_other_keys_do_not_matter():
    log = made(LiveTicket({"created_at": MONDAY, "id": 7, "channel": "chat", "account_id": "a1", "mystery": object()}))
    assert log.ids.tolist() == ["7"] and log.account.tolist() == ["a1"] and log.contact.tolist() == [None]
    assert {name: words.tolist() for name, words in log.words.items() if words[0] is not None} == {"channel": ["chat"]}
    assert log.further == {}


def test_own_columns_are_numbers_where_all_are():
    tickets = [
        LiveTicket({"created_at": MONDAY, "seats": seats, "plan": plan}) for seats, plan in ((3, "a"), (True, 5))
    ]
    log = made(*tickets, own=("seats", "plan"))
    assert log.further["seats"].dtype == np.float64 and log.further["seats"].tolist() == [3.0, 1.0]
    assert log.further["plan"].tolist() == ["a", 5.0]


def test_a_ticket_in_another_time_zone_is_the_same_moment():
    from zoneinfo import ZoneInfo

    here = MONDAY.astimezone(ZoneInfo("Asia/Tokyo"))
    assert checked(LiveTicket({"created_at": here}), (), NOW).created == int(micro(MONDAY)[0])


def test_what_pandas_calls_unknown_is_unknown():
    assert checked(LiveTicket({"created_at": MONDAY, "channel": float("nan")}), (), NOW).told == (None,) * 10


@pytest.mark.parametrize(
    ("ticket", "events", "said"),
    [
        ({}, (), "created_at must be a moment"),
        ({"created_at": "2026-03-02T09:00:00Z"}, (), "created_at must be a moment with a time zone, not str"),
        ({"created_at": datetime(2026, 3, 2)}, (), "no time zone"),
        ({"created_at": after(101)}, (), "after the moment to score"),
        ({"created_at": MONDAY, "channel": 5}, (), "channel must be text, not int"),
        ({"created_at": MONDAY, "account_id": ["secret"]}, (), "account_id must be text, not list"),
        ({"created_at": MONDAY, "body": {"secret": 1}}, (), "body must be text, not dict"),
        ({"created_at": MONDAY, "seats": 10**400}, (), "seats is too large"),
        ({"created_at": MONDAY}, ({"kind": "solved"},), "^at must be a moment"),
        ({"created_at": MONDAY}, ({"at": after(1), "kind": 5},), "kind must be text"),
        (
            {"created_at": MONDAY},
            ({"at": after(1), "kind": "solved", "text": b"secret"},),
            "text must be text, not bytes",
        ),
        ({"created_at": datetime.max.replace(tzinfo=UTC) - timedelta(days=1)}, (), "after the moment"),
    ],
)
def test_values_of_another_kind_are_refused_without_repeating_them(ticket, events, said):
    with pytest.raises(UserError, match=said) as refusal:
        checked(LiveTicket(ticket, events), ("seats",), NOW)
    assert "secret" not in str(refusal.value)
