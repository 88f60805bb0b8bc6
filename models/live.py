"""Tickets as they come: what a service asks when tickets are created or changed, one at a time or many.

``LiveScorer`` holds the history of everybody as of when it was made, and a predictor made ready for few rows
(`models.learners.compiled`). ``score_many`` takes plain mappings, without a frame: a frame costs more than the
prediction. Nearly all of its time is spent once a call and not once a ticket, so a service should gather what arrives
together. May be used by several threads at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from models.arriving import Checked, LiveTicket, checked, log_of, microseconds
from models.explain import Explainer, Reasons
from models.learners.compiled import compiled
from models.scoring import band_of
from models.tickets.features import LATER_TOPICS, of_text
from models.tickets.snapshots import Messages, TicketView, messages_of
from models.tickets.state import states_of
from models.tickets.wording import SIGNALS, longer_words, text_signals
from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from models.predictor import Predictor
    from models.sources import Stored
    from models.tickets.log import TicketLog

KEPT_TEXTS = 20_000
AT_ONCE = 500  # tickets looked at together
FINE = 2.0**40  # parts of 1 that sums of vectors are counted in: without rounding, whatever stands beside them


@dataclass(frozen=True, slots=True)
class LiveRisk:
    """The risk of one ticket now; ``missing`` are columns that training had and the ticket has not."""

    probability: float
    low: float
    high: float
    expected_score: float | None
    band: str
    stage: str
    features_hash: str
    reasons: Reasons | None
    missing: tuple[str, ...]


class LiveScorer:
    """Scores tickets with one predictor, against the history of ``stored``."""

    def __init__(self, predictor: Predictor, stored: Stored) -> None:
        self.predictor = predictor
        self._view = predictor.look(stored.view)
        self._own = tuple(stored.log.further)
        self._features = frozenset(predictor.features)
        self._reads = any(map(of_text, predictor.features))
        self._model = compiled(predictor.trained.model) or predictor.trained.model
        self._explainer = Explainer(predictor, self._model)
        self._names = frozenset(self._model.coding.names)
        self._signals = Kept(_signal_rows)
        self._vectors = Kept(predictor.meaning.transform) if predictor.meaning is not None else None
        self._words = lru_cache(maxsize=KEPT_TEXTS)(longer_words)

    def score(
        self, ticket: Mapping[str, Any], events: Sequence[Mapping[str, Any]] = (), *, at: datetime | None = None,
        reasons: bool = True,
    ) -> LiveRisk:  # fmt: skip
        """The risk of ``ticket`` (see `LiveTicket`) as it stands ``at`` a moment (default: now).

        Raises:
            UserError: no creation time, a time without a zone, a ticket from the future, or a value of another kind.
        """
        found = self.score_many([LiveTicket(ticket, events)], at=at, reasons=reasons)[0]
        if isinstance(found, UserError):
            raise found
        return found

    def score_many(
        self, tickets: Sequence[LiveTicket], *, at: datetime | None = None, reasons: bool = True
    ) -> list[LiveRisk | UserError]:
        """The risk of each of ``tickets`` ``at`` a moment (default: now), or why it has none.

        A ticket has the same numbers whatever stands beside it.

        Raises:
            UserError: ``at`` has no time zone.
        """
        moment = microseconds(at or datetime.now(UTC), "at")
        found: list[LiveRisk | UserError | None] = [None] * len(tickets)
        alike: dict[tuple[str, ...], list[tuple[int, Checked]]] = {}
        for place, ticket in enumerate(tickets):
            try:
                one = checked(ticket, self._own, moment)
            except UserError as error:
                found[place] = error
                continue
            alike.setdefault(tuple(one.own), []).append((place, one))
        for own, known in alike.items():
            for first in range(0, len(known), AT_ONCE):
                part = known[first : first + AT_ONCE]
                risks = self._risks([one for _, one in part], own, moment, reasons)
                for (place, _), risk in zip(part, risks, strict=True):
                    found[place] = risk
        return [one for one in found if one is not None]

    def _risks(self, tickets: list[Checked], own: tuple[str, ...], moment: int, reasons: bool) -> list[LiveRisk]:
        """Of tickets that have the same columns."""
        view = self._seen(log_of(tickets, own))
        moments = np.full(len(tickets), moment, dtype=np.int64)
        whole = view.features(np.arange(len(tickets)), moments, text=self._reads)
        columns = {name: values for name, values in whole.items() if name in self._features}
        codes = self._model.codes(columns)
        found, explained = self._model.look(columns, codes, explain=reasons)
        told: Sequence[Reasons | None] = [None] * len(tickets)
        if explained is not None:
            told = self._explainer.told(columns, codes, found.p, explained)
        missing = () if columns.keys() >= self._names else self.predictor.trained.model.missing(columns)
        replied, written = (whole[name].tolist() for name in ("agent_replies", "customer_messages"))
        rows = zip(
            found.p.tolist(), found.low.tolist(), found.high.tolist(), found.expected.tolist(), told, codes,
            replied, written, strict=True,
        )  # fmt: skip
        return [
            LiveRisk(
                probability=p, low=low, high=high, expected_score=None if expected != expected else expected,
                band=band_of(self.predictor, p), stage=_stage(replies, messages),
                features_hash=hashlib.blake2b(row.tobytes(), digest_size=16).hexdigest(), reasons=reason,
                missing=missing,
            )
            for p, low, high, expected, reason, row, replies, messages in rows
        ]  # fmt: skip

    def _seen(self, log: TicketLog) -> TicketView:
        """A view of the tickets of ``log`` with everybody's history."""
        states = states_of(log, self._view.states.hours, self._view.states.team_of)
        messages = messages_of(log, text=self._reads, read=self._signals_of, words=self._words)
        opening = later = None
        if self._vectors is not None:
            vectors = self._vectors.rows(messages.texts)
            opening, later = vectors[messages.starts[:-1]], _running(vectors, messages)
        return replace(self._view, states=states, messages=messages, opening=opening, later=later)

    def _signals_of(self, texts: Sequence[str | None]) -> dict[str, NDArray[np.float64]]:
        """As `models.tickets.wording.text_signals` gives them."""
        return dict(zip(SIGNALS, np.ascontiguousarray(self._signals.rows(texts).T), strict=True))


class Kept:
    """Rows of numbers that ``read`` gives for texts: each distinct text is read once, and its row kept.

    With more than `KEPT_TEXTS`, all are forgotten. May be used by several threads at once.
    """

    def __init__(self, read: Callable[[Sequence[str | None]], NDArray[Any]]) -> None:
        self._read = read
        self._rows: dict[str | None, NDArray[Any]] = {}
        self._lock = Lock()

    def rows(self, texts: Sequence[str | None]) -> NDArray[Any]:
        """The rows (m, k) of texts (m,), at least one."""
        with self._lock:
            known = {text: self._rows[text] for text in set(texts) if text in self._rows}
        fresh = list(dict.fromkeys(text for text in texts if text not in known))
        if fresh:
            read = dict(zip(fresh, self._read(fresh), strict=True))
            known |= read
            with self._lock:
                if len(self._rows) + len(read) > KEPT_TEXTS:
                    self._rows.clear()
                self._rows.update(read)
        return np.array([known[text] for text in texts])


def _signal_rows(texts: Sequence[str | None]) -> NDArray[np.float64]:
    return np.column_stack(list(text_signals(texts).values()))


def _running(vectors: NDArray[np.float32], messages: Messages) -> NDArray[np.float64]:
    """Sums of the vectors of the messages behind each ticket's first, before each message (see `TicketView`)."""
    rest = np.zeros((len(vectors) + 1, min(LATER_TOPICS, vectors.shape[1])))
    rest[1:] = np.rint(vectors[:, :LATER_TOPICS].astype(np.float64) * FINE) / FINE
    rest[1:][messages.starts[:-1]] = 0.0
    return np.cumsum(rest, axis=0)


def _stage(replies: float, messages: float) -> str:
    """As `models.tickets.snapshots.stage_at` names it."""
    return "customer_message" if messages > 0 else "first_reply" if replies > 0 else "creation"
