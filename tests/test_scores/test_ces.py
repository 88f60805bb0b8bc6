import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scores.properties import seeded
from verbatim.errors import ScaleError
from verbatim.scores import (
    ces,
    count_answers,
    define,
    ease_index,
    ease_index_definition,
    score_table,
    to_ease_index,
)


def test_all_figures_come_with_the_headline():
    score = ces([7, 6, 5, 4, 2])
    assert set(score.figures) == {"share", "net", "mean", "index"}
    assert score.figures["mean"].value == pytest.approx(4.8)
    assert score.figures["index"].value == pytest.approx(100 * 3.8 / 6)
    assert all(figure.low < figure.value < figure.high for figure in score.figures.values())


def test_less_effort_is_easier_on_the_effort_scale():
    assert ces([1, 2], scale="ces-5-effort").value == 100.0
    assert ces([5, 4], scale="ces-5-effort").figures["net"].value == -100.0


def test_scales_of_other_length_or_direction_are_never_averaged():
    answers = pd.DataFrame({"scale": ["ces-7-ease", "ces-5-effort"] * 3, "value": [7.0, 1.0, 6.0, 2.0, 1.0, 5.0]})
    counts = count_answers(answers)
    with pytest.raises(ScaleError, match="never averaged.*ease index"):
        score_table(counts, define("ces"))
    index = score_table(to_ease_index(counts), ease_index_definition())
    assert index["score"][0] == pytest.approx(ease_index({"ces-7-ease": [7, 6, 1], "ces-5-effort": [1, 2, 5]}).value)
    assert "ease-index" in index["definition"][0]


def test_a_definition_for_another_scale_than_that_of_the_counts_is_an_error():
    counts = count_answers(pd.DataFrame({"scale": "ces-5-effort", "value": [1.0, 2.0]}))
    with pytest.raises(ScaleError, match="ces-5-effort"):
        score_table(counts, define("ces"))


def test_the_index_keeps_its_segments_and_refuses_other_metrics():
    answers = pd.DataFrame({"scale": ["ces-7-ease", "ces-5-ease"], "step": ["setup", "setup"], "value": [7.0, 5.0]})
    index = to_ease_index(count_answers(answers))
    assert index.to_dict("records") == [{"step": "setup", "value": 100.0, "n": 2}]
    with pytest.raises(ScaleError, match="not a CES scale"):
        to_ease_index(pd.DataFrame({"scale": ["csat-5"], "value": [5.0], "n": [1]}))
    with pytest.raises(ScaleError, match="'scale'"):
        to_ease_index(pd.DataFrame({"value": [5.0], "n": [1]}))


def test_the_ease_index_of_nothing_is_none():
    assert ease_index({}).value is None
    assert ease_index({"ces-7-ease": [None]}).value is None


@seeded
@given(st.lists(st.integers(1, 5), min_size=2))
def test_mirrored_answers_have_the_same_ease_index(values):
    one, other = ease_index({"ces-5-ease": values}), ease_index({"ces-5-effort": [6 - value for value in values]})
    assert one.value == pytest.approx(other.value)
    assert 0 <= one.low <= one.value <= one.high <= 100
