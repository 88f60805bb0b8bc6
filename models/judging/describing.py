"""What a model card says of a version: gathered from the registry and the predictor's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.judging.card import CardFacts, FeatureLine
from models.tickets.features import feature_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.predictor import Predictor
    from models.registry import Registered

CAVEATS = (
    "It learns from tickets that were rated; customers who never answer may feel otherwise.",
    "A reason says what the risk rests on, not what caused the dissatisfaction: a lever is a guess until it is tried.",
    "Whoever steps in changes the outcome. Record it (`verbatim predictor stepped-in`), so that it is not learnt as "
    "if nobody had.",
    "Sentiment is read in English only; words of other languages count by what they stand beside.",
    "The tickets it was judged on are the most recent 20 % of the rated ones; later months may differ, so look at "
    "`verbatim predictor drift`.",
)
KINDS = {"own": "own column", "meaning": "words"}


def facts_of(version: Registered, predictor: Predictor) -> CardFacts:
    """Everything the card of a registered version says."""
    trained = predictor.trained
    return CardFacts(
        name=version.name, metric=version.metric, target=version.target, status=version.status,
        created_at=version.created_at, data_start=version.data_start, data_end=version.data_end,
        tickets=version.tickets, snapshots=version.snapshots, cases=version.cases, evaluation=trained.evaluation,
        gate_reasons=() if trained.gate.passed else trained.gate.reasons, chosen=trained.recipe.estimator,
        candidates=tuple((one.estimator, one.log_loss) for one in trained.recipe.tried),
        calibration=trained.model.calibration.method, features=tuple(_features(predictor)),
        left_out=predictor.left_out, settings=predictor.settings, libraries=predictor.libraries,
        sha256=version.sha256, caveats=(*CAVEATS, *version.summary.get("notes", ())),
    )  # fmt: skip


def _features(predictor: Predictor) -> Iterator[FeatureLine]:
    """One line a feature; contributions in log odds become points at the usual risk."""
    rate = predictor.cases / predictor.tickets
    points = 100 * rate * (1 - rate)
    for name in predictor.trained.model.coding.names:
        feature = feature_of(name)
        yield FeatureLine(
            name, feature.group, KINDS.get(feature.kind, feature.kind),
            predictor.declared.get(name, feature.availability), points * predictor.trained.importance.get(name, 0.0),
            _said(predictor, name),
        )  # fmt: skip


def _said(predictor: Predictor, name: str) -> str:
    feature = feature_of(name)
    if feature.kind != "meaning" or predictor.meaning is None:
        return feature.said
    ends = predictor.meaning.describe(int(name.rpartition("_")[2]) - 1)
    told = " against ".join(", ".join(end) for end in ends if end)
    return f"{feature.said}: {told}" if told else feature.said
