"""What state a ticket was in at a moment: waits, replies, handovers, and words such as its channel then.

The log says how every ticket stood after each of its events; a snapshot asks for the last event at or before its
moment. Columns of tickets hold the last value ("agent", "channel"), so earlier ones are read from the events of change.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models.tickets.log import AGENT, CLOSED, CUSTOMER, ESCALATED, HANDOVER, PRIORITY, REOPENED, SOLVED, SWITCHED
from models.tickets.timeline import highest_so_far, last_true, next_true, running

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
CHANGES = {"channel": SWITCHED, "agent": HANDOVER, "priority": PRIORITY}


@dataclass(frozen=True, slots=True)
class States:
    """How every ticket stood after each event; made by `states_of`.

    ``waited`` and ``waited_open`` (e,) are the longest waits for a reply so far, in hours and business hours;
    ``words`` are by name the first value (t,) and those before and after each event (e,).
    """

    log: TicketLog
    hours: BusinessHours
    counts: Mapping[str, Floats]
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
        first, last = self.log.line.until(ticket, moment, inclusive=True)
        created = self.log.created[ticket]
        found: dict[str, Any] = {name: sums[last] - sums[first] for name, sums in self.counts.items()}
        since = self._waiting_since(ticket, first, last)
        begun = np.where(since >= 0, since, moment)
        now, now_open = (moment - begun) / HOUR, self.hours.hours_between(begun, moment)
        reply = _value(self.log.at, self.next_reply[first], self._end(ticket), otherwise=moment)
        until = np.minimum(reply, moment)
        return found | {
            "age_hours": (moment - created) / HOUR,
            "first_wait": (until - created) / HOUR,
            "first_wait_open": self.hours.hours_between(created, until),
            "waiting": now,
            "waiting_open": now_open,
            "longest_wait": np.maximum(_before(self.waited, first, last, 0.0), now),
            "longest_wait_open": np.maximum(_before(self.waited_open, first, last, 0.0), now_open),
            "replied": (found["agent_replies"] > 0).astype(np.float64),
        }

    def words_at(self, ticket: Places, moment: Places) -> dict[str, Objects]:
        """Channel, agent, team and priority as they were, and issue type and product as they are."""
        first, last = self.log.line.until(ticket, moment, inclusive=True)
        found = {name: _before(after, first, last, initial[ticket]) for name, (initial, _, after) in self.words.items()}
        for name in ("issue_type", "product"):
            found[name] = self.log.words[name][ticket]
        team, now = self.log.words["team"][ticket], self.log.words["agent"][ticket]
        held = [
            self.team_of.get(agent, old) if old is None or agent != final else old
            for agent, final, old in zip(found["agent"].tolist(), now.tolist(), team.tolist(), strict=True)
        ]
        found["team"] = np.array(held, dtype=object)
        return found

    def is_open(self, ticket: Places, moment: Places) -> NDArray[np.bool_]:
        """Whether tickets were neither solved nor closed, or reopened since."""
        first, last = self.log.line.until(ticket, moment, inclusive=True)
        ended = _before(self.last_end, first, last, -1)
        reopened = _before(self.last_reopening, first, last, -1)
        return np.asarray((ended < first) | (reopened > ended), dtype=np.bool_)

    def _end(self, ticket: Places) -> Places:
        return self.log.line.starts[ticket + 1]

    def _waiting_since(self, ticket: Places, first: Places, last: Places) -> Places:
        """Since when the customer waits for a reply, −1 where it is the customer's turn (or the ticket is solved)."""
        reply = _before(self.last_reply, first, last, -1)
        message = self.next_message[np.where(reply >= first, reply + 1, first)]
        since = _value(self.log.at, message, last, otherwise=-1)
        since = np.where(reply >= first, since, self.log.created[ticket])
        ended = _before(self.last_end, first, last, -1)
        solved = (ended >= first) & (_before(self.last_reopening, first, last, -1) < ended)
        return np.where(solved, -1, since)


def states_of(log: TicketLog, hours: BusinessHours) -> States:
    """Work out how all tickets stood after each event."""
    replies = log.flagged(AGENT)
    nothing = np.zeros(len(log.at))
    states = States(
        log=log,
        hours=hours,
        counts={name: running(log.flagged(*kinds).astype(np.float64)) for name, kinds in COUNTED.items()},
        last_reply=last_true(replies),
        next_reply=next_true(replies),
        next_message=next_true(log.flagged(CUSTOMER, REOPENED)),
        last_end=last_true(log.flagged(SOLVED, CLOSED)),
        last_reopening=last_true(log.flagged(REOPENED)),
        waited=nothing,
        waited_open=nothing,
        words={name: _changing(log, name, kind) for name, kind in CHANGES.items()},
        team_of=_teams(log),
    )
    places = np.flatnonzero(replies)
    ticket = log.ticket[places]
    since = states._waiting_since(ticket, log.line.starts[ticket], places)
    begun = np.where(since >= 0, since, log.at[places])
    waited, waited_open = np.zeros(len(log.at)), np.zeros(len(log.at))
    waited[places] = (log.at[places] - begun) / HOUR
    waited_open[places] = hours.hours_between(begun, log.at[places])
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


def _teams(log: TicketLog) -> dict[str, str]:
    """The team that an agent's tickets mostly name."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for agent, team in zip(log.words["agent"].tolist(), log.words["team"].tolist(), strict=True):
        if agent is not None and team is not None:
            counted[agent][team] += 1
    return {agent: min(teams, key=lambda team: (-teams[team], team)) for agent, teams in counted.items()}


def _before(values: NDArray[Any], first: Places, last: Places, otherwise: Any) -> Any:  # noqa: ANN401
    """The value after the last event of a span [first, last); ``otherwise`` where the span is empty."""
    if not len(values):
        return np.broadcast_to(np.asarray(otherwise), first.shape).copy()
    return np.where(last > first, values[np.maximum(last - 1, 0)], otherwise)


def _value(values: Places, place: Places, end: Places, *, otherwise: Any) -> Places:  # noqa: ANN401
    """The value at a place before ``end``; ``otherwise`` where the place lies beyond."""
    if not len(values):
        return np.broadcast_to(np.asarray(otherwise), place.shape).astype(np.int64)
    return np.where(place < end, values[np.minimum(place, len(values) - 1)], otherwise)
