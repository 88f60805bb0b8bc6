"""Why a ticket has its risk, in plain statements with values; what would lower it; and similar past tickets.

Contributions are exact: TreeSHAP of the trees, coefficients of the logistic regression, averaged over the members, in
log odds. They become percentage points by the mean slope of the calibrated curve between the base and the ticket, so
that all statements together (with "everything else") add up to the difference between its risk and the usual one.
Who the agent is is never a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from models.nearest import Groups, Neighbours
from models.tickets.features import Feature, feature_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from models.learners.coding import Columns
    from models.learners.compiled import Compiled
    from models.learners.model import Explained, Model
    from models.predictor import Predictor
    from models.tickets.meaning import Meaning

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


class Explainer:
    """Explains rows for one predictor; keeps what does not change from one call to the next.

    ``model`` is the predictor's, or that model compiled. May be used by several threads at once.
    """

    def __init__(self, predictor: Predictor, model: Model | Compiled | None = None) -> None:
        self.predictor = predictor
        self.model = model or predictor.trained.model
        self._groups = Groups.of(self.model.coding.names)
        self._known = Neighbours.of(predictor.trained.known.contributions)
        self._levers = [
            (what, [place for place, name in enumerate(self.model.coding.names) if name in names])
            for what, names in LEVERS.items()
        ]

    def rows(self, columns: Columns, *, top: int = 3, queue: str = "channel") -> list[Reasons]:
        """See `explain_rows`."""
        codes = self.model.codes(columns)
        predicted, found = self.model.look(columns, codes, explain=True)
        return self.told(columns, codes, predicted.p, found, top=top, queue=queue) if found is not None else []

    def told(
        self, columns: Columns, codes: Floats, risk: Floats, found: Explained, *, top: int = 3, queue: str = "channel"
    ) -> list[Reasons]:
        """The same where codes, risk and contributions are known already."""
        if not len(risk):
            return []
        calibration = self.predictor.trained.model.calibration
        met = np.append(found.base + found.contributions.sum(axis=1), found.base)
        reached = calibration.probabilities(met)
        usual, reached = float(reached[-1]), reached[:-1]
        points = points_of(found, reached, usual)  # not of `risk`, a mean of several where a column is missing
        strongest = self._groups.strongest(points, top, LEAST_POINTS)
        levers = self._gains(columns, codes, risk)
        similar = self._similar(found.contributions)
        queues = columns.get(queue)
        made = []
        for row, chance in enumerate(risk.tolist()):
            reasons = tuple(
                Reason(self._groups.names[group], self._said(columns, place, row, queues), total)
                for group, place, total in strongest[row]
            )
            rest = chance - usual - sum(reason.points for reason in reasons)
            step = next_step((one.group, one.points) for one in reasons)
            made.append(Reasons(chance, usual, reasons, rest, levers[row], similar[row], step))
        return made

    def _said(self, columns: Columns, place: int, row: int, queues: NDArray[Any] | None) -> str:
        name = self.model.coding.columns[place].name
        if name not in columns:
            return f"{feature_of(name).said}: not known"
        return _statement(self.predictor, name, columns[name][row], None if queues is None else queues[row])

    def _gains(self, columns: Columns, codes: Floats, risk: Floats) -> list[tuple[Lever, ...]]:
        """What an action alone would make of the risk, where that is less by at least three points."""
        found: list[list[Lever]] = [[] for _ in range(len(risk))]
        absent = self.model.absent(columns)
        rows: list[int] = []
        tried: list[str] = []
        parts = [codes[:0]]
        for what, places in self._levers:
            there = [place for place in places if place not in absent]
            changed = np.flatnonzero((risk >= LEAST_GAIN) & _stirs(codes[:, there]))
            less = codes[changed]
            less[:, there] = np.where(np.isnan(less[:, there]), np.nan, 0.0)
            parts.append(less)
            rows += changed.tolist()
            tried += [what] * len(changed)
        after = self.model.chances(np.concatenate(parts), absent).tolist()
        for row, what, chance in zip(rows, tried, after, strict=True):
            if risk[row] - chance >= LEAST_GAIN:
                found[row].append(Lever(what, chance))
        return [tuple(sorted(levers, key=lambda lever: lever.risk)) for levers in found]

    def _similar(self, contributions: Floats) -> list[tuple[Similar, ...]]:
        known = self.predictor.trained.known
        if not len(known.score):
            return [()] * len(contributions)
        nearest = self._known.nearest(contributions, SIMILAR)
        return [
            tuple(Similar(known.ticket[place], float(known.score[place])) for place in places) for places in nearest
        ]


def explain_rows(predictor: Predictor, columns: Columns, *, top: int = 3, queue: str = "channel") -> list[Reasons]:
    """The ``top`` reasons of each row (by size), levers, similar tickets and the next step."""
    return Explainer(predictor).rows(columns, top=top, queue=queue)


def points_of(found: Explained, risk: Floats, usual: float) -> Floats:
    """Contributions (n, f) as shares of risk that add up to ``risk − usual``."""
    total = found.contributions.sum(axis=1)
    even = np.abs(total) < 1e-9
    slope = np.where(even, usual * (1 - usual), (risk - usual) / np.where(even, 1.0, total))
    return found.contributions * slope[:, None]


def _stirs(codes: Floats) -> NDArray[np.bool_]:
    """Which rows have a number that is known and not 0."""
    return np.asarray(((codes != 0) & ~np.isnan(codes)).any(axis=1))


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
    high, low = _axis(predictor.meaning, int(feature.name.rpartition("_")[2]) - 1)
    words = high if value >= 0 else low
    return f"{feature.said}: words like {', '.join(words)}" if words else feature.said


@lru_cache(maxsize=256)
def _axis(meaning: Meaning, place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`Meaning.describe`, which reads all terms."""
    return meaning.describe(place, words=3)


def next_step(reasons: Iterable[tuple[str, float]]) -> str:
    """What the strongest of the reasons (group, points) for a risk calls for."""
    raising = sorted((one for one in reasons if one[1] > 0), key=lambda one: -one[1])
    return next((NEXT_STEPS[group] for group, _ in raising if group in NEXT_STEPS), WATCH)
