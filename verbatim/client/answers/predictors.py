"""What comes back: predictors.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verbatim.client.reading import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A value with its 95 % interval; null where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtCapacity:
    """What the riskiest share of tickets holds."""

    share: float
    # how many of them turn out badly
    precision: Measured
    # of all that turn out badly, how many are among them
    recall: Measured
    lift: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """The predictor or a simple rule on the tickets that were held back."""

    name: str
    # how often a case stands above another ticket; 0.5 is chance
    roc_auc: Measured
    # mean squared error of the risk; 0 is best
    brier: Measured
    # share of the Brier score that it saves of always saying the usual share
    skill: Measured
    # how far off risks are, on average
    ece: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A column that it was not allowed to look at."""

    column: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """Something that the risk rests on."""

    description: str
    # mean effect, in percentage points of risk
    points: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictorOut(Answered):
    """A version of a predictor."""

    name: str
    metric: str
    # refused, ready, active or retired
    status: str
    # whether the gate let it pass
    proven: bool
    # what counts as a bad rating
    target: str
    created_at: datetime
    # first rated ticket it learnt from
    data_start: datetime
    data_end: datetime
    tickets: int
    snapshots: int
    # tickets that were rated badly
    cases: int
    # what the gate said of it: why it passed, or why not
    gate_reasons: tuple[str, ...]
    # headline metrics and settings of the training
    summary: Mapping[str, Any]
    activated_at: datetime | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Tickets of about the same risk, and how many of them turned out so."""

    predicted: float
    observed: float
    low: float
    high: float
    # tickets
    n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOut:
    """Predictions whose ratings came in a week: what was predicted and what came."""

    week: str
    n: int
    cases: int
    # mean risk
    predicted: float
    observed: Measured
    # observed minus predicted
    gap: Measured
    roc_auc: Measured
    brier: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictorQuality(Answered):
    """How good a version is."""

    name: str
    metric: str
    target: str
    # held back from training, and judged on; 0: it was not evaluated
    tickets: int
    cases: int
    # the best simple rule
    best_baseline: str | None
    # share of that rule's Brier score that it saves
    skill_over_best: Measured
    # the predictor, then simple rules
    rows: tuple[JudgedRow, ...]
    # tenths of the tickets, from low to high risk
    reliability: tuple[ReliabilityBin, ...]
    capacities: tuple[AtCapacity, ...]
    # what it rests on most, strongest first
    features: tuple[LookedAt, ...]
    left_out: tuple[LeftOut, ...]
    calibration: str
    caveats: tuple[str, ...]
    # ratings of predictions made from here on are in `weeks`
    since: datetime
    # what became of its predictions, by week of the rating
    weeks: tuple[WeekOut, ...]
    # the last four weeks in one; null: nothing was rated yet
    recently: WeekOut | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictors(Answered):
    """Every version, newest first."""

    predictors: tuple[PredictorOut, ...]
