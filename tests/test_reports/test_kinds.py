from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_reports.stored import Writer, open_test_store
from verbatim.errors import UserError
from verbatim.reports import KINDS, FollowUpCounts, MonthlyReport, build_report, file_name, latest_complete
from verbatim.reports.kinds import checked_period

NOW = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)  # a Monday; in New York still Sunday the first


@pytest.mark.parametrize(
    ("kind", "tz", "word"),
    [
        ("daily", "UTC", "2026-11-01"), ("daily", "America/New_York", "2026-10-31"),
        ("weekly", "UTC", "2026-W44"), ("weekly", "America/New_York", "2026-W43"),
        ("monthly", "UTC", "2026-10"), ("account", "UTC", "2026-08..2026-10"),
    ],
)  # fmt: skip
def test_schedule_takes_the_last_period_that_is_over_here(kind, tz, word):
    assert latest_complete(kind, NOW, tz) == word


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)),
    st.sampled_from(["UTC", "America/Sao_Paulo", "Pacific/Auckland", "Asia/Kathmandu"]), st.sampled_from(sorted(KINDS)),
)  # fmt: skip
def test_latest_complete_period_is_over_and_the_next_is_not(at, tz, kind):
    now = at.replace(tzinfo=UTC)
    span = checked_period(kind, latest_complete(kind, now, tz), tz)
    assert span.end <= now
    longest = {"daily": 2, "weekly": 8, "monthly": 32, "account": 32}[kind]
    assert now - span.end < timedelta(days=longest)


def test_naive_time_and_unknown_kind_are_refused():
    with pytest.raises(UserError, match="no zone"):
        latest_complete("daily", datetime(2026, 11, 2), "UTC")
    with pytest.raises(UserError, match="daily, weekly, monthly, account"):
        latest_complete("yearly", NOW, "UTC")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_example_of_every_kind_is_a_period_of_it_and_nonsense_is_not(kind):
    assert checked_period(kind, KINDS[kind].example).start < checked_period(kind, KINDS[kind].example).end
    for wrong in ("", "..", "yesterday", "2026-13", "2026-10..", "2026-W60"):
        with pytest.raises(UserError):
            checked_period(kind, wrong)


def test_file_of_an_account_is_one_name_without_a_path():
    name = file_name("account", "2026-08..2026-10", "pdf", account="../../Ärger & Söhne/<x>")
    assert "/" not in name
    assert ".." not in name
    assert name.endswith("-2026-08-to-2026-10.pdf")
    assert name != file_name("account", "2026-08..2026-10", "pdf", account="rger & S hne x")
    assert file_name("monthly", "2026-10", "html") == "report-2026-10.html"
    assert file_name("weekly", "2026-W44", "md") == "weekly-2026-W44.md"


def test_report_of_a_kind_is_built_and_what_does_not_fit_is_refused(tmp_path):
    store, chosen = open_test_store(tmp_path)
    with store:
        writer = Writer(store)
        writer.answer(datetime(2026, 10, 5, tzinfo=UTC), 4.0)
        writer.write()
        assert isinstance(build_report(store, chosen, "monthly", period="2026-10"), MonthlyReport)
        assert build_report(store, chosen, "daily", period="2026-10-05").to_dict()["answers"] == 1
        assert build_report(store, chosen, "weekly", period="2026-W41").to_dict()["answers"] == 1
        with pytest.raises(UserError, match="needs a period.*2026-W44"):
            build_report(store, chosen, "weekly")
        with pytest.raises(UserError, match="needs an account"):
            build_report(store, chosen, "account")
        with pytest.raises(UserError, match="takes no follow_ups"):
            build_report(store, chosen, "monthly", period="2026-10", follow_ups=FollowUpCounts())
        with pytest.raises(UserError, match="takes no account"):
            build_report(store, chosen, "daily", period="2026-10-05", account="Acme")
