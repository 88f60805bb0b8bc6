import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scores.properties import seeded
from verbatim.domain import Metric, Status
from verbatim.errors import ScaleError
from verbatim.scores import SCALES, scale_named, scales_of
from verbatim.scores.definitions import SPANS
from verbatim.scores.labels import BLANK, NOT_APPLICABLE


@pytest.mark.parametrize(
    ("scale", "raw", "value"),
    [
        ("csat-5", "5", 5), ("csat-5", "5.0", 5), ("csat-5", 5, 5), ("csat-5", 4.0, 4), ("csat-5", "4,0", 4),
        ("csat-5", "Very satisfied", 5), ("csat-5", "  NEUTRAL ", 3), ("csat-5", "very  dissatisfied", 1),
        ("csat-5", "😀", 5), ("csat-5", "☹️", 2), ("csat-5", "5 - Very satisfied", 5), ("csat-5", "Satisfied (4)", 4),
        ("csat-5", "★★★☆☆", 3), ("csat-5", "⭐⭐⭐⭐", 4), ("csat-5", "4/5", 4), ("csat-5", "4 out of 5", 4),
        ("csat-5", "3 stars", 3), ("csat-5", "5️⃣", 5), ("csat-5", "sehr zufrieden", 5),
        ("csat-5", "muy insatisfecha", 1),
        ("csat-5-excellent", "Very good", 4), ("csat-5", "Very good", 5), ("csat-5-reversed", "1 - Very good", 1),
        ("csat-7", "Somewhat satisfied", 5), ("csat-3", "😐", 2), ("csat-2", "good", 1), ("csat-2", "👎", 0),
        ("csat-2", "👍🏽", 1), ("csat-2", True, 1), ("csat-2", "Bad", 0),
        ("ces-7-ease", "Strongly agree", 7), ("ces-7-ease", "7 - Strongly Agree", 7), ("ces-7-ease", "Very easy", 7),
        ("ces-5-ease", "5 - Very easy", 5), ("ces-5-ease", "sehr leicht", 5), ("ces-5-effort", "Very low", 1),
        ("nps", "10 - Extremely likely", 10), ("nps", 0, 0), ("nps", "Not at all likely", 0),
    ],
)  # fmt: skip
def test_numbers_words_and_signs_are_understood_per_scale(scale, raw, value):
    assert SCALES[scale].parse(raw).value == value


@pytest.mark.parametrize("raw", ["n/a", "N/A", "Not applicable", "don’t know", "keine Angabe", "No aplica"])
def test_not_applicable_is_no_answer(raw):
    answer = SCALES["csat-5"].parse(raw)
    assert (answer.value, answer.status) == (None, Status.NOT_APPLICABLE)


@pytest.mark.parametrize("raw", ["", "  ", None, float("nan"), pd.NA, "null", "Offered", "-"])
def test_blank_is_unanswered(raw):
    answer = SCALES["csat-5"].parse(raw)
    assert (answer.value, answer.status) == (None, Status.UNANSWERED)


@pytest.mark.parametrize(
    ("scale", "raw", "reason"),
    [
        ("csat-5", "6", "outside csat-5"), ("csat-5", 0, "outside"), ("csat-5", "-1", "outside"),
        ("csat-5", 4.5, "fraction"), ("csat-5", "4,5", "fraction"), ("csat-5", "7/10", "counted out of 10"),
        ("csat-5", "1 - Very satisfied", "words mean 5"), ("csat-5", "Excellent", "not an answer"),
        ("csat-5", True, "yes or no"), ("csat-5", "10-11", "not an answer"), ("csat-5", "3 3", "not an answer"),
        ("csat-5", float("inf"), "not an answer"), ("csat-5", "☆☆☆☆☆", "outside"), ("nps", 11, "outside nps"),
        ("csat-5", "1e0", "not an answer"),
    ],
)  # fmt: skip
def test_what_is_not_on_the_scale_is_rejected_with_the_reason(scale, raw, reason):
    with pytest.raises(ScaleError, match=reason):
        SCALES[scale].parse(raw)


def test_a_long_text_is_not_repeated_in_the_message():
    with pytest.raises(ScaleError) as refused:
        SCALES["csat-5"].parse("my card number is 4111 1111 1111 1111, please call me back at home tonight")
    assert "4111" not in str(refused.value)
    assert "a text of" in str(refused.value)


def test_codes_that_mean_not_applicable_can_be_added():
    scale = SCALES["csat-5-reversed"]
    assert scale.parse("6").status is Status.NOT_APPLICABLE  # "don't know" of the Friends and Family Test
    with pytest.raises(ScaleError):
        scale.parse("7")
    assert scale.with_not_applicable("7").parse(7).status is Status.NOT_APPLICABLE


def test_words_of_ones_own_can_be_added():
    scale = SCALES["csat-5"].with_labels({"Excellent": 5})
    assert scale.parse("EXCELLENT").value == 5
    with pytest.raises(ScaleError):
        SCALES["csat-5"].with_labels({"superb": 6})


def test_scales_of_other_length_or_direction_are_not_comparable():
    five = SCALES["csat-5"]
    assert five.comparable(SCALES["csat-5-excellent"])
    assert not five.comparable(SCALES["csat-5-reversed"])
    assert not five.comparable(SCALES["csat-7"])
    assert not five.comparable(SCALES["ces-5-ease"])


def test_unknown_names_are_errors_that_list_what_there_is():
    with pytest.raises(ScaleError, match="csat-10"):
        scale_named("csat-9")
    with pytest.raises(ScaleError, match="csat, ces and nps"):
        scales_of("ltv")


def test_every_metric_has_scales_and_every_scale_a_default_definition():
    assert {scale.metric for scale in SCALES.values()} == set(Metric)
    assert set(SPANS) == set(SCALES)


@pytest.mark.parametrize("scale", SCALES.values(), ids=lambda scale: scale.name)
def test_no_word_for_no_answer_is_also_an_answer(scale):
    assert not set(scale.label_values) & (set(BLANK) | set(NOT_APPLICABLE))


@seeded
@given(scale=st.sampled_from(list(SCALES.values())), number=st.integers(-20, 20))
def test_whole_numbers_are_answers_exactly_within_the_scale(scale, number):
    if str(number) in scale.not_answers:
        return
    if scale.low <= number <= scale.high:
        assert scale.parse(number).value == scale.parse(str(number)).value == scale.parse(f"{number}.0").value == number
    else:
        with pytest.raises(ScaleError):
            scale.parse(number)


@seeded
@given(scale=st.sampled_from(list(SCALES.values())), raw=st.text(max_size=40))
def test_any_text_is_an_answer_on_the_scale_or_a_scale_error(scale, raw):
    try:
        answer = scale.parse(raw)
    except ScaleError:
        return
    assert (answer.value in scale.values) == (answer.status is Status.ANSWERED)
