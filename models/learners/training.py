"""The main path of learning: rows of snapshots in, a trained and judged predictor out.

``train``: guard against leaks → hold the most recent tickets back → let estimators compete on forward folds → fit →
judge on what was held back, beside baselines → gate → fit again on everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from models.judging.drift import reference_of
from models.judging.evaluation import Evaluation, Judged, evaluate
from models.learners import leakage
from models.learners.coding import Coding, is_number
from models.learners.fitting import Recipe, choose, fit_model
from models.learners.gate import Gate, pass_gate
from models.learners.logistic import fit_logistic
from models.learners.rows import Rows, split_by_time
from verbatim.errors import EmptyError, NoSkillError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from models.learners.model import Model, Predicted

    Floats = NDArray[np.float64]
    Step = Callable[[str, int, int | None], None]

HELD_BACK = 0.2
BASELINES = {"last rating": "requester_last_rating", "wait": "longest_wait", "sentiment": "sentiment_last"}
BASELINE_PENALTY = 2.0
CAPACITY = 0.1  # share of the tickets whose risk is high; that of twice as many more is raised
MOST_SIMILAR = 3_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What the gate asks for."""

    tickets: int = 200
    cases: int = 30


@dataclass(frozen=True, slots=True)
class Trained:
    """A predictor's models and what is known of them.

    ``model`` is fitted on everything, ``proof`` on what was rated before ``held_from`` (microseconds), when the share
    of cases was ``base_rate``; ``bands`` are the risks from which on it is raised, and high; ``usual`` the median of
    each number by queue ("" for all); ``known`` past tickets, for finding similar ones.
    """

    model: Model
    proof: Model
    recipe: Recipe
    held_from: int
    base_rate: float
    evaluation: Evaluation
    gate: Gate
    bands: tuple[float, float]
    reference: dict[str, Any]
    usual: Mapping[str, Mapping[str, float]]
    known: Known
    importance: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Known:
    """Past rated tickets, for finding similar ones: ids and scores (k,), contributions of their features (k, f)."""

    ticket: tuple[str, ...]
    score: Floats
    contributions: NDArray[np.float32]


def check_enough(rows: Rows, limits: Limits, what: str) -> None:
    """Refuse to train on next to nothing.

    Raises:
        EmptyError: no rated tickets, or one class only.
        NoSkillError: fewer tickets or cases than the limits ask for.
    """
    tickets, cases = rows.tickets, rows.cases
    if not tickets:
        raise EmptyError("there are no rated tickets to learn from; ingest tickets and their ratings first")
    if cases in (0, tickets):
        every = "every" if cases else "no"
        raise EmptyError(f"{every} one of the {tickets} rated tickets is {what}; there is nothing to tell apart")
    rarer = min(cases, tickets - cases)
    if tickets < limits.tickets or rarer < limits.cases:
        raise NoSkillError(
            f"{tickets} rated tickets, {cases} of them {what}: too few to prove any skill (at least {limits.tickets} "
            f"tickets and {limits.cases} of the rarer kind; settings predictor_minimum_tickets and "
            "predictor_minimum_cases)"
        )


def train(
    rows: Rows,
    signs: Mapping[str, int],
    *,
    what: str = "dissatisfied",
    queue: str = "channel",
    baselines: Mapping[str, str] = BASELINES,
    limits: Limits | None = None,
    answering: Floats | None = None,
    held_back: float = HELD_BACK,
    capacity: float = CAPACITY,
    seed: int = 7,
    step: Step | None = None,
) -> Trained:
    """Train and judge; see the module.

    ``baselines`` are columns that the predictor must beat alone, by name; ``answering`` (n,) is the probability that
    such a ticket is rated at all, ``capacity`` the share of tickets that a team can look at.

    Raises:
        EmptyError, NoSkillError: too little to learn from, see `check_enough`.
        LeakageError: a column that tells the outcome alone.
    """
    bounds = limits or Limits()
    check_enough(rows, bounds, what)
    last = rows.take(_last_of_each(rows))
    leakage.refuse_suspicious(last.columns, last.y, last.weights, last.ticket)
    early, late, held_from = split_by_time(rows, held_back)
    if not early.any() or not late.any():
        raise EmptyError(
            "the ratings cannot be split into earlier and later ones, since nearly all have the same time; give each "
            "the moment at which it was made"
        )
    past, held = rows.take(np.flatnonzero(early)), rows.take(np.flatnonzero(late))
    chosen = choose(past, signs, seed=seed, step=step)
    unseen = chosen.margins, past.y[chosen.places], past.weights[chosen.places], past.score[chosen.places]
    proof = fit_model(past, chosen.recipe, signs, unseen, seed=seed, sure=False, step=step)
    if step:
        step("Judging", 0, 1)
    predicted = proof.predict(held.columns)
    alone = _baselines(past, held, baselines)
    judged = _judged(past, held, predicted, alone, None if answering is None else answering[late])
    evaluation = evaluate(judged, seed=seed)
    gate = pass_gate(evaluation, rows, bounds, what)
    both = (
        np.r_[unseen[0], predicted.margin], np.r_[unseen[1], held.y],
        np.r_[unseen[2], held.weights], np.r_[unseen[3], held.score],
    )  # fmt: skip
    model = fit_model(rows, chosen.recipe, signs, both, seed=seed, step=step)
    if step:
        step("Judging", 1, 1)
    rate = float(np.average(past.y, weights=past.weights))
    return _described(rows, rate, model, proof, chosen.recipe, held_from, evaluation, gate, queue, capacity)


def _described(
    rows: Rows, rate: float, model: Model, proof: Model, recipe: Recipe, held_from: int, evaluation: Evaluation,
    gate: Gate, queue: str, capacity: float,
) -> Trained:  # fmt: skip
    """What scoring and living with it need besides the models."""
    risk = model.predict(rows.columns).p
    last = _last_of_each(rows)
    found = model.explain(rows.take(last[-MOST_SIMILAR:]).columns)
    return Trained(
        model=model, proof=proof, recipe=recipe, held_from=held_from, base_rate=rate, evaluation=evaluation, gate=gate,
        bands=_bands(risk, rows.weights, capacity),
        reference=_reference(rows, risk, last, held_from),
        usual=_usual(rows, queue),
        known=Known(
            tuple(map(str, rows.ticket[last[-MOST_SIMILAR:]])), rows.score[last[-MOST_SIMILAR:]],
            found.contributions.astype(np.float32),
        ),
        importance=dict(zip(found.names, np.abs(found.contributions).mean(axis=0).tolist(), strict=True)),
    )  # fmt: skip


def _bands(risk: Floats, weights: Floats, capacity: float) -> tuple[float, float]:
    """The risks from which on it is raised, and high: high is the riskiest ``capacity``, raised twice as many more."""
    order = np.argsort(risk)
    mass = np.cumsum(weights[order]) / weights.sum()
    shares = (max(1 - 3 * capacity, 0.0), 1 - capacity)
    raised, high = (float(risk[order][min(int(np.searchsorted(mass, share)), len(risk) - 1)]) for share in shares)
    return raised, high


def _reference(rows: Rows, risk: Floats, last: NDArray[np.int64], held_from: int) -> dict[str, Any]:
    """How features and risk were distributed among the tickets held back: what later ones are compared with.

    Older ones would make the seasons, and whatever grows with time, look like drift on the first day.
    """
    recent = last[rows.rated[last] >= held_from]
    return reference_of({**rows.take(recent).columns, "predicted risk": risk[recent]})


def _judged(
    past: Rows, held: Rows, predicted: Predicted, alone: Mapping[str, Floats], answering: Floats | None
) -> Judged:
    rate = float(np.average(past.y, weights=past.weights))
    return Judged(
        y=held.y, p=predicted.p, ticket=held.ticket, group=held.group, stage=held.stage,
        baselines={"base rate": np.full(len(held), rate), **alone},
        base_rate=rate, segments=held.segments, week=_weeks(held.rated), score=held.score, expected=predicted.expected,
        answering=answering,
    )  # fmt: skip


def _baselines(past: Rows, held: Rows, columns: Mapping[str, str]) -> dict[str, Floats]:
    """What one column alone would say, by name of the baseline."""
    found = {name: _alone(past, held, column) for name, column in columns.items() if column in past.columns}
    return {name: chance for name, chance in found.items() if chance is not None}


def _alone(past: Rows, held: Rows, column: str) -> Floats | None:
    """Probabilities of a logistic regression on one column; ``None``: it says nothing."""
    coding = Coding.learn({column: past.columns[column]}, past.weights)
    if not coding.columns:
        return None
    design = coding.design(coding.codes({column: past.columns[column]}))
    fitted = fit_logistic(
        design, past.y, past.weights, penalty=BASELINE_PENALTY, rising=np.zeros(design.shape[1], dtype=np.int8)
    )
    return expit(fitted.margins(coding.design(coding.codes({column: held.columns[column]}))))


def _last_of_each(rows: Rows) -> NDArray[np.int64]:
    """The last snapshot of each ticket, in order of the rating."""
    order = np.lexsort((rows.moment, rows.rated))
    _, first_from_behind = np.unique(rows.ticket[order][::-1].astype(str), return_index=True)
    return order[np.sort(len(order) - 1 - first_from_behind)]


def _usual(rows: Rows, queue: str) -> dict[str, dict[str, float]]:
    """The median of each number over tickets as they were rated, by queue and ("") for all."""
    last = rows.take(_last_of_each(rows))
    queues = last.columns.get(queue)
    queues = None if queues is None or is_number(queues) else queues
    found: dict[str, dict[str, float]] = {}
    for name in ["", *sorted({word for word in queues.tolist() if word is not None} if queues is not None else ())]:
        here = slice(None) if not name or queues is None else queues == name
        medians = {
            column: float(np.nanmedian(values[here]))
            for column, values in last.columns.items()
            if is_number(values) and not np.isnan(values[here].astype(np.float64)).all()
        }
        found[name] = medians
    return found


def _weeks(moments: NDArray[np.int64]) -> NDArray[np.object_]:
    """ISO weeks, "2026-W31", of moments in UTC."""
    import pandas as pd

    calendar = pd.DatetimeIndex(moments.astype("datetime64[us]")).isocalendar()
    return np.array([f"{year}-W{week:02d}" for year, week in zip(calendar["year"], calendar["week"], strict=True)],
                    dtype=object)  # fmt: skip
