"""The nouns: periods and stable keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.domain import Period, stable_key
from verbatim.errors import UserError


def test_a_month_is_half_open_in_the_time_zone_of_the_organisation() -> None:
    march = Period.of_month("2026-03", "Europe/Berlin")
    assert march.start == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert march.end == datetime(2026, 3, 31, 22, tzinfo=UTC)  # summer time has begun
    assert march.contains(march.start)
    assert not march.contains(march.end)


def test_december_ends_with_the_year() -> None:
    assert Period.of_month("2025-12").end == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "2026", "October", "2026-1", "2026-10-01", ""])
def test_what_is_not_a_month_is_refused(month: str) -> None:
    with pytest.raises(UserError, match="YYYY-MM"):
        Period.of_month(month)


@given(st.integers(1990, 2090), st.integers(1, 12), st.sampled_from(["UTC", "Asia/Kolkata", "America/St_Johns"]))
def test_months_follow_each_other_without_a_gap(year: int, month: int, tz: str) -> None:
    this = Period.of_month(f"{year}-{month:02}", tz)
    after = Period.of_month(f"{year + month // 12}-{month % 12 + 1:02}", tz)
    assert this.end == after.start
    assert timedelta(days=27, hours=22) < this.end - this.start < timedelta(days=31, hours=2)


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_only_the_same_parts_give_the_same_key(first: list[str], second: list[str]) -> None:
    assert (stable_key(*first) == stable_key(*second)) == (first == second)


def test_a_key_never_changes_between_versions() -> None:
    assert stable_key("zendesk", "42") == "99628dd09f0e86a5470458f557b32461"
