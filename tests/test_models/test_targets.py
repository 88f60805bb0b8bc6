import numpy as np
import pytest

from models.learners.targets import read_target, usual_target
from verbatim.domain import Metric
from verbatim.errors import UserError


@pytest.mark.parametrize(
    ("text", "expected"),
    [("score <= 3", [1, 1, 0]), ("rating<3", [1, 0, 0]), ("SCORE >= 3", [0, 1, 1]), ("> 3", [0, 0, 1]),
     ("score == 3", [0, 1, 0]), ("=3.0", [0, 1, 0])],
)  # fmt: skip
def test_a_target_is_read_and_applied(text, expected):
    target = read_target(text)
    assert target.of(np.array([1.0, 3.0, 5.0])).tolist() == expected
    assert read_target(str(target)) == target


@pytest.mark.parametrize("text", ["", "bad", "score", "score <= three", "score <= 3 or so", "3 <= score"])
def test_another_text_is_refused_with_an_example(text):
    with pytest.raises(UserError, match="write it like 'score <= 3'"):
        read_target(text)


@pytest.mark.parametrize(
    ("metric", "scale", "expected"),
    [(Metric.CSAT, "csat-5", "score <= 3"), (Metric.CES, "ces-7-ease", "score <= 3"),
     (Metric.CSAT, "csat-5-reversed", "score >= 3")],
)  # fmt: skip
def test_what_counts_usually_follows_the_scale(metric, scale, expected):
    assert str(usual_target(metric, scale)) == expected


def test_unknown_scales_and_nps_are_refused():
    with pytest.raises(UserError, match="--target"):
        usual_target(Metric.CSAT, "stars")
    with pytest.raises(UserError, match="NPS is not predicted"):
        usual_target(Metric.NPS, "nps")
