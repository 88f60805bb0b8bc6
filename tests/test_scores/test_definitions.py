import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scores.properties import seeded
from verbatim.errors import ScaleError
from verbatim.scores import SCALES, Figure, default_definition, define, ease_index_definition
from verbatim.scores.definitions import SPANS, Definition

FIGURES = st.sampled_from(list(Figure))


@pytest.mark.parametrize(
    ("metric", "text", "name"),
    [
        ("csat", None, "csat-5: satisfied=4-5, dissatisfied=1-2, figure=share"),
        ("csat", "top=5", "csat-5: satisfied=5, dissatisfied=1-2, figure=share"),
        ("csat", "csat-7: satisfied=5-7", "csat-7: satisfied=5-7, dissatisfied=1-3, figure=share"),
        ("ces", "net", "ces-7-ease: easy=5-7, difficult=1-3, net=6-7, figure=net"),
        ("ces", "easy=6-7 net=5-7", "ces-7-ease: easy=6-7, difficult=1-3, net=5-7, figure=share"),
        ("ces", "mean", "ces-7-ease: easy=5-7, difficult=1-3, net=6-7, figure=mean"),
        ("nps", "interval=wald", "nps: promoters=9-10, detractors=0-6, figure=net, interval=wald"),
        ("nps", "promoters=8–10; detractors=0-5", "nps: promoters=8-10, detractors=0-5, figure=net"),
    ],
)
def test_a_definition_is_written_as_text(metric, text, name):
    assert define(metric, text).name == name


@pytest.mark.parametrize(
    ("metric", "text", "reason"),
    [
        ("csat", "happy=4-5", "not part of a csat definition"),
        ("csat", "satisfied=4-6", "not all on csat-5"),
        ("csat", "satisfied=a", "not a span"),
        ("csat", "satisfied=2-5", "at once"),
        ("csat", "csat-9:", "unknown scale"),
        ("csat", "ces-7-ease: easy=5", "not a scale of csat"),
        ("nps", "satisfied=9", "not part of a nps definition"),
        ("nope", None, "not a metric"),
    ],
)
def test_a_wrong_definition_is_an_error_that_says_what_is_wrong(metric, text, reason):
    with pytest.raises(ScaleError, match=reason):
        define(metric, text)


def test_a_definition_for_another_scale_than_the_answers_is_an_error():
    with pytest.raises(ScaleError, match="another scale"):
        define("csat", "csat-7: satisfied=5-7", scale="csat-5")


def test_every_definition_says_how_it_counts_in_words():
    assert define("csat").text == (
        "% satisfied = answers 4-5 ÷ valid answers, on the 1–5 scale (higher is better); Wilson interval"
    )
    assert "adjusted Wald" in define("nps").text
    assert "lower is better" in default_definition("ces-5-effort").text
    assert "100 = easiest" in ease_index_definition().text


def test_a_scale_without_a_default_needs_spans():
    from dataclasses import replace

    own = replace(SCALES["csat-5"], name="mine", high=4)
    with pytest.raises(ScaleError, match="no default definition"):
        default_definition(own)
    definition = Definition(own, Figure.SHARE, (3, 4), (1, 1), (3, 4))
    assert definition.name == "mine: satisfied=3-4, dissatisfied=1, figure=share"


def test_only_a_mean_on_a_reversed_scale_is_better_when_lower():
    reversed_scale = default_definition("csat-5-reversed")
    assert reversed_scale.higher_is_better
    assert not reversed_scale.headed(Figure.MEAN).higher_is_better
    assert default_definition("csat-5").headed(Figure.MEAN).higher_is_better


@seeded
@given(st.sampled_from(list(SPANS)), FIGURES, st.booleans())
def test_the_name_of_a_definition_reads_back_as_the_same_definition(scale, figure, adjusted):
    from dataclasses import replace

    definition = replace(default_definition(scale).headed(figure), adjusted=adjusted or figure is not Figure.NET)
    assert define(definition.metric, definition.name) == definition


@seeded
@given(st.sampled_from(list(SPANS)), FIGURES)
def test_the_best_answer_has_the_best_points(scale, figure):
    definition = default_definition(scale).headed(figure)
    points = dict(
        zip(definition.scale.values, definition.points(np.array(definition.scale.values, dtype=float)), strict=True)
    )
    best = max(points.values()) if definition.higher_is_better else min(points.values())
    assert points[definition.scale.best] == best
