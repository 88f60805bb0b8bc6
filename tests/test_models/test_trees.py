import subprocess
import sys

import numpy as np
import pytest
from scipy.special import expit

from models.learners.coding import Coding
from models.learners.trees import PATIENCE, SHAPES, Trees, TreeShape, curve, fit_trees
from tests.test_models.made import planted
from verbatim.errors import StorageError

SMALL = TreeShape(leaves=4, leaf_rows=15)


@pytest.fixture(scope="module")
def problem():
    columns, y = planted()
    coding = Coding.learn(columns, np.ones(len(y)), {"wait": 1})
    return coding, coding.codes(columns), y, np.ones(len(y))


@pytest.fixture(scope="module")
def trees(problem):
    coding, codes, y, weights = problem
    return fit_trees(codes, y, weights, coding, SMALL, rounds=40, seed=3)


def test_contributions_add_up_to_the_margin(problem, trees):
    _, codes, _, _ = problem
    parts, base = trees.contributions(codes)
    assert parts.shape == codes.shape
    assert base + parts.sum(axis=1) == pytest.approx(trees.margins(codes), abs=1e-9)


def test_text_gives_the_same_trees_again(problem, trees):
    _, codes, _, _ = problem
    assert np.array_equal(Trees.of_text(trees.text()).margins(codes), trees.margins(codes))


def test_the_same_seed_gives_the_same_text(problem, trees):
    coding, codes, y, weights = problem
    assert fit_trees(codes, y, weights, coding, SMALL, rounds=40, seed=3).text() == trees.text()
    assert fit_trees(codes, y, weights, coding, SMALL, rounds=40, seed=4).text() != trees.text()


def test_names_of_columns_stay_out_of_the_text(trees):
    assert "wait" not in trees.text() and "west" not in trees.text()


def test_the_curve_ends_where_the_trees_do(problem, trees):
    coding, codes, y, weights = problem
    counts, losses, margins = curve(trees, coding, codes, y, weights)
    assert counts.tolist() == [10, 20, 30, 40]
    assert margins[:, -1] == pytest.approx(trees.margins(codes), abs=1e-9)
    assert (np.diff(losses) < 0).all()  # on the rows it learnt from


@pytest.fixture(scope="module")
def later():
    """Rows of another draw than the problem's."""
    columns, y = planted(400, seed=9)
    return columns, y, np.ones(len(y))


def test_growing_stops_where_further_trees_do_not_help(problem, later):
    coding, codes, y, weights = problem
    others, late, mass = later
    judge = (coding.codes(others), late, mass)
    quick = TreeShape(leaves=8, rate=0.3, leaf_rows=5)
    stopped = fit_trees(codes, y, weights, coding, quick, rounds=200, seed=3, judge=judge)
    whole = fit_trees(codes, y, weights, coding, quick, rounds=200, seed=3)
    assert stopped.booster.num_trees() < 200 == whole.booster.num_trees()
    counts, losses, _ = curve(whole, coding, *judge, every=1)
    best = int(losses.argmin())
    assert stopped.booster.num_trees() == counts[best] + PATIENCE
    assert stopped.margins(codes) == pytest.approx(
        fit_trees(codes, y, weights, coding, quick, rounds=int(counts[best]), seed=3).margins(codes), abs=1e-12
    )
    assert np.array_equal(Trees.of_text(stopped.text()).margins(codes), stopped.margins(codes))


@pytest.fixture(scope="module")
def offered():
    """A problem with log odds that are given for half of the rows, and exactly 0 for many."""
    columns, y = planted(2_000, seed=4)
    rng = np.random.default_rng(4)
    mood = np.where(rng.random(len(y)) < 0.5, np.nan, rng.choice([-2.0, 0.0, 1.5], len(y)))
    y = np.where(mood == 0, 1, y).astype(np.int8)  # that it is 0, or known, would tell a lot
    columns = columns | {"account_mood": mood}
    coding = Coding.learn(columns, np.ones(len(y)))
    return coding, coding.codes(columns), y, np.ones(len(y))


def test_of_given_log_odds_nothing_is_learnt(offered):
    coding, codes, y, weights = offered
    found = fit_trees(codes, y, weights, coding, SMALL, rounds=30, seed=3)
    place = coding.names.index("account_mood")
    other = codes.copy()
    other[:, place] = np.random.default_rng(1).normal(0, 5, len(codes))
    assert np.array_equal(found.margins(other), found.margins(codes))
    assert not found.contributions(other)[0][:, place].any()


def test_trees_learn_what_is_beyond_the_given_log_odds(offered):
    coding, codes, y, weights = offered
    place = coding.names.index("account_mood")
    told = codes.copy()
    told[:, place] = 3.0  # everybody's risk is said to be high: the trees take it back
    plain, less = (fit_trees(one, y, weights, coding, SMALL, rounds=60, seed=3) for one in (codes, told))
    assert (less.margins(codes) < plain.margins(codes) - 1).all()
    assert expit(less.margins(codes) + 3.0).mean() == pytest.approx(y.mean(), abs=0.03)


def test_with_given_log_odds_contributions_curve_and_text_agree_with_the_margins(offered):
    coding, codes, y, weights = offered
    found = fit_trees(codes, y, weights, coding, SMALL, rounds=20, seed=3)
    parts, base = found.contributions(codes)
    assert base + parts.sum(axis=1) == pytest.approx(found.margins(codes), abs=1e-9)
    _, _, margins = curve(found, coding, codes, y, weights)
    assert margins[:, -1] == pytest.approx(found.margins(codes) + coding.given(codes).sum(axis=1), abs=1e-9)
    assert np.array_equal(Trees.of_text(found.text()).margins(codes), found.margins(codes))


def test_with_given_log_odds_alone_the_rate_is_all_that_trees_know(offered):
    _, codes, y, weights = offered
    coding = Coding.learn({"account_mood": np.linspace(-1, 1, len(y))}, weights)
    bare = fit_trees(np.zeros((len(y), 1)), y, weights, coding, SMALL, rounds=5, seed=3)
    assert bare.margins(np.ones((3, 1))) == pytest.approx(np.full(3, np.log(y.mean() / (1 - y.mean()))), abs=1e-6)


def test_trees_without_a_split_are_read_too(problem):
    coding, codes, y, weights = problem
    bare = fit_trees(codes[:30], y[:30], weights[:30], coding, SHAPES[0], rounds=5, seed=1)
    assert np.ptp(Trees.of_text(bare.text()).margins(codes)) == 0


def damages(text):
    half = len(text) // 2
    body = text.index("Tree=1\n")
    return {
        "empty": "",
        "words": "I am no tree at all",
        "html": "<html>tree</html>",
        "only marks": "tree\nend of trees\n",
        "first half": text[:half],
        "cut in the parameters": text[: text.index("end of trees\n") + 200],
        "last byte": text[:-1],
        "half with an end": text[:half] + "\nend of trees\n",
        "other leaves": text[:body] + text[body:].replace("num_leaves=4", "num_leaves=9", 1),
        "a word as a number": text[:body] + text[body:].replace("leaf_value=", "leaf_value=x", 1),
        "a feature that is not there": text[:body] + text[body:].replace("split_feature=0", "split_feature=7", 1),
        "another child": text[:body] + text[body:].replace("left_child=1", "left_child=0", 1),
        "another tree": text.replace("Tree=1\n", "Tree=7\n", 1),
        "fewer columns": text.replace("max_feature_idx=2", "max_feature_idx=1", 1),
    }


@pytest.mark.parametrize("name", list(damages("Tree=1\nend of trees\n")))
def test_damaged_text_is_refused_and_says_what_to_do(trees, name):
    damaged = damages(trees.text())[name]
    assert damaged != trees.text(), name
    with pytest.raises(StorageError, match="train it again"):
        Trees.of_text(damaged)


def test_damage_anywhere_never_ends_the_process(trees, tmp_path):
    """In a process of its own: LightGBM ends it on text that it cannot read."""
    (tmp_path / "trees.txt").write_text(trees.text())
    script = """
import sys, random
from models.learners.trees import Trees
from verbatim.errors import StorageError
text, draw = open(sys.argv[1]).read(), random.Random(1)
end = text.index("end of trees")
refused = 0
for _ in range(150):
    place = draw.randrange(end)
    behind = text[place + 1:]
    for other in (text[:place], text[:place] + draw.choice("x-9= \\n") + behind, text[:place] + behind):
        try:
            Trees.of_text(other)
        except StorageError:
            refused += 1
print(refused)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "trees.txt")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert int(done.stdout.split()[-1]) > 300
