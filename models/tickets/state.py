"""What state a ticket was in at a moment: waits, replies, handovers, and words such as its channel then.

The log says how every ticket stood after each of its events; a snapshot asks for the last event at or before its
moment. Columns of tickets hold the last value ("agent", "channel"), so earlier ones are read from the events of change.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models.tickets.log import (
    AGENT,
    CLOSED,
    CUSTOMER,
    ESCALATED,
    HANDOVER,
    OTHER,
    PRIORITY,
    REOPENED,
    SOLVED,
    SWITCHED,
)
from models.tickets.timeline import highest_so_far, last_true, next_true

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from models.tickets.log import Objects, Places, TicketLog
    from verbatim.business_hours import BusinessHours

    Floats = NDArray[np.float64]

HOUR = 3_600 * 1_000_000
COUNTED = {
    "agent_replies": (AGENT,),
    "customer_messages": (CUSTOMER, REOPENED),
    "reopens": (REOPENED,),
    "handovers": (HANDOVER,),
    "escalations": (ESCALATED,),
    "channel_switches": (SWITCHED,),
}
_COUNTS = np.array([[float(kind in kinds) for kind in range(OTHER + 1)] for kinds in COUNTED.values()])
CHANGES = {"channel": SWITCHED, "agent": HANDOVER, "priority": PRIORITY}


@dataclass(frozen=True, slots=True)
class Look:
    """Tickets (n,) at moments (n,), and their events [first, last) until then, the last of them at ``newest``."""

    ticket: Places
    moment: Places
    first: Places
    last: Places
    some: NDArray[np.bool_]  # where there are any
    newest: Places

    @classmethod
    def of(cls, log: TicketLog, ticket: Places, moment: Places) -> Look:
        """Find the events."""
        first, last = log.line.until(ticket, moment, inclusive=True)
        return cls.until(ticket, moment, first, last)

    @classmethod
    def until(cls, ticket: Places, moment: Places, first: Places, last: Places) -> Look:
        """Of events that are found already."""
        return cls(ticket, moment, first, last, last > first, np.maximum(last - 1, 0))

    def latest(self, values: NDArray[Any], otherwise: Any) -> Any:  # noqa: ANN401
        """The value after the newest event; ``otherwise`` where there is none."""
        if not len(values):
            return np.broadcast_to(np.asarray(otherwise), self.first.shape).copy()
        return np.where(self.some, values.take(self.newest), otherwise)


@dataclass(frozen=True, slots=True)
class States:
    """How every ticket stood after each event; made by `states_of`.

    ``waited`` and ``waited_open`` (e,) are the longest waits for a reply so far, in hours and business hours;
    ``words`` are by name the first value (t,) and those before and after each event (e,).
    """

    log: TicketLog
    hours: BusinessHours
    counts: Floats  # (6, e + 1): how many of `COUNTED` came before each
    last_reply: Places
    next_reply: Places
    next_message: Places
    last_end: Places
    last_reopening: Places
    waited: Floats
    waited_open: Floats
    words: Mapping[str, tuple[Objects, Objects, Objects]]
    team_of: Mapping[str, str]

    def at(self, ticket: Places, moment: Places) -> dict[str, Any]:
        """The features of state at moments (n,) of tickets (n,), by name; see `models.tickets.features`."""
        return self.seen(Look.of(self.log, ticket, moment))

    def seen(self, look: Look) -> dict[str, Any]:
        """As `at`, of a look."""
        moment, created = look.moment, self.log.created.take(look.ticket)
        passed = self.counts.take(look.last, axis=1) - self.counts.take(look.first, axis=1)
        found: dict[str, Any] = dict(zip(COUNTED, passed, strict=True))
        since = self._waiting_since(look)
        begun = np.where(since >= 0, since, moment)
        now = (moment - begun) / HOUR
        reply = _value(self.log.at, self.next_reply.take(look.first), self._end(look.ticket), otherwise=moment)
        until = np.minimum(reply, moment)
        now_open, first_open = self.hours.hours_between(np.stack([begun, created]), np.stack([moment, until]))
        return found | {
            "age_hours": (moment - created) / HOUR,
            "first_wait": (until - created) / HOUR,
            "first_wait_open": first_open,
            "waiting": now,
            "waiting_open": now_open,
            "longest_wait": np.maximum(look.latest(self.waited, 0.0), now),
            "longest_wait_open": np.maximum(look.latest(self.waited_open, 0.0), now_open),
            "replied": (found["agent_replies"] > 0).astype(np.float64),
        }

    def words_at(self, ticket: Places, moment: Places) -> dict[str, Objects]:
        """Channel, agent, team and priority as they were, and issue type and product as they are."""
        return self.words_seen(Look.of(self.log, ticket, moment))

    def words_seen(self, look: Look) -> dict[str, Objects]:
        """As `words_at`, of a look."""
        ticket = look.ticket
        found = {name: look.latest(after, initial.take(ticket)) for name, (initial, _, after) in self.words.items()}
        for name in ("issue_type", "product"):
            found[name] = self.log.words[name].take(ticket)
        team, now = self.log.words["team"].take(ticket), self.log.words["agent"].take(ticket)
        held = [
            self.team_of.get(agent, old) if old is None or agent != final else old
            for agent, final, old in zip(found["agent"].tolist(), now.tolist(), team.tolist(), strict=True)
        ]
        found["team"] = np.array(held, dtype=object)
        return found

    def is_open(self, ticket: Places, moment: Places) -> NDArray[np.bool_]:
        """Whether tickets were neither solved nor closed, or reopened since."""
        return self.open_seen(Look.of(self.log, ticket, moment))

    def open_seen(self, look: Look) -> NDArray[np.bool_]:
        """As `is_open`, of a look."""
        ended = look.latest(self.last_end, -1)
        return np.asarray((ended < look.first) | (look.latest(self.last_reopening, -1) > ended), dtype=np.bool_)

    def _end(self, ticket: Places) -> Places:
        return self.log.line.starts.take(ticket + 1)

    def _waiting_since(self, look: Look) -> Places:
        """Since when the customer waits for a reply, −1 where it is the customer's turn (or the ticket is solved)."""
        reply = look.latest(self.last_reply, -1)
        replied = reply >= look.first
        message = self.next_message.take(np.where(replied, reply + 1, look.first))
        since = _value(self.log.at, message, look.last, otherwise=-1)
        since = np.where(replied, since, self.log.created.take(look.ticket))
        return np.where(self.open_seen(look), since, -1)


def states_of(log: TicketLog, hours: BusinessHours, team_of: Mapping[str, str] | None = None) -> States:
    """Work out how all tickets stood after each event; ``team_of`` agents, where that is known better."""
    replies, reopened = log.flagged(AGENT), log.flagged(REOPENED)
    nothing = np.zeros(len(log.at))
    states = States(
        log=log,
        hours=hours,
        counts=_counts(log),
        last_reply=last_true(replies),
        next_reply=next_true(replies),
        next_message=next_true(log.flagged(CUSTOMER, REOPENED)),
        last_end=last_true(log.flagged(SOLVED, CLOSED)),
        last_reopening=last_true(reopened),
        waited=nothing,
        waited_open=nothing,
        words={name: _changing(log, name, kind) for name, kind in CHANGES.items()},
        team_of=_teams(log) if team_of is None else team_of,
    )
    places = np.flatnonzero(replies)
    if not len(places):
        return states
    ticket, at = log.ticket[places], log.at[places]
    since = states._waiting_since(Look.until(ticket, at, log.line.starts[ticket], places))
    begun = np.where(since >= 0, since, at)
    waited, waited_open = np.zeros(len(log.at)), np.zeros(len(log.at))
    waited[places] = (at - begun) / HOUR
    waited_open[places] = hours.hours_between(begun, at)
    return replace(
        states, waited=highest_so_far(waited, log.ticket), waited_open=highest_so_far(waited_open, log.ticket)
    )


def holders(states: States) -> tuple[Objects, Objects, Objects]:
    """The agent who held each ticket first (t,), and before and after each event (e,)."""
    return states.words["agent"]


def _changing(log: TicketLog, name: str, kind: int) -> tuple[Objects, Objects, Objects]:
    """A word that events of ``kind`` change: its first value (t,), and its value before and after each event (e,)."""
    changed = log.flagged(kind)
    initial = log.words[name].copy()
    places = np.flatnonzero(changed)
    if not len(places):
        always = initial.take(log.ticket)
        return initial, always, always
    tickets, first = np.unique(log.ticket[places], return_index=True)
    initial[tickets] = log.before[places[first]]  # None where the log does not say who had it
    if name != "agent":  # an export without former values: what the column says is the best there is
        silent = np.array([value is None for value in initial[tickets].tolist()], dtype=bool)
        initial[tickets[silent]] = log.words[name][tickets[silent]] if silent.any() else initial[tickets[silent]]
    latest = last_true(changed)
    start = log.line.starts[log.ticket] if len(log.ticket) else latest
    after = np.where(latest >= start, log.after[latest], initial[log.ticket]) if len(latest) else latest.astype(object)
    before = np.empty(len(after), dtype=object)
    before[1:] = after[:-1]
    opens = np.flatnonzero(np.arange(len(after)) == start) if len(after) else np.zeros(0, np.int64)
    before[opens] = initial[log.ticket[opens]]
    return initial, before, after


def _counts(log: TicketLog) -> Floats:
    found = np.zeros((len(COUNTED), len(log.at) + 1))
    np.cumsum(_COUNTS.take(log.kind, axis=1), axis=1, out=found[:, 1:])
    return found


def _teams(log: TicketLog) -> dict[str, str]:
    """The team that an agent's tickets mostly name."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for agent, team in zip(log.words["agent"].tolist(), log.words["team"].tolist(), strict=True):
        if agent is not None and team is not None:
            counted[agent][team] += 1
    return {agent: min(teams, key=lambda team: (-teams[team], team)) for agent, teams in counted.items()}


def _value(values: Places, place: Places, end: Places, *, otherwise: Any) -> Places:  # noqa: ANN401
    """The value at a place before ``end``; ``otherwise`` where the place lies beyond."""
    if not len(values):
        return np.broadcast_to(np.asarray(otherwise), place.shape).astype(np.int64)
    return np.where(place < end, values.take(np.minimum(place, len(values) - 1)), otherwise)
