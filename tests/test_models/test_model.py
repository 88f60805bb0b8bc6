import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learners.fitting import choose
from models.learners.model import Member, contributions, margins
from tests.test_models import made
from tests.test_models.made import objects

NAMES = ("logistic", "trees", "blend")
WAITS = ("waiting", "waiting_open", "first_wait", "first_wait_open", "longest_wait", "longest_wait_open")


@pytest.mark.parametrize("name", NAMES)
def test_contributions_add_up_to_the_margin(fits, rows, name):
    model = fits[name]
    found, predicted = model.explain(rows.columns), model.predict(rows.columns)
    assert found.contributions.shape == (len(rows), len(found.names))
    assert found.base + found.contributions.sum(axis=1) == pytest.approx(predicted.margin, abs=1e-9)


@pytest.fixture(scope="module")
def moody(rows_and_signs):
    """Rows with moods of some accounts, which say something of the risk but not in its unit, and models of them."""
    rows, directions = rows_and_signs
    rng = np.random.default_rng(4)
    mood = np.where(rng.random(len(rows)) < 0.3, np.nan, rng.normal(0, 0.5, len(rows)) + 0.2 * rows.y)
    more = rows.with_columns({**rows.columns, "account_mood": mood})
    chosen = choose(more, directions, seed=1)
    return more, {name: made.fitted(more, directions, name, chosen) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_given_log_odds_enter_the_margin_as_they_are(moody, name):
    rows, fits = moody
    some = rows.take(np.arange(0, len(rows), 13)).columns
    known = np.linspace(-3, 3, len(some["account_mood"]))
    neutral, told, unknown = (
        fits[name].predict({**some, "account_mood": mood}).margin for mood in (0 * known, known, np.nan * known)
    )
    assert told - neutral == pytest.approx(known, abs=1e-9)
    assert unknown == pytest.approx(neutral, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_the_contribution_of_given_log_odds_is_themselves_and_all_add_up(moody, name):
    rows, fits = moody
    found, predicted = fits[name].explain(rows.columns), fits[name].predict(rows.columns)
    place = found.names.index("account_mood")
    assert found.contributions[:, place] == pytest.approx(np.nan_to_num(rows.columns["account_mood"]), abs=1e-12)
    assert found.base + found.contributions.sum(axis=1) == pytest.approx(predicted.margin, abs=1e-9)


def test_the_blend_adds_given_log_odds_once(moody):
    rows, fits = moody
    model = fits["blend"]
    codes = model.coding.codes(rows.columns)[:50]
    member = model.members[0]
    both = (member.logistic.margins(model.coding.design(codes)) + member.trees.margins(codes)) / 2
    mood = np.nan_to_num(rows.columns["account_mood"][:50])
    assert margins(model.coding, (member,), codes)[:, 0] == pytest.approx(both + mood, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_mood_is_averaged_over_the_background(moody, name):
    rows, fits = moody
    model = fits[name]
    without = {key: values[:20] for key, values in rows.columns.items() if key != "account_mood"}
    unknown = model.predict({**without, "account_mood": np.full(20, np.nan)}).margin
    usual = np.nan_to_num(model.background[:, model.coding.names.index("account_mood")]).mean()
    assert model.missing(without) == ("account_mood",)
    assert model.predict(without).margin == pytest.approx(unknown + usual, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("column", WAITS)
@given(place=st.integers(0, 1_000), hours=st.floats(0, 500), more=st.floats(0, 5_000))
@settings(max_examples=12, deadline=None)
def test_a_longer_wait_never_lowers_the_risk(fits, rows, name, column, place, hours, more):
    one = {key: values[[place, place]] for key, values in rows.columns.items()}
    low, high = fits[name].predict({**one, column: np.array([hours, hours + more])}).p
    assert low <= high + 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_more_time_to_the_promise_never_raises_the_risk(name):
    columns, y = made.planted(400)
    rows, directions = made.organisation(250, seed=8).rows()
    late = np.random.default_rng(1).normal(0, 4, len(rows)) + 3 * rows.y
    model = made.fitted(rows.with_columns({"sla_left": late}), {"sla_left": -1}, name)  # the data say the reverse
    assert (np.diff(model.predict({"sla_left": np.linspace(-30, 30, 200)}).p) <= 1e-12).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_interval_contains_the_estimate(fits, rows, name):
    found = fits[name].predict(rows.columns)
    assert ((found.low <= found.p) & (found.p <= found.high)).all()
    assert (found.low > 0).all() and (found.high < 1).all() and (found.high - found.low > 0.01).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_column_is_averaged_over_the_background(fits, rows, name):
    model = fits[name]
    some = rows.take(np.arange(0, len(rows), 97)).columns
    without = {key: values for key, values in some.items() if key != "priority"}
    place, priority = model.coding.names.index("priority"), model.coding.columns[model.coding.names.index("priority")]
    chances = []
    for filling in model.background[:, place]:
        word = None if np.isnan(filling) else priority.words[int(filling)]
        chances.append(model.predict({**some, "priority": objects([word] * len(some["priority"]))}).p)
    assert model.missing(without) == ("priority",)
    assert model.predict(without).p == pytest.approx(np.mean(chances, axis=0), abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_contributions_of_a_missing_column_still_add_up(fits, rows, name):
    without = {key: values[:50] for key, values in rows.columns.items() if key not in ("priority", "longest_wait")}
    found, predicted = fits[name].explain(without), fits[name].predict(without)
    assert found.base + found.contributions.sum(axis=1) == pytest.approx(predicted.margin, abs=1e-9)


def width(predicted):
    return np.log(predicted.high / (1 - predicted.high)) - np.log(predicted.low / (1 - predicted.low))


def test_unseen_words_and_missing_columns_make_the_interval_wider(fits, rows):
    some = rows.take(np.arange(0, len(rows), 11)).columns
    model = fits["blend"]
    known = width(model.predict({**some, "priority": objects([None] * len(some["priority"]))}))
    strange = width(model.predict({**some, "priority": objects(["purple"] * len(some["priority"]))}))
    assert (strange > known).all()
    without = {key: values for key, values in some.items() if key not in ("longest_wait", "first_wait", "reopens")}
    assert width(model.predict(without)).mean() > width(model.predict(some)).mean()


def test_no_column_at_all_still_gives_a_risk(fits):
    found = fits["blend"].predict({"other": np.zeros(3)})
    assert np.ptp(found.p) == 0 and 0 < found.p[0] < 1


def test_nothing_to_predict_gives_nothing(fits, rows):
    empty = {name: values[:0] for name, values in rows.columns.items()}
    for name in NAMES:
        assert len(fits[name].predict(empty).p) == 0 == len(fits[name].explain(empty).contributions)


def test_a_higher_risk_goes_with_a_lower_expected_score(fits, rows):
    found = fits["blend"].predict(rows.columns)
    order = np.argsort(found.p)
    assert (np.diff(found.expected[order]) <= 1e-12).all()
    assert 1 <= found.expected.min() < found.expected.max() <= 5


def test_rows_do_not_influence_each_other(fits, rows):
    together = fits["blend"].predict(rows.columns).p
    order = np.random.default_rng(2).permutation(len(rows))[:200]
    assert fits["blend"].predict(rows.take(order).columns).p == pytest.approx(together[order], abs=1e-12)


def test_the_blend_is_the_mean_of_its_two_estimators(fits, rows):
    model = fits["blend"]
    codes = model.coding.codes(rows.columns)[:20]
    member = model.members[0]
    alone = [margins(model.coding, (one,), codes) for one in (
        Member(member.logistic, None), Member(None, member.trees)
    )]  # fmt: skip
    assert margins(model.coding, (member,), codes) == pytest.approx((alone[0] + alone[1]) / 2)
    assert contributions(model.coding, member, codes)[0].shape == codes.shape
