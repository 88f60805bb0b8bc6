from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tickets.log import read_log
from models.tickets.meaning import Meaning
from models.tickets.snapshots import MOST_MESSAGES, stage_at, training_moments, view
from tests.test_models.made import (
    AGENTS,
    MONDAY,
    OFFICE,
    Organisation,
    after,
    answers_frame,
    event,
    events_frame,
    micro,
    ticket,
    tickets_frame,
)

TEXTS = ("it is broken AGAIN", "thanks, works", "please let me speak to your manager", None, "any update?")
KINDS = ("agent replied", "customer replied", "solved", "closed", "reopened", "escalated", "assigned", "sneezed")
STEPS = st.tuples(st.integers(0, 2), st.integers(0, 100), st.sampled_from(KINDS), st.integers(0, 4))
ANSWERED = st.tuples(st.integers(0, 2), st.integers(0, 100), st.integers(1, 5))


def world(steps, answered, *, order=None, twice=False):
    """Three tickets with events and answers; who held them, and who has them now, fits the handovers."""
    holder = ["ann", "bob", "ann"]
    agents, events = list(AGENTS), []
    for number, (place, minutes, kind, pick) in enumerate(sorted(steps, key=lambda step: step[1])):
        known = {"text": TEXTS[pick] if "replied" in kind or kind == "reopened" else None, "actor": None}
        known |= {"from_value": None, "to_value": None}
        if kind == "assigned":
            known |= {"from_value": holder[place], "to_value": agents[pick % 4]}
            holder[place] = agents[pick % 4]
        events.append(event(f"t{place}", minutes / 4 + number / 10_000, kind, **known))
    rows = [
        ticket(f"t{place}", after(place * 3), agent=agent, team=AGENTS[agent], channel="email", account_id="acme",
               contact_id=f"c{place % 2}", priority="high", product="app", subject="help", body="it does not work")
        for place, agent in enumerate(holder)
    ]  # fmt: skip
    old = [  # so that every agent's team is known
        ticket(f"o{agent}", MONDAY - timedelta(days=400), agent=agent, team=team, account_id=None, contact_id=None)
        for agent, team in AGENTS.items()
    ]
    if order is not None:
        events = [events[place] for place in np.random.default_rng(order).permutation(len(events))]
    if twice:
        events = [*events, *events[::2]]
    answers = [(f"t{place}", minutes / 4, float(value)) for place, minutes, value in answered]
    return Organisation(tickets_frame(*rows, *old), events_frame(*events), answers_frame(*answers))


def columns_at(organisation, hours):
    log = read_log(organisation.tickets, organisation.events)
    seen = view(log, OFFICE, answers=organisation.answers, promised={"high": 4.0})
    ticket_places = np.flatnonzero(log.created <= micro(after(hours))[0])
    return seen.features(ticket_places, np.repeat(micro(after(hours)), len(ticket_places)))


def assert_same(one, other):
    assert set(one) == set(other)
    for name, values in one.items():
        if values.dtype.kind == "f":
            assert np.array_equal(values, other[name], equal_nan=True), name
        else:
            assert values.tolist() == other[name].tolist(), name


@given(
    st.lists(STEPS, max_size=12), st.lists(ANSWERED, max_size=6), st.lists(STEPS, max_size=6),
    st.lists(ANSWERED, max_size=4), st.integers(0, 100),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_what_happens_after_a_moment_never_changes_what_was_known_at_it(steps, answered, later, rated_later, moment):
    past = [step for step in steps if step[1] <= moment]
    said = [answer for answer in answered if answer[1] < moment]
    known = columns_at(world(past, said), moment / 4 + 0.01)
    future = [(place, moment + 1 + minutes, kind, pick) for place, minutes, kind, pick in later]
    ratings = [(place, moment + 1 + minutes, value) for place, minutes, value in rated_later]
    assert_same(known, columns_at(world(past + future, said + ratings), moment / 4 + 0.01))


@given(st.lists(STEPS, max_size=12), st.lists(ANSWERED, max_size=6), st.integers(0, 120), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_neither_the_order_of_events_nor_events_told_twice_change_anything(steps, answered, moment, order):
    plain = columns_at(world(steps, answered), moment / 4)
    assert_same(plain, columns_at(world(steps, answered, order=order), moment / 4))
    assert_same(plain, columns_at(world(steps, answered, order=order, twice=True), moment / 4))


def test_the_property_would_notice_a_look_into_the_future():
    steps = [(0, 4, "agent replied", 0), (0, 40, "customer replied", 0)]
    early, late = (columns_at(world(steps, [(1, 20, 2)]), hours) for hours in (4, 20))
    changed = {name for name in early if early[name].dtype.kind == "f"
               and not np.array_equal(early[name], late[name], equal_nan=True)}  # fmt: skip
    assert {"waiting", "customer_messages", "account_mood", "words", "says_again"} <= changed


def test_vectors_of_later_messages_are_those_written_until_then():
    things = ("printer", "invoice", "app", "screen", "login", "update", "manager", "work")
    texts = [f"the {one} and the {other} are {how}" for one in things for other in things for how in ("broken", "lost")]
    meaning = Meaning.fit(texts)
    assert meaning is not None
    steps = [(0, 8, "customer replied", 0), (0, 40, "customer replied", 4)]
    found = []
    for events in (steps[:1], steps):
        organisation = world(events, [])
        seen = view(read_log(organisation.tickets, organisation.events), OFFICE).with_meaning(meaning)
        found.append(seen.features(np.arange(3), np.repeat(micro(after(7)), 3)))
    for name in found[0]:
        if name.startswith(("about_", "later_")):
            assert found[0][name] == pytest.approx(found[1][name], abs=1e-12)


def moments_of(*events, rated=100.0, **known):
    log = read_log(tickets_frame(ticket("a", **known)), events_frame(*events))
    rows, at, stages = training_moments(log, np.array([0]), micro(after(rated)))
    hours = [round((moment - micro(MONDAY)[0]) / 3.6e9, 6) for moment in at.tolist()]
    return list(zip(hours, stages.tolist(), strict=True)), rows


def test_learning_looks_at_creation_first_reply_messages_and_just_before_the_end():
    found, rows = moments_of(
        event("a", 2, "reply"), event("a", 5, "customer replied"), event("a", 6, "reply"), event("a", 8, "solved"),
        event("a", 9, "closed"),
    )  # fmt: skip
    assert found == [
        (0, "creation"), (2, "first_reply"), (5, "customer_message"), (pytest.approx(8, abs=1e-6), "before_close"),
    ]  # fmt: skip
    assert rows.tolist() == [0] * 4


def test_learning_never_looks_at_or_after_the_rating():
    events = (event("a", 2, "reply"), event("a", 5, "customer replied"), event("a", 8, "solved"))
    assert moments_of(*events, rated=5)[0] == [(0, "creation"), (2, "first_reply")]
    assert moments_of(*events, rated=0)[0] == []


def test_a_talkative_customer_makes_only_so_many_snapshots():
    found, _ = moments_of(*(event("a", 1 + place, "customer replied") for place in range(30)))
    assert len(found) == 1 + MOST_MESSAGES


def test_the_last_solving_counts_not_the_closing_after_it():
    found, _ = moments_of(event("a", 2, "solved"), event("a", 4, "reopened"), event("a", 7, "solved"),
                          event("a", 50, "closed"))  # fmt: skip
    assert found[-1] == (pytest.approx(7, abs=1e-6), "before_close")
    assert moments_of(event("a", 50, "closed"))[0][-1] == (pytest.approx(50, abs=1e-6), "before_close")


@given(st.lists(STEPS, max_size=15), st.integers(0, 110))
@settings(max_examples=40, deadline=None)
def test_every_moment_of_learning_lies_before_the_rating_and_not_before_the_creation(steps, rated):
    organisation = world(steps, [])
    log = read_log(organisation.tickets, organisation.events)
    until = np.repeat(micro(after(rated / 4)), 3)
    rows, at, stages = training_moments(log, np.arange(3), until)
    assert (at < until[rows]).all() and (at >= log.created[rows]).all()
    assert len(set(zip(rows.tolist(), at.tolist(), strict=True))) == len(rows) == len(stages)


def test_the_stage_of_an_open_ticket_is_the_last_that_happened():
    organisation = world([(0, 8, "agent replied", 0), (0, 20, "customer replied", 0)], [])
    seen = view(read_log(organisation.tickets, organisation.events), OFFICE)
    stages = [stage_at(seen, np.array([0]), micro(after(hours)))[0] for hours in (1, 2, 6)]
    assert stages == ["creation", "first_reply", "customer_message"]


def test_the_promise_runs_in_business_hours_and_only_where_one_is_made():
    rows = (ticket("a", priority="high"), ticket("b", priority="low"), ticket("c"))
    log = read_log(tickets_frame(*rows), events_frame(event("a", 10, "reply")))
    seen = view(log, OFFICE, promised={"high": 4.0})
    left = seen.features(np.array([0, 0, 1, 2]), np.r_[micro(after(1)), micro(after(20)), micro(after(1)),
                                                       micro(after(1))])["sla_left"]  # fmt: skip
    assert left[:2].tolist() == [3.0, -4.0] and np.isnan(left[2:]).all()


def test_times_of_opening_are_local():
    tokyo = type(OFFICE)(OFFICE.days, OFFICE.opens, OFFICE.closes, "Asia/Tokyo", OFFICE.holidays)
    log = read_log(tickets_frame(ticket("a", after(14))))  # Monday 23:00 UTC, Tuesday 8:00 in Tokyo
    found = view(log, tokyo).features(np.array([0]), micro(after(14)))
    assert (found["hour"][0], found["weekday"][0], found["opened_in_hours"][0]) == (8, "Tuesday", 0)


def test_an_organisations_own_columns_are_features():
    log = read_log(tickets_frame(ticket("a", seats="7"), ticket("b", seats=None)), further=("seats", "not there"))
    found = view(log, OFFICE).features(np.array([0, 1]), np.repeat(micro(MONDAY), 2))
    assert found["seats"].tolist() == ["7", None] and "not there" not in found


def test_nothing_is_asked_of_empty_frames():
    seen = view(read_log(tickets_frame(), events_frame()), OFFICE, answers=pd.DataFrame())
    nobody = np.zeros(0, dtype=np.int64)
    assert {len(values) for values in seen.features(nobody, nobody).values()} == {0}
    assert len(training_moments(seen.log, nobody, nobody)[0]) == 0
