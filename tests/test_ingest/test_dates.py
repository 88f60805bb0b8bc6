from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.ingest.dates import DateFormat, DateReader, Moment, Order, ends_before, gather_evidence, named_format

BERLIN = ZoneInfo("Europe/Berlin")
ANY = DateReader(DateFormat(), ZoneInfo("UTC"))


def read(text, form=None, zone="UTC"):
    return DateReader(form or DateFormat(), ZoneInfo(zone)).read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-01T10:30:00Z", datetime(2026, 10, 1, 10, 30, tzinfo=UTC)),
        ("2026-10-01 10:30:00 UTC", datetime(2026, 10, 1, 10, 30, tzinfo=UTC)),
        ("2026-10-01 10:30:00 +0200", datetime(2026, 10, 1, 8, 30, tzinfo=UTC)),
        ("2026-10-01T10:30:00.123456+02:00", datetime(2026, 10, 1, 8, 30, 0, 123456, tzinfo=UTC)),
        ("2026/10/1 9:05", datetime(2026, 10, 1, 9, 5, tzinfo=UTC)),
        ("20261001T093000Z", datetime(2026, 10, 1, 9, 30, tzinfo=UTC)),
        ("Aug 1, 2023 10:30 PM", datetime(2023, 8, 1, 22, 30, tzinfo=UTC)),
        ("Tue, 01 Aug 2023 10:30:00 GMT", datetime(2023, 8, 1, 10, 30, tzinfo=UTC)),
        ("12/31/2026 12:05 am", datetime(2026, 12, 31, 0, 5, tzinfo=UTC)),
        ("3. März 2026, 14:05", datetime(2026, 3, 3, 14, 5, tzinfo=UTC)),
        ("1696150000", datetime(2023, 10, 1, 8, 46, 40, tzinfo=UTC)),
        ("1696150000123", datetime(2023, 10, 1, 8, 46, 40, 123000, tzinfo=UTC)),
        ("01.10.2026 14:05", datetime(2026, 10, 1, 14, 5, tzinfo=UTC)),
    ],
)
def test_moments_are_read_as_written(text, expected):
    assert read(text) == Moment(expected)


@pytest.mark.parametrize(
    "text", ["2026-10-01", "01.10.2026", "1-Oct-26", "Oct 1st, 2026", "20261001", "1 de octubre de 2026"]
)
def test_a_day_is_its_beginning_in_the_zone(text):
    assert read(text, zone="Europe/Berlin") == Moment(datetime(2026, 9, 30, 22, tzinfo=UTC), whole_day=True)


@pytest.mark.parametrize("text", ["", " ", "-", "N/A", "null", "nan"])
def test_blanks_are_no_moment(text):
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("garbage", "not a date"),
        ("29/02/2022", "day"),
        ("31.13.2026", "month"),
        ("2026-02-30", "day"),
        ("99/99/9999", "month"),
        ("5", "not a date"),
        ("2026-10", "not a date"),
        ("0001-01-01", "year 1 is not believable"),
        ("9999-12-31", "year 9999 is not believable"),
        ("2026-10-01 10:00 XYZ", "time zone 'XYZ'"),
        ("2026-10-01 25:00", "hour"),
        ("10/01/2026 13:00 pm", "before or after noon"),
        ("1/2/2026", "day or month first"),
        ("x" * 100, "100 characters"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(text, said):
    with pytest.raises(ValueError, match=said):
        read(text, DateFormat(Order.MONTH_FIRST) if "pm" in text else None)


def test_a_column_has_one_order():
    day_first, month_first = DateFormat(Order.DAY_FIRST), DateFormat(Order.MONTH_FIRST)
    assert read("1/2/2026", day_first) == read("2026-02-01")
    assert read("1/2/2026", month_first) == read("2026-01-02")
    with pytest.raises(ValueError, match="read as day/month/year"):
        read("1/31/2026", day_first)
    with pytest.raises(ValueError, match="read as month/day/year"):
        read("31/1/2026", month_first)


def test_the_order_is_told_by_days_above_twelve():
    assert gather_evidence(["1/2/2026", "16/2/2026"]).order is Order.DAY_FIRST
    assert gather_evidence(["1/2/2026", "2/16/2026"]).order is Order.MONTH_FIRST
    assert gather_evidence(["01.02.2026"]).order is Order.DAY_FIRST
    assert gather_evidence(["1/2/2026", "2026-10-31", "text"]).order is None
    assert gather_evidence(["16/2/2026", "2/16/2026"]).contradicts_itself


def test_a_few_wrong_values_do_not_turn_the_order():
    evidence = gather_evidence(["16/2/2026"] * 50 + ["2/16/2026"])
    assert (evidence.order, evidence.contradicts_itself) == (Order.DAY_FIRST, False)


def test_a_named_pattern_is_the_only_one():
    form = named_format("%Y%d%m %H.%M")
    assert read("20261603 09.30", form) == Moment(datetime(2026, 3, 16, 9, 30, tzinfo=UTC))
    with pytest.raises(ValueError, match="in the form"):
        read("2026-03-16", form)
    for wrong in ("swatch", "%Q"):
        with pytest.raises(ValueError, match="not a date format"):
            named_format(wrong)


def test_a_time_that_clocks_skip_or_repeat_is_still_read():
    assert read("2026-03-29 02:30", zone="Europe/Berlin") is not None
    assert read("2026-10-25 02:30", zone="Europe/Berlin") is not None


def test_typed_times_are_placed_in_the_zone():
    reader = DateReader(DateFormat(), BERLIN)
    assert reader.read(datetime(2026, 10, 1)) == Moment(datetime(2026, 9, 30, 22, tzinfo=UTC), whole_day=True)
    aware = datetime(2026, 10, 1, 9, tzinfo=timezone(timedelta(hours=5)))
    assert reader.read(aware) == Moment(datetime(2026, 10, 1, 4, tzinfo=UTC))


def test_days_are_compared_with_days():
    morning, day = Moment(datetime(2026, 10, 1, 9, tzinfo=UTC)), read("2026-10-01")
    assert day is not None
    assert not ends_before(day, morning, ZoneInfo("UTC"))
    assert ends_before(Moment(datetime(2026, 10, 1, 8, tzinfo=UTC)), morning, ZoneInfo("UTC"))
    assert ends_before(day, Moment(datetime(2026, 10, 2, 1, tzinfo=UTC)), ZoneInfo("UTC"))


@given(st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC)))
def test_iso_round_trips(moment):
    assert ANY.read(moment.isoformat()).at == moment


@given(st.text(max_size=70))
def test_any_text_is_a_moment_a_blank_or_a_value_error(text):
    try:
        found = ANY.read(text)
    except ValueError:
        return
    assert found is None or found.at.tzinfo is UTC
