"""One ticket at a time: what a service asks when a ticket is created or changed.

``LiveScorer`` holds the history of everybody as of when it was made, and a predictor. ``score`` takes one ticket and
its events as plain dictionaries, without a frame: a frame costs more than the prediction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from models.explain import Reasons, explain_rows
from models.scoring import band_of, hashes_of
from models.sources import as_microseconds
from models.tickets.features import of_text
from models.tickets.log import WORDS, TicketLog, clean_events, kind_of
from models.tickets.snapshots import Messages, TicketView, messages_of, stage_at
from models.tickets.state import states_of
from models.tickets.timeline import Timeline
from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from models.predictor import Predictor
    from models.sources import Stored
    from models.tickets.meaning import Meaning

KEPT_TEXTS = 20_000
FIRST = np.zeros(1, dtype=np.int64)


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
    """Scores single tickets with one predictor, against the history of ``stored``."""

    def __init__(self, predictor: Predictor, stored: Stored) -> None:
        self.predictor = predictor
        self._view = predictor.look(stored.view)
        self._own = tuple(stored.log.further)
        self._reads = any(map(of_text, predictor.features))
        self._vector = lru_cache(maxsize=KEPT_TEXTS)(_vectors_of(predictor.meaning))

    def score(
        self, ticket: Mapping[str, Any], events: Sequence[Mapping[str, Any]] = (), *, at: datetime | None = None,
        reasons: bool = True,
    ) -> LiveRisk:  # fmt: skip
        """The risk of ``ticket`` as it stands ``at`` a moment (default: now).

        ``ticket`` has ``created_at`` (aware) and what else is known: account_id, contact_id, subject, body, channel,
        priority, issue_type, product, team, agent, and the organisation's own columns. ``events`` have ``at``, ``kind``
        and, where it applies, ``from_value``, ``to_value``, ``text``.

        Raises:
            UserError: no creation time, a time without a zone, or a ticket from the future.
        """
        moment = _microseconds(at or datetime.now(UTC), "at")
        log = _log_of(ticket, events, self._own)
        if log.created[0] > moment:
            raise UserError(f"the ticket was created at {ticket['created_at']}, after the moment to score")
        view = self._one(log)
        when = np.array([moment], dtype=np.int64)
        columns = self.predictor.columns_at(view, FIRST, when)
        model = self.predictor.trained.model
        found = model.predict(columns)
        probability, expected = float(found.p[0]), float(found.expected[0])
        return LiveRisk(
            probability=probability, low=float(found.low[0]), high=float(found.high[0]),
            expected_score=None if np.isnan(expected) else expected, band=band_of(self.predictor, probability),
            stage=str(stage_at(view, FIRST, when)[0]), features_hash=hashes_of(self.predictor, columns)[0],
            reasons=explain_rows(self.predictor, columns)[0] if reasons else None,
            missing=model.missing(columns),
        )  # fmt: skip

    def _one(self, log: TicketLog) -> TicketView:
        """A view of one ticket with everybody's history."""
        states = states_of(log, self._view.states.hours)
        states = replace(states, team_of=self._view.states.team_of)
        messages = messages_of(log, text=self._reads)
        seen = replace(self._view, states=states, messages=messages, opening=None, later=None)
        return seen if self.predictor.meaning is None else seen.with_vectors(self._vectors(messages))

    def _vectors(self, messages: Messages) -> NDArray[np.float32]:
        return np.vstack([self._vector(text) for text in messages.texts])


def _vectors_of(meaning: Meaning | None) -> Any:  # noqa: ANN401
    def vector(text: str | None) -> NDArray[np.float32]:
        return meaning.transform([text])[0] if meaning is not None else np.zeros(0, dtype=np.float32)

    return vector


def _log_of(ticket: Mapping[str, Any], events: Sequence[Mapping[str, Any]], own: Sequence[str]) -> TicketLog:
    created = np.array([_microseconds(ticket.get("created_at"), "created_at")], dtype=np.int64)
    found = {
        "ticket": np.zeros(len(events), dtype=np.int64),
        "at": np.array([_microseconds(one.get("at"), "at") for one in events], dtype=np.int64),
        "kind": np.array([kind_of(one.get("kind")) for one in events], dtype=np.int8),
        **{
            name: _objects([one.get(key) for one in events])
            for name, key in (("before", "from_value"), ("after", "to_value"), ("actor", "actor"), ("text", "text"))
        },
    }
    arrays, notes = clean_events(found, created)
    return TicketLog(
        ids=_objects([str(ticket.get("id", "ticket"))]), created=created,
        account=_objects([ticket.get("account_id")]), contact=_objects([ticket.get("contact_id")]),
        subject=_objects([ticket.get("subject")]), body=_objects([ticket.get("body")]),
        words={name: _objects([ticket.get(name)]) for name in WORDS},
        further={name: _own_value(ticket[name]) for name in own if name in ticket},
        line=Timeline.of(arrays["ticket"], arrays["at"], 1), notes=tuple(notes), **arrays,
    )  # fmt: skip


def _own_value(value: Any) -> NDArray[Any]:  # noqa: ANN401
    if isinstance(value, (bool, int, float)):
        return np.array([value], dtype=np.float64)
    return _objects([None if value is None else str(value)])


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _microseconds(moment: Any, name: str) -> int:  # noqa: ANN401
    if not isinstance(moment, datetime):
        raise UserError(f"{name} must be a moment with a time zone, not {moment!r}")
    if moment.tzinfo is None:
        raise UserError(f"{name} has no time zone ({moment}); say which, for example with tzinfo=UTC")
    return as_microseconds(moment)
