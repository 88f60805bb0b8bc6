from dataclasses import replace

import numpy as np
import pytest

from models.explain import LEAST_POINTS, NEXT_STEPS, WATCH, explain_rows, points_of
from models.learners.model import Explained
from models.learners.training import train
from tests.test_models import made
from tests.test_models.made import objects


@pytest.fixture(scope="module")
def some(rows):
    return rows.take(np.arange(0, len(rows), 40)).columns


@pytest.fixture(scope="module")
def told(predictor, some):
    return explain_rows(predictor, some, top=99)


def test_usual_reasons_and_rest_add_up_to_the_risk(predictor, some, told):
    risk = predictor.trained.model.predict(some).p
    for top in (0, 3, 99):
        for row, found in enumerate(explain_rows(predictor, some, top=top)):
            total = found.usual + sum(reason.points for reason in found.reasons) + found.rest
            assert total == pytest.approx(found.risk, abs=1e-9) and found.risk == risk[row]
            assert len(found.reasons) <= top
    assert all(abs(one.rest) < 20 * LEAST_POINTS for one in told)  # only what is too small to tell


def test_reasons_come_with_the_largest_first_and_one_of_each_group(told):
    for found in told:
        sizes = [abs(reason.points) for reason in found.reasons]
        assert sizes == sorted(sizes, reverse=True) and min(sizes, default=1) >= LEAST_POINTS
        assert len({reason.group for reason in found.reasons}) == len(found.reasons)


def test_statements_have_values_with_units(told):
    statements = [reason.statement for found in told for reason in found.reasons]
    assert any(statement.startswith("priority: ") for statement in statements)
    waits = [statement for statement in statements if "wait" in statement]
    assert waits and all(any(unit in one for unit in (" h", " min", " days")) for one in waits)
    assert any(", usual" in one for one in waits)


def test_a_missing_column_does_not_make_points_explode(predictor, some):
    without = {name: values for name, values in some.items() if name not in ("priority", "longest_wait", "first_wait")}
    for found in explain_rows(predictor, without, top=99):
        total = found.usual + sum(reason.points for reason in found.reasons) + found.rest
        assert total == pytest.approx(found.risk, abs=1e-9)
        assert all(abs(reason.points) < 1 for reason in found.reasons)
        assert [one.statement for one in found.reasons if one.group == "priority"] in ([], ["priority: not known"])


def test_points_follow_the_contributions():
    found = Explained(("a", "b"), np.array([[2.0, -1.0], [0.0, 0.0]]), 0.0)
    points = points_of(found, np.array([0.7, 0.5]), 0.5)
    assert points[0] == pytest.approx([0.4, -0.2]) and points[1].tolist() == [0, 0]


def test_who_the_agent_is_is_never_a_reason(rows_and_signs):
    """Though a setting allowed it as a feature, and it decides the rating."""
    rows, directions = rows_and_signs
    rng = np.random.default_rng(5)
    keys = sorted(set(rows.ticket.tolist()))
    agent = dict(zip(keys, rng.choice(["Zacharias", "Wilhelmine"], len(keys)).tolist(), strict=True))
    held = objects(agent[key] for key in rows.ticket.tolist())
    flip = {key: rng.random() < 0.15 for key in agent}
    y = np.array([(agent[key] == "Zacharias") != flip[key] for key in rows.ticket.tolist()], dtype=np.int8)
    columns = {**rows.columns, "agent": held, "agent_rating": rng.normal(size=len(rows))}
    rows = replace(rows, columns=columns, y=y, score=5.0 - 3 * y)
    predictor = made.predictor_of(train(rows, directions), rows)
    assert predictor.trained.importance["agent"] == max(predictor.trained.importance.values())
    for found in explain_rows(predictor, rows.take(np.arange(0, len(rows), 60)).columns, top=99):
        said = " ".join(reason.statement for reason in found.reasons)
        assert not any(word in said for word in ("Zacharias", "Wilhelmine", "ratings of the agent"))
        assert "agent" not in {reason.group for reason in found.reasons}
        total = found.usual + sum(reason.points for reason in found.reasons) + found.rest
        assert total == pytest.approx(found.risk, abs=1e-9)


def test_a_lever_says_what_the_risk_would_be_after_it(rows_and_signs):
    rows, directions = rows_and_signs
    wait = np.random.default_rng(6).lognormal(1.0, 1.0, len(rows)) * (1 + 2 * rows.y)
    rows = rows.with_columns({"waiting": wait, "channel": rows.columns["channel"]})
    predictor = made.predictor_of(train(rows, directions), rows)
    longest = rows.take(np.argsort(-wait)[:40]).columns
    after = predictor.trained.model.predict({**longest, "waiting": np.zeros(40)}).p
    for row, found in enumerate(explain_rows(predictor, longest)):
        (lever,) = found.levers
        assert lever.what == "a reply now" and lever.risk == pytest.approx(after[row], abs=1e-12)
        assert lever.risk <= found.risk - 2 * LEAST_POINTS
    without = explain_rows(predictor, {**longest, "waiting": np.zeros(40)})
    assert all(found.levers == () for found in without)


def test_similar_tickets_are_past_ones_with_their_scores(predictor, rows, told):
    scores = dict(zip(rows.ticket.tolist(), rows.score.tolist(), strict=True))
    for found in told:
        assert len({one.ticket for one in found.similar}) == 3
        assert all(scores[one.ticket] == one.score for one in found.similar)


def test_a_past_ticket_is_most_similar_to_itself(predictor, rows):
    last = [np.flatnonzero(rows.ticket == key)[-1] for key in predictor.trained.known.ticket[:30]]
    found = explain_rows(predictor, rows.take(np.array(last)).columns)
    alike = [key in {one.ticket for one in made_.similar} for key, made_ in zip(
        predictor.trained.known.ticket[:30], found, strict=True)]  # fmt: skip
    assert np.mean(alike) > 0.8


def test_the_next_step_follows_the_strongest_reason_for_the_risk(told):
    for found in told:
        raising = [reason.group for reason in found.reasons if reason.points > 0 and reason.group in NEXT_STEPS]
        assert found.next_step == (NEXT_STEPS[raising[0]] if raising else WATCH)


def test_nothing_to_explain_gives_nothing(predictor, rows):
    assert explain_rows(predictor, {name: values[:0] for name, values in rows.columns.items()}) == []
