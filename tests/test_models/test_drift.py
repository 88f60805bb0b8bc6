import json

import numpy as np
import pandas as pd
import pytest

from models.judging.drift import delong, drift_of, psi, realised, recent, reference_of, retraining_advice
from models.judging.metrics import Figure, roc_auc
from verbatim.errors import InputError, StorageError

TENTHS = np.full(10, 0.1)


def features(n, *, seed=1, shift=0.0, lost=0.0, product="alpha"):
    rng = np.random.default_rng(seed)
    wait = rng.gamma(2, 5, n) + shift
    wait[rng.random(n) < lost] = np.nan
    names = rng.choice(np.array([product, "beta", "gamma", None], dtype=object), n, p=[0.5, 0.3, 0.15, 0.05])
    return {"wait_hours": wait, "product": names, "again": (rng.random(n) < 0.05).astype(float)}


def through_json(reference):
    return json.loads(json.dumps(reference, allow_nan=False))


def drift(reference, columns):
    return {row.feature: row for row in drift_of(through_json(reference), columns)}


def test_psi_of_many_tickets_is_the_textbook_sum():
    p, q = np.array([0.2, 0.3, 0.5]), np.array([0.3, 0.3, 0.4])
    index = psi(p, q * 1e7, reference_n=1e7)
    assert index.value == pytest.approx(np.sum((q - p) * np.log(q / p)), abs=1e-5)
    assert index.low < index.value < index.high


def test_psi_without_drift_is_about_nothing_however_few_tickets():
    rng = np.random.default_rng(2)
    drawn = [
        psi(rng.multinomial(1000, TENTHS) / 1000, rng.multinomial(100, TENTHS), reference_n=1000) for _ in range(400)
    ]
    raw_bias = 9 * (1 / 100 + 1 / 1000)
    assert np.mean([one.value for one in drawn]) < raw_bias / 2  # cut off at 0, so not quite nothing
    assert np.mean([one.low > 0 for one in drawn]) < 0.05
    assert not any(one.low > 0.1 for one in drawn)


def test_the_interval_of_psi_covers_the_true_drift():
    rng = np.random.default_rng(4)
    now = np.linspace(0.05, 0.15, 10)
    truth = float(np.sum((now - TENTHS) * np.log(now / TENTHS)))
    covered = 0
    for _ in range(300):
        index = psi(rng.multinomial(2000, TENTHS) / 2000, rng.multinomial(500, now), reference_n=2000)
        covered += index.low <= truth <= index.high
    assert covered / 300 == pytest.approx(0.95, abs=0.04)


def test_cells_empty_on_both_sides_do_not_count():
    padded = psi(np.array([0.5, 0.5, 0]), np.array([60.0, 40, 0]), reference_n=100)
    assert padded == psi(np.array([0.5, 0.5]), np.array([60.0, 40]), reference_n=100)


def test_psi_of_no_tickets_is_unknown_and_other_cells_are_refused():
    assert psi(TENTHS, np.zeros(10), reference_n=100) == Figure(None)
    with pytest.raises(InputError, match="same cells"):
        psi(TENTHS, np.zeros(9), reference_n=100)


def test_the_same_kind_of_tickets_has_not_moved():
    rows = drift_of(through_json(reference_of(features(3000))), features(1000, seed=2))
    assert [row.feature for row in rows if row.moved] == []


def test_longer_waits_are_major_drift():
    rows = drift_of(through_json(reference_of(features(3000))), features(1000, seed=2, shift=8))
    assert (rows[0].feature, rows[0].moved, rows[0].major) == ("wait_hours", True, True)
    assert rows[0].note == "major"


def test_values_that_went_missing_are_said_so():
    row = drift(reference_of(features(3000)), features(1000, seed=2, lost=0.5))["wait_hours"]
    assert row.major
    assert "missing" in row.note


def test_new_categories_are_drift():
    row = drift(reference_of(features(3000)), features(1000, seed=2, product="omega"))["product"]
    assert row.major
    assert "new" in row.note


def test_a_column_that_is_gone_or_empty_is_not_called_drift():
    reference = reference_of(features(300))
    gone = drift(reference, {"product": np.array([], dtype=object)})
    assert (gone["wait_hours"].note, gone["product"].note) == ("the column is missing", "no tickets to compare")
    assert not any(row.moved or row.psi is not None for row in gone.values())


def test_a_constant_that_changes_is_seen_in_both_directions():
    reference = reference_of({"x": np.full(500, 3.0)})
    assert not drift(reference, {"x": np.full(500, 3.0)})["x"].moved
    assert drift(reference, {"x": np.full(500, 2.0)})["x"].major
    assert drift(reference, {"x": np.full(500, 4.0)})["x"].major


@pytest.mark.parametrize("values", [np.full(9, np.nan), np.array([None] * 9, dtype=object), np.array([np.inf] * 9)])
def test_a_feature_that_is_never_known_has_a_reference(values):
    reference = reference_of({"x": values})
    assert not drift(reference, {"x": values})["x"].moved


def test_few_tickets_are_said_to_show_little():
    assert "few tickets" in drift(reference_of(features(3000)), features(30, seed=2))["wait_hours"].note


def test_only_twenty_categories_are_kept():
    names = np.array([f"name {i % 50}" for i in range(500)], dtype=object)
    assert len(reference_of({"x": names})["x"]["values"]) == 20


def test_a_damaged_reference_is_refused():
    with pytest.raises(StorageError, match="train the predictor again"):
        drift_of({"x": {"kind": "number"}}, {"x": np.zeros(3)})


def stored(n=600, *, seed=3, bend=lambda p: p, start="2026-07-27"):
    """Predictions an hour before the rating, spread over six weeks; `bend` turns them into what happens."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.02, 0.6, n)
    answered = pd.Timestamp(start, tz="UTC") + pd.to_timedelta(rng.uniform(0, 42 * 24, n), unit="h")
    ticket = [f"t{i}" for i in range(n)]
    predictions = pd.DataFrame({"ticket_id": ticket, "at": answered - pd.Timedelta(hours=1), "probability": p})
    y = (rng.random(n) < bend(p)).astype(int)
    return predictions, pd.DataFrame({"ticket_id": ticket, "answered_at": answered, "y": y})


def test_weeks_hold_predictions_against_ratings():
    predictions, answers = stored()
    weeks = realised(predictions, answers)
    assert [row.week for row in weeks] == [f"2026-W{week}" for week in range(31, 37)]
    assert sum(row.n for row in weeks) == 600
    assert sum(row.cases for row in weeks) == answers["y"].sum()
    first = answers["answered_at"] < pd.Timestamp("2026-08-03", tz="UTC")
    assert weeks[0].predicted == pytest.approx(predictions["probability"][first].mean())
    assert weeks[0].roc_auc.value == pytest.approx(roc_auc(answers["y"][first], predictions["probability"][first]))
    assert weeks[0].gap.value == pytest.approx(weeks[0].observed.value - weeks[0].predicted)


def test_only_the_last_prediction_before_the_rating_counts():
    at = pd.Timestamp("2026-08-04T10:00", tz="UTC")
    hours = [-5, -1, 0, 3]
    predictions = pd.DataFrame(
        {"ticket_id": "t", "at": [at + pd.Timedelta(hours=h) for h in hours], "probability": [0.1, 0.2, 0.8, 0.9]}
    ).sample(frac=1, random_state=1)
    (row,) = realised(predictions, pd.DataFrame({"ticket_id": ["t"], "answered_at": [at], "y": [1]}))
    assert (row.n, row.predicted, row.roc_auc) == (1, 0.2, Figure(None))


def test_no_common_tickets_give_no_weeks():
    predictions, answers = stored(20)
    answers["ticket_id"] += "x"
    assert realised(predictions, answers) == []
    assert recent(predictions, answers) is None


def test_a_frame_without_its_columns_is_refused():
    predictions, answers = stored(20)
    with pytest.raises(InputError, match="answered_at"):
        realised(predictions, answers.drop(columns="answered_at"))


def test_recent_pools_the_last_four_weeks():
    predictions, answers = stored()
    row, weeks = recent(predictions, answers), realised(predictions, answers)
    assert row.week == "2026-W33 to 2026-W36"
    assert row.n == sum(week.n for week in weeks[-4:])


def test_the_turn_of_the_year_keeps_the_order_of_weeks():
    predictions, answers = stored(200, start="2026-12-14")
    assert [row.week for row in realised(predictions, answers)][:4] == ["2026-W51", "2026-W52", "2026-W53", "2027-W01"]


def test_delong_agrees_with_simulation():
    rng = np.random.default_rng(6)
    areas, errors = [], []
    for _ in range(300):
        y = (rng.random(300) < 0.3).astype(float)
        interval = delong(y, rng.normal(y, 1))
        areas.append(interval.value)
        errors.append((interval.high - interval.low) / (2 * 1.96))
    assert np.mean(errors) == pytest.approx(np.std(areas), rel=0.1)


def test_an_auc_needs_five_of_each():
    assert delong(np.array([1.0] * 4 + [0] * 50), np.linspace(0, 1, 54)) == Figure(None)
    perfect = delong(np.array([0.0] * 20 + [1] * 20), np.linspace(0, 1, 40))
    assert perfect.value == 1.0
    assert 0.5 < perfect.low < 1


def test_predictions_that_hold_ask_for_nothing():
    assert retraining_advice([], recent(*stored()), auc_bound=0.6, brier_bound=0.25) == ()
    assert retraining_advice([], None, auc_bound=0.6) == ()


def test_risks_that_no_longer_order_tickets_ask_for_training():
    now = recent(*stored(bend=lambda p: np.full_like(p, p.mean())))
    (advice,) = retraining_advice([], now, auc_bound=0.65)
    assert "AUC" in advice
    assert "0.650" in advice


def test_a_gap_beyond_five_points_asks_for_training():
    more = retraining_advice([], recent(*stored(bend=lambda p: np.minimum(p + 0.25, 1))))
    fewer = retraining_advice([], recent(*stored(bend=lambda p: p / 4)))
    assert [advice.split()[0] for advice in (*more, *fewer)] == ["more", "fewer"]


def test_a_broken_brier_bound_asks_for_training():
    advice = retraining_advice([], recent(*stored(bend=lambda p: 1 - p)), brier_bound=0.2, gap_bound=1)
    assert [one for one in advice if "Brier" in one]


def test_only_major_drift_of_important_features_asks_for_training():
    rows = drift_of(reference_of(features(3000)), features(1000, seed=2, shift=8))
    assert retraining_advice(rows, None, important=["product"]) == ()
    (advice,) = retraining_advice(rows, None, important=["wait_hours"])
    assert advice.startswith("wait_hours is distributed otherwise")
