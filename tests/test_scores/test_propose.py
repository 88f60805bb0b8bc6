import pytest

from verbatim.errors import EmptyError, ScaleError
from verbatim.scores import propose_scale


@pytest.mark.parametrize(
    ("metric", "raw", "scale"),
    [
        ("csat", [5, 4, 3], "csat-5"), ("csat", ["1", "5", "", "n/a"], "csat-5"), ("csat", [1, 10], "csat-10"),
        ("csat", [1, 7, 3, 6, 5] * 5, "csat-7"), ("csat", [0, 1], "csat-2"), ("csat", ["good", "bad"], "csat-2"),
        ("csat", ["👍", "👎"], "csat-2"), ("csat", ["😀", "😐", "🙁"], "csat-3"),
        ("csat", ["Satisfied", "Neutral", "Dissatisfied"], "csat-3"),
        ("csat", ["Very satisfied", "Satisfied", "Neutral", "Dissatisfied", "Very dissatisfied"], "csat-5"),
        ("csat", ["Somewhat satisfied", "Satisfied", "Very satisfied"], "csat-7"),
        ("csat", ["poor", "very good", "excellent"], "csat-5-excellent"),
        ("csat", ["1 - Very good", "5 - Very poor", "2 - Good"], "csat-5-reversed"),
        ("ces", [7, 1, 5], "ces-7-ease"), ("ces", ["5 - Very easy", "1"], "ces-5-ease"),
        ("ces", ["Very low", "Very high"], "ces-5-effort"), ("ces", ["Agree", "Somewhat agree"], "ces-7-ease"),
        ("nps", [10, 2, 7], "nps"), ("nps", ["9", "11"], "nps"),
    ],
)  # fmt: skip
def test_answers_that_decide_a_scale(metric, raw, scale):
    assert propose_scale(metric, raw).name == scale


@pytest.mark.parametrize(
    ("metric", "raw"),
    [("csat", [1, 2, 3]), ("csat", [4, 4, 2]), ("csat", ["Satisfied", "Very satisfied"]), ("csat", [7, 3]),
     ("ces", [1, 5]), ("csat", ["Very good", "Poor"])],
)  # fmt: skip
def test_answers_that_leave_the_scale_open_are_an_error_that_names_the_candidates(metric, raw):
    with pytest.raises(ScaleError, match="name one of"):
        propose_scale(metric, raw)


@pytest.mark.parametrize(
    "raw",
    [["Very satisfied", 9, 10, 8], ["4/5", "7/10"], [5, 4, 3, 1] * 50 + [9, 10]],
)
def test_two_scales_under_one_metric_are_an_error(raw):
    with pytest.raises(ScaleError, match="two scales"):
        propose_scale("csat", raw)


def test_a_gap_below_the_top_is_a_code_and_not_a_longer_scale():
    with pytest.raises(ScaleError, match="7 may be a code"):
        propose_scale("csat", [1] * 150 + [2] * 50 + [3, 4, 5] * 10 + [7] * 36)


def test_cells_that_no_scale_can_read_are_left_for_the_rejects():
    assert propose_scale("csat", ["xx", 5, 4, 1]).name == "csat-5"


def test_a_column_of_comments_is_not_a_scale():
    with pytest.raises(ScaleError, match="fit no csat scale"):
        propose_scale("csat", ["it was fine", "slow", "5"])


def test_no_answers_at_all_is_its_own_error():
    with pytest.raises(EmptyError):
        propose_scale("csat", ["", None, "n/a"])


def test_a_lone_eleven_is_a_reject_not_another_scale():
    assert propose_scale("nps", [0, 5, 10] * 20 + [11]).name == "nps"
