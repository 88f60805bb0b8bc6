"""Why a ticket has its risk, in plain statements with values; what would lower it; and similar past tickets.

Contributions are exact: TreeSHAP of the trees, coefficients of the logistic regression, averaged over the members, in
log odds. They become percentage points by the mean slope of the calibrated curve between the base and the ticket, so
that all statements together (with "everything else") add up to the difference between its risk and the usual one.
Who the agent is is never a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.learners.coding import numbers
from models.tickets.features import PERSONAL, Feature, feature_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from models.learners.coding import Columns
    from models.learners.model import Explained
    from models.predictor import Predictor

    Floats = NDArray[np.float64]

LEAST_POINTS = 0.005  # smaller effects are not told
LEAST_GAIN = 0.03  # of a lever
SIMILAR = 3
LEVERS: Mapping[str, tuple[str, ...]] = {
    "a reply now": ("waiting", "waiting_open"),
    "an agent with fewer open tickets": ("agent_load",),
}
NEXT_STEPS = {
    "waiting": "reply now, and say when the answer comes",
    "deadline": "reply before the promised time is over",
    "age": "tell the customer what is still to be done, and until when",
    "reopened": "have the fix checked by the customer before closing again",
    "handed over": "name one owner, who sums up what is known so far",
    "escalated": "let the one it was escalated to speak to the customer",
    "replies": "take the next step yourself instead of asking once more",
    "account": "let the account's owner know, and look at its other tickets",
    "requester": "call instead of writing; earlier tickets did not go well",
    "tone": "call, apologise, and repeat the problem in the customer's words",
    "asks for a manager": "have a lead take over the conversation",
    "says it again": "treat it as the same problem again: look for the cause",
    "load": "give it to somebody with time",
    "topic": "check the known problems of this product before answering",
    "words": "check the known problems on this subject before answering",
}
WATCH = "keep an eye on it"


@dataclass(frozen=True, slots=True)
class Reason:
    """One statement; ``points`` (share of 1) it adds to the risk, negative where it lowers it."""

    group: str
    statement: str
    points: float


@dataclass(frozen=True, slots=True)
class Lever:
    """What would lower the risk, and to what, if the model is right that this is a cause."""

    what: str
    risk: float


@dataclass(frozen=True, slots=True)
class Similar:
    """A past ticket that had its risk for similar reasons, and how it was rated."""

    ticket: str
    score: float


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a row has its ``risk``: ``usual`` plus the points of all ``reasons`` and of ``rest`` is ``risk``."""

    risk: float
    usual: float
    reasons: tuple[Reason, ...]
    rest: float
    levers: tuple[Lever, ...]
    similar: tuple[Similar, ...]
    next_step: str


def explain_rows(predictor: Predictor, columns: Columns, *, top: int = 3, queue: str = "channel") -> list[Reasons]:
    """The ``top`` reasons of each row (by size), levers, similar tickets and the next step."""
    model = predictor.trained.model
    found = model.explain(columns)
    risk = model.predict(columns).p
    usual = float(model.calibration.probabilities(np.array([found.base]))[0])
    reached = model.calibration.probabilities(found.base + found.contributions.sum(axis=1))
    points = points_of(found, reached, usual)  # not of `risk`, a mean of several where a column is missing
    levers = _levers(predictor, columns, risk)
    similar = _similar(predictor, found)
    queues = columns.get(queue)
    made = []
    for row in range(len(risk)):
        told = _told(predictor, columns, found, points[row], row, None if queues is None else queues[row])
        reasons = tuple(sorted(told, key=lambda one: (-abs(one.points), one.group))[:top])
        rest = float(risk[row]) - usual - sum(reason.points for reason in reasons)
        made.append(Reasons(float(risk[row]), usual, reasons, rest, levers[row], similar[row], _next_step(reasons)))
    return made


def points_of(found: Explained, risk: Floats, usual: float) -> Floats:
    """Contributions (n, f) as shares of risk that add up to ``risk − usual``."""
    total = found.contributions.sum(axis=1)
    even = np.abs(total) < 1e-9
    slope = np.where(even, usual * (1 - usual), (risk - usual) / np.where(even, 1.0, total))
    return found.contributions * slope[:, None]


def _told(
    predictor: Predictor, columns: Columns, found: Explained, points: Floats, row: int, queue: str | None
) -> Iterator[Reason]:
    """One statement a group of features, told by its strongest feature."""
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(found.names):
        if name not in PERSONAL:
            groups.setdefault(feature_of(name).group, []).append(place)
    for group, places in groups.items():
        total = float(points[places].sum())
        if abs(total) < LEAST_POINTS:
            continue
        strongest = max(places, key=lambda place: points[place] * np.sign(total))
        name = found.names[strongest]
        if name not in columns:
            yield Reason(group, f"{feature_of(name).said}: not known", total)
            continue
        yield Reason(group, _statement(predictor, name, columns[name][row], queue), total)


def _statement(predictor: Predictor, name: str, value: Any, queue: str | None) -> str:  # noqa: ANN401
    feature = feature_of(name)
    if feature.kind == "meaning":
        return _about(predictor, feature, float(value))
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return (
            f"{feature.said}: none yet" if feature.kind in ("rating", "mood", "hours") else f"{feature.said}: not known"
        )
    if feature.kind == "words" or isinstance(value, str):
        return f"{feature.said}: {value}"
    if feature.kind == "mood":
        return f"{feature.said}: {_mood(float(value))}"
    told = f"{feature.said}: {_written(feature, float(value))}"
    medians = predictor.trained.usual
    known = medians.get(queue or "", {}).get(name, medians.get("", {}).get(name))
    if known is None or feature.kind == "number" or _written(feature, known) == _written(feature, float(value)):
        return told
    place = f"usual for {queue}" if queue and name in medians.get(queue, {}) else "usual"
    return f"{told}, {place} {_written(feature, known)}"


def _written(feature: Feature, value: float) -> str:
    """A value with its unit."""
    if feature.kind == "hours":
        return _hours(value)
    if feature.kind == "days":
        return f"{value:.0f} days"
    if feature.kind in ("rating", "share"):
        return f"{100 * value:.0f} %"
    if feature.kind == "tone":
        return f"{value:+.2f}".replace("-", "−")
    if feature.kind == "number" and value in (0.0, 1.0) and feature.name != "hour":
        return "yes" if value else "no"
    return f"{value:.0f}" if value == round(value) else f"{value:.3g}"


def _mood(log_odds: float) -> str:
    """A mood (log odds of dissatisfaction) in words."""
    if abs(log_odds) < 0.1:
        return "as its tickets explain"
    much = "much " if abs(log_odds) >= 0.7 else ""
    return f"{much}{'lower' if log_odds > 0 else 'higher'} than its tickets explain"


def _hours(hours: float) -> str:
    if abs(hours) < 1:
        return f"{60 * hours:.0f} min"
    return f"{hours:.1f} h" if abs(hours) < 10 else f"{hours:.0f} h" if abs(hours) < 72 else f"{hours / 24:.1f} days"


def _about(predictor: Predictor, feature: Feature, value: float) -> str:
    if predictor.meaning is None:
        return feature.said
    high, low = predictor.meaning.describe(int(feature.name.rpartition("_")[2]) - 1, words=3)
    words = high if value >= 0 or not low else low
    return f"{feature.said}: words like {', '.join(words)}" if words else feature.said


def _levers(predictor: Predictor, columns: Columns, risk: Floats) -> list[tuple[Lever, ...]]:
    """What an action alone would make of the risk, where that is less by at least three points."""
    found: list[list[Lever]] = [[] for _ in risk]
    for what, names in LEVERS.items():
        there = [name for name in names if name in columns and name in predictor.trained.model.coding.names]
        if not there:
            continue
        changed = {name: np.where(np.isnan(numbers(columns[name])), np.nan, 0.0) for name in there}
        after = predictor.trained.model.predict({**columns, **changed}).p
        for row in np.flatnonzero(risk - after >= LEAST_GAIN):
            found[row].append(Lever(what, float(after[row])))
    return [tuple(sorted(levers, key=lambda lever: lever.risk)) for levers in found]


def _similar(predictor: Predictor, found: Explained) -> list[tuple[Similar, ...]]:
    known = predictor.trained.known
    if not len(known.score):
        return [()] * len(found.contributions)
    theirs = known.contributions.astype(np.float64)
    squares = (theirs**2).sum(axis=1)
    made = []
    for row in found.contributions:
        nearest = np.argsort(squares - 2 * theirs @ row, kind="stable")[:SIMILAR]
        made.append(tuple(Similar(known.ticket[place], float(known.score[place])) for place in nearest))
    return made


def _next_step(reasons: tuple[Reason, ...]) -> str:
    """What the strongest reason for the risk calls for."""
    raising = sorted((one for one in reasons if one.points > 0), key=lambda one: -one.points)
    return next((NEXT_STEPS[one.group] for one in raising if one.group in NEXT_STEPS), WATCH)
