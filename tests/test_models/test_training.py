from dataclasses import replace

import numpy as np
import pytest

from models.learners.training import Limits, check_enough, train
from tests.test_models import made
from tests.test_models.made import objects
from verbatim.errors import EmptyError, LeakageError, NoSkillError


@pytest.fixture(scope="module")
def little():
    return made.organisation(120, seed=9).rows()


def test_with_signal_the_gate_lets_it_pass(trained):
    assert trained.gate.passed
    assert trained.evaluation.skill_over_best.low > 0
    assert trained.recipe.estimator in ("logistic", "trees", "blend")


def test_with_permuted_ratings_the_gate_refuses(rows_and_signs):
    rows, directions = rows_and_signs
    keys = sorted(set(rows.ticket.tolist()))
    score = dict(zip(rows.ticket.tolist(), rows.score.tolist(), strict=True))
    mixed = np.random.default_rng(11).permutation([score[key] for key in keys])
    told = dict(zip(keys, mixed.tolist(), strict=True))
    permuted = np.array([told[key] for key in rows.ticket.tolist()])
    found = train(replace(rows, score=permuted, y=(permuted <= 3).astype(np.int8)), directions)
    assert not found.gate.passed
    assert found.evaluation.skill_over_best.low <= 0


def test_it_is_judged_on_the_most_recent_tickets_only(trained, rows):
    held = rows.rated >= trained.held_from
    assert len(set(rows.ticket[held])) == pytest.approx(0.2 * rows.tickets, abs=2)
    assert trained.evaluation.overall.tickets <= len(set(rows.ticket[held]))


def test_the_model_that_is_judged_did_not_see_what_it_is_judged_on(trained, rows):
    codes = trained.proof.coding.codes(rows.take(rows.rated >= trained.held_from).columns)
    seen = {row.tobytes() for row in trained.proof.background}
    assert not seen & {row.tobytes() for row in codes}


def test_bands_split_the_tickets_by_their_risk(trained, rows):
    raised, high = trained.bands
    risk = trained.model.predict(rows.columns).p
    assert np.average(risk > raised, weights=rows.weights) == pytest.approx(0.3, abs=0.03)
    assert np.average(risk > high, weights=rows.weights) == pytest.approx(0.1, abs=0.03)


def test_what_counts_is_the_feature_that_was_planted(trained):
    strongest = sorted(trained.importance, key=lambda name: -trained.importance[name])[:12]
    assert "priority" in strongest and any("wait" in name for name in strongest)


def test_past_tickets_are_kept_once_each_with_their_scores(trained, rows):
    known = trained.known
    assert len(known.ticket) == len(set(known.ticket)) == len(known.score) == len(known.contributions) == rows.tickets
    scores = dict(zip(rows.ticket.tolist(), rows.score.tolist(), strict=True))
    assert [scores[key] for key in known.ticket] == known.score.tolist()


def test_usual_values_are_known_for_all_and_by_queue(trained):
    assert set(trained.usual) == {"", *made.CHANNELS}
    assert trained.usual[""]["first_wait"] > 0


def test_no_ratings_are_an_error_of_their_own(rows):
    with pytest.raises(EmptyError, match="no rated tickets"):
        check_enough(rows.take(np.zeros(0, dtype=np.int64)), Limits(), "dissatisfied")


@pytest.mark.parametrize(("case", "said"), [(1, "every one"), (0, "no one")])
def test_one_class_is_an_error_of_its_own(rows, case, said):
    with pytest.raises(EmptyError, match=f"{said} of the 400 rated tickets is dissatisfied"):
        train(replace(rows, y=np.full(len(rows), case, np.int8)), {})


def test_too_few_tickets_or_cases_are_refused_with_the_numbers_and_settings(little, rows):
    with pytest.raises(NoSkillError, match="120 rated tickets.*at least 200.*predictor_minimum_tickets"):
        train(*little)
    few = np.where(np.isin(rows.ticket, sorted(set(rows.ticket[rows.y == 1].tolist()))[:29]), rows.y, 0)
    with pytest.raises(NoSkillError, match="29 of them dissatisfied.*30 of the rarer"):
        train(replace(rows, y=few.astype(np.int8)), {})


def test_the_limits_can_be_lowered(little):
    rows, directions = little
    found = train(rows, directions, limits=Limits(tickets=50, cases=10), what="dissatisfied")
    assert found.evaluation.overall.tickets > 10


def test_a_leak_stops_training(rows_and_signs):
    rows, directions = rows_and_signs
    with pytest.raises(LeakageError, match="'end code'"):
        train(rows.with_columns({**rows.columns, "end code": objects(np.where(rows.y, "bad", "good"))}), directions)


def test_ratings_of_one_moment_are_refused(rows_and_signs):
    rows, directions = rows_and_signs
    with pytest.raises(EmptyError, match="same time"):
        train(replace(rows, rated=np.full(len(rows), 9), moment=np.full(len(rows), 8)), directions)


def test_columns_that_say_nothing_do_no_harm_and_alone_are_refused(rows_and_signs):
    rows, directions = rows_and_signs
    columns = {"same": np.ones(len(rows)), "empty": np.full(len(rows), np.nan), "channel": rows.score * 0 + 3.0}
    with pytest.raises(EmptyError, match="no column has more than one value"):
        train(rows.with_columns(columns), directions)
    noise = np.random.default_rng(1).normal(size=len(rows))
    found = train(rows.with_columns({**columns, "noise": noise}), directions)
    assert found.model.coding.names == ("noise",) and not found.gate.passed
