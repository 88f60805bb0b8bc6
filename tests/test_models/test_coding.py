import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learners.coding import LEAST_OF_A_WORD, Coding, numbers
from tests.test_models.made import objects, planted


def learnt(**columns):
    count = len(next(iter(columns.values())))
    return Coding.learn(columns, np.ones(count))


def test_a_coding_survives_its_state_as_json():
    columns, _ = planted()
    coding = Coding.learn(columns, np.ones(600), {"wait": 1})
    again = Coding.of_state(json.loads(json.dumps(coding.state())))
    assert again == coding
    assert np.array_equal(again.codes(columns), coding.codes(columns), equal_nan=True)


def test_words_are_coded_by_frequency_and_rare_ones_are_unknown():
    words = objects(["a"] * 6 + ["b"] * 9 + ["c"] * (LEAST_OF_A_WORD - 1) + [None])
    coding = learnt(word=words)
    assert coding.columns[0].words == ("b", "a")
    assert coding.codes({"word": objects(["a", "b", "c", "z", None])})[:, 0].tolist()[:2] == [1.0, 0.0]
    assert np.isnan(coding.codes({"word": objects(["c", "z", None])})).all()


def test_an_unseen_word_is_told_from_a_missing_one():
    coding = learnt(word=objects(["a", "b"] * 10))
    strange = {"word": objects(["a", "z", None])}
    assert coding.unseen(strange, coding.codes(strange))[:, 0].tolist() == [False, True, False]
    assert not coding.unseen({"other": np.zeros(3)}, coding.codes({"other": np.zeros(3)})).any()


def test_a_ticket_with_many_snapshots_does_not_make_its_word_frequent():
    words = objects(["a"] * 20 + ["b"] * 8)
    weights = np.r_[np.full(20, 1 / 20), np.ones(8)]
    assert Coding.learn({"word": words}, weights).columns[0].words == ("b",)


def test_a_column_with_one_value_is_left_out():
    assert not learnt(same=np.ones(9), empty=np.full(9, np.nan), no=objects([None] * 9)).columns
    assert learnt(known=np.r_[np.ones(5), np.full(4, np.nan)]).names == ("known",)


def test_the_design_is_as_wide_as_its_columns_say():
    columns, _ = planted()
    coding = Coding.learn(columns, np.ones(600))
    design = coding.design(coding.codes(columns))
    assert design.shape == (600, sum(column.width for column in coding.columns))
    assert len(coding.owners()) == len(coding.rising()) == design.shape[1]
    assert np.bincount(coding.owners()).tolist() == [column.width for column in coding.columns]


def test_every_row_has_one_word_or_is_unknown():
    coding = learnt(word=objects(["a", "b"] * 10))
    design = coding.design(coding.codes({"word": objects(["b", "q", None, "a"])})).toarray()
    assert design.sum(axis=1).tolist() == [1, 1, 1, 1]
    assert design[:, -1].tolist() == [0, 1, 1, 0]


def test_a_number_that_is_nearly_always_the_same_has_a_step_at_the_next():
    assert learnt(reopens=np.r_[np.zeros(99), 2.0]).columns[0].edges == (2.0,)


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
@settings(max_examples=40, deadline=None)
def test_more_of_a_number_never_makes_a_step_or_the_slope_smaller(low, more):
    coding = learnt(wait=np.arange(30.0))
    design = coding.design(coding.codes({"wait": np.array([low, low + more])})).toarray()
    assert (design[1, :-1] >= design[0, :-1]).all()


def test_directions_hold_for_steps_of_numbers_and_not_for_unknown():
    coding = Coding.learn({"up": np.arange(30.0), "down": np.arange(30.0), "free": np.arange(30.0)}, np.ones(30),
                          {"up": 1, "down": -1})  # fmt: skip
    ways, owners = coding.rising(), coding.owners()
    assert [set(ways[owners == place][:-1].tolist()) for place in range(3)] == [{1}, {-1}, {0}]
    assert [ways[owners == place][-1] for place in range(3)] == [0, 0, 0]


def test_infinities_and_words_among_numbers_are_unknown():
    assert np.isnan(numbers(np.array([np.inf, -np.inf, np.nan]))).all()
    assert numbers(objects(["4", "n/a", None, 2]))[[0, 3]].tolist() == [4.0, 2.0]
    assert np.isnan(numbers(objects(["4", "n/a", None, 2]))[[1, 2]]).all()


def test_given_log_odds_are_kept_as_they_are_and_not_in_the_design():
    mood = np.r_[np.linspace(-2, 2, 20), np.full(10, np.nan)]
    coding = learnt(account_mood=mood, wait=np.arange(30.0))
    codes = coding.codes({"account_mood": mood, "wait": np.arange(30.0)})
    assert coding.is_given.tolist() == [True, False]
    assert np.array_equal(coding.given(codes), np.column_stack([np.nan_to_num(mood), np.zeros(30)]))
    assert set(coding.owners().tolist()) == {1}
    assert coding.design(codes).shape[1] == coding.columns[1].width == len(coding.rising())
    assert Coding.of_state(json.loads(json.dumps(coding.state()))) == coding


def test_given_log_odds_that_are_unknown_or_0_everywhere_are_left_out():
    assert not learnt(account_mood=np.full(9, np.nan)).columns
    assert not learnt(account_mood=np.r_[np.zeros(5), np.full(4, np.nan)]).columns


def test_given_log_odds_that_are_missing_are_0():
    coding = learnt(account_mood=np.linspace(-1, 1, 9))
    assert coding.given(coding.codes({"other": np.zeros(3)})).tolist() == [[0.0]] * 3


@pytest.mark.parametrize("columns", [{}, {"other": np.zeros(2)}])
def test_missing_columns_are_unknown(columns):
    coding = learnt(wait=np.arange(30.0))
    assert np.isnan(coding.codes(columns)).all()
    assert coding.codes(columns).shape == (2 if columns else 0, 1)


def test_effects_are_the_design_times_the_coefficients():
    rng = np.random.default_rng(2)
    columns = {
        "wait": np.where(rng.random(300) < 0.1, np.nan, rng.exponential(3, 300)),
        "flag": (rng.random(300) < 0.02).astype(float),
        "word": objects(rng.choice(["a", "b", "c"], 300).tolist()),
    }
    coding = Coding.learn(columns, np.ones(300))
    codes = coding.codes({**columns, "word": objects(["a", "new", None] * 100)})
    coefficients = rng.normal(size=(len(coding.owners()), 4))
    found = sum(effect for _, effect in coding.effects(codes, coefficients))
    assert found == pytest.approx(coding.design(codes) @ coefficients)
    assert [place for place, _ in coding.effects(codes, coefficients)] == [0, 1, 2]
