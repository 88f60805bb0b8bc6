from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from tests.test_findings.said import rated
from verbatim.errors import EmptyError
from verbatim.findings import chronic_sentiments, chronic_themes
from verbatim.scores import define

THEMES = {"bad": (0.15, -0.45), "fine": (0.2, 0.0), "good": (0.15, 0.2)}
CSAT = define("csat")


def frames(seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    return rated(THEMES, n=2400, base=0.7, seed=seed)


def spoken(answers: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    by_id = answers.set_index("id")
    frame = pairs.rename(columns={"answer_id": "comment_id"})
    value = frame["comment_id"].map(by_id["value"])
    return frame.assign(
        sentiment=np.where(value == 5, 0.6, -0.5), occurred_at=frame["comment_id"].map(by_id["occurred_at"])
    )


def test_a_theme_below_the_rest_every_month_is_chronic_with_its_run() -> None:
    found = chronic_themes(*frames(), list(THEMES), CSAT, "2026-09")
    (row,) = found.to_dict("records")
    assert (row["theme_id"], row["basis"], row["since"], row["until"]) == ("bad", "csat", "2025-11", "2026-09")
    assert row["run"] == 11
    assert row["value"] < row["rest"]
    assert row["difference"] == pytest.approx(row["value"] - row["rest"])
    assert row["low"] < row["difference"] < row["high"] < 0


def test_themes_like_the_others_are_hardly_ever_chronic() -> None:
    wrong = 0
    for seed in range(25):
        answers, pairs = rated({"a": (0.2, 0.0), "b": (0.2, 0.0), "c": (0.2, 0.0)}, n=1500, seed=seed)
        wrong += len(chronic_themes(answers, pairs, ["a", "b", "c"], CSAT, "2026-09"))
    assert wrong <= 1


def test_a_good_month_ends_the_run() -> None:
    answers, pairs = frames()
    august = answers["occurred_at"].between(datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC))
    on = answers["id"].isin(pairs.loc[pairs["theme_id"] == "bad", "answer_id"])
    better = answers.assign(value=answers["value"].where(~(august & on), 5.0))
    assert chronic_themes(better, pairs, list(THEMES), CSAT, "2026-09").empty
    assert len(chronic_themes(better, pairs, list(THEMES), CSAT, "2026-07")) == 1


def test_months_without_answers_do_not_break_a_run() -> None:
    answers, pairs = frames()
    gap = answers["occurred_at"].between(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC))
    (row,) = chronic_themes(answers[~gap], pairs, list(THEMES), CSAT, "2026-09").to_dict("records")
    assert (row["run"], row["since"]) == (10, "2025-11")


def test_a_run_that_nobody_adds_to_is_over() -> None:
    answers, pairs = frames()
    on = answers["id"].isin(pairs.loc[pairs["theme_id"] == "bad", "answer_id"])
    silent = answers[~(on & (answers["occurred_at"] >= datetime(2026, 6, 1, tzinfo=UTC)))]
    assert chronic_themes(silent, pairs, list(THEMES), CSAT, "2026-09").empty


def test_how_many_months_is_asked_for() -> None:
    answers, pairs = frames()
    early = answers[answers["occurred_at"] < datetime(2026, 3, 1, tzinfo=UTC)]
    assert len(chronic_themes(early, pairs, list(THEMES), CSAT, "2026-02", months=4)) == 1
    assert chronic_themes(early, pairs, list(THEMES), CSAT, "2026-02", months=5).empty


def test_where_low_is_good_high_is_unhappy() -> None:
    answers, pairs = frames()
    effort = answers.assign(value=6 - answers["value"])
    (row,) = chronic_themes(effort, pairs, list(THEMES), define("ces", "mean", "ces-5-effort"), "2026-09").to_dict(
        "records"
    )
    assert row["theme_id"] == "bad"
    assert row["value"] > row["rest"]
    assert row["high"] < 0


def test_sentiment_stands_in_for_the_score() -> None:
    (row,) = chronic_sentiments(spoken(*frames()), list(THEMES), "2026-09").to_dict("records")
    assert (row["theme_id"], row["basis"]) == ("bad", "sentiment")
    assert row["run"] >= 5
    assert row["high"] < 0


def test_several_spans_of_a_comment_count_once() -> None:
    once = spoken(*frames())
    twice = pd.concat([once, once], ignore_index=True)
    pd.testing.assert_frame_equal(
        chronic_sentiments(twice, list(THEMES), "2026-09"), chronic_sentiments(once, list(THEMES), "2026-09")
    )


def test_unknown_sentiment_says_nothing() -> None:
    frame = spoken(*frames())
    with pytest.raises(EmptyError):
        chronic_sentiments(frame.assign(sentiment=np.nan), list(THEMES), "2026-09")


def test_no_ratings_in_the_month_is_an_error() -> None:
    answers, pairs = frames()
    with pytest.raises(EmptyError, match="2027-03"):
        chronic_themes(answers, pairs, list(THEMES), CSAT, "2027-03")


def test_the_order_of_rows_changes_nothing() -> None:
    answers, pairs = frames()
    other = chronic_themes(
        answers.sample(frac=1, random_state=1), pairs.sample(frac=1, random_state=2), list(THEMES), CSAT, "2026-09"
    )
    pd.testing.assert_frame_equal(other, chronic_themes(answers, pairs, list(THEMES), CSAT, "2026-09"))
