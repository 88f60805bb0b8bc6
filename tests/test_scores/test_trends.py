import numpy as np
import pandas as pd
import pytest

from verbatim.errors import UserError
from verbatim.scores import (
    Figure,
    before_and_after,
    compare,
    count_answers,
    csat,
    define,
    newcombe_difference,
    nps_difference,
    rolling_weeks,
    trend_table,
)

CSAT = define("csat")


def answers(*blocks):
    """Blocks of (moment, value, how many)."""
    rows = [(pd.Timestamp(at, tz="UTC"), float(value)) for at, value, n in blocks for _ in range(n)]
    return pd.DataFrame(rows, columns=["occurred_at", "value"]).astype({"occurred_at": "datetime64[us, UTC]"})


def monthly(*blocks, period="month", tz="UTC"):
    return count_answers(answers(*blocks), period=period, tz=tz)


def test_a_change_comes_with_newcombes_interval_and_whether_it_is_noise():
    table = trend_table(
        monthly(("2026-01-05", 5, 60), ("2026-01-06", 1, 40), ("2026-02-05", 5, 90), ("2026-02-06", 1, 10)), CSAT
    )
    change = newcombe_difference(90, 100, 60, 100)
    assert table["change"].isna().tolist() == [True, False]
    assert table.loc[1, "change"] == pytest.approx(30)
    assert table.loc[1, ["change_low", "change_high"]].tolist() == pytest.approx([100 * change.low, 100 * change.high])
    assert table["is_noise"].tolist() == [pd.NA, False]


def test_a_change_of_nps_adds_both_variances():
    counts = monthly(("2026-01-05", 10, 7), ("2026-01-06", 0, 3), ("2026-02-05", 10, 6), ("2026-02-06", 7, 4))
    row = trend_table(counts, define("nps")).iloc[1]
    expected = nps_difference((6, 4, 0), (7, 0, 3))
    assert row[["change", "change_low", "change_high"]].tolist() == pytest.approx(
        [expected.value, expected.low, expected.high]
    )
    assert row["is_noise"]


def test_a_period_without_answers_is_a_row_and_its_neighbours_have_no_change():
    table = trend_table(monthly(("2026-01-05", 5, 3), ("2026-03-05", 5, 3)), CSAT)
    assert table["period"].tolist() == ["2026-01", "2026-02", "2026-03"]
    assert table["n"].tolist() == [3, 0, 3]
    assert np.isnan(table["score"][1])
    assert table["change"].isna().all()
    assert table["is_noise"].isna().all()


def test_answers_belong_to_the_local_month_half_open():
    blocks = [("2026-10-31T22:59:59", 5, 1), ("2026-10-31T23:00:00", 1, 1)]  # Berlin: 23:59:59 and midnight
    table = trend_table(monthly(*blocks, tz="Europe/Berlin"), CSAT, tz="Europe/Berlin")
    assert table["period"].tolist() == ["2026-10", "2026-11"]
    assert table["score"].tolist() == [100.0, 0.0]
    assert (table["period_end"][0], table["period_start"][1]) == (pd.Timestamp("2026-11-01", tz="Europe/Berlin"),) * 2


def test_rolling_four_weeks_pool_the_answers_and_do_not_average_percentages():
    weeks = ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26", "2026-02-02"]
    sizes = [(1, 0), (0, 99), (50, 0), (0, 10), (40, 0)]  # satisfied, not
    blocks = [
        block for week, (up, down) in zip(weeks, sizes, strict=True) for block in [(week, 5, up), (week, 1, down)]
    ]
    table = rolling_weeks(monthly(*blocks, period="week"), CSAT)
    assert table["n"].tolist() == [160, 199]  # only full windows
    assert table["score"].tolist() == pytest.approx([100 * 51 / 160, 100 * 90 / 199])
    assert table["window_start"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-05", "2026-01-12"]
    assert table["change"].isna().all()  # no earlier window without common answers


def test_a_rolling_window_changes_from_the_window_that_shares_no_answer_with_it():
    blocks = [(f"2026-01-{day:02d}", 5 if day > 4 else 1, 30) for day in range(1, 9)]
    table = trend_table(monthly(*blocks, period="day"), CSAT, period="day", window=4)
    assert table["change"].dropna().tolist() == [100.0]
    assert len(table) == 5


def test_each_group_has_its_own_line_over_the_same_periods():
    frame = answers(("2026-01-05", 5, 4), ("2026-03-05", 1, 4)).assign(team=["A", "B"] * 4)
    table = trend_table(count_answers(frame, by=["team"], period="month"), CSAT, ["team"])
    assert table[["team", "period"]].to_numpy().tolist() == [
        [t, m] for t in "AB" for m in ["2026-01", "2026-02", "2026-03"]
    ]
    assert table["n"].tolist() == [2, 0, 2] * 2


def test_a_withheld_figure_is_not_given_away_by_the_next_change():
    frame = answers(("2026-01-05", 5, 3), ("2026-02-05", 5, 9), ("2026-03-05", 5, 9)).assign(agent="Ann")
    table = trend_table(count_answers(frame, by=["agent"], period="month"), CSAT, ["agent"])
    assert table["withheld"].tolist() == [True, False, False]
    assert table["change"].isna().tolist() == [True, True, False]


def test_the_span_can_be_given_and_is_half_open():
    start, end = (pd.Timestamp(day, tz="UTC") for day in ("2025-12-01", "2026-02-01"))
    table = trend_table(monthly(("2026-01-05", 5, 3), ("2026-02-01", 1, 3)), CSAT, start=start, end=end)
    assert table["period"].tolist() == ["2025-12", "2026-01"]
    assert table["n"].tolist() == [0, 3]
    assert trend_table(monthly(), CSAT, start=start, end=end)["n"].tolist() == [0, 0]
    with pytest.raises(UserError, match="ends"):
        trend_table(monthly(("2026-01-05", 5, 3)), CSAT, start=end, end=start)


def test_no_answers_and_no_span_are_an_empty_table():
    table = trend_table(monthly(), CSAT)
    assert table.empty
    assert {"period", "score", "change", "is_noise"} <= set(table.columns)


def test_counts_made_with_another_period_or_zone_are_an_error():
    with pytest.raises(UserError, match="does not begin a month"):
        trend_table(monthly(("2026-01-05", 5, 3), period="day"), CSAT)
    with pytest.raises(UserError, match="same period and tz"):
        trend_table(monthly(("2026-01-05", 5, 3)), CSAT, tz="Asia/Tokyo")
    with pytest.raises(UserError, match="window of 0"):
        trend_table(monthly(("2026-01-05", 5, 3)), CSAT, window=0)
    with pytest.raises(UserError, match="no column 'period_start'"):
        trend_table(count_answers(answers(("2026-01-05", 5, 3))), CSAT)


def test_before_and_after_an_event_compare_the_same_number_of_days():
    blocks = [
        ("2026-03-27", 1, 9),
        ("2026-03-28T22:30", 1, 20),
        ("2026-03-28T23:30", 5, 20),
        ("2026-03-30T21:59", 5, 1),
        ("2026-03-30T22:30", 1, 50),
    ]
    days = monthly(*blocks, period="day", tz="Europe/Berlin")
    event = pd.Timestamp("2026-03-29T10:00", tz="UTC")  # the day the clock changes
    result = before_and_after(days, event, CSAT, days=2, tz="Europe/Berlin")
    assert (result.before.n, result.after.n) == (29, 21)
    assert (result.before.value, result.after.value) == (0.0, 100.0)
    assert result.is_rise
    assert not result.is_fall
    with pytest.raises(UserError, match="0 days"):
        before_and_after(days, event, CSAT, days=0)


def test_a_comparison_with_nothing_says_nothing():
    some = count_answers(answers(("2026-01-05", 5, 3)))
    result = compare(some.iloc[:0], some, CSAT)
    assert (result.before.value, result.after.value, result.change.is_noise) == (None, 100.0, None)
    assert not result.is_fall
    assert not result.is_rise


def test_a_comparison_of_means_on_a_reversed_scale_rises_when_the_mean_falls():
    definition = define("csat", scale="csat-5-reversed").headed(Figure.MEAN)
    bad = count_answers(answers(("2026-01-05", 5, 30), ("2026-01-05", 4, 30)))
    good = count_answers(answers(("2026-01-05", 1, 30), ("2026-01-05", 2, 30)))
    assert compare(bad, good, definition).is_rise
    assert compare(good, bad, definition).is_fall


def test_a_trend_of_one_month_is_the_score_of_that_month():
    table = trend_table(monthly(("2026-01-05", 5, 6), ("2026-01-09", 3, 4)), CSAT)
    alone = csat([5] * 6 + [3] * 4)
    assert table.loc[0, ["score", "low", "high", "mean"]].tolist() == [alone.value, alone.low, alone.high, alone.mean]
