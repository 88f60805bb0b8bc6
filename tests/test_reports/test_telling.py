from __future__ import annotations

from dataclasses import replace

import pytest

from tests.test_reports.routine_example import example_account, example_daily, example_weekly
from verbatim.reports.model import Figure
from verbatim.reports.routine import telling
from verbatim.reports.routine.model import Contrast, FollowUpCounts


def line(difference: float, *, real: bool, lower_is_better: bool = False):
    (score,) = example_daily().scores
    assert score.change is not None
    change = replace(score.change, difference=difference, real=real)
    return replace(score, change=change, lower_is_better=lower_is_better)


def theme(*, real: bool = True, difference: float = 40.0) -> Contrast:
    (found,) = example_weekly().causes
    assert found.change is not None
    return replace(found, change=replace(found.change, real=real, difference=difference))


@pytest.mark.parametrize(
    ("difference", "real", "lower", "told"),
    [(-9.0, True, False, True), (-9.0, False, False, False), (9.0, True, False, False), (9.0, True, True, True)],
)
def test_only_a_real_worsening_is_raised(difference, real, lower, told):
    score = line(difference, real=real, lower_is_better=lower)
    assert (telling.raise_fall(score) is not None) == told


@pytest.mark.parametrize(
    ("real", "difference", "told"), [(True, 40.0, True), (False, 40.0, False), (True, -40.0, False)]
)
def test_theme_is_named_only_where_it_is_really_more_common(real, difference, told):
    found = theme(real=real, difference=difference)
    said = [telling.cause_stands_out(found, "Low comments"), telling.fix_cause(found), telling.raise_theme(found)]
    assert [one is not None for one in said] == [told] * 3


def test_happy_theme_is_nothing_to_raise():
    happy = replace(theme(), sentiment=Figure(0.6, 0.4, 0.8, 6), quotes=())
    assert telling.raise_theme(happy) is None


@pytest.mark.parametrize(
    ("difference", "lower", "word"), [(-9.0, False, "worse"), (9.0, False, "better"), (9.0, True, "worse")]
)
def test_note_on_a_person_knows_which_direction_is_good(difference, lower, word):
    score = line(difference, real=True, lower_is_better=lower)
    assert word in (telling.agent_differs(score.change, score) or "")
    assert telling.agent_differs(line(difference, real=False).change, score) is None


@pytest.mark.parametrize(("days", "told"), [(71, True), (0, True), (121, False), (-1, False), (None, False)])
def test_renewal_is_raised_only_while_it_is_near(days, told):
    account = replace(example_account().account, renewal_days=days)
    assert (telling.raise_renewal(account) is not None) == told


def test_only_tickets_at_high_risk_are_raised():
    tickets = example_account().open_tickets
    assert telling.raise_tickets(tickets) is not None
    calm = tuple(replace(one, predictions=tuple(replace(r, band="low") for r in one.predictions)) for one in tickets)
    assert telling.raise_tickets(calm) is None


def test_nothing_overdue_asks_for_nothing():
    assert telling.clear_overdue(FollowUpCounts(5, 2, 3, 0)) is None
    assert telling.clear_overdue(None) is None
    assert telling.clear_overdue(FollowUpCounts(5, 2, 1, 2)) is not None


@pytest.mark.parametrize(("answered", "contacts", "told"), [(0, 3, True), (1, 3, True), (2, 3, False), (0, 2, False)])
def test_silent_contacts_are_asked_for(answered, contacts, told):
    assert (telling.ask_silent(answered, contacts) is not None) == told


def test_theme_that_sounds_happy_is_not_raised_for_one_complaint_in_it():
    assert telling.raise_theme(replace(theme(), sentiment=None)) is not None
    assert telling.raise_theme(replace(theme(), sentiment=Figure(0.5, 0.1, 0.9, 6))) is None


@pytest.mark.parametrize(
    ("difference", "lower", "said"),
    [(-9.0, False, "below that of"), (9.0, False, "above that of"), (9.0, True, "the week before (worse).")],
)
def test_account_is_set_apart_from_the_others_only_beyond_noise(difference, lower, said):
    score = line(difference, real=True, lower_is_better=lower)
    told = telling.differs_from_others(score, score.change)
    assert told is not None
    assert said in told.text
    assert "(n 95)" in told.evidence
    assert telling.differs_from_others(score, line(difference, real=False).change) is None
    assert telling.differs_from_others(score, None) is None


def test_theme_of_an_account_is_told_only_where_it_is_really_more_common():
    told = telling.account_theme(theme())
    assert told is not None
    assert "against 11.3% (n 600)" in told.evidence
    assert telling.account_theme(theme(real=False)) is None
    assert telling.account_theme(theme(difference=-40.0)) is None
    assert telling.account_theme(replace(theme(), change=None)) is None


@pytest.mark.parametrize(("with_words", "told"), [(2, True), (0, False)])
def test_low_answers_are_to_be_read_only_where_they_have_words(with_words, told):
    assert (telling.read_low(3, with_words) is not None) == told


def test_burst_is_told_with_what_is_usual():
    (burst,) = example_daily().bursts
    told = telling.burst_sentence(burst)
    assert told.text.startswith("6 customers spoke of")
    assert "usual 0.8 of the 14 who wrote; p 0.004" in told.evidence


def test_digest_line_has_an_interval_or_no_share():
    share = Figure(90.0, 69.9, 97.2, 20)
    assert telling.digest_line(20, share, 2, None) == "20 answers, 90% positive (70 to 97%), 2 negatives"
    assert "positive" not in telling.digest_line(0, Figure(None, None, None, 0), 0, None)
    assert telling.digest_line(20, share, 2, FollowUpCounts(2, 1, 1, 0)).endswith("2 negatives, 2 followed up")
