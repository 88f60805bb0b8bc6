from __future__ import annotations

from collections import Counter
from statistics import fmean

import pytest

from tests.test_sample.conftest import Folder

JUNE = 7


def share(sample: Folder, key: str, months: slice) -> float:
    total = Counter(row["month"] for row in sample.table("truth_comments.csv"))
    told = sample.theme(key)["comments_by_month"][months]
    return sum(told) / sum(total[month] for month in sample.truth["months"][months])


def test_truth_has_a_line_for_each_comment_that_is_not_blank(sample: Folder) -> None:
    told = {
        (f"{metric}.csv", row["id"], row["answered_at"][:7])
        for metric, rows in sample.responses.items()
        for row in rows
        if row["comment"].strip()
    }
    rows = sample.table("truth_comments.csv")
    assert {(row["file"], row["id"], row["month"]) for row in rows} == told
    assert len(rows) == len(told) == sample.truth["comments"]["count"]


def test_volumes_of_themes_are_those_of_the_comments(sample: Folder) -> None:
    volumes = Counter(
        (key, row["month"]) for row in sample.table("truth_comments.csv") for key in row["themes"].split(";") if key
    )
    assert len(sample.truth["themes"]) == 20
    for theme in sample.truth["themes"]:
        found = [volumes[theme["key"], month] for month in sample.truth["months"]]
        assert found == theme["comments_by_month"]
        assert sum(found) == sum(theme["comments_by_metric"].values()) > 0


def test_scores_of_the_truth_are_those_of_the_answers(sample: Folder) -> None:
    for metric, rows in sample.responses.items():
        truth = sample.truth["scores"][metric]
        for month in (None, *sample.truth["months"]):
            figures = truth["all"] if month is None else truth["by_month"][sample.truth["months"].index(month)]
            asked = [row for row in rows if month is None or row["asked_at"][:7] == month]
            scores = [int(row["score"]) for row in rows if row["score"] and month in (None, row["answered_at"][:7])]
            assert (figures["asked"], figures["answered"]) == (len(asked), len(scores))
            assert figures["mean"] == pytest.approx(fmean(scores), abs=1e-4)
            if metric == "csat":
                satisfied = 100 * fmean(score >= 4 for score in scores)
                assert figures["csat_percent"] == pytest.approx(satisfied, abs=1e-4)
            if metric == "nps":
                net = fmean((score >= 9) - (score <= 6) for score in scores)
                assert figures["nps"] == pytest.approx(100 * net, abs=1e-4)


def test_one_theme_is_new_in_month_eight_right_after_a_release(sample: Folder) -> None:
    new = [theme for theme in sample.truth["themes"] if theme["status"].startswith("new")]
    assert [theme["status"] for theme in new] == ["new since 2026-06"]
    release = next(one for one in sample.truth["milestones"] if "Flow 6.0" in one["name"])
    assert release["at"].startswith("2026-06-01")
    assert sum(new[0]["comments_by_month"][:JUNE]) == 0
    for month in range(JUNE, 12):
        assert share(sample, new[0]["key"], slice(month, month + 1)) >= 0.05


def test_one_theme_fades_to_nearly_nothing(sample: Folder) -> None:
    assert sample.theme("mobile_sync")["status"] == "fading"
    assert share(sample, "mobile_sync", slice(0, 5)) >= 0.04
    assert share(sample, "mobile_sync", slice(9, 12)) <= 0.01


def test_two_themes_merge_into_one(sample: Folder) -> None:
    merged = [theme for theme in sample.truth["themes"] if theme["merged_into"]]
    assert [theme["key"] for theme in merged] == ["report_builder", "scheduled_exports"]
    assert {theme["merged_into"] for theme in merged} == {"insights_workspace"}
    for theme in merged:
        assert theme["planted_months"][-1] == "2026-03"
        assert sum(theme["comments_by_month"][6:]) == 0
    insights = sample.theme("insights_workspace")
    assert insights["planted_months"][0] == "2026-04"
    assert sum(insights["comments_by_month"][:5]) == 0
    assert min(insights["comments_by_month"][5:]) > 0


def test_drivers_are_ordered_with_clear_gaps(sample: Folder) -> None:
    drivers = {driver["name"]: driver["spread"] for driver in sample.truth["drivers_of_csat"]}
    assert list(drivers.values()) == sorted(drivers.values(), reverse=True)
    planted = ["reopens", "wait", "theme:approval_routing", "reassignments", "theme:insights_workspace"]
    for stronger, weaker in zip(planted, planted[1:], strict=False):
        assert drivers[stronger] > 1.15 * drivers[weaker]


def test_what_drives_satisfaction_shows_in_the_scores(sample: Folder) -> None:
    tickets = {row["id"]: row for row in sample.tickets}
    answered = [(int(row["score"]), tickets[row["ticket_id"]]) for row in sample.responses["csat"] if row["score"]]
    reopened = fmean(score for score, ticket in answered if ticket["reopens"] != "0")
    moved = fmean(score for score, ticket in answered if ticket["reassignments"] != "0")
    calm = fmean(score for score, ticket in answered if ticket["reopens"] == ticket["reassignments"] == "0")
    assert reopened < moved < calm
    assert calm - reopened > 0.8


def test_risk_is_a_calibrated_probability_of_dissatisfaction(sample: Folder) -> None:
    risk = {row["ticket_id"]: float(row["p_dissatisfied"]) for row in sample.table("ticket_risk.csv")}
    assert list(risk) == [row["id"] for row in sample.tickets]
    assert all(0 <= value <= 1 for value in risk.values())
    answers = [(risk[row["ticket_id"]], int(row["score"]) <= 3) for row in sample.responses["csat"] if row["score"]]
    for low, high in ((0.0, 0.1), (0.3, 0.5), (0.7, 0.9)):
        group = [(p, low_score) for p, low_score in answers if low <= p < high]
        assert len(group) > 100
        # who answers depends on the mood, so the answers are a little more extreme than the tickets
        assert fmean(bad for _, bad in group) == pytest.approx(fmean(p for p, _ in group), abs=0.12)


def test_declining_accounts_decline_before_their_renewal(sample: Folder) -> None:
    declining = {one["id"]: one for one in sample.truth["declining_accounts"]}
    assert 10 <= len(declining) <= 20
    renewals = {row["id"]: row["renewal_at"] for row in sample.table("accounts.csv")}
    early: list[int] = []
    late: list[int] = []
    for row in sample.responses["csat"]:
        account = declining.get(row["account_id"])
        if account and row["score"]:
            assert account["renewal_at"] == renewals[account["id"]]
            (early if row["asked_at"] < account["declines_from"] else late).append(int(row["score"]))
    assert min(len(early), len(late)) >= 30
    assert fmean(early) - fmean(late) > 0.6


def test_who_answers_depends_on_the_mood(sample: Folder) -> None:
    risk = {row["ticket_id"]: float(row["p_dissatisfied"]) for row in sample.table("ticket_risk.csv")}

    def response_rate(low: float, high: float) -> float:
        rows = [row for row in sample.responses["csat"] if low <= risk[row["ticket_id"]] < high]
        return fmean(bool(row["score"]) for row in rows)

    assert response_rate(0.8, 1.01) > response_rate(0.2, 0.6) + 0.05
    for metric in ("csat", "ces", "nps"):
        assert 0.35 <= sample.truth["scores"][metric]["all"]["response_rate"] <= 0.45


def test_scores_and_comments_agree_mostly_but_not_always(sample: Folder) -> None:
    polarity = {row["id"]: row["polarity"] for row in sample.table("truth_comments.csv")}
    rows = [row for row in sample.responses["csat"] if row["id"] in polarity]
    clear = [row for row in rows if polarity[row["id"]] in ("positive", "negative") and row["score"] in "125"]
    agree = fmean((polarity[row["id"]] == "positive") == (row["score"] == "5") for row in clear)
    assert 0.8 <= agree <= 0.98
