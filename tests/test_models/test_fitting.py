import numpy as np
import pytest

from models.judging.metrics import roc_auc
from models.learners.fitting import ESTIMATORS, MEMBERS, PENALTIES, choose, spread_weights
from models.learners.rows import Rows
from tests.test_models import made
from tests.test_models.made import objects
from verbatim.errors import EmptyError


def test_the_estimators_compete_and_the_winner_is_as_good_as_the_best(trained):
    recipe = trained.recipe
    assert [one.estimator for one in recipe.tried] == list(ESTIMATORS)
    winner = next(one for one in recipe.tried if one.estimator == recipe.estimator)
    assert min(one.log_loss for one in recipe.tried) <= winner.log_loss
    assert winner.behind <= 0.5 * winner.standard_error
    assert recipe.penalty in PENALTIES


def test_a_tie_goes_to_the_simpler_one():
    rows, directions = made.organisation(250, signal=0.0, seed=6).rows()
    assert choose(rows, directions, seed=1).recipe.estimator in ("logistic", "trees")


def test_the_margins_of_the_folds_rank_later_tickets(rows, chosen):
    assert len(set(chosen.places.tolist())) == len(chosen.places) == len(chosen.margins)
    chance = 1 / (1 + np.exp(-chosen.margins))
    assert roc_auc(rows.y[chosen.places], chance, rows.weights[chosen.places]) > 0.7


@pytest.mark.parametrize("name", ["logistic", "trees", "blend"])
def test_the_same_rows_and_seed_give_the_same_bytes(rows_and_signs, chosen, fits, name):
    again, first = made.fitted(*rows_and_signs, name, chosen), fits[name]
    assert again.coding == first.coding and again.calibration == first.calibration and again.scale == first.scale
    assert again.background.tobytes() == first.background.tobytes()
    for one, other in zip(again.members + again.draws, first.members + first.draws, strict=True):
        if one.logistic is not None:
            assert one.logistic.coefficients.tobytes() == other.logistic.coefficients.tobytes()
        if one.trees is not None:
            assert one.trees.text() == other.trees.text()


def test_the_order_of_rows_hardly_matters(rows_and_signs, fits):
    rows, directions = rows_and_signs
    mixed = rows.take(np.random.default_rng(3).permutation(len(rows)))
    other = made.fitted(mixed, directions, "logistic").predict(rows.columns).p
    assert other == pytest.approx(fits["logistic"].predict(rows.columns).p, abs=0.05)


def test_members_of_trees_differ_in_their_seed_and_a_regression_has_one(fits):
    assert len(fits["logistic"].members) == 1
    texts = {member.trees.text() for member in fits["trees"].members}
    assert len(texts) == len(fits["trees"].members) == MEMBERS


def test_a_draw_takes_whole_groups():
    group = objects(["a", "a", "b", "c", "c", "c"])
    drawn = spread_weights(group, np.ones(6), seed=5)
    assert all(len(set(drawn[group == key].tolist())) == 1 for key in "abc")
    assert drawn[[0, 2, 3]].sum() == 3


def test_too_few_rows_to_judge_on_later_ones_are_refused():
    y = np.array([0, 0, 0, 1], dtype=np.int8)
    keys = objects("abcd")
    times = np.arange(4)
    few = Rows({"x": np.arange(4.0)}, y, 5.0 - y, keys, keys, keys, times, times, {})
    with pytest.raises(EmptyError, match="too few rated tickets"):
        choose(few, {}, seed=1)


def test_competing_again_gives_the_same_and_tells_how_far_it_is(rows_and_signs, chosen):
    rows, directions = rows_and_signs
    told = []
    again = choose(rows, directions, seed=1, step=lambda what, done, of: told.append((what, done, of)))
    assert again.recipe == chosen.recipe and again.margins.tobytes() == chosen.margins.tobytes()
    assert {what for what, _, _ in told} == {"Logistic regression", "Boosted trees"}
    assert all(done <= of for _, done, of in told)
