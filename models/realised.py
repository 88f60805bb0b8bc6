"""What became of a version's predictions: the ratings that came after them, week by week since it was trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.judging.drift import realised, recent
from models.learners.targets import read_target
from verbatim.storage.queries.predictions import answered_predictions

if TYPE_CHECKING:
    from datetime import datetime

    from models.judging.drift import WeekRow
    from models.registry import Registered
    from verbatim.storage.store import Store


@dataclass(frozen=True, slots=True)
class Realised:
    """``weeks`` in order, and the last four in one (``None``: nothing was rated yet); ``since`` it was in use."""

    since: datetime
    weeks: tuple[WeekRow, ...]
    recently: WeekRow | None


def realised_since(store: Store, version: Registered) -> Realised:
    """The stored predictions of a version held against the ratings that came later, on the scale that most are on."""
    since = version.data_end
    rows = answered_predictions(store, version.id, version.metric, start=since)
    if rows.empty:
        return Realised(since, (), None)
    rows = rows[rows["scale"] == rows["scale"].value_counts().index[0]]
    answers = rows[["ticket_id", "answered_at"]].assign(y=read_target(version.target).of(rows["value"].to_numpy()))
    return Realised(since, tuple(realised(rows, answers)), recent(rows, answers))
