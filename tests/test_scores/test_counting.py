import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scores.properties import few_seeded
from verbatim.errors import ScaleError, UserError
from verbatim.scores import count_answers, counting


def organisation(n=4000, seed=3):
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2026-01-20T00:00:00Z")
    return pd.DataFrame({
        "team": rng.choice(["B", "A", None], n),
        "channel": pd.Categorical(rng.choice(["mail", "chat"], n), categories=["mail", "chat", "phone"]),
        "resolved": rng.choice([True, False], n),
        "occurred_at": start + pd.to_timedelta(rng.integers(0, 150 * 86400, n), unit="s"),
        "value": rng.choice([1.0, 2.0, 3.0, 4.0, 5.0, np.nan], n),
    })  # fmt: skip


def by_pandas(answers, by, period, tz):
    keyed = answers.assign(channel=answers["channel"].astype(object))
    keyed["period_start"] = (
        keyed["occurred_at"].dt.tz_convert(tz).dt.tz_localize(None).dt.to_period(period).dt.start_time
    )
    counted = keyed.dropna(subset="value").groupby([*by, "period_start", "value"], dropna=False).size()
    return {tuple(None if pd.isna(part) else part for part in key): n for key, n in counted.items()}


def as_mapping(counts, by):
    local = counts.assign(period_start=counts["period_start"].dt.tz_localize(None))
    rows = local[[*by, "period_start", "value", "n"]].itertuples(index=False)
    return {tuple(None if pd.isna(part) else part for part in row[:-1]): row[-1] for row in rows}


@pytest.mark.parametrize(("period", "alias"), [("day", "D"), ("week", "W-SUN"), ("month", "M"), ("quarter", "Q")])
def test_counts_agree_with_a_plain_groupby(period, alias):
    answers, by = organisation(), ["team", "channel", "resolved"]
    counts = count_answers(answers, by=by, period=period, tz="America/New_York")
    assert as_mapping(counts, by) == by_pandas(answers, by, alias, "America/New_York")


def test_many_combinations_are_counted_in_a_table_with_the_same_result(monkeypatch):
    answers = organisation()
    dense = count_answers(answers, by=["team", "channel"], period="day")
    monkeypatch.setattr(counting, "DENSE_CELLS", 0)
    monkeypatch.setattr(counting, "CHUNK_ROWS", 100)
    many = answers.assign(agent=np.arange(len(answers)).astype(str))
    assert len(count_answers(many, by=["agent", "team", "channel"])) == answers["value"].notna().sum()
    pd.testing.assert_frame_equal(count_answers(answers, by=["team", "channel"], period="day"), dense)


@pytest.mark.parametrize("tz", ["UTC", "Asia/Kolkata", "Australia/Lord_Howe"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_every_resolution_of_time_gives_the_same_periods(tz, unit):
    answers = organisation(300)
    finer = answers.assign(occurred_at=answers["occurred_at"].dt.as_unit(unit))
    pd.testing.assert_frame_equal(
        count_answers(finer, period="day", tz=tz), count_answers(answers, period="day", tz=tz), check_dtype=False
    )


def test_zones_with_odd_offsets_of_long_ago_are_counted_too():
    times = pd.Series(pd.to_datetime(["1900-01-01T00:00:00Z", "1900-01-02T12:00:00Z"], utc=True))
    counts = count_answers(pd.DataFrame({"occurred_at": times, "value": [1.0, 2.0]}), period="day", tz="Europe/Paris")
    assert list(counts["period_start"].dt.day) == [1, 2]


def test_missing_segments_and_times_form_groups_of_their_own_at_the_end():
    answers = pd.DataFrame({
        "team": ["B", None, "A", "A"], "value": [5.0, 5.0, 4.0, 1.0],
        "occurred_at": pd.to_datetime(["2026-01-01", "2026-01-01", None, "2026-01-01"], utc=True),
    })  # fmt: skip
    counts = count_answers(answers, by=["team"], period="month")
    assert [team if isinstance(team, str) else None for team in counts["team"]] == ["A", "A", "B", None]
    assert counts["period_start"].isna().tolist() == [False, True, False, False]


def test_unanswered_rows_are_not_counted_and_no_rows_are_no_counts():
    nothing = pd.DataFrame({"team": ["A"], "value": [np.nan]})
    assert count_answers(nothing, by=["team"]).empty
    empty = count_answers(organisation(0), by=["team", "channel"], period="month")
    assert list(empty.columns) == ["team", "channel", "period_start", "value", "n"]
    assert empty.empty


def test_scale_and_step_stay_apart_without_being_asked_for():
    answers = pd.DataFrame({"scale": ["ces-7-ease", "ces-5-ease"], "step": ["a", "a"], "value": [5.0, 5.0]})
    assert list(count_answers(answers).columns) == ["scale", "step", "value", "n"]


def test_whole_number_answers_only():
    with pytest.raises(ScaleError, match="fraction"):
        count_answers(pd.DataFrame({"value": [4.5]}))
    with pytest.raises(ScaleError, match=r"Scale\.parse"):
        count_answers(pd.DataFrame({"value": ["good"]}))
    with pytest.raises(ScaleError, match="on no scale"):
        count_answers(pd.DataFrame({"value": [1.0, 1e9]}))
    assert count_answers(pd.DataFrame({"value": pd.array([5, None], dtype="Int64")}))["n"].sum() == 1


def test_a_missing_column_or_zone_is_an_error_that_names_it():
    with pytest.raises(UserError, match="no column 'region'"):
        count_answers(organisation(5), by=["region"])
    naive = pd.DataFrame({"occurred_at": pd.to_datetime(["2026-01-01"]), "value": [5.0]})
    with pytest.raises(UserError, match="no time zone"):
        count_answers(naive, period="month")


@few_seeded
@given(st.integers(0, 2**31), st.sampled_from([[], ["team"], ["channel", "team"]]))
def test_the_order_of_rows_and_of_categories_changes_nothing(seed, by):
    answers = organisation(200)
    shuffled = answers.sample(frac=1, random_state=seed % 2**31)
    shuffled["channel"] = shuffled["channel"].cat.reorder_categories(["phone", "chat", "mail"])
    pd.testing.assert_frame_equal(
        count_answers(answers, by=by, period="week"), count_answers(shuffled, by=by, period="week")
    )
