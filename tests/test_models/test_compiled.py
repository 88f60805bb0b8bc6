"""A compiled model gives what the model gives, and gives each row the same in any batch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learners.compiled import AT_ONCE, compiled
from models.learners.fitting import choose
from tests.test_models import made
from tests.test_models.made import objects

NAMES = ("logistic", "trees", "blend")
VALUES = ("p", "low", "high", "margin", "expected")


@pytest.fixture(scope="module")
def moody(rows_and_signs):
    """Rows with given log odds, and models of them with their compiled twins."""
    rows, directions = rows_and_signs
    rng = np.random.default_rng(4)
    mood = np.where(rng.random(len(rows)) < 0.3, np.nan, rng.normal(0, 0.5, len(rows)))
    more = rows.with_columns({**rows.columns, "account_mood": mood})
    chosen = choose(more, directions, seed=1)
    fits = {name: made.fitted(more, directions, name, chosen) for name in NAMES}
    return more, {name: (model, compiled(model)) for name, model in fits.items()}


def asked(rows):
    """Columns as they come: whole, with words nobody knows and numbers nobody has, and with some missing."""
    some = rows.take(np.arange(0, len(rows), 9)).columns
    n = len(some["channel"])
    strange = some | {
        "channel": objects(["carrier pigeon", None, "email", float("nan")] * n)[:n],
        "waiting": np.array([np.inf, np.nan, 0.0, -5.0, 1e12] * n)[:n],
        "age_hours": objects(["7", "many", None] * n)[:n],
    }
    less = {name: values for name, values in some.items() if name not in ("priority", "first_wait")}
    return some, strange, less


@pytest.mark.parametrize("name", NAMES)
def test_risks_and_contributions_are_those_of_the_model(moody, name):
    rows, fits = moody
    model, fast = fits[name]
    for columns in asked(rows):
        codes = fast.codes(columns)
        assert np.array_equal(codes, model.coding.codes(columns), equal_nan=True)
        found, explained = fast.look(columns, codes, explain=True)
        whole, theirs = model.predict(columns), model.explain(columns)
        for value in VALUES:
            assert getattr(found, value) == pytest.approx(getattr(whole, value), abs=1e-12, nan_ok=True), value
        assert explained.contributions == pytest.approx(theirs.contributions, abs=1e-9)
        assert explained.base == pytest.approx(theirs.base, abs=1e-9) and explained.names == theirs.names
        absent = model.absent(columns)
        assert fast.chances(codes, absent) == pytest.approx(whole.p, abs=1e-12)
        assert model.chances(codes, absent) == pytest.approx(whole.p, abs=1e-12)


def test_without_asking_nothing_is_explained(moody):
    rows, fits = moody
    columns = asked(rows)[0]
    model, fast = fits["trees"]
    assert fast.look(columns, fast.codes(columns), explain=False)[1] is None
    assert model.look(columns, model.codes(columns), explain=False)[1] is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", [0, 1, 2])
@settings(max_examples=6, deadline=None)
@given(draw=st.randoms(use_true_random=False), size=st.integers(1, AT_ONCE + 5))
def test_a_row_has_exactly_the_same_numbers_in_any_batch(moody, name, which, draw, size):
    rows, fits = moody
    columns = asked(rows)[which]
    _, fast = fits[name]
    n = len(columns["channel"])
    batch = np.array([draw.randrange(n) for _ in range(size)])
    whole = numbers(fast, columns, np.arange(n))
    found = numbers(fast, columns, batch)
    for ours, theirs in zip(found, whole, strict=True):
        assert np.array_equal(ours, theirs[batch], equal_nan=True)


def numbers(fast, columns, places):
    taken = {name: values[places] for name, values in columns.items()}
    codes = fast.codes(taken)
    found, explained = fast.look(taken, codes, explain=True)
    chances = fast.chances(codes, fast.model.absent(taken))
    return [getattr(found, value) for value in VALUES] + [explained.contributions, chances]


def test_no_rows_give_nothing(moody):
    rows, fits = moody
    for _, fast in fits.values():
        columns = {name: values[:0] for name, values in asked(rows)[0].items()}
        found, explained = fast.look(columns, fast.codes(columns), explain=True)
        assert len(found.p) == len(explained.contributions) == 0
