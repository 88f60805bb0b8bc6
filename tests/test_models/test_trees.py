import subprocess
import sys

import numpy as np
import pytest

from models.coding import Coding
from models.trees import SHAPES, Trees, TreeShape, curve, fit_trees
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
    _, codes, y, weights = problem
    counts, losses, margins = curve(trees, codes, y, weights)
    assert counts.tolist() == [10, 20, 30, 40]
    assert margins[:, -1] == pytest.approx(trees.margins(codes), abs=1e-9)
    assert (np.diff(losses) < 0).all()  # on the rows it learnt from


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
from models.trees import Trees
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
