"""Every definition and worked example that the organisation agreed on, by number."""

import pytest

from verbatim import scores
from verbatim.errors import ScaleError
from verbatim.scores.bands import BANDS, band_of


def test_fifteen_satisfied_of_25_is_60_per_cent():
    assert scores.csat([4] * 15 + [3] * 10).value == 60.0


def test_ratings_5_4_5_3_4_have_a_mean_of_4_2():
    score = scores.csat([5, 4, 5, 3, 4])
    assert score.mean == pytest.approx(4.2)
    assert score.value == 80.0  # the mean stands beside the share, never instead of it


def test_answers_10_2_7_8_6_are_an_nps_of_minus_20():
    score = scores.nps([10, 2, 7, 8, 6])
    assert score.value == pytest.approx(-20)
    assert (score.shares["promoters"], score.shares["detractors"]) == (20.0, 40.0)
    assert score.n == 5


@pytest.mark.parametrize(
    ("scale", "satisfied", "lowest"),
    [
        ("csat-5", {4, 5}, 1),
        ("csat-5-excellent", {4, 5}, 1),
        ("csat-5-amazing", {4, 5}, 1),
        ("csat-5-reversed", {1, 2}, 1),
        ("csat-7", {6, 7}, 1),
        ("csat-10", {9, 10}, 1),
        ("csat-3", {3}, 1),
        ("csat-2", {1}, 0),
    ],
)
def test_default_satisfied_answers_of_each_csat_scale(scale, satisfied, lowest):
    values = scores.SCALES[scale].values
    assert values[0] == lowest
    assert {v for v in values if scores.csat([v], scale=scale).value == 100.0} == satisfied


@pytest.mark.parametrize(
    ("scale", "definition", "satisfied"),
    [
        ("csat-5", "satisfied=5", {5}),
        ("csat-5", "top=5", {5}),
        ("csat-7", "satisfied=5-7", {5, 6, 7}),
        ("csat-10", "satisfied=8-10", {8, 9, 10}),
    ],
)
def test_definitions_that_are_also_offered(scale, definition, satisfied):
    values = scores.SCALES[scale].values
    assert {v for v in values if scores.csat([v], scale=scale, definition=definition).value == 100.0} == satisfied


def test_neutral_answers_stay_in_the_denominator():
    assert scores.csat([5, 3]).value == 50.0


def test_not_applicable_and_blank_are_not_answers():
    score = scores.csat([5, "n/a", "", None, float("nan"), "1"])
    assert (score.n, score.value) == (2, 50.0)


def test_csat_has_a_wilson_interval_and_its_mean_a_t_interval():
    score = scores.csat([5, 5, 4, 2, 1])
    assert (score.low, score.high) == pytest.approx((23.07, 88.24), abs=0.01)
    assert (score.mean_low, score.mean_high) == pytest.approx((1.1444, 5.0), abs=1e-4)  # 5.66, kept on the scale


@pytest.mark.parametrize(
    ("share", "band"),
    [(95, "excellent"), (90, "excellent"), (86, "good"), (80, "typical"), (76, "typical"), (72, "below typical"),
     (69, "bad")],
)  # fmt: skip
def test_csat_bands(share, band):
    assert band_of(share, BANDS["csat share"]) == band


@pytest.mark.parametrize(("mean", "band"), [(4.1, "good"), (4.0, "typical"), (3.5, "typical"), (3.4, "bad")])
def test_csat_mean_bands_on_1_to_5(mean, band):
    assert band_of(mean, BANDS["csat mean 1-5"]) == band


@pytest.mark.parametrize(
    ("scale", "easy"),
    [("ces-7-ease", {5, 6, 7}), ("ces-5-ease", {4, 5}), ("ces-5-effort", {1, 2})],
)
def test_default_easy_answers_of_each_ces_scale(scale, easy):
    values = scores.SCALES[scale].values
    assert {v for v in values if scores.ces([v], scale=scale).value == 100.0} == easy


def test_net_easy_on_1_to_7_is_6_and_7_minus_1_to_3():
    score = scores.ces([7, 6, 5, 4, 3, 2, 1, 7, 6, 5])
    assert score.value == 60.0  # 5–7
    assert score.figures["net"].value == pytest.approx(40.0 - 30.0)


def test_ease_index_runs_from_0_to_100_easiest_in_either_direction():
    for scale, easiest, hardest in [("ces-7-ease", 7, 1), ("ces-5-ease", 5, 1), ("ces-5-effort", 1, 5)]:
        assert scores.ease_index({scale: [easiest]}).value == 100
        assert scores.ease_index({scale: [hardest]}).value == 0
    assert scores.ease_index({"ces-7-ease": [4], "ces-5-effort": [3]}).value == 50


@pytest.mark.parametrize(("mean", "band"), [(4.1, "good"), (4.0, "typical"), (3.0, "typical"), (2.9, "bad")])
def test_ces_mean_bands_on_1_to_5_ease(mean, band):
    assert band_of(mean, BANDS["ces mean 1-5"]) == band


def test_ces_bands_are_not_stretched_to_other_scales():
    assert scores.ces([7, 7], definition="mean").band is None
    assert scores.ces([1, 1], scale="ces-5-effort").mean_band is None
    assert scores.ces([5, 5], scale="ces-5-ease").mean_band == "good"


def test_promoters_passives_and_detractors_of_every_answer():
    kinds = {v: scores.nps([v]).value for v in range(11)}
    assert {v for v, net in kinds.items() if net == 100} == {9, 10}
    assert {v for v, net in kinds.items() if net == 0} == {7, 8}
    assert {v for v, net in kinds.items() if net == -100} == set(range(7))


@pytest.mark.parametrize("value", [11, -1, 7.5, "11", "9,5"])
def test_nps_rejects_what_is_outside_0_to_10_or_a_fraction(value):
    with pytest.raises(ScaleError):
        scores.nps([10, value])


def test_eleven_points_from_one_are_not_nps():
    with pytest.raises(ScaleError, match="starts at 1 is not NPS"):
        scores.propose_scale("nps", [1, 5, 11] * 10)


def test_nps_interval_adds_three_answers_by_default():
    n, up, down = 10 + 3, 6 + 0.75, 2 + 0.75
    net, variance = (up - down) / n, (up + down) / n - ((up - down) / n) ** 2
    half = 1.959964 * (variance / n) ** 0.5
    score = scores.nps([10] * 6 + [8] * 2 + [1] * 2)
    assert (score.low, score.high) == pytest.approx((100 * (net - half), 100 * (net + half)))
    assert score.value == pytest.approx(40)


@pytest.mark.parametrize(
    ("net", "band"),
    [(71, "world class"), (70, "excellent"), (51, "excellent"), (31, "good"), (30, "positive"), (10, "positive"),
     (9, "low"), (0, "low"), (-1, "bad")],
)  # fmt: skip
def test_nps_bands(net, band):
    assert band_of(net, BANDS["nps net"]) == band


def test_a_target_from_82_to_85_is_tracked_along_a_line():
    from datetime import date

    path = scores.TargetPath(goal=85, start=82, start_on=date(2026, 10, 1), due_on=date(2026, 12, 30))
    assert path.expected_on(date(2026, 11, 15)) == pytest.approx(83.5)
