import numpy as np
import pandas as pd
import pytest

from models.tickets.history import DAY, FADE, FAR, FIRM, Fading, Moods, share_of_scale
from models.tickets.log import read_log
from models.tickets.snapshots import view
from tests.test_models.made import (
    MONDAY,
    OFFICE,
    after,
    answers_frame,
    event,
    events_frame,
    frame,
    micro,
    objects,
    ticket,
    tickets_frame,
)

TICKETS = (
    ticket("a", account_id="acme", contact_id="kim", agent="bob", product="app"),
    ticket("b", after(2), account_id="acme", contact_id="lee", agent="ann", product="app"),
    ticket("c", after(4), account_id="acme", contact_id="kim", agent="ann", product="web"),
    ticket("d", after(5), account_id="zeta", contact_id="ray", agent="bob", product="app"),
)
EVENTS = (
    event("a", 10, "assigned", from_value="ann", to_value="bob"),
    event("a", 20, "solved"),
    event("a", 25, "closed"),
    event("b", 6, "solved"),
    event("b", 12, "reopened"),
    event("b", 18, "closed"),
)
ANSWERS = (("b", 7, 5.0), ("a", 21, 2.0), ("d", 30, 4.0))


def seen(place, hours, *, events=EVENTS, answers=ANSWERS, **known):
    log = read_log(tickets_frame(*TICKETS), events_frame(*events))
    found = view(log, OFFICE, answers=answers_frame(*answers), **known).features(np.array([place]), micro(after(hours)))
    return {name: values[0] for name, values in found.items()}


def mood_at(account, hours, *, answers=ANSWERS):
    """The mood of an account, hours after Monday, in log odds of the share of the scale."""
    history = view(read_log(tickets_frame(*TICKETS), events_frame(*EVENTS)), OFFICE,
                   answers=answers_frame(*answers)).history  # fmt: skip
    return history.moods.of(np.array([history.accounts[account]]), micro(after(hours)))[0]


@pytest.mark.parametrize(
    ("place", "hours", "others"),
    [(2, 4, 2), (2, 5, 2), (2, 6, 1), (2, 12, 2), (2, 18, 1), (2, 19, 1), (2, 20, 0), (2, 30, 0), (0, 0, 0), (1, 2, 1),
     (1, 6, 2), (0, 20, 1), (0, 26, 1), (3, 40, 0)],
)  # fmt: skip
def test_other_open_tickets_of_the_account_are_counted_at_the_moment(place, hours, others):
    assert seen(place, hours)["account_open"] == others


@pytest.mark.parametrize(
    ("place", "hours", "load"), [(0, 3, 1), (0, 5, 2), (0, 10, 1), (2, 5, 2), (2, 6, 1), (2, 10, 0), (2, 12, 1),
                                 (2, 18, 0), (3, 15, 1), (3, 20, 0)],
)  # fmt: skip
def test_the_agents_other_open_tickets_are_counted_at_the_moment(place, hours, load):
    assert seen(place, hours)["agent_load"] == load


def test_closed_and_then_solved_again_is_ended_once():
    twice = (event("b", 6, "closed"), event("b", 8, "solved"), event("b", 9, "reopened"), event("b", 10, "closed"))
    assert [seen(2, hours, events=twice)["account_open"] for hours in (5, 7, 8.5, 9, 11)] == [2, 1, 1, 2, 1]


def test_ratings_count_from_the_moment_they_were_given():
    assert [np.isnan(mood_at("acme", hours)) for hours in (7, 7.01)] == [True, False]
    assert mood_at("acme", 21) > 2 * mood_at("acme", 21.01) > 0  # a 5, and then a 2
    assert [np.isnan(seen(2, hours)["account_mood"]) for hours in (7, 7.01)] == [True, False]
    assert np.isnan(seen(2, 21)["requester_last_rating"])
    assert seen(2, 21.01)["requester_last_rating"] == 0.25


def test_a_rating_counts_for_the_agent_who_held_the_ticket_when_it_was_given():
    early = (("a", 8, 1.0),)  # while ann had it; bob took over at 10
    assert np.isnan(seen(3, 9, answers=early)["agent_rating"])  # bob
    assert seen(2, 9, answers=early)["agent_rating"] < 0.5  # ann
    assert np.isnan(seen(3, 40, answers=early)["agent_rating"])


def test_ratings_of_a_product_lean_on_those_of_everybody():
    lone = seen(3, 40, answers=(("a", 21, 1.0), ("c", 22, 5.0)))
    assert 0 < lone["product_rating"] < 0.5
    assert np.isnan(seen(3, 40, answers=())["product_rating"])


def test_without_answers_a_mood_is_unknown():
    assert np.isnan(mood_at("acme", 5)) and np.isnan(mood_at("zeta", 30))
    assert np.isnan(mood_at("acme", 90, answers=()))
    assert np.isnan(seen(2, 5)["account_mood"])


def test_a_mood_is_above_0_where_answers_are_better_than_expected_and_below_where_worse():
    assert mood_at("acme", 40, answers=(("a", 7, 5.0),)) > 0 > mood_at("acme", 40, answers=(("a", 7, 1.0),))
    assert mood_at("acme", 40, answers=(("a", 7, 3.0),)) == 0  # nobody answered before: the middle is expected


@pytest.mark.parametrize("later", [1.0, 5.0])
def test_what_everybody_says_later_does_not_change_a_mood(later):
    more = tuple((key, 50 + place, later) for place, key in enumerate("dadadadab"))
    assert mood_at("acme", 40, answers=ANSWERS + more) == mood_at("acme", 40)
    assert mood_at("acme", 70, answers=ANSWERS + more) != mood_at("acme", 70)


def moods(above, firmness=0.2, days=0.0):
    """The moods of one account after answers that are all so far above the expectation, ``days`` after the last."""
    above = np.atleast_1d(np.asarray(above, dtype=float))
    keys, at = np.zeros(len(above), np.int64), np.zeros(len(above), np.int64)
    made = Moods(
        Fading.of(keys, at, above, 1, half_life=FADE),
        Fading.of(keys, at, np.full(len(above), firmness), 1, half_life=FADE),
    )
    return made.of(np.zeros(1, np.int64), np.array([round(days * DAY) + 1], dtype=np.int64))[0]


@pytest.mark.parametrize("above", [-0.5, -0.05, 0.1, 0.9])
def test_a_mood_solves_the_equation_of_a_cauchy_prior(above):
    found = moods([above] * 6)
    leaning = FIRM / (1 + (found / FAR) ** 2)
    assert found == pytest.approx(6 * above / (6 * 0.2 + leaning), rel=0.02)
    assert np.sign(found) == np.sign(above)


def test_a_small_mood_of_few_answers_is_halved():
    assert moods([1e-6], firmness=FIRM) == pytest.approx(1e-6 / (2 * FIRM), rel=1e-6)


def test_a_mood_far_off_is_believed_sooner_than_one_nearby():
    shrunk = [moods([above] * 6) / (above / 0.2) for above in (0.01, 0.1, 0.3, 0.8)]
    assert shrunk == sorted(shrunk) and shrunk[-1] > 2 * shrunk[0]
    assert 0 < shrunk[0] and shrunk[-1] < 1
    assert moods([-0.3] * 6) == -moods([0.3] * 6)


def test_a_mood_fades_with_a_half_life_of_30_days():
    assert FADE == 30
    near = [moods([1e-6], days=days) for days in (0, 30, 60)]
    total, mass = 1e-6, 0.2
    assert near == pytest.approx([total * share / (mass * share + FIRM) for share in (1, 0.5, 0.25)], rel=1e-6)
    assert abs(moods([-0.7] * 4, days=900)) < 1e-3 < abs(moods([-0.7] * 4))
    assert moods([0.2] * 2, days=30) == pytest.approx(moods([0.2], days=0), rel=1e-9)  # two old ones are worth a new


def test_more_answers_of_a_kind_make_a_mood_firmer():
    assert 0 < moods([0.3]) < moods([0.3] * 3) < moods([0.3] * 30) < 0.3 / 0.2


def test_answers_outside_the_expectable_do_not_run_away():
    assert np.isfinite(mood_at("acme", 400, answers=[("a", 10 + place, 5.0) for place in range(300)]))


def test_values_fade_by_half_in_a_half_life():
    at = np.array([0, 120 * DAY], dtype=np.int64)
    fading = Fading.of(np.zeros(2, np.int64), at, np.array([1.0, 0.0]), 1, half_life=120.0)
    assert fading.seen(np.zeros(1, np.int64), at[1:] + 1) == pytest.approx([0.5], abs=1e-9)
    assert fading.seen(np.zeros(1, np.int64), at[1:]) == pytest.approx([0.5], abs=1e-9)
    assert np.isnan(fading.seen(np.zeros(1, np.int64), np.zeros(1, np.int64))[0])


def test_one_account_does_not_fade_into_the_next_whatever_their_times():
    """An answer dated in 1899, as spreadsheets give them, lies 126 years before the others."""
    at = np.array([126 * 365 * DAY, 0, 126 * 365 * DAY], dtype=np.int64)
    fading = Fading.of(np.array([0, 1, 1]), at, np.array([1.0, 2.0, 3.0]), 2, half_life=30.0)
    assert fading.seen(np.array([0, 1]), at[[0, 0]] + 1) == pytest.approx([1.0, 3.0])


def test_tickets_of_the_requester_count_this_one_and_forget_old_ones():
    assert [seen(place, hours)["requester_tickets"] for place, hours in ((0, 0), (0, 9), (2, 4), (2, 24 * 91 + 5))] == [
        1, 2, 2, 0,
    ]  # fmt: skip


def test_records_of_accounts_and_contacts_are_as_of_the_moment():
    accounts = frame(
        [{"id": "acme", "tier": "gold", "since": after(-48), "renewal_at": after(24)},
         {"id": "zeta", "tier": None, "since": after(99), "renewal_at": None}]
    )  # fmt: skip
    contacts = frame([{"id": "kim", "role": "admin", "since": after(-24)}])
    known = {"accounts": accounts, "contacts": contacts}
    found = seen(0, 0, **known)
    assert [found[name] for name in ("tier", "account_days", "renewal_days", "role", "requester_days")] == [
        "gold", 2, 1, "admin", 1,
    ]  # fmt: skip
    assert np.isnan(seen(0, 48, **known)["renewal_days"])
    other = seen(3, 5, **known)
    assert other["tier"] is None and np.isnan(other["account_days"]) and np.isnan(other["renewal_days"])


def test_without_accounts_contacts_answers_or_events_everything_is_unknown():
    log = read_log(tickets_frame(ticket("a")))
    found = view(log, OFFICE, answers=None).features(np.array([0]), micro(MONDAY))
    for name in ("account_mood", "account_open", "agent_load", "everybody_rating", "renewal_days"):
        assert np.isnan(found[name][0]), name
    assert found["tier"][0] is None


def test_shares_of_scales_are_1_for_the_best_answer():
    scale = objects(["csat-5", "csat-5", "csat-5-reversed", "ces-7-ease", "nobody"])
    found = share_of_scale(np.array([1.0, 5.0, 1.0, 4.0, 3.0]), scale)
    assert found[:4].tolist() == [0, 1, 1, 0.5] and np.isnan(found[4])


def test_answers_on_unknown_scales_or_without_a_time_are_left_out():
    answers = answers_frame(("a", 1, 5.0), ("a", 2, 5.0), ("a", 3, None))
    answers.loc[0, "scale"] = "nobody"
    answers.loc[1, "answered_at"] = pd.NaT
    log = read_log(tickets_frame(*TICKETS))
    found = view(log, OFFICE, answers=answers).features(np.array([0]), micro(after(40)))
    assert np.isnan(found["requester_last_rating"][0])
