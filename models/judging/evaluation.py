"""What a predictor is worth on tickets it has not seen: by slice, against baselines, with intervals.

A ticket has several snapshots; each ticket counts once (a row weighs one over the ticket's rows in the slice measured).
Tickets of one account are alike, so whole accounts are drawn again for the intervals (tickets where accounts are few),
the same draws for everything: a predictor and a baseline are compared draw by draw.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from models.judging.metrics import (
    Bin,
    Figure,
    Ranking,
    brier_of,
    capacity_of,
    check,
    constant_brier_of,
    draws_by_group,
    ece_of,
    figure,
    pr_auc_of,
    reliability_of,
    roc_auc_of,
)
from verbatim.errors import EmptyError, StorageError, UserError
from verbatim.findings.resampling import FEWEST_CUSTOMERS
from verbatim.scores.intervals import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from models.judging.metrics import Tallies

    Array = NDArray[np.float64]
    Names = NDArray[np.object_]

STAGES = ("creation", "first_reply", "customer_message", "before_close")
MODEL = "predictor"
ALL = "all"
SHARES = (0.05, 0.1, 0.2)
GAIN_SHARES = tuple(step / 20 for step in range(1, 21))
RISK_BINS = 20
FEWEST_TICKETS, FEWEST_CASES, MOST_VALUES = 50, 10, 8  # of a segment's value to be listed; values a segment
FEWEST_IN_A_WEEK, FEWEST_GROUPS = 5, 4
HEAVIEST = 20.0  # times: an answer stands for at most so many tickets


@dataclass(frozen=True, slots=True)
class Judged:
    """The ``n`` snapshots of the test slice, with what was predicted of them; every array is ``(n,)``.

    ``group`` is who is drawn again (an account; ``None``: the ticket itself), ``baselines`` probabilities by name,
    ``base_rate`` the share of cases in training, ``score`` the later score on its scale and ``expected`` what was
    predicted of it (NaN: not known), ``week`` like "2026-W31", ``answering`` the probability that such a ticket is
    rated at all.
    """

    y: NDArray[np.int8]
    p: Array
    ticket: Names
    group: Names
    stage: Names
    baselines: Mapping[str, Array]
    base_rate: float
    segments: Mapping[str, Names]
    week: Names | None
    score: Array
    expected: Array
    answering: Array | None = None


@dataclass(frozen=True, slots=True)
class CapacityFigures:
    """What the riskiest ``share`` of tickets holds."""

    share: float
    recall: Figure
    precision: Figure
    lift: Figure


@dataclass(frozen=True, slots=True)
class Row:
    """One predictor or baseline on one slice; ``segment`` is None for all, "stage", or a segment's name."""

    name: str
    segment: str | None
    slice: str
    snapshots: int
    tickets: int
    cases: int
    base_rate: float | None
    roc_auc: Figure
    pr_auc: Figure
    brier: Figure
    skill: Figure
    ece: Figure
    capacities: tuple[CapacityFigures, ...]


@dataclass(frozen=True, slots=True)
class AggregateRow:
    """How mean expectations of the groups of a segment and week go with their mean later scores."""

    segment: str
    groups: int
    tickets: int
    correlation: Figure


@dataclass(frozen=True, slots=True)
class Nonresponse:
    """All tickets weighted by one over their probability of being rated, beside the unweighted."""

    roc_auc: Figure
    brier: Figure
    roc_auc_unweighted: Figure
    brier_unweighted: Figure


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything measured, rows in order: the predictor and the baselines on all tickets, then the predictor by slice.

    ``gains`` are (share of tickets, share of cases found), ``risks`` the shares of tickets in twenty equal steps of
    risk, errors are in points of the scale, over the ``scored`` tickets whose score is known.
    """

    rows: tuple[Row, ...]
    reliability: tuple[Bin, ...]
    best_baseline: str
    skill_over_best: Figure
    aggregates: tuple[AggregateRow, ...]
    nonresponse: Nonresponse | None
    scored: int
    mean_absolute_error: float | None
    mean_absolute_error_of_mean: float | None
    gains: tuple[tuple[float, float], ...]
    risks: tuple[float, ...]

    @property
    def overall(self) -> Row:
        """The predictor on all tickets."""
        return next(row for row in self.rows if row.name == MODEL and row.segment is None)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; `from_dict` gives an equal evaluation back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Evaluation:
        """From `to_dict`, also through JSON; a `StorageError` where parts are missing or of another kind."""
        try:
            return _restored(stored)
        except (KeyError, TypeError, ValueError) as error:
            raise StorageError(
                f"the stored evaluation cannot be read ({type(error).__name__}): train the predictor again"
            ) from error


@dataclass(frozen=True, slots=True)
class _Draws:
    """Weights for every draw: blocks of rows and their counts, of groups and, where these are few, of tickets."""

    levels: tuple[tuple[NDArray[np.int64], Array], ...]

    def over(self, mask: NDArray[np.bool_]) -> Iterator[Array]:
        """By the first level worth ten equally large ones (Kish) in the slice; nothing where there is none."""
        for blocks, counts in self.levels:
            here = blocks[mask]
            sizes = np.bincount(here).astype(np.float64)
            if sizes.sum() ** 2 >= FEWEST_CUSTOMERS * (sizes @ sizes):
                yield from (times[here] for times in counts)
                return


def evaluate(judged: Judged, *, seed: int = 7, draws: int = 200) -> Evaluation:
    """Judge a predictor on the test slice; O(draws · slices · n).

    No snapshots are an `EmptyError`; arrays of unequal length, or probabilities outside 0…1, a `UserError`.
    """
    _check(judged)
    own = np.array([f"ticket {ticket}" for ticket in judged.ticket], dtype=object)
    named = np.array([f"group {group}" for group in judged.group], dtype=object)
    groups = np.where(pd.isna(judged.group), own, named)
    drawn = _Draws(tuple(draws_by_group(one, draws=draws, seed=seed) for one in (groups, own)))
    everything = np.ones(len(judged.y), dtype=np.bool_)
    rows, briers = [], {}
    for name, p in {MODEL: judged.p, **judged.baselines}.items():
        row, briers[name] = _row(judged, drawn, everything, p=p, label=(name, None, ALL))
        rows.append(row)
    for segment, value, mask in _slices(judged):
        rows.append(_row(judged, drawn, mask, p=judged.p, label=(MODEL, segment, value))[0])
    best = min(judged.baselines, key=lambda name: briers[name][0] or 0.0, default="")
    weights = ticket_weights(judged.ticket)
    tallies = Ranking(judged.y, judged.p).tallies(weights)
    scored, error, error_of_mean = _errors(judged)
    return Evaluation(
        rows=tuple(rows),
        reliability=reliability_of(tallies),
        best_baseline=best,
        skill_over_best=_skill_over(briers[MODEL], briers[best]) if best else Figure(None),
        aggregates=_aggregates(judged),
        nonresponse=_nonresponse(judged, drawn, rows[0]),
        scored=scored,
        mean_absolute_error=error,
        mean_absolute_error_of_mean=error_of_mean,
        gains=tuple((share, capacity_of(tallies, share).recall or 0.0) for share in GAIN_SHARES),
        risks=_risks(tallies),
    )


def ticket_weights(*keys: Names) -> Array:
    """One over the rows with the same keys, ``(n,)``: the rows of a ticket weigh 1 together.

    >>> ticket_weights(np.array(["a", "b", "a"], dtype=object)).tolist()
    [0.5, 1.0, 0.5]
    """
    codes = pd.DataFrame(dict(enumerate(keys))).groupby(list(range(len(keys))), dropna=False).ngroup().to_numpy()
    return np.asarray(1.0 / np.bincount(codes)[codes], dtype=np.float64) if codes.size else np.empty(0)


def _check(judged: Judged) -> None:
    n = len(judged.y)
    if n == 0:
        raise EmptyError("no rated tickets in the test slice: train with more data, or an earlier --until")
    arrays = {
        "p": judged.p, "ticket": judged.ticket, "group": judged.group, "stage": judged.stage, "score": judged.score,
        "expected": judged.expected, "week": judged.week, "answering": judged.answering, **judged.segments,
    }  # fmt: skip
    for name, array in arrays.items():
        if array is not None and len(array) != n:
            raise UserError(f"cannot judge: {name} has {len(array)} rows, the answers have {n}")
    if MODEL in judged.baselines:
        raise UserError(f"a baseline cannot be called {MODEL!r}: name it after what it knows")
    for p in (judged.p, *judged.baselines.values()):
        check(judged.y.astype(np.float64), np.asarray(p))


def _slices(judged: Judged) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Each stage in order, then the values of each segment that have enough tickets and cases, largest first."""
    present = [stage for stage in STAGES if (judged.stage == stage).any()]
    for stage in present:
        yield "stage", stage, judged.stage == stage
    for segment, values in judged.segments.items():
        known = ~pd.isna(values)
        frame = pd.DataFrame({"value": values[known], "ticket": judged.ticket[known], "y": judged.y[known]})
        frame["value"] = frame["value"].map(str)
        tickets = frame.groupby("value")["ticket"].nunique()
        cases = frame[frame["y"] == 1].groupby("value")["ticket"].nunique().reindex(tickets.index, fill_value=0)
        enough = tickets[(tickets >= FEWEST_TICKETS) & (cases >= FEWEST_CASES)]
        largest = sorted(enough.items(), key=lambda item: (-item[1], str(item[0])))[:MOST_VALUES]
        named = np.array([None if missing else str(one) for one, missing in zip(values, ~known, strict=True)], object)
        for value, _ in largest:
            yield "stage (segment)" if segment == "stage" else segment, str(value), named == value


def _row(
    judged: Judged, drawn: _Draws, mask: NDArray[np.bool_], *, p: Array, label: tuple[str, str | None, str]
) -> tuple[Row, list[float | None]]:
    """The row of a slice, and the Brier score of all rows and of every draw."""
    y, ticket = judged.y[mask], judged.ticket[mask]
    weights = ticket_weights(ticket)
    ranking = Ranking(y, p[mask])
    measured = [_measured(ranking.tallies(weights), judged.base_rate)]
    measured += [_measured(ranking.tallies(weights * times), judged.base_rate) for times in drawn.over(mask)]
    columns = list(zip(*measured, strict=True))
    figures = [figure(column[0], column[1:]) for column in columns]
    capacities = [CapacityFigures(share, *figures[5 + 3 * i : 8 + 3 * i]) for i, share in enumerate(SHARES)]
    name, segment, value = label
    row = Row(
        name=name,
        segment=segment,
        slice=value,
        snapshots=len(y),
        tickets=len(set(ticket)),
        cases=len(set(ticket[y == 1])),
        base_rate=float(weights @ y / weights.sum()),
        roc_auc=figures[0],
        pr_auc=figures[1],
        brier=figures[2],
        skill=figures[3],
        ece=figures[4],
        capacities=tuple(capacities),
    )
    return row, list(columns[2])


def _measured(tallies: Tallies, base_rate: float) -> tuple[float | None, ...]:
    """ROC-AUC, PR-AUC, Brier, skill, ECE, then recall, precision and lift at each capacity."""
    loss, constant = brier_of(tallies), constant_brier_of(tallies, base_rate)
    found = [value for share in SHARES for value in capacity_of(tallies, share)]
    return (roc_auc_of(tallies), pr_auc_of(tallies), loss, _skill(loss, constant), ece_of(tallies), *found)


def _skill(loss: float | None, reference: float | None) -> float | None:
    """One minus the quotient of two Brier scores; ``None`` where the reference is perfect."""
    return None if loss is None or not reference else 1 - loss / reference


def _skill_over(model: list[float | None], baseline: list[float | None]) -> Figure:
    """Skill over a baseline, paired: both were drawn with the same accounts."""
    skills = [_skill(one, other) for one, other in zip(model, baseline, strict=True)]
    return figure(skills[0], skills[1:])


def _aggregates(judged: Judged) -> tuple[AggregateRow, ...]:
    if judged.week is None:
        return ()
    rows = []
    for segment, values in judged.segments.items():
        known = ~pd.isna(values) & ~pd.isna(judged.week) & np.isfinite(judged.score) & np.isfinite(judged.expected)
        names, weeks = values[known].astype(str).astype(object), judged.week[known]
        weights = ticket_weights(names, weeks, judged.ticket[known])
        columns = {"n": weights, "score": weights * judged.score[known], "expected": weights * judged.expected[known]}
        sums = pd.DataFrame({"value": names, "week": weeks, **columns}).groupby(["value", "week"]).sum()
        sums = sums[sums["n"] >= FEWEST_IN_A_WEEK - 1e-9]
        n = sums["n"].to_numpy(dtype=np.float64)
        pair = [sums[one].to_numpy(dtype=np.float64) / n for one in ("expected", "score")]
        rows.append(AggregateRow(segment, len(n), round(float(n.sum())), correlation(pair[0], pair[1], n)))
    return tuple(rows)


def correlation(x: Array, y: Array, w: Array) -> Figure:
    """Pearson's, weighted, with Fisher's z interval (1921) over the number of pairs; nothing under four pairs."""
    if len(x) < FEWEST_GROUPS:
        return Figure(None)
    dx, dy = x - np.average(x, weights=w), y - np.average(y, weights=w)
    scale = float(np.sqrt((w @ dx**2) * (w @ dy**2)))
    if scale <= 1e-12:
        return Figure(None)
    r = float(np.clip(w @ (dx * dy) / scale, -1, 1))
    z, half = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)), ndtri((1 + CONFIDENCE) / 2) / np.sqrt(len(x) - 3)
    return Figure(r, min(float(np.tanh(z - half)), r), max(float(np.tanh(z + half)), r))


def _nonresponse(judged: Judged, drawn: _Draws, unweighted: Row) -> Nonresponse | None:
    if judged.answering is None:
        return None
    stands_for = 1 / np.clip(np.nan_to_num(judged.answering, nan=1.0), 1 / HEAVIEST, 1.0)
    weights = ticket_weights(judged.ticket) * stands_for
    ranking = Ranking(judged.y, judged.p)
    tallies = [ranking.tallies(weights)]
    tallies += [ranking.tallies(weights * times) for times in drawn.over(np.ones(len(weights), dtype=np.bool_))]
    areas, losses = [roc_auc_of(one) for one in tallies], [brier_of(one) for one in tallies]
    return Nonresponse(figure(areas[0], areas[1:]), figure(losses[0], losses[1:]), unweighted.roc_auc, unweighted.brier)


def _errors(judged: Judged) -> tuple[int, float | None, float | None]:
    """Tickets with a known score; the mean absolute error of the expected one, and of saying their mean score."""
    known = np.isfinite(judged.score) & np.isfinite(judged.expected)
    if not known.any():
        return 0, None, None
    score, weights = judged.score[known], ticket_weights(judged.ticket[known])
    error = np.average(np.abs(judged.expected[known] - score), weights=weights)
    of_mean = np.average(np.abs(score - np.average(score, weights=weights)), weights=weights)
    return round(float(weights.sum())), float(error), float(of_mean)


def _risks(tallies: Tallies) -> tuple[float, ...]:
    places = np.minimum((tallies.p * RISK_BINS).astype(np.int64), RISK_BINS - 1)
    shares = np.bincount(places, tallies.weight, minlength=RISK_BINS) / tallies.weight.sum()
    return tuple(float(share) for share in shares)


def _restored(stored: Mapping[str, Any]) -> Evaluation:
    rows = []
    for row in stored["rows"]:
        figures = {name: Figure(**row[name]) for name in ("roc_auc", "pr_auc", "brier", "skill", "ece")}
        capacities = tuple(
            CapacityFigures(one["share"], *(Figure(**one[name]) for name in ("recall", "precision", "lift")))
            for one in row["capacities"]
        )
        rows.append(Row(**{**row, **figures, "capacities": capacities}))
    answering = stored["nonresponse"]
    aggregates = [AggregateRow(**{**one, "correlation": Figure(**one["correlation"])}) for one in stored["aggregates"]]
    parts = {
        "rows": tuple(rows),
        "reliability": tuple(Bin(**one) for one in stored["reliability"]),
        "skill_over_best": Figure(**stored["skill_over_best"]),
        "aggregates": tuple(aggregates),
        "nonresponse": None if answering is None else Nonresponse(**{k: Figure(**v) for k, v in answering.items()}),
        "gains": tuple((float(share), float(recall)) for share, recall in stored["gains"]),
        "risks": tuple(stored["risks"]),
    }
    return Evaluation(**{**stored, **parts})
