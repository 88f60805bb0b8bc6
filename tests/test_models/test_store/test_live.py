"""Tickets as they come, alone or gathered, get what the whole store gives."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.arriving import LiveTicket
from models.live import LiveRisk, LiveScorer
from models.registry import resolve
from models.scoring import score_open
from models.sources import read_store
from models.watching import open_version
from verbatim.errors import UserError
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store


@pytest.fixture(scope="module")
def opened(organisation):
    with prepare_store(organisation.settings) as found:
        yield found


@pytest.fixture(scope="module")
def predictor(organisation, opened):
    return open_version(organisation.settings, resolve(opened, "csat", "csat-1"))


@pytest.fixture(scope="module")
def stored(organisation, opened):
    return read_store(opened, organisation.settings)


@pytest.fixture(scope="module")
def scorer(predictor, stored):
    return LiveScorer(predictor, stored)


@pytest.fixture(scope="module")
def known(opened):
    """Stored tickets as a service would tell of them, by id."""
    events = {}
    for row in queries.ticket_events(opened).to_dict("records"):
        events.setdefault(row["ticket_id"], []).append(plain(row))
    rows = [plain(row) for row in queries.tickets(opened).to_dict("records")]
    return {row["id"]: LiveTicket(row, tuple(events.get(row["id"], ()))) for row in rows}


@pytest.fixture(scope="module")
def arriving(known, stored):
    """Tickets of all sorts with their risks, each scored alone."""
    last = sorted(known.values(), key=lambda one: one.ticket["created_at"])[-60:]
    bare = [LiveTicket({"created_at": one.ticket["created_at"]}) for one in last[:5]]
    strange = [
        LiveTicket({**one.ticket, "channel": "carrier pigeon", "product": None, "account_id": "nobody"}, one.events)
        for one in last[5:15]
    ]
    return last + bare + strange


def plain(row: dict) -> dict:
    return {name: None if value is None or value != value else value for name, value in row.items()}


def test_live_tickets_have_the_risks_that_the_store_gives(organisation, opened, predictor, scorer, known):
    whole = score_open(opened, organisation.settings, predictor, at=datetime(2026, 10, 21, 13, tzinfo=UTC))
    assert len(whole.tickets) > 10
    found = scorer.score_many([known[one.key] for one in whole.tickets], at=whole.at)
    for live, one in zip(found, whole.tickets, strict=True):
        for name in ("probability", "low", "high", "expected_score"):
            assert getattr(live, name) == pytest.approx(getattr(one, name), abs=1e-12)
        assert (live.band, live.stage, live.missing) == (one.band, one.stage, ())
        assert live.reasons.next_step == one.reasons.next_step and live.reasons.similar == one.reasons.similar
        assert [reason.statement for reason in live.reasons.reasons] == [
            reason.statement for reason in one.reasons.reasons
        ]
        assert [lever.what for lever in live.reasons.levers] == [lever.what for lever in one.reasons.levers]
    assert sum(
        live.features_hash == one.features_hash for live, one in zip(found, whole.tickets, strict=True)
    ) > 0.9 * len(found)


@settings(max_examples=15, deadline=None)
@given(draw=st.randoms(use_true_random=False), size=st.integers(1, 70))
def test_a_ticket_alone_and_in_any_batch_has_exactly_the_same_numbers(scorer, stored, arriving, alone, draw, size):
    chosen = [draw.randrange(len(arriving)) for _ in range(size)]
    found = scorer.score_many([arriving[place] for place in chosen], at=stored.newest())
    assert found == [alone[place] for place in chosen]


@pytest.fixture(scope="module")
def alone(scorer, stored, arriving):
    return [scorer.score(one.ticket, one.events, at=stored.newest()) for one in arriving]


def test_without_reasons_the_numbers_are_the_same(scorer, stored, arriving, alone):
    found = scorer.score_many(arriving, at=stored.newest(), reasons=False)
    assert found == [replace(one, reasons=None) for one in alone]


def test_a_bad_ticket_gets_its_own_error_and_the_others_their_risks(scorer, stored, arriving, alone):
    created = arriving[0].ticket["created_at"]
    bad = [
        LiveTicket({}),
        LiveTicket({"created_at": stored.newest() + timedelta(days=1)}),
        LiveTicket({"created_at": created, "account_id": ["a list"]}),
        LiveTicket({"created_at": created}, [{"kind": "solved"}]),
    ]
    mixed = [bad[0], arriving[0], bad[1], bad[2], arriving[1], bad[3]]
    found = scorer.score_many(mixed, at=stored.newest())
    assert [type(one) for one in found] == [UserError, LiveRisk, UserError, UserError, LiveRisk, UserError]
    assert [found[1], found[4]] == alone[:2]


def test_no_tickets_give_nothing_and_only_bad_ones_only_errors(scorer):
    assert scorer.score_many([]) == []
    assert [type(one) for one in scorer.score_many([LiveTicket({})] * 2)] == [UserError] * 2


def test_threads_may_share_a_scorer(predictor, stored, arriving, alone):
    shared = LiveScorer(predictor, stored)  # which knows no text yet

    def work(first):
        order = [(first + place) % len(arriving) for place in range(len(arriving))]
        return order, shared.score_many([arriving[place] for place in order], at=stored.newest())

    with ThreadPoolExecutor(4) as workers:
        for order, found in workers.map(work, range(0, 60, 8)):
            assert found == [alone[place] for place in order]


def test_texts_that_are_forgotten_are_read_again(predictor, stored, arriving, alone, monkeypatch):
    monkeypatch.setattr("models.live.KEPT_TEXTS", 3)
    small = LiveScorer(predictor, stored)
    assert [small.score(one.ticket, one.events, at=stored.newest()) for one in arriving[:8]] == alone[:8]


def test_a_model_that_cannot_be_compiled_scores_the_same(predictor, stored, arriving, alone, monkeypatch):
    monkeypatch.setattr("models.live.compiled", lambda model: None)
    found = LiveScorer(predictor, stored).score_many(arriving, at=stored.newest())
    for ours, theirs in zip(found, alone, strict=True):
        assert ours.probability == pytest.approx(theirs.probability, abs=1e-12)
        assert [one.group for one in ours.reasons.reasons] == [one.group for one in theirs.reasons.reasons]


def test_a_longer_wait_never_lowers_the_risk(scorer):
    created = datetime(2026, 10, 20, 9, tzinfo=UTC)
    ticket = {"created_at": created, "channel": "email", "subject": "Export fails", "body": "It stops half way."}
    risks = [scorer.score(ticket, at=created + timedelta(hours=hours)).probability for hours in (1, 4)]
    assert risks[1] >= risks[0] - 0.05  # age is free to move, the wait is not


def width(found) -> float:
    """Of the interval, in log odds: in shares it is narrow near 0 and 1."""
    return math.log(found.high / (1 - found.high)) - math.log(found.low / (1 - found.low))


def test_what_is_not_known_widens_the_interval(scorer):
    created = datetime(2026, 10, 20, 9, tzinfo=UTC)
    known = scorer.score({"created_at": created, "channel": "email"}, at=created + timedelta(hours=2))
    strange = scorer.score({"created_at": created, "channel": "carrier pigeon"}, at=created + timedelta(hours=2))
    assert width(strange) > width(known)
    assert 0 < known.low <= known.probability <= known.high < 1


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        ({}, "created_at must be a moment"),
        ({"created_at": datetime(2026, 10, 1)}, "no time zone"),
        ({"created_at": datetime(2027, 10, 1, tzinfo=UTC)}, "after the moment to score"),
        ({"created_at": "yesterday"}, "created_at must be a moment"),
    ],
)
def test_a_ticket_without_a_sound_beginning_is_refused(scorer, ticket, said):
    with pytest.raises(UserError, match=said):
        scorer.score(ticket, at=datetime(2026, 11, 1, tzinfo=UTC))


def test_events_of_every_kind_and_order_are_taken(scorer):
    created = datetime(2026, 10, 20, 9, tzinfo=UTC)
    events = [
        {"at": created + timedelta(hours=hours), "kind": kind, "text": "still waiting"}
        for hours, kind in ((5, "customer_replied"), (1, "agent_replied"), (1, "agent_replied"), (-3, "odd"), (2, None))
    ]
    ticket = {"created_at": created}
    found = [
        scorer.score(ticket, order, at=created + timedelta(hours=6)).probability for order in (events, events[::-1])
    ]
    assert found[0] == found[1]
