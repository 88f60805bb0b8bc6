"""One ticket at a time gives what the whole store gives."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from models.live import LiveScorer
from models.scoring import score_open
from models.sources import read_store
from models.watching import open_version
from verbatim.errors import UserError
from verbatim.storage import queries


@pytest.fixture
def predictor(organisation, version):
    return open_version(organisation.settings, version)


@pytest.fixture
def scorer(organisation, store, predictor):
    return LiveScorer(predictor, read_store(store, organisation.settings))


def plain(row: dict) -> dict:
    return {name: None if value is None or value != value else value for name, value in row.items()}


def test_a_live_ticket_has_the_risk_that_the_store_gives(organisation, store, predictor, scorer):
    whole = score_open(store, organisation.settings, predictor)
    tickets = {row["id"]: plain(row) for row in queries.tickets(store).to_dict("records")}
    for one in whole.tickets[:5]:
        events = [plain(row) for row in queries.ticket_events(store, one.key).to_dict("records")]
        live = scorer.score(tickets[one.key], events, at=whole.at)
        assert live.probability == pytest.approx(one.probability, abs=1e-9)
        assert (live.band, live.stage, live.features_hash) == (one.band, one.stage, one.features_hash)
        assert live.reasons is not None


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
