"""Living with a predictor: whether tickets, risks and answers are still those it learnt from.

`reference_of` keeps how features (and predicted risks, as one more column) were distributed; `drift_of` compares later
tickets with it. `realised` joins stored predictions with the ratings that came later.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri

from models.judging.metrics import Figure, brier
from verbatim.errors import InputError, StorageError
from verbatim.scores.intervals import CONFIDENCE, student, wilson

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Columns = Mapping[str, NDArray[Any]]

MINOR, MAJOR = 0.1, 0.25  # of the PSI's lower bound; the customary thresholds of credit scoring (Siddiqi 2006)
TOP_CATEGORIES = 20
ADDED = 0.5  # to every cell, so that an empty one has a logarithm
FEW_TICKETS = 100
FEWEST_OF_EACH = 5
GAP = 0.05
RECENT_WEEKS = 4
Z = float(ndtri((1 + CONFIDENCE) / 2))


@dataclass(frozen=True, slots=True)
class DriftRow:
    """How far a feature moved: its population stability index with interval, over ``n`` tickets."""

    feature: str
    psi: float | None
    low: float | None
    high: float | None
    n: int
    moved: bool
    note: str

    @property
    def major(self) -> bool:
        """Whether even the lower bound calls for action."""
        return self.low is not None and self.low > MAJOR


@dataclass(frozen=True, slots=True)
class WeekRow:
    """What became of the predictions whose ratings came in a week (or in several: "2026-W31 to 2026-W34").

    Shares are fractions; ``gap`` is observed minus predicted.
    """

    week: str
    n: int
    cases: int
    predicted: float
    observed: Figure
    gap: Figure
    roc_auc: Figure
    brier: Figure


def psi(expected: Array, counts: Array, *, reference_n: float) -> Figure:
    """Population stability index of ``counts`` against ``expected`` shares that rest on ``reference_n`` tickets.

    Both ``(cells,)``. Without any drift PSI is about ``s`` times a χ² with k = cells − 1 degrees of freedom,
    ``s = 1/n + 1/reference_n`` (Yurdakul 2018): ``k·s`` is taken off, at least to 0. The interval is normal, its
    variance that of the delta method plus ``2·k·s²``. Cells empty on both sides do not count. ``None`` for no tickets.
    """
    shares, seen = np.asarray(expected, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    if shares.shape != seen.shape:
        raise InputError(f"cannot compare {seen.size} cells with {shares.size} of the reference: count the same cells")
    used = (shares > 0) | (seen > 0)
    n, cells = seen.sum(), int(used.sum())
    if n <= 0 or reference_n <= 0:
        return Figure(None)
    p = (shares[used] * reference_n + ADDED) / (reference_n + ADDED * cells)
    q = (seen[used] + ADDED) / (n + ADDED * cells)
    scale, freedom, ratio = 1 / n + 1 / reference_n, cells - 1, np.log(q / p)
    value = max(float((q - p) @ ratio) - freedom * scale, 0.0)
    by_q, by_p = ratio + 1 - p / q, -ratio + 1 - q / p
    variance = (q @ by_q**2 - (q @ by_q) ** 2) / n + (p @ by_p**2 - (p @ by_p) ** 2) / reference_n
    half = Z * float(np.sqrt(max(variance, 0.0) + 2 * freedom * scale**2))
    return Figure(value, max(value - half, 0.0), value + half)


def reference_of(columns: Columns) -> dict[str, Any]:
    """How each column is distributed, JSON-able: numbers by tenths, the most frequent categories, and what is missing.

    One row a ticket: snapshots of one ticket would pass for so many. No rows give empty references.
    """
    return {name: _reference(np.asarray(values)) for name, values in columns.items()}


def drift_of(reference: Mapping[str, Any], columns: Columns) -> list[DriftRow]:
    """Every feature of the reference, most moved first; a damaged reference is a `StorageError`."""
    try:
        rows = [_drift(name, kept, columns.get(name)) for name, kept in reference.items()]
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(
            f"the predictor's drift reference cannot be read ({type(error).__name__}): train the predictor again"
        ) from error
    return sorted(rows, key=lambda row: (-(row.low or 0.0), -(row.psi or 0.0), row.feature))


def realised(predictions: pd.DataFrame, answers: pd.DataFrame) -> list[WeekRow]:
    """Predictions held against the ratings that came later, by ISO week (UTC) of the rating, in order.

    ``predictions``: ticket_id, at (UTC, the moment scored), probability; ``answers``: ticket_id, answered_at (UTC),
    y (1: a case). A ticket counts once: its last rating, and the last prediction of a moment before it.
    """
    return [_week(str(week), rows) for week, rows in _joined(predictions, answers).groupby("week", sort=True)]


def recent(predictions: pd.DataFrame, answers: pd.DataFrame, *, weeks: int = RECENT_WEEKS) -> WeekRow | None:
    """The last ``weeks`` weeks up to the last rating in one row, as `realised` reads them; ``None`` without any."""
    joined = _joined(predictions, answers)
    if joined.empty:
        return None
    last = joined["answered_at"].max()
    first = last.normalize() - pd.Timedelta(days=last.weekday(), weeks=weeks - 1)
    rows = joined[joined["answered_at"] >= first]
    return _week(" to ".join(dict.fromkeys((str(rows["week"].min()), str(rows["week"].max())))), rows)


def retraining_advice(
    drift_rows: Sequence[DriftRow],
    recently: WeekRow | None,
    *,
    auc_bound: float | None = None,
    brier_bound: float | None = None,
    important: Collection[str] = (),
    gap_bound: float = GAP,
) -> tuple[str, ...]:
    """Why to train again, in sentences; empty where nothing asks for it.

    ``recently`` is what `recent` gives. ``auc_bound`` is the lower end of the AUC at evaluation, ``brier_bound`` the
    upper end of the Brier score; each is broken when the whole interval of now lies beyond it. ``important`` names the
    features whose major drift matters.
    """
    reasons = [] if recently is None else _broken(recently, auc_bound, brier_bound, gap_bound)
    for row in drift_rows:
        if row.major and row.feature in important:
            reasons.append(
                f"{row.feature} is distributed otherwise than in training: PSI {row.psi:.2f} ({row.low:.2f} to "
                f"{row.high:.2f}, n {row.n:,}); above {MAJOR} is major"
            )
    return tuple(reasons)


def _broken(row: WeekRow, auc_bound: float | None, brier_bound: float | None, gap_bound: float) -> list[str]:
    reasons = []
    auc, loss, gap = row.roc_auc, row.brier, row.gap
    if auc_bound is not None and auc.high is not None and auc.high < auc_bound:
        reasons.append(
            f"the order of risks got worse in {row.week}: AUC {auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f}, "
            f"n {row.n:,}), all below {auc_bound:.3f}, the lower bound at evaluation"
        )
    if brier_bound is not None and loss.low is not None and loss.low > brier_bound:
        reasons.append(
            f"the risks got less exact in {row.week}: Brier {loss.value:.3f} ({loss.low:.3f} to {loss.high:.3f}, "
            f"n {row.n:,}), all above {brier_bound:.3f}, the upper bound at evaluation"
        )
    if gap.value is not None and gap.low is not None and gap.high is not None:
        if gap.low > gap_bound or gap.high < -gap_bound:
            side = "more" if gap.value > 0 else "fewer"
            reasons.append(
                f"{side} cases than predicted in {row.week}: {100 * (row.observed.value or 0):.1f} % observed, "
                f"{100 * row.predicted:.1f} % predicted (gap {100 * gap.low:+.1f} to {100 * gap.high:+.1f} points, "
                f"n {row.n:,}); {100 * gap_bound:g} points are tolerated"
            )
    return reasons


def _reference(values: NDArray[Any]) -> dict[str, Any]:
    if values.dtype.kind in "fiub":
        numbers = values.astype(np.float64)
        known = numbers[np.isfinite(numbers)]
        edges = [float(edge) for edge in np.unique(np.quantile(known, np.arange(1, 10) / 10))] if known.size else []
        if len(edges) == 1:  # else a value below the only one would not be seen
            edges = [float(np.nextafter(edges[0], -np.inf)), *edges]
        kept: dict[str, Any] = {"kind": "number", "edges": edges}
    else:
        often = Counter(_named(values)).most_common()
        ranked = sorted((-n, name) for name, n in often if name is not None)
        kept = {"kind": "category", "values": [name for _, name in ranked[:TOP_CATEGORIES]]}
    return {**kept, "counts": [int(n) for n in _counts(kept, values)]}


def _named(values: NDArray[Any]) -> list[str | None]:
    return [None if missing else str(one) for one, missing in zip(values, pd.isna(values), strict=True)]


def _counts(kept: Mapping[str, Any], values: NDArray[Any]) -> Array:
    """Rows in each cell; the last cell is what is missing, of categories the one before it is all others."""
    if kept["kind"] == "number":
        edges, numbers = np.asarray(kept["edges"], dtype=np.float64), values.astype(np.float64)
        places = np.searchsorted(edges, numbers, side="left")
        places = np.where(np.isfinite(numbers), places, len(edges) + 1)
        return np.bincount(places, minlength=len(edges) + 2).astype(np.float64)
    place_of: dict[str | None, int] = {name: place for place, name in enumerate(kept["values"])}
    other = len(place_of)
    found = [other + 1 if name is None else place_of.get(name, other) for name in _named(values)]
    return np.bincount(np.array(found, dtype=np.int64), minlength=other + 2).astype(np.float64)


def _drift(name: str, kept: Mapping[str, Any], values: NDArray[Any] | None) -> DriftRow:
    before = np.asarray(kept["counts"], dtype=np.float64)
    if values is None or len(values) == 0:
        why = "the column is missing" if values is None else "no tickets to compare"
        return DriftRow(name, None, None, None, 0, False, why)
    n, counts = len(values), _counts(kept, np.asarray(values))
    index = psi(before / max(before.sum(), 1), counts, reference_n=before.sum())
    low = index.low or 0.0
    moved = index.low is not None and low > MINOR
    note = "no tickets in training" if index.value is None else ""
    if moved:
        note = "major" if low > MAJOR else "minor"
        if counts[-1] / n > before[-1] / before.sum() + MINOR:
            note += ", more is missing than in training"
        elif kept["kind"] == "category" and counts[-2] / n > before[-2] / before.sum() + MINOR:
            note += ", many values are new"
    elif n < FEW_TICKETS:
        note = "few tickets: drift would hardly show"
    return DriftRow(name, index.value, index.low, index.high, n, moved, note)


def _joined(predictions: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """ticket_id, probability, y, answered_at, week: one row a ticket."""
    for frame, columns in (
        (predictions, ("ticket_id", "at", "probability")),
        (answers, ("ticket_id", "answered_at", "y")),
    ):
        missing = [column for column in columns if column not in frame]
        if missing:
            raise InputError(f"cannot join predictions with answers: no column {missing[0]!r}; expected {columns}")
    said = predictions[["ticket_id", "at", "probability"]].assign(at=pd.to_datetime(predictions["at"], utc=True))
    came = answers[["ticket_id", "answered_at", "y"]].dropna()
    came = came.assign(answered_at=pd.to_datetime(came["answered_at"], utc=True))
    came = came.sort_values(["answered_at", "y"], kind="stable").drop_duplicates("ticket_id", keep="last")
    both = said.merge(came, on="ticket_id")
    both = both[both["at"] < both["answered_at"]].sort_values(["at", "probability"], kind="stable")
    both = both.drop_duplicates("ticket_id", keep="last").reset_index(drop=True)
    calendar = both["answered_at"].dt.isocalendar()
    weeks = calendar["year"].astype(str) + "-W" + calendar["week"].astype(str).str.zfill(2)
    return both.assign(week=weeks.astype(object))


def _week(week: str, rows: pd.DataFrame) -> WeekRow:
    y, p = rows["y"].to_numpy(dtype=np.float64), rows["probability"].to_numpy(dtype=np.float64)
    n, cases, predicted = len(y), int(y.sum()), float(p.mean())
    ends = wilson(cases, n)
    observed = Figure(cases / n, float(ends.low), float(ends.high))
    gap = Figure(cases / n - predicted, float(ends.low) - predicted, float(ends.high) - predicted)
    return WeekRow(week, n, cases, predicted, observed, gap, delong(y, p), _brier(y, p))


def delong(y: Array, p: Array) -> Figure:
    """AUC with its interval on the logit scale (DeLong et al. 1988); none with fewer than five of a class."""
    a, b = p[y == 1], p[y == 0]
    if min(len(a), len(b)) < FEWEST_OF_EACH:
        return Figure(None)
    from scipy.stats import rankdata  # slow to import, and much imports this module

    ranks = rankdata(np.concatenate((a, b)))
    over = (ranks[: len(a)] - rankdata(a)) / len(b)
    under = 1 - (ranks[len(a) :] - rankdata(b)) / len(a)
    value = float(over.mean())
    error = float(np.sqrt(over.var(ddof=1) / len(a) + under.var(ddof=1) / len(b)))
    kept = float(np.clip(value, 0.5 / len(y), 1 - 0.5 / len(y)))
    half = Z * max(error, 0.5 / len(y)) / (kept * (1 - kept))
    low, high = float(expit(logit(kept) - half)), float(expit(logit(kept) + half))
    return Figure(value, min(low, value), max(high, value))


def _brier(y: Array, p: Array) -> Figure:
    """The mean of squared errors with Student's interval."""
    losses, n = (y - p) ** 2, len(y)
    if n < 2:
        return Figure(brier(y, p))
    ends = student(losses.mean(), losses.var(ddof=1), n)
    return Figure(brier(y, p), max(float(ends.low), 0.0), float(ends.high))
