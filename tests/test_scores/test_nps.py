import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scores.properties import seeded
from verbatim.errors import ScaleError
from verbatim.scores import count_answers, define, nps, score_table

answers = st.lists(st.integers(0, 10), min_size=1, max_size=60)


def test_nps_of_all_passives_is_zero():
    score = nps([7, 8, 8, 7])
    assert (score.value, score.shares["passives"]) == (0.0, 100.0)


def test_no_answers_are_none():
    assert (nps([]).value, nps([None, "n/a"]).n) == (None, 0)


def test_one_promoter_is_100_with_an_interval_that_reaches_it():
    score = nps([10])
    assert (score.value, score.high) == (100.0, 100.0)
    assert score.low < 0


def test_plain_wald_is_offered_and_named():
    score = nps([10] * 5 + [0] * 5, definition="interval=wald")
    assert score.high == pytest.approx(100 * 1.959964 / 10**0.5, abs=1e-4)
    assert "interval=wald" in score.definition.name


def test_relational_and_transactional_nps_are_kept_apart():
    counts = count_answers(pd.DataFrame({"step": ["relational", "transactional"] * 2, "value": [10.0, 0.0, 9.0, 6.0]}))
    with pytest.raises(ScaleError, match="relational and transactional NPS are kept apart"):
        score_table(counts, define("nps"))
    assert list(score_table(counts, define("nps"), ["step"])["score"]) == [100.0, -100.0]
    assert score_table(counts[counts["step"] == "relational"], define("nps"))["score"][0] == 100.0


@seeded
@given(answers)
def test_nps_is_between_minus_100_and_100_and_inside_its_interval(values):
    score = nps(values)
    assert -100 <= score.low <= score.value <= score.high <= 100
    assert score.value == pytest.approx(score.shares["promoters"] - score.shares["detractors"])


@seeded
@given(answers)
def test_one_more_promoter_never_lowers_nps(values):
    assert nps([*values, 10]).value >= nps(values).value - 1e-9
