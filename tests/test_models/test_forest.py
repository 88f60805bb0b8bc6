"""Trees from tables say what LightGBM says."""

from dataclasses import replace

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learners.coding import Coding
from models.learners.forest import Forest, Shares
from models.learners.trees import TreeShape, fit_trees
from models.learners.units import MOST_SPLITS, units_of
from tests.test_models.made import planted

SHAPES = {
    "small": TreeShape(leaves=4, leaf_rows=15),
    "large": TreeShape(leaves=12, rate=0.2, leaf_rows=5),
}


@pytest.fixture(scope="module")
def problem():
    """Columns of which one is often unknown, one never was in training, and one holds words."""
    columns, y = planted(900)
    rng = np.random.default_rng(8)
    columns |= {"known": rng.normal(size=len(y)), "area": rng.choice(list("abcdefgh"), len(y)).astype(object)}
    strain = y + columns["known"] + (columns["area"] == "c") - (columns["area"] == "f")
    label = (strain + rng.normal(size=len(y)) > 0.5).astype(np.int8)
    coding = Coding.learn(columns, np.ones(len(y)), {"wait": 1})
    return coding, coding.codes(columns), label, np.ones(len(y))


@pytest.fixture(scope="module", params=list(SHAPES))
def ensembles(request, problem):
    coding, codes, y, weights = problem
    return [fit_trees(codes, y, weights, coding, SHAPES[request.param], rounds=30, seed=seed) for seed in (1, 2, 3)]


def made(ensembles):
    """The forest and the shares of several ensembles, each counting alike."""
    units, constant = units_of([one.text() for one in ensembles])
    weights = np.full(len(ensembles), 1 / len(ensembles))
    return Forest.of(units, constant), Shares.of(units, constant, weights)


def anything(codes, seed=0):
    """Rows as no training had them: unknown values everywhere, words that are not there, values on the cuts."""
    rng = np.random.default_rng(seed)
    found = rng.permuted(codes, axis=0)
    found[rng.random(found.shape) < 0.2] = np.nan
    found[::7, -1] = 40.0
    found[1::7, 0] = 0.0
    return found


def test_margins_are_those_of_lightgbm(problem, ensembles):
    forest, _ = made(ensembles)
    for codes in (problem[1], anything(problem[1])):
        found = forest.margins(forest.patterns(np.ascontiguousarray(codes.T)))
        for one, own in zip(ensembles, found, strict=True):
            assert own == pytest.approx(one.margins(codes), abs=1e-12)


def test_contributions_and_base_are_the_mean_of_those_of_lightgbm(problem, ensembles):
    forest, shares = made(ensembles)
    for codes in (problem[1], anything(problem[1])):
        found = shares.contributions(forest.patterns(np.ascontiguousarray(codes.T)), codes.shape[1])
        theirs = [one.contributions(codes) for one in ensembles]
        assert found.T == pytest.approx(np.mean([parts for parts, _ in theirs], axis=0), abs=1e-9)
        assert shares.base == pytest.approx(np.mean([base for _, base in theirs]), abs=1e-9)


def test_weights_count(problem, ensembles):
    units, constant = units_of([one.text() for one in ensembles])
    shares = Shares.of(units, constant, np.array([0.0, 2.0, 0.0]))
    forest = Forest.of(units, constant)
    found = shares.contributions(forest.patterns(np.ascontiguousarray(problem[1].T)), problem[1].shape[1])
    parts, base = ensembles[1].contributions(problem[1])
    assert found.T == pytest.approx(2 * parts, abs=1e-9) and shares.base == pytest.approx(2 * base, abs=1e-9)


@pytest.fixture(scope="module")
def compiled(ensembles):
    return made(ensembles)


@settings(max_examples=15, deadline=None)
@given(first=st.integers(0, 800), count=st.integers(2, 90), place=st.integers(0, 89))
def test_a_row_has_exactly_the_same_numbers_whatever_stands_beside_it(problem, compiled, first, count, place):
    forest, shares = compiled
    codes = anything(problem[1])
    row = first + place % count

    def numbers(rows, at):
        patterns = forest.patterns(np.ascontiguousarray(rows.T))
        return np.r_[forest.margins(patterns)[:, at], shares.contributions(patterns, codes.shape[1])[:, at]]

    many, twice = numbers(codes[first : first + count], place % count), numbers(codes[[row, row]], 0)
    assert np.array_equal(many, twice)


def test_large_trees_are_cut_into_units_of_few_splits(problem):
    coding, codes, y, weights = problem
    one = fit_trees(codes, y, weights, coding, SHAPES["large"], rounds=5, seed=1)
    units, _ = units_of([one.text()])
    assert len(units) > 5
    assert all(len(unit.splits) <= MOST_SPLITS or len(unit.leaves) == 1 for unit in units)


def test_trees_without_a_split_are_constants(problem):
    coding, codes, y, weights = problem
    bare = fit_trees(codes[:30], y[:30], weights[:30], coding, SHAPES["small"], rounds=5, seed=1)
    grown = fit_trees(codes, y, weights, coding, SHAPES["small"], rounds=5, seed=1)
    for ensembles in ([bare], [bare, grown], [grown, bare]):
        forest, shares = made(ensembles)
        patterns = forest.patterns(np.ascontiguousarray(codes.T))
        for one, own in zip(ensembles, forest.margins(patterns), strict=True):
            assert own == pytest.approx(one.margins(codes), abs=1e-12)
        total = shares.base + shares.contributions(patterns, codes.shape[1]).sum(axis=0)
        assert total == pytest.approx(np.mean([one.margins(codes) for one in ensembles], axis=0), abs=1e-9)


def test_no_trees_at_all_say_nothing(problem):
    forest, shares = Forest.of(*units_of([""])), Shares.of(*units_of([""]), np.ones(1))
    patterns = forest.patterns(problem[1].T)
    assert not forest.margins(patterns).any()
    assert not shares.contributions(patterns, 5).any() and shares.base == 0.0


def test_trees_that_tables_cannot_hold_are_left_to_lightgbm(problem):
    _, codes, _, _ = problem
    chain = np.arange(60.0)[:, None]  # the best split always takes off the end
    parameters = {
        "verbose": -1, "num_threads": 1, "min_data_in_leaf": 1, "num_leaves": 30, "min_data_in_bin": 1,
        "min_sum_hessian_in_leaf": 0.0,
    }  # fmt: skip
    booster = lightgbm.train(parameters, lightgbm.Dataset(chain, label=4.0 ** chain[:, 0]), 1)
    assert units_of([booster.model_to_string()]) is None
    zero = lightgbm.train(
        {"verbose": -1, "num_threads": 1, "zero_as_missing": True},
        lightgbm.Dataset(codes[:, [1]], label=codes[:, 1]), 1,
    )  # fmt: skip
    assert units_of([zero.model_to_string()]) is None


def test_a_feature_twice_on_a_path_counts_once(problem):
    """One number decides everything: all contributions are its own, whatever the other numbers are."""
    coding, codes, _, weights = problem
    label = (np.sin(3 * codes[:, 3]) > 0).astype(np.int8)
    shape = replace(SHAPES["large"], leaf_rows=10)
    alone = np.full(codes.shape, np.nan)
    alone[:, 3] = codes[:, 3]
    one = fit_trees(alone, label, weights, coding, shape, rounds=10, seed=1)
    units, _ = units_of([one.text()])
    assert any(
        len(leaf.path) > len({step.split.feature for step in leaf.path}) for unit in units for leaf in unit.leaves
    )
    forest, shares = made([one])
    found = shares.contributions(forest.patterns(np.ascontiguousarray(codes.T)), codes.shape[1])
    assert not np.delete(found, 3, axis=0).any()
    assert found[3] + shares.base == pytest.approx(one.margins(codes), abs=1e-9)
