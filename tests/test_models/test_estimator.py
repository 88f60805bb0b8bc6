import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import roc_auc_score

from models.estimator import CesPredictor, CsatPredictor, MissingColumnWarning
from models.tickets.features import GIVEN
from tests.test_models import made
from verbatim.errors import EmptyError, LeakageError, NoSkillError, UserError

TABLE, SCORES = made.flat()


def unfitted(**changed):
    known = {"columns": made.DECLARED, "group": "account", "time": "rated_at", "increasing": ("wait", "reopens")}
    return CsatPredictor(**(known | changed))


def test_parameters_can_be_read_set_and_cloned():
    made_ = unfitted(seed=3)
    assert made_.get_params()["seed"] == 3 and made_.get_params()["columns"] is made.DECLARED
    twin = clone(made_)
    assert twin is not made_ and twin.get_params() == made_.get_params() and not hasattr(twin, "predictor_")
    assert twin.set_params(seed=9, refuse=False).seed == 9
    with pytest.raises(ValueError, match="nonsense"):
        twin.set_params(nonsense=1)


def test_it_predicts_later_tickets(estimator):
    later, scores = made.flat(300, seed=77)
    chance = estimator.predict_proba(later)
    assert chance.shape == (300, 2) and chance.sum(axis=1) == pytest.approx(np.ones(300))
    assert roc_auc_score(scores <= 3, chance[:, 1]) > 0.8
    assert estimator.classes_.tolist() == [0, 1] and estimator.n_features_in_ == 4
    chosen = estimator.predict(later)
    assert set(chosen.tolist()) == {0, 1} and (chance[chosen == 1, 1].min() > chance[chosen == 0, 1].max())


def test_it_was_judged_and_passed(estimator):
    assert estimator.gate_.passed and estimator.evaluation_.overall.tickets > 50


def test_intervals_have_the_index_of_the_frame(estimator):
    found = estimator.predict_interval(TABLE.iloc[5:9])
    assert found.index.tolist() == [5, 6, 7, 8]
    assert ((found["low"] <= found["probability"]) & (found["probability"] <= found["high"])).all()


def test_reasons_are_given(estimator):
    (found,) = estimator.explain(TABLE.iloc[[int(TABLE["wait"].argmax())]], top=2)
    assert len(found.reasons) == 2 and any("wait" in reason.statement for reason in found.reasons)


@pytest.mark.parametrize("name", ["wait", "reopens"])
def test_more_of_an_increasing_column_never_lowers_the_risk(estimator, name):
    one = TABLE.iloc[np.zeros(80, dtype=int)].reset_index(drop=True).assign(**{name: np.linspace(0, 60, 80)})
    assert (np.diff(estimator.predict_proba(one)[:, 1]) >= -1e-12).all()


def test_a_missing_column_warns_and_still_predicts(estimator):
    with pytest.warns(MissingColumnWarning, match="X has no channel"):
        found = estimator.predict_proba(TABLE.drop(columns="channel"))
    assert found.shape == (400, 2)
    with pytest.warns(MissingColumnWarning):
        assert estimator.predict_proba(pd.DataFrame(index=range(3))).shape == (3, 2)


def test_unknown_categories_and_unreadable_numbers_do_not_stop_it(estimator):
    strange = TABLE.iloc[:4].astype({"wait": object}).assign(channel=["fax", None, "", "email"])
    strange["wait"] = ["3.5", "n/a", None, 2]
    assert np.isfinite(estimator.predict_proba(strange)).all()
    wider = estimator.predict_interval(strange.assign(wait=2.0))
    assert np.isfinite(wider.to_numpy()).all()


def test_the_order_of_rows_and_of_columns_does_not_matter(estimator):
    mixed = TABLE.sample(frac=1, random_state=1)[list(reversed(TABLE.columns))]
    assert estimator.predict_proba(mixed)[:, 1] == pytest.approx(
        estimator.predict_proba(TABLE)[mixed.index, 1], abs=1e-12
    )
    order = np.random.default_rng(1).permutation(len(TABLE))
    again = unfitted().fit(TABLE.iloc[order], pd.Series(SCORES).iloc[order])
    assert again.predict_proba(TABLE) == pytest.approx(estimator.predict_proba(TABLE), abs=1e-12)


def test_it_can_be_saved_and_loaded(estimator, tmp_path):
    loaded = CsatPredictor.load(tmp_path, estimator.save(tmp_path))
    assert np.array_equal(loaded.predict_proba(TABLE), estimator.predict_proba(TABLE))
    assert loaded.gate_ == estimator.gate_ and loaded.target == estimator.target


def test_without_signal_it_refuses_to_predict_unless_told_otherwise():
    scores = np.random.default_rng(3).permutation(SCORES)
    quiet = unfitted().fit(TABLE, scores)
    assert not quiet.gate_.passed
    for ask in (quiet.predict, quiet.predict_proba, quiet.predict_interval, quiet.explain):
        with pytest.raises(NoSkillError, match="this predictor refuses: no proven skill"):
            ask(TABLE)
    assert quiet.set_params(refuse=False).predict_proba(TABLE).shape == (400, 2)


def test_not_fitted_says_so():
    with pytest.raises(NotFittedError, match="call fit"):
        unfitted().predict(TABLE)


def test_rows_without_a_rating_are_left_out():
    scores = pd.Series(SCORES, dtype=object)
    scores[::2] = [None, float("nan"), "n/a", pd.NA] * 50
    found = unfitted(minimum_tickets=100, minimum_cases=10).fit(TABLE, scores)
    assert found.predictor_.tickets == 200


def test_ratings_of_0_and_1_are_taken_as_they_are():
    found = unfitted().fit(TABLE, SCORES <= 3)
    assert found.predictor_.cases == (SCORES <= 3).sum()


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (lambda X, y: (X.to_numpy(), y), UserError, "must be a pandas frame"),
        (lambda X, y: (X, y[:-1]), UserError, "400 rows and y 399"),
        (lambda X, y: (X, [None] * 400), EmptyError, "no ratings in y"),
        (lambda X, y: (X, np.full(400, 5.0)), EmptyError, "no one of the 400"),
        (lambda X, y: (X, np.full(400, 1.0)), EmptyError, "every one of the 400"),
        (lambda X, y: (X.iloc[:100], y[:100]), NoSkillError, "100 rated tickets"),
        (lambda X, y: (X.iloc[:0], y[:0]), EmptyError, "no ratings"),
        (lambda X, y: (X.assign(extra=1), y), LeakageError, "'extra'"),
        (lambda X, y: (X.drop(columns="wait"), y), UserError, "no column 'wait'"),
        (lambda X, y: (X.drop(columns="account"), y), UserError, "no column 'account'"),
        (lambda X, y: (X.drop(columns="rated_at"), y), UserError, "no column 'rated_at'"),
        (lambda X, y: (X.assign(rated_at=pd.NaT), y), UserError, "400 rows have no time"),
        (lambda X, y: (X.assign(rated_at=np.nan), y), UserError, "no time"),
        (lambda X, y: (X.assign(rated_at=1e18), y), UserError, "no time"),
        (lambda X, y: (X.assign(rated_at=5), y), EmptyError, "same time"),
        (lambda X, y: (X.assign(seats=X["rated_at"]), y), UserError, "'seats' holds times"),
        (lambda X, y: (pd.concat([X, X[["seats"]]], axis=1), y), UserError, "two columns called 'seats'"),
    ],
)  # fmt: skip
def test_what_cannot_be_learnt_from_is_refused_with_a_reason(change, error, said):
    with pytest.raises(error, match=said):
        unfitted().fit(*change(TABLE, SCORES))


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_a_column_with_the_name_of_given_log_odds_is_refused(name):
    table = TABLE.rename(columns={"seats": name})
    declared = {key: when for key, when in made.DECLARED.items() if key != "seats"}
    with pytest.raises(UserError, match=f"the column '{name}' is taken.*rename"):
        unfitted(columns=declared | {name: "at_creation"}).fit(table, SCORES)
    found = unfitted(columns=declared | {name: "after_close"}).fit(table, SCORES)  # it is left out: no harm
    assert name not in found.predictor_.features


def test_a_column_that_copies_the_rating_is_refused():
    with pytest.raises(LeakageError, match="'hint' alone"):
        unfitted(columns=made.DECLARED | {"hint": "while_open"}).fit(TABLE.assign(hint=SCORES * 2), SCORES)


def test_columns_known_after_closing_are_not_used():
    found = unfitted(columns=made.DECLARED | {"remark": "after_close"}).fit(TABLE.assign(remark=SCORES), SCORES)
    assert "remark" not in found.predictor_.features
    assert found.predictor_.left_out == (("remark", "known only after closing"),)


def test_words_that_were_written_with_the_rating_are_not_read_either():
    remark = np.where(SCORES <= 3, "never again, awful", "lovely people, thanks")
    declared = made.DECLARED | {"remark": "after_close"}
    found = unfitted(columns=declared, text=("remark",)).fit(TABLE.assign(remark=remark), SCORES)
    assert found.predictor_.text == () and set(found.predictor_.features) == set(made.DECLARED)


@pytest.fixture(scope="module")
def reader():
    rng = np.random.default_rng(2)
    angry, calm = (
        ("it broke again", "still waiting, terrible", "useless"),
        ("how do I log in", "a question", "thanks"),
    )
    body = [rng.choice(angry if bad and rng.random() < 0.6 else calm) + f" {rng.choice(list('abcdefgh'))}{place}" * 2
            for place, bad in enumerate(SCORES <= 3)]  # fmt: skip
    return unfitted(columns=made.DECLARED | {"body": "at_creation"}, text=("body",)).fit(
        TABLE.assign(body=body), SCORES
    ), body


def test_text_is_read_and_known_from_the_creation_on(reader, tmp_path):
    found, body = reader
    assert "sentiment_mean" in found.predictor_.features and "body" not in found.predictor_.features
    loaded = CsatPredictor.load(tmp_path, found.save(tmp_path))
    table = TABLE.assign(body=body)
    assert np.array_equal(loaded.predict_proba(table), found.predict_proba(table))


def test_a_megabyte_of_text_and_no_text_at_all_are_scored(reader):
    found, _ = reader
    bodies = ["angry words " * 90_000, "x" * 1_000_000, "", None, "\x00\ud800 é 🙂"]
    chance = found.predict_proba(TABLE.iloc[:5].assign(body=pd.Series(bodies, dtype=object)))
    assert np.isfinite(chance).all()


def test_high_effort_has_its_own_predictor():
    found = CesPredictor(made.DECLARED, time="rated_at", increasing=("wait",)).fit(
        TABLE.drop(columns="account"), SCORES
    )
    assert found.predictor_.metric == "ces" and found.gate_ is not None


def test_what_cannot_be_measured_is_refused_at_prediction_too(estimator):
    table, _ = made.flat()
    name = next(name for name in table.columns if table[name].dtype.kind == "f")
    for value in (np.inf, pd.Timedelta(hours=1)):
        with pytest.raises(UserError, match=name):
            estimator.predict_proba(table.assign(**{name: value}))
    with pytest.raises(UserError, match="two columns"):
        estimator.predict_proba(pd.concat([table, table[[name]]], axis=1))


def test_accuracy_is_told_of_ratings_and_of_cases(estimator):
    table, scores = made.flat()
    ratings, cases = estimator.score(table, scores), estimator.score(table, (np.asarray(scores) <= 3).astype(int))
    assert ratings == cases > 0.5


def test_a_predictor_of_another_metric_is_not_loaded(estimator, tmp_path):
    estimator.save(str(tmp_path / "kept"))
    with pytest.raises(UserError, match="CSAT, not of CES"):
        CesPredictor.load(str(tmp_path / "kept"))


def test_it_can_learn_tickets_as_they_are_late_only():
    table, scores = made.flat()
    columns = {**dict.fromkeys(table.columns.drop(["account", "rated_at"]), "at_creation"), "wait": "while_open"}
    given = {"group": "account", "time": "rated_at", "increasing": ["wait"]}
    both, late = (CsatPredictor(columns, creation_too=too, **given).fit(table, scores) for too in (True, False))
    assert both.predictor_.snapshots == 2 * late.predictor_.snapshots == 2 * len(table)
    assert {row.slice for row in late.evaluation_.rows if row.segment == "stage"} == {"before_close"}
