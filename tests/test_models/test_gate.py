from dataclasses import replace

import pytest

from models.learners.gate import pass_gate
from models.learners.training import Limits


def judged(trained, low, value=0.2, high=0.3):
    skill = replace(trained.evaluation.skill_over_best, value=value, low=low, high=high)
    return replace(trained.evaluation, skill_over_best=skill)


def test_it_passes_only_where_the_skill_is_above_zero_for_sure(trained, rows):
    for low, passed in ((0.01, True), (0.0, False), (-0.1, False)):
        assert pass_gate(judged(trained, low), rows, Limits(), "dissatisfied").passed is passed


def test_it_says_in_words_what_was_measured(trained, rows):
    best = trained.evaluation.best_baseline
    (reason,) = pass_gate(judged(trained, 0.1), rows, Limits(), "dissatisfied").reasons
    assert f"smaller than that of “{best}” by 20.0 % (95 %: 10.0 to 30.0 %)" in reason
    (refusal,) = pass_gate(judged(trained, -0.1), rows, Limits(), "dissatisfied").reasons
    assert refusal.startswith("no proven skill") and "-10.0 to 30.0 %" in refusal.replace("−", "-") and best in refusal


@pytest.mark.parametrize("limits", [Limits(tickets=401), Limits(cases=399)])
def test_too_few_tickets_or_cases_do_not_pass_however_good(trained, rows, limits):
    gate = pass_gate(judged(trained, 0.1), rows, limits, "dissatisfied")
    assert not gate.passed and "400 rated tickets" in gate.reasons[0] and "too few" in gate.reasons[0]


def test_a_skill_that_could_not_be_measured_does_not_pass(trained, rows):
    gate = pass_gate(judged(trained, None, None, None), rows, Limits(), "dissatisfied")
    assert gate.reasons == ("too few tickets were held back to measure any skill",)
