"""Each sentence is written where its statistics hold, and not where they do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.test_reports.example import example_report, figure
from verbatim.reports import decisions, sentences
from verbatim.reports.model import Change, Figure, Group, Movement, ScoreLine, ThemeScore
from verbatim.reports.months import Calendar
from verbatim.scores.definitions import define
from verbatim.scores.intervals import Difference
from verbatim.scores.score import score_answers
from verbatim.scores.targets import TargetStatus
from verbatim.scores.trends import Comparison

REAL = Change("September", figure(82.6, 2.5, 842), -4.5, -8.2, -0.8, True)
NOISE = Change("September", figure(82.6, 2.5, 842), -1.0, -4.2, 2.2, False)
BAD = ThemeScore("CSAT", "percent", figure(51.0, 8.7, 126), figure(83.4, 2.8, 605), -32.4, -41.8, -23.0, True)
GOOD = replace(BAD, difference=21.0, low=15.0, high=27.0)
UNCLEAR = replace(BAD, difference=-3.0, low=-9.0, high=3.0, real=False)


@pytest.fixture
def section():
    return example_report().metrics[0]


@pytest.fixture
def theme():
    return example_report().themes.top[0]


def test_score_moved_only_beyond_noise(section):
    found = sentences.score_moved(replace(section, change=REAL))
    assert found.text == "CSAT fell by 4.5 points against September."
    assert "n 842" in found.evidence
    assert "−8.2 to −0.8" in found.evidence
    assert sentences.score_moved(replace(section, change=NOISE)) is None
    assert sentences.score_moved(replace(section, change=None)) is None


def test_score_drifted_only_beyond_noise(section):
    assert "since September" in sentences.score_drifted(replace(section, drift=REAL)).text
    assert sentences.score_drifted(replace(section, drift=NOISE)) is None


def test_fall_of_a_figure_that_is_better_when_lower_is_called_better(section):
    found = sentences.score_moved(replace(section, change=REAL, lower_is_better=True))
    assert "fell (better)" in found.text


@pytest.mark.parametrize(
    ("low", "high", "sign", "verdict"),
    [
        (86, 90, 1, "reached"),
        (70, 84, 1, "missed"),
        (80, 90, 1, "open"),
        (2.0, 1.5, -1, "reached"),
        (2.6, 2.2, -1, "missed"),
    ],
)
def test_goal_is_judged_by_the_whole_interval(low, high, sign, verdict):
    goal = 85.0 if sign > 0 else 2.1
    assert sentences.goal_verdict(goal, low, high, sign) == verdict


def test_goal_sentences_follow_the_verdict(section):
    missed, reached = (replace(section, goal=replace(section.goal, verdict=v)) for v in ("missed", "reached"))
    assert sentences.goal_missed(missed) is not None
    assert sentences.goal_reached(missed) is None
    assert sentences.goal_reached(reached) is not None
    assert sentences.goal_missed(reached) is None
    assert sentences.goal_missed(replace(section, goal=None)) is None


def test_group_moved_needs_a_real_change_and_enough_answers(section):
    group = Group("chat", figure(71.3, 5.6, 248), False, REAL)
    assert sentences.group_moved(section, "channel", group).text == "CSAT fell by 4.5 points in channel chat."
    assert sentences.group_moved(section, "channel", replace(group, change=NOISE)) is None
    assert sentences.group_moved(section, "channel", replace(group, small=True)) is None
    assert sentences.group_moved(section, "channel", replace(group, change=None)) is None


def test_only_groups_that_got_worse_are_to_be_read(section):
    group = Group("chat", figure(71.3, 5.6, 248), False, REAL)
    assert sentences.read_group(section, "channel", group).owner == sentences.NO_OWNER
    risen = replace(group, change=replace(REAL, difference=4.5, low=0.8, high=8.2))
    assert sentences.read_group(section, "channel", risen) is None
    assert sentences.read_group(replace(section, lower_is_better=True), "channel", risen) is not None


def test_theme_moved_says_more_or_fewer_only_beyond_noise(theme):
    assert sentences.theme_moved(replace(theme, change=REAL)).text.startswith("Fewer comments")
    assert sentences.theme_moved(replace(theme, change=NOISE)) is None
    assert sentences.theme_moved(replace(theme, change=None)) is None


def test_new_theme_is_told_while_it_is_recent():
    new = Movement(
        "t", "Search", "new", "June 2026", figure(0.1, 0.1, 900), figure(9, 1, 900), 8, 10, "Search appeared."
    )
    assert sentences.theme_appeared(new, ("June 2026",)) is not None
    assert sentences.theme_appeared(new, ("July 2026",)) is None
    assert sentences.theme_appeared(replace(new, kind="growing"), ("June 2026",)) is None
    assert sentences.own_new_theme(new, ("June 2026",)).owner == sentences.NO_OWNER
    assert sentences.own_new_theme(new, ("July 2026",)) is None


def test_theme_weighs_or_lifts_by_its_real_difference(theme):
    assert "32.4 points below" in sentences.theme_weighs(theme, BAD).text
    assert sentences.theme_weighs(theme, GOOD) is None
    assert sentences.theme_weighs(theme, UNCLEAR) is None
    assert "21.0 points above" in sentences.theme_lifts(theme, GOOD).text
    assert sentences.theme_lifts(theme, BAD) is None
    few = replace(BAD, inside=Figure(20.0, 3.0, 60.0, 5))
    assert sentences.theme_weighs(theme, few) is None
    assert sentences.look_first(theme, BAD).owner == sentences.NO_OWNER
    assert sentences.look_first(theme, GOOD) is None


def test_lower_is_better_turns_weight_and_lift_round(theme):
    assert sentences.theme_weighs(theme, GOOD, lower_is_better=True) is not None
    assert sentences.theme_weighs(theme, BAD, lower_is_better=True) is None


def test_change_is_laid_at_a_theme_only_if_all_three_differences_are_real(section, theme):
    section, theme = (
        replace(section, change=REAL),
        replace(theme, change=replace(REAL, difference=6.7, low=3.0, high=10.3)),
    )
    found = sentences.theme_drives_change(section, theme, BAD)
    assert "about −2.2 points of the −4.5 points" in found.text
    assert sentences.theme_drives_change(replace(section, change=NOISE), theme, BAD) is None
    assert sentences.theme_drives_change(section, replace(theme, change=NOISE), BAD) is None
    assert sentences.theme_drives_change(section, theme, UNCLEAR) is None


def test_theme_that_pulls_the_other_way_explains_nothing(section, theme):
    grown = replace(theme, change=replace(REAL, difference=6.7, low=3.0, high=10.3))
    assert sentences.theme_drives_change(replace(section, change=REAL), grown, GOOD) is None


def test_milestone_is_named_only_where_before_and_after_differ():
    definition = define("csat")
    low, high = score_answers([1] * 60 + [5] * 40, definition), score_answers([5] * 80 + [1] * 20, definition)
    fall = Comparison(high, low, Difference(-40.0, -51.0, -27.0))
    found = sentences.milestone_moved("Release 5.0", "3 Jun 2026", "CSAT", "percent", fall)
    assert "40.0 points lower" in found.text
    assert "not a proof" in found.text
    still = Comparison(high, high, Difference(0.0, -11.0, 11.0))
    assert sentences.milestone_moved("Release 5.0", "3 Jun 2026", "CSAT", "percent", still) is None


def test_what_followed_a_milestone_is_a_change_noise_or_unknown():
    definition = define("csat")
    low, high = score_answers([1] * 60 + [5] * 40, definition), score_answers([5] * 80 + [1] * 20, definition)
    fell = decisions.followed("CSAT", "percent", Comparison(high, low, Difference(-40.0, -51.0, -27.0)))
    assert fell.startswith("CSAT 40.0 points lower (")
    still = Comparison(high, high, Difference(0.0, -11.0, 11.0))
    assert decisions.followed("CSAT", "percent", still).startswith("CSAT within noise (")
    none = Comparison(high, score_answers([], definition), Difference(None, None, None))
    assert decisions.followed("CSAT", "percent", none) == "CSAT unknown, too few answers"


def test_a_target_is_put_to_the_readers_only_where_it_is_certainly_missed(section):
    missed = replace(section, goal=replace(section.goal, verdict="missed", gap=6.6))
    assert "keep the target" in decisions.decide_target(missed).text
    assert decisions.decide_target(replace(section, goal=replace(section.goal, verdict="open"))) is None
    assert decisions.decide_target(replace(section, goal=None)) is None


def test_themes_that_last_are_put_to_the_readers_together():
    issue = sentences.Sentence("worse", "48% against 83%")
    assert decisions.decide_chronic((), ()) is None
    one = decisions.decide_chronic(("Search",), (issue,))
    assert (one.text, one.evidence) == ("“Search”: fix it, accept it, or tell customers why.", "48% against 83%")
    assert decisions.decide_chronic(("A", "B", "C"), (issue,) * 3).text.startswith("“A”, “B” and “C”: fix each")


def test_more_answers_are_asked_for_only_where_few_certainly_answer():
    assert sentences.ask_more("CSAT", figure(8.0, 1.0, 900)) is not None
    assert sentences.ask_more("CSAT", figure(14.5, 2.0, 200)) is None
    assert sentences.ask_more("CSAT", figure(45.0, 2.0, 900)) is None
    assert sentences.ask_more("CSAT", None) is None


def test_accounts_are_named_only_when_some_fell():
    found = sentences.accounts_falling(["A (4.1 to 2.0, in 3 days)"], 12, 8)
    assert found.text.startswith("1 account that renews soon has fallen: A")
    assert "8 of 12 could be compared" in found.evidence
    assert sentences.accounts_falling([], 12, 8) is None
    assert sentences.talk_to_accounts([]) is None
    assert sentences.talk_to_accounts(["A", "B"]).text == "Talk to A and B before they renew."


def test_quiet_month_is_said_only_when_nothing_changed(section):
    change = (sentences.score_moved(replace(section, change=REAL)),)
    assert sentences.quiet_month(change, compared=True) is None
    assert "Nothing changed by more than noise" in sentences.quiet_month((), compared=True)
    assert "no earlier month" in sentences.quiet_month((), compared=False)


@pytest.mark.parametrize(
    ("change", "said", "unsaid"),
    [
        (
            REAL,
            "CSAT fell to 78.1% (75.4 to 80.8%, n 871), −4.5 points against September (−8.2 to −0.8): more",
            "noise;",
        ),
        (replace(REAL, difference=4.5, low=0.8, high=8.2), "CSAT rose to", "fell"),
        (NOISE, "CSAT stands at 78.1% (75.4 to 80.8%, n 871); the change against September", "more than noise"),
        (None, "there is nothing in June to compare it with", "noise"),
    ],
)
def test_headline_says_that_a_score_moved_only_beyond_noise(section, change, said, unsaid):
    line = ScoreLine(
        section.key, section.metric, section.name, section.scale, section.definition, section.unit, section.floor,
        section.ceiling, section.lower_is_better, section.figure, None, change, "", small=False,
    )  # fmt: skip
    told = sentences.with_standing(line, "June", 30).headline
    assert said in told
    assert unsaid not in told
    assert "uncertain" not in told
    assert (
        "Fewer than 30 answers: uncertain." in sentences.with_standing(replace(line, small=True), "June", 30).headline
    )


def test_headline_of_the_month_says_where_it_went_only_beyond_noise(section):
    months = Calendar("2026-10", "UTC")
    drifted, steady = (sentences.with_headline(replace(section, drift=one), months, 30) for one in (REAL, NOISE))
    assert "Since September it has moved by −4.5 points (−8.2 to −0.8): more than noise." in drifted.headline
    assert "Since" not in steady.headline
    few = sentences.with_headline(replace(section, figure=figure(70.0, 15.0, 29)), months, 30)
    assert few.headline.endswith("Fewer than 30 answers: uncertain.")


@pytest.mark.parametrize(
    ("verdict", "gap", "said", "unsaid"),
    [
        ("missed", 6.9, "It misses the target of 85.0% due 31 Dec 2026 by 6.9 points. The way there", "reaches"),
        ("reached", -2.0, "It is above the target", "The way there"),
        ("open", 1.0, "It cannot be told from the target", "misses"),
        ("open", None, "There is the target of 85.0%", "misses"),
    ],
)
def test_goal_sentence_is_as_certain_as_the_interval(verdict, gap, said, unsaid):
    status = TargetStatus(78.1, 83.0, 85.0, gap, False, False, False, False)
    told = sentences.goal_sentence(status, gap, verdict, due="2026-12-31", unit="percent")
    assert said in told
    assert unsaid not in told


def test_milestone_may_raise_a_score_too():
    definition = define("csat")
    low, high = score_answers([1] * 60 + [5] * 40, definition), score_answers([5] * 80 + [1] * 20, definition)
    rise = Comparison(low, high, Difference(40.0, 27.0, 51.0))
    assert "40.0 points higher" in sentences.milestone_moved("Release", "3 Jun", "CSAT", "percent", rise).text
