"""Living with a predictor: two versions on the same tickets, drift, and what became of its predictions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.artifact import load_predictor
from models.judging.drift import drift_of, realised, recent, retraining_advice
from models.judging.evaluation import Evaluation, Judged, evaluate
from models.learners.targets import read_target
from models.learning import SEGMENTS
from models.sources import Ratings, Stored, as_datetime, as_microseconds, ratings_of, read_store
from models.tickets.snapshots import training_moments
from verbatim.errors import EmptyError, UserError
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from models.judging.drift import DriftRow, WeekRow
    from models.learners.model import Model
    from models.predictor import Predictor
    from models.registry import Registered
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

FEWEST = 50  # rated tickets to compare two versions on
WATCHED_DAYS = 28
IMPORTANT = 10  # features whose drift calls for training again


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions on the same tickets: those rated from ``start`` on, which neither has learnt from."""

    start: datetime
    tickets: int
    first: Evaluation
    second: Evaluation
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """Drift of the features and the risk over ``tickets`` of the last weeks, and what became of predictions."""

    start: datetime
    end: datetime
    tickets: int
    drift: tuple[DriftRow, ...]
    weeks: tuple[WeekRow, ...]
    advice: tuple[str, ...]


def open_version(settings: Settings, version: Registered) -> Predictor:
    """Load a version's files, which must be those that were registered.

    Raises:
        NotFoundError, StorageError: they are missing, cut short or altered.
    """
    return load_predictor(version.folder(settings), version.sha256)


def compare(store: Store, settings: Settings, versions: tuple[Registered, Registered]) -> Compared:
    """Judge two versions on the rated tickets that neither has seen.

    Where too few are newer than both, the fits that were judged at training take the place of the final ones, and the
    tickets held back from both are used.

    Raises:
        UserError: they are of two metrics, or count other ratings as cases.
        EmptyError: fewer than 50 tickets that neither has seen.
    """
    loaded = (open_version(settings, versions[0]), open_version(settings, versions[1]))
    if loaded[0].metric != loaded[1].metric or loaded[0].target != loaded[1].target:
        raise UserError(
            f"{versions[0].name} predicts {loaded[0].metric} ({loaded[0].target}), {versions[1].name} "
            f"{loaded[1].metric} ({loaded[1].target}); two versions can be compared where both predict the same"
        )
    stored = read_store(store, settings)
    ratings = ratings_of(stored, loaded[0].metric)
    ends = [as_microseconds(one.data_end) + 1 for one in loaded]
    notes: list[str] = []
    start = max(ends)
    models: list[Model] = [one.trained.model for one in loaded]
    if int((ratings.rated >= start).sum()) < FEWEST:
        start = max(one.trained.held_from for one in loaded)
        models = [
            one.trained.model if end <= start else one.trained.proof for one, end in zip(loaded, ends, strict=True)
        ]
        notes.append("too few ratings are newer than both: compared on what training held back, as it was fitted then")
    count = int((ratings.rated >= start).sum())
    if count < FEWEST:
        raise EmptyError(f"{count} rated tickets that neither has seen are too few to compare on; {FEWEST} are needed")
    first, second = (judge_since(stored, ratings, one, model, start) for one, model in zip(loaded, models, strict=True))
    return Compared(as_datetime(start), first.overall.tickets, first, second, tuple(notes))


def judge_since(stored: Stored, ratings: Ratings, predictor: Predictor, model: Model, start: int) -> Evaluation:
    """Evaluate one model on the snapshots, at ``start`` or later, of tickets rated since then."""
    here = ratings.rated >= start
    ticket, rated, score = ratings.ticket[here], ratings.rated[here], ratings.score[here]
    row, moment, stage = training_moments(stored.log, ticket, rated)
    kept = moment >= start
    row, moment, stage = row[kept], moment[kept], stage[kept]
    seen = predictor.look(stored.view)
    found = model.predict(predictor.columns_at(seen, ticket[row], moment))
    ids, account = stored.log.ids[ticket[row]], stored.log.account[ticket[row]]
    words = seen.states.words_at(ticket[row], moment)
    y = read_target(predictor.target).of(score[row])
    rate = predictor.trained.base_rate
    return evaluate(
        Judged(
            y=y, p=found.p, ticket=ids, group=account, stage=stage,
            baselines={"base rate": np.full(len(y), rate)}, base_rate=rate,
            segments={name: words[name] for name in SEGMENTS if name in words}, week=None, score=score[row],
            expected=found.expected,
        )
    )  # fmt: skip


def watch(
    store: Store, settings: Settings, version: Registered, *, days: int = WATCHED_DAYS, at: datetime | None = None
) -> Watched:
    """Compare tickets of the last ``days`` with those it learnt from, and its stored predictions with the answers.

    Raises:
        EmptyError: no ticket was opened in these days.
    """
    predictor = open_version(settings, version)
    stored = read_store(store, settings)
    end = at or stored.newest()
    start = end - timedelta(days=days)
    opened = stored.log.created
    places = np.flatnonzero((opened >= as_microseconds(start)) & (opened <= as_microseconds(end)))
    if not len(places):
        raise EmptyError(f"no ticket was opened in the {days} days before {end:%Y-%m-%d %H:%M} UTC")
    moments = _last_look(stored, places, as_microseconds(end))
    columns = predictor.columns_at(predictor.look(stored.view), places, moments)
    risk = predictor.trained.model.predict(columns).p
    rows = drift_of(predictor.trained.reference, {**columns, "predicted risk": risk})
    predictions = queries.predictions(store, metric=predictor.metric, predictor_id=version.id, start=version.data_end)
    answered = _answered(stored, predictor)
    overall = predictor.trained.evaluation.overall
    advice = retraining_advice(
        rows, recent(predictions, answered), auc_bound=overall.roc_auc.low, brier_bound=overall.brier.high,
        important=_important(predictor),
    )  # fmt: skip
    return Watched(start, end, len(places), tuple(rows), tuple(realised(predictions, answered)), advice)


def _last_look(stored: Stored, places: NDArray[np.int64], end: int) -> NDArray[np.int64]:
    """As training looked last: just before the last solving where there was one, else now."""
    row, moment, _ = training_moments(stored.log, places, np.full(len(places), end + 1, dtype=np.int64))
    last = np.full(len(places), end, dtype=np.int64)
    is_open = stored.view.states.is_open(places, last)
    newest = np.zeros(len(places), dtype=np.int64)
    np.maximum.at(newest, row, moment)
    return np.where(is_open | (newest == 0), last, newest)


def _answered(stored: Stored, predictor: Predictor) -> pd.DataFrame:
    """Ratings of tickets: ``ticket_id``, ``answered_at`` and ``y``."""
    ratings = ratings_of(stored, predictor.metric)
    return pd.DataFrame(
        {
            "ticket_id": stored.log.ids[ratings.ticket],
            "answered_at": pd.to_datetime(ratings.rated, unit="us", utc=True),
            "y": read_target(predictor.target).of(ratings.score),
        }
    )


def _important(predictor: Predictor) -> tuple[str, ...]:
    known: Mapping[str, float] = predictor.trained.importance
    return tuple(sorted(known, key=lambda name: -known[name])[:IMPORTANT])
