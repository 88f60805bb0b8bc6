from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.sample.satisfaction import NOISE, Handling, contributions, dissatisfied_probability, mood

CALM = Handling("how_to", "email", 0.0, 0, 0, False, 0, 0.0, 0.0)


def expected(handling: Handling) -> float:
    return mood(contributions(handling))


def test_half_are_dissatisfied_where_the_expectation_lies_between_three_and_four() -> None:
    assert dissatisfied_probability(3.5) == pytest.approx(0.5)
    assert dissatisfied_probability(3.5 - NOISE) == pytest.approx(0.841345, abs=1e-6)


@given(st.floats(-5, 10), st.floats(0.01, 3))
def test_more_satisfaction_is_less_risk(at: float, more: float) -> None:
    assert dissatisfied_probability(at + more) <= dissatisfied_probability(at)


@pytest.mark.parametrize(
    "worse", [{"wait_hours": 30.0}, {"reopens": 1}, {"reassignments": 1}, {"escalated": True}, {"channel_switches": 1}]
)
def test_everything_that_goes_wrong_lowers_satisfaction(worse: dict[str, float]) -> None:
    assert expected(replace(CALM, **worse)) < expected(CALM)


def test_a_theme_adds_its_own_effect() -> None:
    assert expected(replace(CALM, cause="approval_routing")) == pytest.approx(expected(CALM) - 0.9)
