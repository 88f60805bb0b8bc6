import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from verbatim.errors import UserError
from verbatim.scores import answer_delays, count_surveys, respondents_table, response_table, summarise_delays

SURVEYS = pd.DataFrame({
    "channel": ["mail"] * 6 + ["chat"] * 4,
    "status": ["answered"] * 3 + ["unanswered"] * 2 + ["not_applicable"] + ["answered"] + ["unanswered"] * 3,
    "comment": ["good", " ", None, "lost", None, None, "bad", None, None, None],
})  # fmt: skip


def test_response_rate_is_answers_by_surveys_sent():
    row = response_table(count_surveys(SURVEYS)).iloc[0]
    assert (row["sent"], row["answered"], row["commented"]) == (10, 4, 2)
    assert (row["response_rate"], row["comment_rate"]) == (40.0, 50.0)
    low, high = proportion_confint(4, 10, method="wilson")
    assert (row["response_low"], row["response_high"]) == pytest.approx((100 * low, 100 * high))


def test_rates_by_segment_and_no_rate_of_nothing():
    table = response_table(count_surveys(SURVEYS, by=["channel"]), ["channel"]).set_index("channel")
    assert table["response_rate"].to_dict() == {"chat": 25.0, "mail": 50.0}
    assert count_surveys(SURVEYS)["not_applicable"].tolist() == [1]
    nothing = response_table(count_surveys(SURVEYS.iloc[:0]))
    assert nothing["sent"].tolist() == [0]
    assert nothing[["response_rate", "comment_rate", "response_low"]].isna().all(axis=None)


def test_without_a_status_an_empty_value_is_unanswered():
    assert count_surveys(pd.DataFrame({"value": [5.0, None]}))["answered"].tolist() == [1]


def test_more_answers_than_surveys_are_an_error():
    with pytest.raises(UserError, match="more answers"):
        response_table(pd.DataFrame({"sent": [1], "answered": [2], "commented": [0]}))
    with pytest.raises(UserError, match="no column 'team'"):
        response_table(count_surveys(SURVEYS), ["team"])


TIMES = pd.DataFrame({
    "asked_at": pd.to_datetime(["2026-01-01"] * 4 + [None], utc=True),
    "answered_at": pd.to_datetime(["2026-01-02", "2026-01-08", "2026-01-08T00:00:01", "2025-12-31", "2026-01-01"],
                                  utc=True, format="ISO8601"),
})  # fmt: skip


def test_late_answers_are_flagged_and_answers_before_the_question_are_implausible():
    delays = answer_delays(TIMES)
    assert delays["delay_hours"][:2].tolist() == [24.0, 168.0]
    assert delays["late"].tolist() == [False, False, True, False, False]
    assert delays["implausible"].tolist() == [False, False, False, True, False]
    summary = summarise_delays(delays)
    assert (summary.n, summary.median_hours, summary.late, summary.implausible, summary.unknown) == (3, 168.0, 1, 1, 1)
    assert summary.to_dict()["late_share"] == pytest.approx(100 / 3, abs=1e-5)


def test_the_limit_for_late_is_a_setting_and_no_delays_are_none():
    assert answer_delays(TIMES, late_after_days=0.5)["late"].sum() == 3
    assert summarise_delays(answer_delays(TIMES.iloc[4:])).median_hours is None
    with pytest.raises(UserError, match="no time zone"):
        answer_delays(TIMES.assign(asked_at=TIMES["asked_at"].dt.tz_localize(None)))


def test_who_answers_is_compared_with_all_tickets():
    tickets = pd.DataFrame({"channel": ["mail", "chat", "phone"], "n": [500, 400, 100]})
    respondents = pd.DataFrame({"channel": ["mail"] * 180 + ["chat"] * 20})
    table = respondents_table(respondents, tickets, ["channel"]).set_index("channel")
    assert table.loc["mail", ["tickets_share", "respondents_share", "difference"]].tolist() == [50.0, 90.0, 40.0]
    assert table.loc["mail", "representation"] == pytest.approx(1.8)
    assert table.loc["phone", "respondents"] == 0
    assert table["is_noise"].tolist() == [False, False, False]
    assert (table["low"] <= table["difference"]).all()
    assert (table["difference"] <= table["high"]).all()


def test_respondents_drawn_like_the_tickets_are_noise():
    tickets = pd.DataFrame({"channel": ["mail", "chat"], "n": [500, 500]})
    respondents = pd.DataFrame({"channel": ["mail", "chat"], "n": [52, 48]})
    assert respondents_table(respondents, tickets, ["channel"])["is_noise"].all()


def test_everyone_or_no_one_answering_leaves_no_interval():
    tickets = pd.DataFrame({"channel": ["mail", "chat"], "n": [5, 5]})
    everyone = respondents_table(tickets, tickets, ["channel"])
    assert everyone["difference"].tolist() == [0.0, 0.0]
    assert everyone["is_noise"].isna().all()
    assert respondents_table(tickets.iloc[:0], tickets, ["channel"])["respondents_share"].isna().all()
    with pytest.raises(UserError, match="at least one segment"):
        respondents_table(tickets, tickets, [])
