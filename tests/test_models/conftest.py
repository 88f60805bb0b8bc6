"""Trainings that several modules look at, made once."""

import pytest

from models.estimator import CsatPredictor
from models.learners.fitting import choose
from models.learners.training import train
from tests.test_models import made


@pytest.fixture(scope="package")
def rows_and_signs():
    return made.organisation().rows()


@pytest.fixture(scope="package")
def rows(rows_and_signs):
    return rows_and_signs[0]


@pytest.fixture(scope="package")
def trained(rows_and_signs):
    rows, directions = rows_and_signs
    return train(rows, directions)


@pytest.fixture(scope="package")
def predictor(trained, rows):
    return made.predictor_of(trained, rows)


@pytest.fixture(scope="package")
def chosen(rows_and_signs):
    """What competing on the organisation's rows gave."""
    return choose(*rows_and_signs, seed=1)


@pytest.fixture(scope="package")
def fits(rows_and_signs, chosen):
    """A model of each estimator, by name."""
    return {name: made.fitted(*rows_and_signs, name, chosen) for name in ("logistic", "trees", "blend")}


@pytest.fixture(scope="package")
def estimator():
    """A fitted `CsatPredictor` that the gate let pass."""
    table, scores = made.flat()
    return CsatPredictor(made.DECLARED, group="account", time="rated_at", increasing=("wait", "reopens")).fit(
        table, scores
    )
