from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from tests.test_reports.stored import Writer, open_test_store, write_story
from verbatim.errors import EmptyError, NotFoundError, UserError
from verbatim.reports import MonthlyReport, build_monthly, render
from verbatim.settings import Target
from verbatim.storage.tables import comment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verbatim.settings import Settings
    from verbatim.storage.store import Store


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Settings]]:
    store, settings = open_test_store(
        tmp_path_factory.mktemp("story"), targets={"csat": {"goal": 85.0, "due_on": "2026-12-31"}}
    )
    with store:
        write_story(store)
        yield store, settings


@pytest.fixture(scope="module")
def report(story: tuple[Store, Settings]) -> MonthlyReport:
    store, settings = story
    return build_monthly(store, settings, month="2026-10")


@pytest.fixture
def empty(tmp_path) -> Iterator[tuple[Store, Settings]]:
    store, settings = open_test_store(tmp_path)
    with store:
        yield store, settings


def readable(report: MonthlyReport) -> str:
    """Every text format, searched for what must never be written."""
    texts = [render(report, fmt).decode() for fmt in ("md", "json", "html")]
    for text in texts:
        assert "NaN" not in text and "nan%" not in text and "None" not in text
    return texts[0]


def test_score_is_that_of_the_month_with_change_and_noise_verdict(report):
    (csat,) = report.metrics
    # 40 of 100 are satisfied: numbers 0 to 3 of every ten; those with a broken search (4 and 9) are not among them
    assert csat.figure.n == 100
    assert csat.figure.value == 40.0
    assert csat.change is not None
    assert csat.change.against == "September"
    assert csat.change.real
    assert "fell to 40.0%" in csat.headline


def test_six_months_and_rolling_weeks_have_intervals_around_their_values(report):
    (csat,) = report.metrics
    assert [point.label for point in csat.months] == ["May", "June", "July", "August", "September", "October"]
    assert len(csat.weeks) == 13
    assert csat.weeks[-1].on == "2026-10-25"
    for point in (*csat.months, *csat.weeks):
        assert point.figure.low <= point.figure.value <= point.figure.high


def test_missed_target_is_said_with_its_gap(report):
    (csat,) = report.metrics
    assert csat.goal is not None
    assert csat.goal.verdict == "missed"
    assert csat.goal.gap == pytest.approx(45.0)
    assert any("misses its target" in sentence.text for sentence in report.story.changed)


def test_breakdown_lists_groups_by_answers_never_by_score(report):
    (csat,) = report.metrics
    (channel,) = csat.breakdowns
    assert [group.name for group in channel.groups] == ["email", "chat"]
    assert sum(group.figure.n for group in channel.groups) == 100


def test_theme_that_appeared_is_new_with_its_month_and_milestone(report):
    (new,) = list(report.moved("new"))
    assert new.name == "Broken search"
    assert new.since == "June 2026"
    assert new.near == "Release 5.0 (3 Jun 2026)"


def test_theme_that_was_large_and_went_is_fading(report):
    assert [move.name for move in report.moved("fading")] == ["Late login codes"]


def test_theme_volume_share_and_score_match_the_planted_rows(report):
    search = next(theme for theme in report.themes.top if theme.name == "Broken search")
    assert search.volume == 20
    assert report.themes.comments == 60
    assert search.share.value == pytest.approx(100 * 20 / 60, abs=0.001)
    (score,) = search.scores
    assert score.inside.value == 0.0
    assert score.real
    assert search.status == "new"


def test_bad_theme_is_named_first_in_what_next_and_its_quotes_are_complaints(report):
    assert "Broken search" in report.story.next[0].text
    assert report.story.next[0].owner == "to be named"
    search = next(theme for theme in report.themes.top if theme.name == "Broken search")
    assert {quote.kind for quote in search.quotes} == {"complaint"}
    assert all("Search finds nothing" in quote.text for quote in search.quotes)


def test_response_rate_counts_surveys_sent(report):
    (quality,) = report.quality
    assert quality.sent == 150
    assert quality.response is not None
    assert quality.response.value == pytest.approx(66.667, abs=0.001)
    assert quality.delay_hours == 5.0


def test_same_store_gives_the_same_bytes(story):
    store, settings = story
    first, second = (build_monthly(store, settings, month="2026-10") for _ in range(2))
    for fmt in ("md", "json"):
        assert render(first, fmt) == render(second, fmt)


def test_clock_is_only_in_the_report_when_given(story):
    store, settings = story
    at = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
    dated = build_monthly(store, settings, month="2026-10", generated_at=at)
    assert dated.generated_at == "2026-11-02T08:30+00:00"
    assert replace(dated, generated_at=None) == build_monthly(store, settings, month="2026-10")


def test_agents_are_listed_by_name_and_small_ones_withheld(empty):
    store, settings = empty
    writer = Writer(store)
    for number in range(60):
        agent = "Zoe" if number < 40 else "Adam" if number < 57 else "Mia"
        value = 5.0 if agent == "Zoe" else 1.0
        at = datetime(2026, 10, 1 + number % 28, tzinfo=UTC)
        writer.answer(at, value, segments={"agent": agent})
    writer.write()
    report = build_monthly(store, settings, month="2026-10", segments=["agent"])
    (breakdown,) = report.metrics[0].breakdowns
    assert [group.name for group in breakdown.groups] == ["Adam", "Zoe"]
    assert breakdown.withheld == 1
    assert "Mia" not in readable(report)


def test_empty_store_is_a_clear_error(empty):
    store, settings = empty
    with pytest.raises(EmptyError, match="October 2026 has neither answers nor comments.*verbatim ingest"):
        build_monthly(store, settings, month="2026-10")


def test_month_without_answers_names_the_months_that_have_some(story):
    store, settings = story
    with pytest.raises(EmptyError, match="2025-11 to 2026-10"):
        build_monthly(store, settings, month="2027-02")


def test_month_that_is_none_and_unknown_segment_are_refused(story):
    store, settings = story
    with pytest.raises(UserError, match="not a month"):
        build_monthly(store, settings, month="2026-13")
    with pytest.raises(NotFoundError, match="'chanel'.*channel"):
        build_monthly(store, settings, month="2026-10", segments=["chanel"])


def test_without_themes_the_report_says_how_to_get_them(empty):
    store, settings = empty
    writer = Writer(store)
    for number in range(40):
        writer.answer(datetime(2026, 10, 1 + number % 28, tzinfo=UTC), 5.0, text=f"all is well with case {number}")
    writer.write()
    report = build_monthly(store, settings, month="2026-10")
    assert report.themes.absent is not None
    assert "verbatim mine" in report.themes.absent
    assert "verbatim mine" in readable(report)


def test_first_month_says_that_there_is_nothing_to_compare_with(empty):
    store, settings = empty
    writer = Writer(store)
    for number in range(40):
        writer.answer(datetime(2026, 10, 1 + number % 28, tzinfo=UTC), float(1 + number % 5))
    writer.write()
    report = build_monthly(store, settings, month="2026-10")
    assert report.metrics[0].change is None
    assert "nothing to compare it with" in report.metrics[0].headline
    assert report.story.quiet == "There is no earlier month to compare this one with."
    readable(report)


def test_one_answer_of_one_account_makes_a_report(empty):
    store, settings = empty
    writer = Writer(store)
    writer.answer(datetime(2026, 10, 5, tzinfo=UTC), 4.0, account_id="a" * 32)
    writer.write()
    report = build_monthly(store, settings, month="2026-10")
    assert report.accounts == 1
    assert "Fewer than 30 answers" in report.metrics[0].headline
    readable(report)


def test_scales_of_one_metric_are_reported_apart(empty):
    store, settings = empty
    writer = Writer(store)
    for number in range(60):
        at = datetime(2026, 10, 1 + number % 28, tzinfo=UTC)
        writer.answer(at, 5.0, scale="csat-5" if number < 40 else "csat-7")
    writer.write()
    report = build_monthly(store, settings, month="2026-10")
    assert [(m.scale, m.figure.n, m.figure.value) for m in report.metrics] == [
        ("csat-5", 40, 100.0),
        ("csat-7", 20, 0.0),
    ]
    assert len({m.name for m in report.metrics}) == 2
    assert any("several scales" in caveat for caveat in report.caveats)


def test_relational_and_transactional_nps_stay_apart(empty):
    store, settings = empty
    writer = Writer(store)
    for number in range(60):
        step = "relational" if number < 40 else "transactional"
        at = datetime(2026, 10, 1 + number % 28, tzinfo=UTC)
        writer.answer(at, 10.0 if number < 40 else 0.0, metric="nps", scale="nps", step=step)
    writer.write()
    report = build_monthly(store, settings, month="2026-10")
    assert [(m.name, m.figure.value) for m in report.metrics] == [
        ("NPS (relational)", 100.0),
        ("NPS (transactional)", -100.0),
    ]


def test_metric_without_answers_this_month_says_when_the_last_were(empty):
    store, settings = empty
    writer = Writer(store)
    for number in range(40):
        writer.answer(datetime(2026, 10, 1 + number % 28, tzinfo=UTC), 5.0)
        writer.answer(datetime(2026, 7, 1 + number % 28, tzinfo=UTC), 9.0, metric="nps", scale="nps")
    writer.write()
    report = build_monthly(store, settings, month="2026-10")
    nps = next(section for section in report.metrics if section.metric == "nps")
    assert nps.headline.startswith("No NPS answers in October 2026; the last, in July, gave 100.0")
    readable(report)


def test_comments_without_any_answer_make_a_report(empty):
    store, settings = empty
    writer = Writer(store)
    for number in range(30):
        writer.say(datetime(2026, 10, 1 + number % 28, tzinfo=UTC), f"only a comment, number {number}", "T1", "s" * 32)
    store.upsert(comment, writer.comments)
    writer.mine({"T1": "Only comments"})
    report = build_monthly(store, settings, month="2026-10")
    assert report.metrics == ()
    assert report.themes.top[0].volume == 30
    readable(report)


def test_answers_alone_give_no_response_rate_and_say_so(empty):
    store, settings = empty
    writer = Writer(store)
    for number in range(40):
        writer.answer(datetime(2026, 10, 1 + number % 28, tzinfo=UTC), 5.0)
    writer.write()
    (quality,) = build_monthly(store, settings, month="2026-10").quality
    assert quality.response is None
    assert "response rate cannot be given" in quality.notes[0]


def test_report_of_the_store_is_plain_json(report):
    read = json.loads(render(report, "json"))
    assert read["schema"] == "verbatim.monthly-report/1"
    assert read["metrics"][0]["figure"]["n"] == 100


def test_small_groups_are_not_compared_with_the_month_before(empty):
    store, settings = empty
    writer = Writer(store)
    for month, value in ((9, 5.0), (10, 1.0)):
        for number in range(60):
            at = datetime(2026, month, 1 + number % 28, tzinfo=UTC)
            writer.answer(at, value, segments={"channel": "chat" if number < 20 else "email"})
    writer.write()
    (breakdown,) = build_monthly(store, settings, month="2026-10", segments=["channel"]).metrics[0].breakdowns
    assert [(group.name, group.change is not None) for group in breakdown.groups] == [("email", True), ("chat", False)]


def test_target_counts_from_its_start(story):
    store, settings = story
    later = settings.model_copy(update={"targets": {"csat": Target(goal=85.0, start=80.0, start_on=date(2026, 11, 1))}})
    assert build_monthly(store, later, month="2026-10").metrics[0].goal is None


def test_answers_are_not_held_against_themselves(empty: tuple[Store, Settings]) -> None:
    store, settings = empty
    writer = Writer(store)
    for number in range(40):
        writer.answer(datetime(2026, 10, 1 + number % 28, tzinfo=UTC), 1 + number % 5)
    writer.write()
    quality = build_monthly(store, settings, month="2026-10", segments=["channel"]).quality
    assert [(one.representation, one.weighted) for one in quality] == [((), None)]
