import numpy as np
import pytest

from models.tickets.log import read_log
from models.tickets.state import states_of
from tests.test_models.made import MONDAY, OFFICE, after, event, events_frame, micro, ticket, tickets_frame

# Monday 9:00 opened; 19:00 reply (10 h, 8 of them in business hours); 21:00 customer; Tuesday 11:00 reply (14 h, 2 h);
# 12:00 solved; 15:00 reopened; 16:00 handed from ann to bob; 16:30 by phone instead of e-mail.
EVENTS = (
    event("a", 10, "agent replied"),
    event("a", 12, "customer replied"),
    event("a", 26, "agent replied"),
    event("a", 27, "solved"),
    event("a", 30, "reopened"),
    event("a", 31, "assigned", from_value="ann", to_value="bob"),
    event("a", 31.5, "channel changed", from_value="email", to_value="phone"),
)
TICKETS = (
    ticket("a", agent="bob", team="south", channel="phone", issue_type="bug"),
    ticket("b", after(2), agent="ann", team="north", channel="chat"),
    ticket("c", after(3), agent="bob", team="south", channel="chat"),
)


def states(events=EVENTS, tickets=TICKETS):
    return states_of(read_log(tickets_frame(*tickets), events_frame(*events)), OFFICE)


def at(hours, place=0, found=None):
    state = (found or states()).at(np.array([place]), micro(after(hours)))
    return {name: values[0] for name, values in state.items()}


@pytest.mark.parametrize(
    ("hours", "waiting", "waiting_open", "first", "first_open", "longest", "longest_open"),
    [
        (0, 0, 0, 0, 0, 0, 0),
        (5, 5, 5, 5, 5, 5, 5),
        (9, 9, 8, 9, 8, 9, 8),
        (10, 0, 0, 10, 8, 10, 8),
        (11, 0, 0, 10, 8, 10, 8),
        (20, 8, 0, 10, 8, 10, 8),
        (24, 12, 0, 10, 8, 12, 8),
        (25.5, 13.5, 1.5, 10, 8, 13.5, 8),
        (26, 0, 0, 10, 8, 14, 8),
        (29, 0, 0, 10, 8, 14, 8),
        (32, 2, 2, 10, 8, 14, 8),
        (56, 26, 10, 10, 8, 26, 10),
    ],
)
def test_waits_in_calendar_and_business_hours(hours, waiting, waiting_open, first, first_open, longest, longest_open):
    found = at(hours)
    assert [found[name] for name in (
        "waiting", "waiting_open", "first_wait", "first_wait_open", "longest_wait", "longest_wait_open"
    )] == pytest.approx([waiting, waiting_open, first, first_open, longest, longest_open])  # fmt: skip
    assert found["age_hours"] == pytest.approx(hours)


def test_counts_grow_with_what_happens():
    names = ("agent_replies", "customer_messages", "reopens", "handovers", "channel_switches", "replied")
    assert [[at(hours)[name] for name in names] for hours in (9.9, 12, 30, 31.5)] == [
        [0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 1], [2, 2, 1, 0, 0, 1], [2, 2, 1, 1, 1, 1],
    ]  # fmt: skip


def test_a_ticket_waits_from_its_creation_where_nothing_happened():
    for found in (states(), states(events=())):
        assert at(7, 1, found)["waiting"] == at(7, 1, found)["first_wait"] == pytest.approx(5)


def test_a_ticket_is_open_until_it_is_solved_and_again_when_reopened():
    found = states()
    assert [bool(found.is_open(np.array([0]), micro(after(hours)))[0]) for hours in (26.9, 27, 29, 30, 99)] == [
        True, False, False, True, True,
    ]  # fmt: skip


def test_agent_team_and_channel_are_those_of_then():
    found = states()

    def then(hours):
        words = found.words_at(np.array([0]), micro(after(hours)))
        return [words[name][0] for name in ("agent", "team", "channel", "issue_type", "product")]

    assert then(1) == ["ann", "north", "email", "bug", None]
    assert then(31) == ["bob", "south", "email", "bug", None]
    assert then(40) == ["bob", "south", "phone", "bug", None]


def test_where_nobody_says_who_had_it_before_the_agent_is_unknown_not_the_last_one():
    found = states((event("a", 5, "assigned", to_value="bob"),))
    assert found.words_at(np.array([0, 0]), np.r_[micro(after(1)), micro(after(6))])["agent"].tolist() == [None, "bob"]


def test_words_of_tickets_without_changes_are_as_exported():
    words = states(events=()).words_at(np.array([1]), micro(MONDAY))
    assert [words[name][0] for name in ("agent", "team", "channel")] == ["ann", "north", "chat"]


def test_events_of_a_kind_nobody_knows_change_nothing():
    odd = (event("a", 4, "sneezed"), event("b", 30, "sneezed"))
    assert at(20, found=states((*EVENTS, *odd))) == at(20)
