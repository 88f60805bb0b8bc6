from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, LargeBinary
from sqlalchemy.dialects import sqlite

from verbatim.storage.columns import UtcDateTime, binder, flat_text, microseconds, moment
from verbatim.storage.tables import survey_response

AWARE = st.datetimes(min_value=datetime(1800, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        moment(datetime(2026, 1, 1))


def test_times_of_any_zone_are_kept_in_utc() -> None:
    there = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert moment(there) == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert moment(there).tzinfo is UTC


def test_pandas_times_are_times_and_nat_is_none() -> None:
    stamp = pd.Timestamp("2026-03-29 01:00:00.123456", tz="Europe/Berlin")
    assert moment(stamp) == stamp.to_pydatetime()
    assert type(moment(stamp)) is datetime
    assert moment(pd.NaT) is None


@given(AWARE)
def test_sqlite_gives_back_the_very_moment(when: datetime) -> None:
    kind, dialect = UtcDateTime(), sqlite.dialect()
    assert kind.process_result_value(kind.process_bind_param(when, dialect), dialect) == when


@given(AWARE, AWARE)
def test_microseconds_keep_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (microseconds(one) < microseconds(other)) == (one < other)


def test_json_does_not_depend_on_the_order_of_keys() -> None:
    assert flat_text({"b": "1", "a": "ü"}) == flat_text({"a": "ü", "b": "1"}) == '{"a":"ü","b":"1"}'
    assert flat_text(None) == flat_text({}) == "{}"
    assert flat_text([]) == "[]"


def test_json_without_a_value_for_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        flat_text({"a": float("nan")})


def test_text_no_database_can_hold_is_mended() -> None:
    bind = binder(survey_response.c.question, "postgresql")
    assert bind("a\x00b") == "ab"
    assert bind("\ud83d!") == "?!"
    assert flat_text({"a": "x\x00\ud800"}) == '{"a":"x?"}'


def test_numbers_of_numpy_and_nan_are_plain_numbers_and_none() -> None:
    bind = binder(survey_response.c.value, "sqlite")
    assert bind(float("nan")) is None
    assert type(bind(pd.Series([1.0]).iloc[0])) is float


def test_a_type_nobody_thought_of_is_an_error() -> None:
    with pytest.raises(TypeError, match="no way to bind"):
        binder(Column("x", LargeBinary), "sqlite")
