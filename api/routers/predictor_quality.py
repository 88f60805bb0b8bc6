"""What a version of a predictor is worth: how it was judged when it was trained, and what became of its predictions."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import Field

from api.access.allowed import WholeReader
from api.problems import documented
from api.routers.predictors import find_version
from api.shapes import Answer, Id
from api.wiring import SettingsDep, StoreDep
from models.realised import realised_since

if TYPE_CHECKING:
    from models.judging.card import CardFacts
    from models.judging.drift import WeekRow
    from models.judging.evaluation import Evaluation, Row
    from models.judging.metrics import Figure
    from models.registry import Registered
    from verbatim.settings import Settings

router = APIRouter(prefix="/predictors", tags=["predictors"])

MOST_FEATURES = 15
MOST_KEPT = 8
_kept: OrderedDict[str, CardFacts] = OrderedDict()
_lock = Lock()


class Measured(Answer):
    """A value with its 95 % interval; null where it is not defined."""

    value: float | None = Field(examples=[0.77])
    low: float | None = Field(examples=[0.73])
    high: float | None = Field(examples=[0.81])


class JudgedRow(Answer):
    """The predictor or a simple rule on the tickets that were held back."""

    name: str = Field(examples=["predictor"])
    roc_auc: Measured = Field(description="how often a case stands above another ticket; 0.5 is chance")
    brier: Measured = Field(description="mean squared error of the risk; 0 is best")
    skill: Measured = Field(description="share of the Brier score that it saves of always saying the usual share")
    ece: Measured = Field(description="how far off risks are, on average")


class ReliabilityBin(Answer):
    """Tickets of about the same risk, and how many of them turned out so."""

    predicted: float = Field(examples=[0.11])
    observed: float = Field(examples=[0.13])
    low: float
    high: float
    n: float = Field(description="tickets", examples=[72])


class AtCapacity(Answer):
    """What the riskiest share of tickets holds."""

    share: float = Field(examples=[0.1])
    precision: Measured = Field(description="how many of them turn out badly")
    recall: Measured = Field(description="of all that turn out badly, how many are among them")
    lift: Measured


class LookedAt(Answer):
    """Something that the risk rests on."""

    description: str = Field(examples=["times reopened"])
    points: float | None = Field(description="mean effect, in percentage points of risk", examples=[2.1])


class LeftOut(Answer):
    """A column that it was not allowed to look at."""

    column: str = Field(examples=["agent"])
    why: str


class WeekOut(Answer):
    """Predictions whose ratings came in a week: what was predicted and what came."""

    week: str = Field(examples=["2026-W41"])
    n: int = Field(examples=[57])
    cases: int = Field(examples=[9])
    predicted: float = Field(description="mean risk", examples=[0.18])
    observed: Measured
    gap: Measured = Field(description="observed minus predicted")
    roc_auc: Measured
    brier: Measured


class PredictorQuality(Answer):
    """How good a version is."""

    name: str = Field(examples=["csat-1"])
    metric: str = Field(examples=["csat"])
    target: str = Field(examples=["score <= 3"])
    tickets: int = Field(description="held back from training, and judged on; 0: it was not evaluated", examples=[720])
    cases: int = Field(examples=[244])
    best_baseline: str | None = Field(description="the best simple rule", examples=["wait"])
    skill_over_best: Measured = Field(description="share of that rule's Brier score that it saves")
    rows: list[JudgedRow] = Field(description="the predictor, then simple rules")
    reliability: list[ReliabilityBin] = Field(description="tenths of the tickets, from low to high risk")
    capacities: list[AtCapacity]
    features: list[LookedAt] = Field(description="what it rests on most, strongest first")
    left_out: list[LeftOut]
    calibration: str = Field(examples=["Platt"])
    caveats: list[str]
    since: datetime = Field(description="ratings of predictions made from here on are in `weeks`")
    weeks: list[WeekOut] = Field(description="what became of its predictions, by week of the rating")
    recently: WeekOut | None = Field(description="the last four weeks in one; null: nothing was rated yet")


@router.get("/{version}/quality", responses=documented("not-found"))
def get_predictor_quality(
    version: Id, caller: WholeReader, store: StoreDep, settings: SettingsDep
) -> PredictorQuality:  # fmt: skip
    """Say how good a version is: on tickets held back from training, and on the ratings that came since."""
    found = find_version(store, version)
    facts = _facts(settings, found)
    came = realised_since(store, found)
    judged = facts.evaluation
    return PredictorQuality(
        name=found.name, metric=found.metric, target=found.target,
        tickets=judged.overall.tickets if judged else 0, cases=judged.overall.cases if judged else 0,
        best_baseline=(judged.best_baseline or None) if judged else None,
        skill_over_best=_measured(judged.skill_over_best if judged else None),
        rows=[_row(one) for one in judged.rows if one.segment is None] if judged else [],
        reliability=[ReliabilityBin.model_validate(one, from_attributes=True) for one in judged.reliability]
        if judged else [],
        capacities=_capacities(judged), features=_features(facts),
        left_out=[LeftOut(column=column, why=why) for column, why in facts.left_out],
        calibration=facts.calibration, caveats=list(facts.caveats), since=came.since,
        weeks=[_week(one) for one in came.weeks], recently=None if came.recently is None else _week(came.recently),
    )  # fmt: skip


def _facts(settings: Settings, version: Registered) -> CardFacts:
    """From the version's files, which take a second to read: the last few are kept. Its status may be an older one."""
    from models.judging.describing import facts_of
    from models.watching import open_version

    with _lock:
        known = _kept.get(version.sha256)
    if known is None:
        known = facts_of(version, open_version(settings, version))
        with _lock:
            _kept[version.sha256] = known
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return known


def _capacities(judged: Evaluation | None) -> list[AtCapacity]:
    return [
        AtCapacity(share=one.share, precision=_measured(one.precision), recall=_measured(one.recall),
                   lift=_measured(one.lift))
        for one in (judged.overall.capacities if judged else ())
    ]  # fmt: skip


def _features(facts: CardFacts) -> list[LookedAt]:
    strongest = sorted(facts.features, key=lambda one: -(one.importance or 0.0))
    return [LookedAt(description=one.description, points=one.importance) for one in strongest[:MOST_FEATURES]]


def _measured(found: Figure | None) -> Measured:
    return Measured(
        value=None if found is None else found.value, low=None if found is None else found.low,
        high=None if found is None else found.high,
    )  # fmt: skip


def _row(one: Row) -> JudgedRow:
    measures = {name: _measured(getattr(one, name)) for name in ("roc_auc", "brier", "skill", "ece")}
    return JudgedRow(name=one.name, **measures)


def _week(one: WeekRow) -> WeekOut:
    measures = {name: _measured(getattr(one, name)) for name in ("observed", "gap", "roc_auc", "brier")}
    return WeekOut(week=one.week, n=one.n, cases=one.cases, predicted=one.predicted, **measures)
