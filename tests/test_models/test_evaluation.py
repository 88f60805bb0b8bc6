import dataclasses
import json
import math

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import roc_auc_score

from models.judging.evaluation import MODEL, STAGES, Evaluation, Judged, correlation, evaluate, ticket_weights
from models.judging.metrics import Figure
from verbatim.errors import EmptyError, StorageError, UserError


def objects(values):
    return np.array(list(values), dtype=object)


def judged(tickets=600, *, seed=1, skill=1.0, answering=False, week=True):
    """Tickets of 60 accounts with one to four snapshots; the risk grows with what `skill` lets the predictor see."""
    rng = np.random.default_rng(seed)
    snapshots = rng.integers(1, 5, tickets)
    true = 1 / (1 + np.exp(-rng.normal(-1.2, 1.3, tickets)))
    happened = (rng.random(tickets) < true).astype(np.int8)
    of = np.repeat(np.arange(tickets), snapshots)
    n = len(of)
    stage = objects(STAGES[i] for count in snapshots for i in range(count))
    p = np.clip(skill * true[of] + (1 - skill) * rng.permutation(true)[of], 0.001, 0.999)
    wait = np.clip(0.5 * true[of] + 0.5 * rng.random(n) * 0.5, 0, 1)
    team = rng.choice(objects(["north", "south", None]), tickets, p=[0.5, 0.4, 0.1])
    rare = objects("rare" if i < 20 else "usual" for i in range(tickets))
    return Judged(
        y=happened[of],
        p=p,
        ticket=objects(f"t{i}" for i in of),
        group=objects(None if i % 10 == 0 else f"account {i % 60}" for i in of),
        stage=stage,
        baselines={"base rate": np.full(n, 0.28), "wait": wait},
        base_rate=0.28,
        segments={"team": team[of], "channel": rare[of]},
        week=objects(f"2026-W{31 + i % 6}" for i in of) if week else None,
        score=(5.0 - 3 * happened)[of],
        expected=5 - 3 * p,
        answering=np.where(happened[of] == 1, 0.6, 0.2) if answering else None,
    )


def only(rows, name=MODEL, segment=None, value="all"):
    (row,) = [row for row in rows if (row.name, row.segment, row.slice) == (name, segment, value)]
    return row


@pytest.fixture(scope="module")
def evaluation():
    return evaluate(judged(answering=True), draws=60)


def test_a_ticket_counts_once_however_many_snapshots_it_has(evaluation):
    test = judged()
    row = only(evaluation.rows)
    weights = [1 / list(test.ticket).count(one) for one in test.ticket]
    assert row.roc_auc.value == pytest.approx(roc_auc_score(test.y, test.p, sample_weight=weights))
    assert (row.tickets, row.snapshots) == (600, len(test.y))
    assert row.base_rate == pytest.approx(row.cases / 600)


def test_a_stage_is_measured_by_its_own_rows(evaluation):
    test = judged()
    mask = test.stage == "first_reply"
    row = only(evaluation.rows, segment="stage", value="first_reply")
    assert row.roc_auc.value == pytest.approx(roc_auc_score(test.y[mask], test.p[mask]))
    assert [one.slice for one in evaluation.rows if one.segment == "stage"] == list(STAGES)


def test_skill_is_against_the_constant_of_training(evaluation):
    row = only(evaluation.rows)
    base = only(evaluation.rows, "base rate")
    assert base.skill == Figure(0.0, 0.0, 0.0)
    assert base.roc_auc == Figure(0.5, 0.5, 0.5)
    assert row.skill.value == pytest.approx(1 - row.brier.value / base.brier.value)


def test_every_interval_holds_its_value(evaluation):
    for row in evaluation.rows:
        capacities = [figure for one in row.capacities for figure in (one.recall, one.precision, one.lift)]
        for figure in (row.roc_auc, row.pr_auc, row.brier, row.skill, row.ece, *capacities):
            assert figure.low <= figure.value <= figure.high


def test_values_with_few_tickets_and_unknown_ones_are_not_listed(evaluation):
    assert [(row.segment, row.slice) for row in evaluation.rows if row.segment not in (None, "stage")] == [
        ("team", "north"),
        ("team", "south"),
        ("channel", "usual"),
    ]


def test_at_most_eight_values_of_a_segment_are_listed():
    test = judged(1200)
    many = objects(f"queue {int(one[1:]) % 12}" for one in test.ticket)
    found = evaluate(dataclasses.replace(test, segments={"queue": many}), draws=3)
    assert sum(row.segment == "queue" for row in found.rows) == 8


def test_a_segment_called_stage_is_not_taken_for_the_stages():
    test = judged()
    found = evaluate(dataclasses.replace(test, segments={"stage": test.segments["team"]}), draws=3)
    assert [row.slice for row in found.rows if row.segment == "stage"] == list(STAGES)
    assert [row.slice for row in found.rows if row.segment == "stage (segment)"] == ["north", "south"]


def test_the_best_baseline_is_the_one_with_the_lowest_brier(evaluation):
    wait, base = only(evaluation.rows, "wait"), only(evaluation.rows, "base rate")
    best = min((wait, base), key=lambda row: row.brier.value)
    assert evaluation.best_baseline == best.name
    assert evaluation.skill_over_best.value == pytest.approx(1 - only(evaluation.rows).brier.value / best.brier.value)
    assert evaluation.skill_over_best.low > 0


def test_a_predictor_like_the_baseline_has_no_skill_over_it_and_no_noise_in_it():
    test = judged()
    found = evaluate(dataclasses.replace(test, baselines={"same": test.p}), draws=20)
    assert found.skill_over_best == Figure(0.0, 0.0, 0.0)  # paired: the same draws for both


def test_random_ratings_show_no_skill():
    test = judged(skill=0.0, seed=4)
    assert evaluate(test, draws=100).skill_over_best.low < 0


def test_capacities_are_of_the_riskiest(evaluation):
    five, ten, twenty = only(evaluation.rows).capacities
    assert (five.share, ten.share, twenty.share) == (0.05, 0.1, 0.2)
    assert five.precision.value > twenty.precision.value
    assert five.recall.value < ten.recall.value < twenty.recall.value
    rate = only(evaluation.rows).base_rate
    assert ten.lift.value == pytest.approx(ten.precision.value / rate)
    assert ten.recall.value == pytest.approx(0.1 * ten.lift.value)


def test_groups_of_a_week_are_compared_by_their_means(evaluation):
    team = next(row for row in evaluation.aggregates if row.segment == "team")
    test = judged()
    expected, score, n = [], [], []
    weights = ticket_weights(test.ticket)
    for name in ("north", "south"):
        for week in sorted(set(test.week)):
            mask = (test.segments["team"] == name) & (test.week == week)
            expected.append(np.average(test.expected[mask], weights=weights[mask]))
            score.append(np.average(test.score[mask], weights=weights[mask]))
            n.append(weights[mask].sum())
    assert team.groups == 12
    assert team.tickets == round(sum(n))
    known = correlation(np.array(expected), np.array(score), np.array(n))
    assert nearly(dataclasses.asdict(team.correlation), dataclasses.asdict(known))


def test_correlation_agrees_with_scipy():
    x, y = np.random.default_rng(2).normal(size=(2, 40))
    known = pearsonr(x, y + x)
    ours = correlation(x, y + x, np.ones(40))
    assert ours.value == pytest.approx(known.statistic)
    assert (ours.low, ours.high) == pytest.approx(tuple(known.confidence_interval()))


@pytest.mark.parametrize(("x", "y"), [([1, 2, 3], [1, 2, 4]), ([1, 2, 3, 4], [5, 5, 5, 5])])
def test_a_correlation_of_few_or_of_constants_is_not_defined(x, y):
    assert correlation(np.array(x, float), np.array(y, float), np.ones(len(x))) == Figure(None)


def test_without_weeks_there_are_no_aggregates():
    assert evaluate(judged(week=False), draws=3).aggregates == ()


def test_weighting_for_non_response_gives_the_rarely_rated_more_weight(evaluation):
    known, row = evaluation.nonresponse, only(evaluation.rows)
    assert (known.roc_auc_unweighted, known.brier_unweighted) == (row.roc_auc, row.brier)
    # Satisfied customers answer a third as often here: with more of them there is less to get wrong.
    assert known.brier.high < row.brier.value
    assert evaluate(judged(), draws=3).nonresponse is None


def test_an_answer_stands_for_twenty_tickets_at_most():
    test = judged()
    certain, nearly = (np.where(test.y == 1, 1.0, share) for share in (0.05, 1e-9))
    found = [evaluate(dataclasses.replace(test, answering=one), draws=3).nonresponse for one in (certain, nearly)]
    assert found[0] == found[1]


def test_the_expected_score_is_held_against_the_mean(evaluation):
    assert 0 < evaluation.mean_absolute_error < evaluation.mean_absolute_error_of_mean


def test_scores_that_are_not_known_leave_their_figures_out():
    test = judged()
    found = evaluate(dataclasses.replace(test, expected=np.full(len(test.y), np.nan)), draws=3)
    assert (found.scored, found.mean_absolute_error, found.aggregates[0].groups) == (0, None, 0)


def test_one_class_gives_nothing_to_rank_and_no_error():
    test = judged()
    found = evaluate(dataclasses.replace(test, y=np.zeros_like(test.y)), draws=5)
    row = found.overall
    assert (row.roc_auc, row.pr_auc, row.capacities[0].recall) == (Figure(None),) * 3
    assert row.brier.value > 0
    assert row.cases == 0


def test_one_ticket_has_figures_but_no_ranking_and_no_intervals():
    row = evaluate(judged(1), draws=5).overall
    assert (row.tickets, row.roc_auc) == (1, Figure(None))
    assert row.brier == Figure(row.brier.value)
    assert row.brier.value is not None


@pytest.mark.parametrize("accounts", [1, 5])
def test_tickets_are_drawn_where_accounts_are_few(accounts):
    test = judged()
    few = objects(f"account {int(one[1:]) % accounts}" for one in test.ticket)
    found, alone = (
        evaluate(dataclasses.replace(test, group=group), draws=20) for group in (few, objects([None] * len(few)))
    )
    assert found == alone
    assert found.skill_over_best.low < found.skill_over_best.high


def test_it_comes_back_from_json_as_it_was(evaluation):
    text = json.dumps(evaluation.to_dict(), allow_nan=False)
    assert Evaluation.from_dict(json.loads(text)) == evaluation
    bare = evaluate(judged(40, week=False), draws=3)
    assert Evaluation.from_dict(json.loads(json.dumps(bare.to_dict(), allow_nan=False))) == bare


def test_a_damaged_evaluation_is_refused(evaluation):
    stored = evaluation.to_dict()
    for damaged in ({**stored, "rows": [{}]}, {**stored, "more": 1}, {}):
        with pytest.raises(StorageError, match="train the predictor again"):
            Evaluation.from_dict(damaged)


def test_the_order_of_snapshots_changes_nothing():
    test = judged(answering=True)
    order = np.random.default_rng(9).permutation(len(test.y))
    turned = {"baselines": {k: v[order] for k, v in test.baselines.items()}, "base_rate": 0.28}
    turned["segments"] = {k: v[order] for k, v in test.segments.items()}
    for name in ("y", "p", "ticket", "group", "stage", "week", "score", "expected", "answering"):
        turned[name] = getattr(test, name)[order]
    assert nearly(evaluate(test, draws=10).to_dict(), evaluate(Judged(**turned), draws=10).to_dict())


def nearly(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(nearly(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(nearly, one, other))
    return math.isclose(one, other, abs_tol=1e-9) if isinstance(one, float) else one == other


def test_nothing_to_judge_is_said():
    test = judged(1)
    empty = {name: getattr(test, name)[:0] for name in ("y", "p", "ticket", "group", "stage", "score", "expected")}
    with pytest.raises(EmptyError, match="no rated tickets"):
        evaluate(dataclasses.replace(test, **empty, week=None, segments={}, baselines={}))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"score": np.zeros(3)}, "score has 3 rows"),
        ({"p": np.full(1, 0.5)}, "p has 1 rows"),
        ({"baselines": {MODEL: np.full(1, 0.5)}}, "cannot be called"),
        ({"baselines": {"wait": np.full(1, 0.5)}}, "give one each"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change, says):
    with pytest.raises(UserError, match=says):
        evaluate(dataclasses.replace(judged(20), **change), draws=3)
