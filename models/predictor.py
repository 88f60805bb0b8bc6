"""A trained predictor as one value: what it learnt, on what, and how it makes features of tickets or of a frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from models.tickets.features import PERSONAL, feature_of, of_text
from models.tickets.history import share_of_scale
from models.tickets.log import further_column
from models.tickets.wording import MessageSignals
from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from models.learners.coding import Columns
    from models.learners.expectation import Expectation
    from models.learners.training import Trained
    from models.tickets.features import Availability
    from models.tickets.meaning import Meaning
    from models.tickets.snapshots import TicketView

    Places = NDArray[np.int64]

LIBRARIES = ("verbatim-mining", "lightgbm", "scikit-learn", "numpy", "scipy", "pandas")


@dataclass(frozen=True, slots=True)
class Predictor:
    """Everything a version keeps. ``kind`` "tickets" makes features of a log, "columns" of a frame as it is.

    ``declared`` says when each of an organisation's own columns is known; ``text`` are the columns of a frame that hold
    words; ``features`` the names that may be used; ``left_out`` (column, why).
    """

    metric: str
    target: str
    scale: str
    kind: Literal["tickets", "columns"]
    trained: Trained
    features: tuple[str, ...]
    declared: Mapping[str, Availability]
    left_out: tuple[tuple[str, str], ...]
    data_start: datetime
    data_end: datetime
    tickets: int
    snapshots: int
    cases: int
    meaning: Meaning | None = None
    expectation: Expectation | None = None
    text: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def look(self, view: TicketView) -> TicketView:
        """The view with this predictor's vectors and expectations."""
        return view.with_meaning(self.meaning).with_expectation(self.expectation, self.metric)

    def columns_at(self, view: TicketView, ticket: Places, moment: Places) -> dict[str, NDArray[Any]]:
        """Features of tickets at moments; ``view`` is one that `look` gave."""
        found = view.features(ticket, moment, text=any(map(of_text, self.features)))
        return {name: values for name, values in found.items() if name in self.features}

    def columns_of(self, frame: pd.DataFrame) -> dict[str, NDArray[Any]]:
        """Features of the rows of a frame; columns that it lacks are not there."""
        wanted = [name for name in self.features if name in frame.columns]
        found = {name: further_column(frame[name]) for name in wanted}
        return found | text_columns(frame, self.text, self.meaning)


def libraries() -> dict[str, str]:
    """Versions of what a predictor depends on."""
    return {name: version(name) for name in LIBRARIES}


def allowed(columns: Mapping[str, NDArray[Any]], *, agents: bool) -> dict[str, NDArray[Any]]:
    """Without who the agent is, unless ``agents`` allows it."""
    return {name: values for name, values in columns.items() if agents or name not in PERSONAL}


def mask_later(columns: Columns, declared: Mapping[str, Availability]) -> dict[str, NDArray[Any]]:
    """The columns as they are at creation: what is known only while a ticket is open is unknown."""
    return {
        name: _unknown(values) if (declared.get(name) or feature_of(name).availability) == "while_open" else values
        for name, values in columns.items()
    }


def text_columns(frame: pd.DataFrame, text: Sequence[str], meaning: Meaning | None) -> dict[str, NDArray[Any]]:
    """Features of the words of a frame's rows: habits, tone and vectors of its ``text`` columns together."""
    present = [name for name in text if name in frame.columns]
    if not present:
        return {}
    texts = joined_text(frame, present)
    starts = np.arange(len(texts) + 1)
    found: dict[str, NDArray[Any]] = dict(MessageSignals.of(texts, starts).seen(starts[:-1], starts[1:]))
    for name in ("sentiment_last", "sentiment_trend", "words_last", "repetition"):
        found.pop(name)  # of one message alone they say nothing further
    if meaning is not None:
        vectors = meaning.transform(texts).astype(np.float64)
        found |= {f"about_{place + 1}": vectors[:, place] for place in range(vectors.shape[1])}
    return found


def joined_text(frame: pd.DataFrame, text: Sequence[str]) -> list[str | None]:
    """The ``text`` columns of each row, one under the other; ``None`` where all are empty."""
    rows = zip(*(frame[name].to_numpy(object) for name in text), strict=True)
    return ["\n".join(part for part in row if isinstance(part, str) and part) or None for row in rows]


def shares(scores: NDArray[np.float64], scale: str) -> NDArray[np.float64]:
    """Scores as shares of their scale, 1 the best; on an unknown scale of the range seen."""
    found = share_of_scale(scores, np.full(len(scores), scale, dtype=object))
    if np.isnan(found).all() and len(scores):
        span = float(np.ptp(scores)) or 1.0
        found = np.asarray((scores - scores.min()) / span, dtype=np.float64)
    return found


def demand_kind(predictor: Predictor, kind: str) -> None:
    """Refuse to score tickets with a predictor of columns, or the other way round.

    Raises:
        UserError: it is of the other kind.
    """
    if predictor.kind != kind:
        learnt = "tickets with events" if predictor.kind == "tickets" else "flat columns"
        asked = "tickets of the store" if kind == "tickets" else "a plain table"
        raise UserError(f"this predictor was trained on {learnt}; it cannot score {asked}")


def _unknown(values: NDArray[Any]) -> NDArray[Any]:
    return np.full(len(values), np.nan) if values.dtype.kind in "fiub" else np.full(len(values), None, dtype=object)
