import numpy as np
import pandas as pd
import pytest

from models.tickets.log import (
    AGENT,
    CLOSED,
    CUSTOMER,
    ESCALATED,
    HANDOVER,
    NEVER,
    OPENED,
    OTHER,
    PRIORITY,
    REOPENED,
    SOLVED,
    SWITCHED,
    further_column,
    kind_of,
    read_log,
)
from tests.test_models.made import MONDAY, after, event, events_frame, micro, ticket, tickets_frame
from verbatim.errors import UserError


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Customer replied", CUSTOMER), ("end-user comment", CUSTOMER), ("public_reply", AGENT), ("replied", AGENT),
        ("ticket.reassigned", HANDOVER), ("Transferred", HANDOVER), ("reopened", REOPENED), ("Re-Opened", REOPENED),
        ("escalated_to_l2", ESCALATED), ("channel_changed", SWITCHED), ("priority", PRIORITY), ("Resolved", SOLVED),
        ("closed", CLOSED), ("ticket created", OPENED), ("", OTHER), (None, OTHER), (float("nan"), OTHER),
        ("sneezed", OTHER),
    ],
)  # fmt: skip
def test_words_of_exports_are_understood(word, kind):
    assert kind_of(word) == kind


def test_events_are_sorted_whatever_their_order():
    events = [event("b", 2, "solved"), event("a", 3, "solved"), event("a", 1, "agent replied"), event("b", 1, "reply")]
    log = read_log(tickets_frame(ticket("a"), ticket("b")), events_frame(*events))
    assert log.ticket.tolist() == [0, 0, 1, 1]
    assert log.kind.tolist() == [AGENT, SOLVED, AGENT, SOLVED]
    assert (log.at[0] - micro(MONDAY)[0]) / 3.6e9 == 1
    assert log.notes == ()


def test_events_of_one_moment_do_not_keep_the_order_of_the_rows():
    events = [event("a", 1, "assigned", from_value=one, to_value=other) for one, other in (("x", "y"), ("w", "z"))]
    logs = [read_log(tickets_frame(ticket("a")), events_frame(*rows)) for rows in (events, events[::-1])]
    assert logs[0].after.tolist() == logs[1].after.tolist()


def test_events_that_are_there_twice_count_once_and_are_noted():
    events = [event("a", 1, "reply", text="hi"), event("a", 1, "reply", text="ho"), event("a", 1, "reply", text="hi")]
    log = read_log(tickets_frame(ticket("a")), events_frame(*events, events[0]))
    assert sorted(log.text) == ["hi", "ho"]
    assert log.notes == ("2 events are there twice and count once",)


def test_events_before_the_creation_count_as_of_it_and_are_noted():
    log = read_log(tickets_frame(ticket("a")), events_frame(event("a", -5, "reply"), event("a", 5, "solved")))
    assert log.at.tolist() == [micro(MONDAY)[0], micro(after(5))[0]]
    assert log.notes == ("1 events lie before their ticket's creation and count as of that moment",)


def test_events_of_nobody_or_without_a_time_are_left_out_and_noted():
    events = events_frame(event("a", 1, "reply"), event("ghost", 1, "reply"), {**event("a", 2, "reply"), "at": None})
    log = read_log(tickets_frame(ticket("a")), events)
    assert len(log.at) == 1
    assert log.notes == ("2 events belong to no ticket given, or have no time, and are left out",)


def test_unknown_kinds_of_events_are_kept_as_other():
    log = read_log(tickets_frame(ticket("a")), events_frame(event("a", 1, "sneezed"), event("a", 2, None)))
    assert log.kind.tolist() == [OTHER, OTHER]


@pytest.mark.parametrize("events", [None, events_frame(), events_frame(event("b", 1, "reply"))])
def test_a_ticket_without_events_has_those_its_columns_tell_of(events):
    silent = ticket("a", first_reply_at=after(3), solved_at=after(9), closed_at=None)
    log = read_log(tickets_frame(silent, ticket("b", first_reply_at=after(4))), events)
    mine = log.ticket == 0
    assert log.kind[mine].tolist() == [AGENT, SOLVED]
    assert log.at[mine].tolist() == [micro(after(3))[0], micro(after(9))[0]]
    assert (log.at[~mine][0] == micro(after(1))[0]) == (events is not None and len(events) > 0)


def test_times_without_a_zone_are_refused_with_what_to_do():
    naive = pd.DataFrame({"id": ["a"], "created_at": pd.to_datetime(["2026-03-02 09:00"])})
    with pytest.raises(UserError, match=r"'created_at' has no time zone.*utc=True"):
        read_log(naive)
    events = events_frame(event("a", 1, "reply"))
    events["at"] = events["at"].dt.tz_localize(None)
    with pytest.raises(UserError, match="'at' has no time zone"):
        read_log(tickets_frame(ticket("a")), events)


def test_other_zones_are_the_same_moments():
    there = tickets_frame(ticket("a"))
    there["created_at"] = there["created_at"].dt.tz_convert("Asia/Tokyo")
    assert read_log(there).created[0] == micro(MONDAY)[0]


def test_missing_columns_and_ids_that_are_there_twice_are_refused():
    with pytest.raises(UserError, match="tickets has no column 'created_at'; it has id"):
        read_log(pd.DataFrame({"id": ["a"]}))
    with pytest.raises(UserError, match="events has no column 'kind'"):
        read_log(tickets_frame(ticket("a")), events_frame(event("a", 1, "x")).drop(columns="kind"))
    with pytest.raises(UserError, match="twice"):
        read_log(tickets_frame(ticket("a"), ticket("a")))


def test_empty_frames_give_an_empty_log():
    log = read_log(tickets_frame(), events_frame())
    assert len(log) == len(log.at) == 0
    assert log.place_of() == {}


def test_a_ticket_without_a_creation_is_noted():
    log = read_log(tickets_frame(ticket("a"), ticket("b", None)))
    assert log.created.tolist() == [micro(MONDAY)[0], NEVER]
    assert log.notes == ("1 tickets have no creation time and are left out",)


def test_further_columns_are_numbers_where_all_of_them_are():
    assert further_column(pd.Series(["1", "2.5", None, "4"], dtype=object)).tolist()[:2] == [1.0, 2.5]
    assert further_column(pd.Series(["1", "2.5", "x", None], dtype=object)).tolist() == ["1", "2.5", "x", None]
    assert further_column(pd.Series(["0", "1", "0"], dtype=object)).tolist() == ["0", "1", "0"]
    assert further_column(pd.Series([True, False])).tolist() == [1.0, 0.0]
    assert further_column(pd.Series([None, None], dtype=object)).tolist() == [None, None]
    for kind in ("Int64", "boolean", "Float64"):
        found = further_column(pd.Series([1, None], dtype=kind))
        assert found.dtype == np.float64 and found[0] == 1 and np.isnan(found[1])
    assert further_column(pd.Series(["a", None], dtype="category")).tolist() == ["a", None]
