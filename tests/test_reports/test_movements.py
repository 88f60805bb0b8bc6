from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.reports.figures import family_confidence
from verbatim.reports.movements import History, movement_of, movements

LABELS = tuple(f"month {number}" for number in range(1, 13))
SURE = family_confidence(20)


def history(counts, total=400, theme_id="t", parent_id=None):
    counts = np.array(counts, dtype=float)
    totals = np.full(len(counts), float(total))
    part_of = None if parent_id is None else "Whole"
    return History(theme_id, "Search", counts, totals, LABELS[-len(counts) :], parent_id, part_of)


def kind_of(counts, **more):
    move = movement_of(history(counts, **more), SURE)
    return move.kind if move else None


def test_theme_that_appears_in_the_window_is_new_from_its_first_month():
    move = movement_of(history([0, 1, 0, 0, 0, 1, 0, 35, 40, 44, 41, 38]), SURE)
    assert move.kind == "new"
    assert move.since == "month 8"
    assert move.low > 0


def test_theme_that_appeared_before_the_window_is_not_new():
    assert kind_of([0, 0, 0, 40, 41, 38, 40, 39, 42, 40, 38, 41]) is None


def test_theme_that_doubles_is_growing_not_new():
    assert kind_of([20, 21, 19, 20, 22, 20, 21, 20, 19, 45, 44, 46]) == "growing"


def test_large_theme_that_goes_is_fading_even_with_a_few_strays():
    move = movement_of(history([40, 44, 41, 38, 40, 39, 30, 15, 6, 2, 3, 2]), SURE)
    assert move.kind == "fading"
    assert "nearly gone" in move.sentence


def test_theme_that_halves_is_shrinking():
    assert kind_of([40, 41, 40, 39, 40, 42, 40, 41, 39, 20, 19, 21]) == "shrinking"


def test_small_theme_that_goes_is_not_fading():
    assert kind_of([4, 5, 4, 4, 5, 4, 0, 0, 0, 0, 0, 0]) is None


@pytest.mark.parametrize("counts", [[30] * 12, [0] * 12, [400] * 12, [30], [30, 31], [0, 40]])
def test_steady_or_short_history_does_not_move_or_crash(counts):
    move = movement_of(history(counts), SURE)
    assert move is None or move.kind == "new"
    if len(set(counts)) == 1:
        assert move is None


def test_months_without_any_comment_are_no_evidence():
    empty = History("t", "Search", np.zeros(12), np.zeros(12), LABELS)
    assert movement_of(empty, SURE) is None


def test_part_that_fades_is_named_where_its_whole_only_shrinks():
    part = history([30, 31, 29, 30, 30, 28, 25, 24, 22, 1, 0, 0], theme_id="part", parent_id="whole")
    whole = history([50, 51, 49, 50, 50, 48, 45, 44, 42, 21, 20, 20], theme_id="whole")
    moved = movements([whole, part])
    assert [(move.theme_id, move.kind) for move in moved] == [("part", "fading")]
    assert "(part of “Whole”)" in moved[0].sentence


def test_part_of_a_new_theme_is_not_told_twice():
    counts = [0] * 7 + [40, 41, 38, 42, 40]
    moved = movements([history(counts, theme_id="whole"), history(counts, theme_id="part", parent_id="whole")])
    assert [move.theme_id for move in moved] == ["whole"]


def test_order_of_the_themes_changes_nothing():
    themes = [
        history([0] * 7 + [40] * 5, theme_id="a"),
        history([0] * 7 + [40] * 5, theme_id="b"),
        history([9] * 12, theme_id="c"),
    ]
    assert movements(themes) == movements(themes[::-1])


def test_themes_without_a_trend_rarely_move():
    generator = np.random.default_rng(7)
    false_alarms = 0
    for _ in range(40):
        themes = [history(generator.binomial(400, 0.08, 12), theme_id=str(i)) for i in range(15)]
        false_alarms += bool(movements(themes))
    assert false_alarms <= 4  # one in twenty is allowed: two of forty, and a margin


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(60, 500))
def test_interval_contains_the_difference_of_the_shares(counts, total):
    move = movement_of(history(counts, total=total), SURE)
    if move is not None:
        difference = move.after.value - move.before.value
        assert move.low - 1e-6 <= difference <= move.high + 1e-6
        assert move.low > 0 or move.high < 0
