from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scores.properties import seeded
from verbatim.errors import UserError
from verbatim.scores import Throttle, may_ask

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def days_ago(days):
    return NOW - timedelta(days=days)


def test_someone_never_asked_may_be_asked():
    assert may_ask("csat", NOW, []).allowed


def test_any_survey_within_30_days_stops_any_other_and_says_why():
    permission = may_ask("csat", NOW, [("nps", days_ago(19)), ("ces", days_ago(90))])
    assert not permission.allowed
    assert permission.reason == "asked for nps on 2026-11-01, 19 days ago; 30 days between any two surveys"
    assert permission.next_at == days_ago(19) + timedelta(days=30)


def test_after_exactly_30_days_one_may_ask_again():
    assert may_ask("csat", NOW, [("csat", days_ago(30))]).allowed
    assert not may_ask("csat", NOW, [("csat", days_ago(29.999))]).allowed


def test_a_metric_may_need_longer_than_the_others():
    throttle = Throttle(days=7, per_metric={"nps": 90})
    assert may_ask("csat", NOW, [("nps", days_ago(8))], throttle=throttle).allowed
    refused = may_ask("nps", NOW, [("nps", days_ago(60)), ("csat", days_ago(2))], throttle=throttle)
    assert "90 days between two nps surveys" in refused.reason
    assert refused.next_at == days_ago(60) + timedelta(days=90)


def test_a_survey_that_is_already_due_counts_too():
    permission = may_ask("csat", NOW, [("nps", NOW + timedelta(days=3))])
    assert "is due on 2026-11-23" in permission.reason
    assert may_ask("csat", NOW, [("nps", NOW + timedelta(days=40))]).allowed


def test_who_opted_out_is_never_asked():
    permission = may_ask("csat", NOW, [], opted_out=True)
    assert (permission.allowed, permission.next_at) == (False, None)


def test_naive_times_and_negative_days_are_errors():
    with pytest.raises(UserError, match="time zone"):
        may_ask("csat", NOW, [("csat", datetime(2026, 1, 1))])
    with pytest.raises(UserError, match="-1 days"):
        may_ask("csat", NOW, [("csat", days_ago(1))], throttle=Throttle(days=-1))


history = st.lists(st.tuples(st.sampled_from(["csat", "ces", "nps"]), st.integers(0, 120).map(days_ago)), max_size=6)


@seeded
@given(history, st.sampled_from(["csat", "nps"]))
def test_at_the_time_that_a_refusal_names_one_may_ask(sent, metric):
    throttle = Throttle(days=30, per_metric={"nps": 90})
    permission = may_ask(metric, NOW, sent, throttle=throttle)
    if not permission.allowed:
        assert may_ask(metric, permission.next_at, sent, throttle=throttle).allowed
        assert not may_ask(metric, permission.next_at - timedelta(seconds=1), sent, throttle=throttle).allowed
