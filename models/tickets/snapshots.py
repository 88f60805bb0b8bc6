"""Snapshots, not hindsight: what was known of tickets at moments, as columns of features.

``TicketView`` holds what is needed to look at any ticket at any moment: its log, how it stood after each event, the
history of requesters, accounts and agents, and the words of its messages. ``features`` looks; nothing that happened
after the moment is seen. ``training_moments`` chooses the moments of rated tickets that a model learns from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from models.tickets.features import LATER_TOPICS, TOPICS
from models.tickets.history import Asked, History, build_history
from models.tickets.log import AGENT, CLOSED, CUSTOMER, NEVER, REOPENED, SOLVED, TicketLog
from models.tickets.state import Look, States, holders, states_of
from models.tickets.wording import MessageSignals, longer_words, no_signals, no_words, text_signals

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from models.learners.expectation import Expectation
    from models.tickets.meaning import Meaning
    from models.tickets.wording import Read, Words
    from verbatim.business_hours import BusinessHours

    Places = NDArray[np.int64]
    Floats = NDArray[np.float64]

SECOND = 1_000_000
MOST_MESSAGES = 8  # snapshots at customer messages of one ticket
ABOUT = tuple(f"about_{place}" for place in range(1, TOPICS + 1))
LATER = tuple(f"later_{place}" for place in range(1, LATER_TOPICS + 1))
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Messages:
    """The customer's messages, by ticket in order of time; the first is subject and body.

    ``before`` (e + 1,) counts those among the events up to each.
    """

    texts: tuple[str | None, ...]
    starts: Places
    before: Places
    signals: MessageSignals


@dataclass(frozen=True, slots=True)
class TicketView:
    """Everything a look at a ticket needs.

    ``promised`` are hours to the first reply, by priority; ``opening`` vectors of the first messages (t, d), and
    ``later`` running sums of those of later ones (m + 1, d).
    """

    states: States
    history: History
    messages: Messages
    promised: Mapping[str, float]
    frames: tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame | None]
    opening: NDArray[np.float32] | None = None
    later: NDArray[np.float64] | None = None
    worth: float = 0.0

    @property
    def log(self) -> TicketLog:
        """The tickets and events."""
        return self.states.log

    def with_meaning(self, meaning: Meaning | None) -> TicketView:
        """The same with vectors of the messages, where there is a ``meaning``."""
        if meaning is None:
            return replace(self, opening=None, later=None)
        return self.with_vectors(meaning.transform(self.messages.texts))

    def with_vectors(self, vectors: NDArray[np.float32]) -> TicketView:
        """The same with the vectors (m, d) of all messages."""
        starts = self.messages.starts[:-1]
        rest = vectors[:, :LATER_TOPICS].astype(np.float64)
        rest[starts] = 0.0
        sums = np.vstack([np.zeros(rest.shape[1]), np.cumsum(rest, axis=0)])
        return replace(self, opening=vectors[starts], later=sums)

    def with_expectation(self, expectation: Expectation | None, metric: str) -> TicketView:
        """The same with moods measured against what the handling of each ticket leads one to expect."""

        def expected(ticket: Places, at: Places, metrics: NDArray[np.object_]) -> Floats:
            found = np.full(len(ticket), np.nan)
            here = metrics == metric
            if expectation is not None and here.any():
                found[here] = expectation.shares(self.handling(ticket[here], at[here]))
            return found

        history = build_history(self.log, *self.frames, holders=holders(self.states), expected=expected)
        return replace(self, history=history, worth=expectation.worth if expectation is not None else 0.0)

    def handling(self, ticket: Places, moment: Places) -> dict[str, NDArray[Any]]:
        """The columns of features that say how tickets were handled, and what they are about."""
        look = Look.of(self.log, ticket, moment)
        return self.states.seen(look) | self.states.words_seen(look) | self._topics(ticket, *self._span(look))

    def features(self, ticket: Places, moment: Places, *, text: bool = True) -> dict[str, NDArray[Any]]:
        """Columns of features (see `models.tickets.features`) of tickets (n,), by place in the log, at moments (n,)."""
        look = Look.of(self.log, ticket, moment)
        words = self.states.words_seen(look)
        found: dict[str, Any] = self.states.seen(look)
        found |= {name: values for name, values in words.items() if name != "agent"}
        found["agent"] = words["agent"]
        found["sla_left"] = self._sla_left(words["priority"], found)
        found |= self._time(self.log.created.take(ticket))
        is_open = self.states.open_seen(look).astype(np.float64)
        asked = Asked(moment, self.log.contact.take(ticket), self.log.account.take(ticket), words, is_open)
        found |= self.history.of(asked)
        found["account_mood"] = -self.worth * found["account_mood"]  # log odds of dissatisfaction
        found |= {name: values[ticket] for name, values in self.log.further.items()}
        return found | (self._text(look) if text else {})

    def seen_messages(self, ticket: Places, moment: Places) -> tuple[Places, Places]:
        """The span of each ticket's messages that had been written at the moment."""
        return self._span(Look.of(self.log, ticket, moment))

    def _span(self, look: Look) -> tuple[Places, Places]:
        begin, before = self.messages.starts.take(look.ticket), self.messages.before
        return begin, begin + 1 + before.take(look.last) - before.take(look.first)

    def _text(self, look: Look) -> dict[str, Any]:
        begin, end = self._span(look)
        found: dict[str, Any] = dict(self.messages.signals.seen(begin, end))
        return found | self._topics(look.ticket, begin, end)

    def _topics(self, ticket: Places, begin: Places, end: Places) -> dict[str, Any]:
        if self.opening is None or self.later is None:
            return {}
        opening = self.opening[ticket].astype(np.float64)
        later = (self.later[end] - self.later[begin]) / np.maximum(end - begin - 1, 1)[:, None]
        return dict(zip(ABOUT, opening.T, strict=False)) | dict(zip(LATER, later.T, strict=False))

    def _sla_left(self, priority: NDArray[np.object_], found: Mapping[str, Any]) -> Floats:
        """Hours left to the promised first reply; negative when it is late, NaN where nothing is promised."""
        promised = np.array([self.promised.get(word, np.nan) if word else np.nan for word in priority.tolist()])
        left: Floats = promised - found["first_wait_open"]
        return left

    def _time(self, created: Places) -> dict[str, Any]:
        hours = self.states.hours
        zone = ZoneInfo(hours.tz)
        local = [_local(moment, zone) for moment in created.tolist()]
        return {
            "hour": np.array([np.nan if one is None else one.hour for one in local], dtype=np.float64),
            "weekday": np.array([None if one is None else WEEKDAYS[one.weekday()] for one in local], dtype=object),
            "opened_in_hours": hours.is_open(created).astype(np.float64),
        }


def view(
    log: TicketLog, hours: BusinessHours, *, answers: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None, contacts: pd.DataFrame | None = None,
    promised: Mapping[str, float] | None = None, text: bool = True, signals: bool = True,
) -> TicketView:  # fmt: skip
    """Prepare a log for looking; frames as ``verbatim.storage.queries`` gives them.

    Without ``signals`` the tone and the habits of the texts are not read, which takes most of the time.
    """
    states = states_of(log, hours)
    history = build_history(log, answers, accounts, contacts, holders=holders(states))
    read, words = (text_signals, longer_words) if signals else (no_signals, no_words)
    messages = messages_of(log, text=text, read=read, words=words)
    return TicketView(states, history, messages, promised or {}, (answers, accounts, contacts))


def training_moments(log: TicketLog, ticket: Places, until: Places) -> tuple[Places, Places, NDArray[np.object_]]:
    """Moments from which to learn of rated tickets: rows of ``ticket`` and ``until`` (the moment of the rating).

    Gives rows (places in ``ticket``), moments and stages: at creation, after the first reply, at each of the first
    eight further messages of the customer, and just before the last solving (or closing) ahead of the rating. A
    moment of two stages has the later one's name.
    """
    chosen: dict[tuple[int, int], str] = {}
    replies, messages, ends = log.flagged(AGENT), log.flagged(CUSTOMER, REOPENED), log.flagged(SOLVED, CLOSED)
    first, last = log.line.until(ticket, until, inclusive=False)
    for row, (at, begin, end) in enumerate(zip(ticket.tolist(), first.tolist(), last.tolist(), strict=True)):
        if log.created[at] == NEVER or log.created[at] >= until[row]:
            continue
        chosen[row, int(log.created[at])] = "creation"
        for place in begin + np.flatnonzero(replies[begin:end])[:1]:
            chosen[row, int(log.at[place])] = "first_reply"
        for place in begin + np.flatnonzero(messages[begin:end])[:MOST_MESSAGES]:
            chosen[row, int(log.at[place])] = "customer_message"
        done = begin + np.flatnonzero(ends[begin:end])
        if len(done):
            moment = max(int(log.created[at]), int(log.at[_last_end(log, done)]) - 1)
            chosen[row, moment] = "before_close"
    keys = sorted(chosen)
    rows = np.array([row for row, _ in keys], dtype=np.int64)
    return (
        rows,
        np.array([moment for _, moment in keys], dtype=np.int64),
        np.array([chosen[key] for key in keys], dtype=object),
    )


def stage_at(view: TicketView, ticket: Places, moment: Places) -> NDArray[np.object_]:
    """The stage of tickets at moments: the last of creation, first reply and customer's message that had happened."""
    found = view.states.at(ticket, moment)
    stages = np.full(len(ticket), "creation", dtype=object)
    stages[found["agent_replies"] > 0] = "first_reply"
    stages[found["customer_messages"] > 0] = "customer_message"
    return stages


def _local(moment: int, zone: ZoneInfo) -> datetime | None:
    """What clocks show at a moment; ``None`` where it is in no year of the calendar."""
    try:
        return datetime.fromtimestamp(moment // SECOND, zone)
    except (OverflowError, ValueError):
        return None


def _last_end(log: TicketLog, done: Places) -> int:
    """The last solving, or where none, the last closing: what comes after is the survey's time, not the ticket's."""
    solved = done[log.kind[done] == SOLVED]
    return int(solved[-1] if len(solved) else done[-1])


def messages_of(log: TicketLog, *, text: bool, read: Read = text_signals, words: Words = longer_words) -> Messages:
    """Subject and body as the first message of each ticket, then the customer's messages in order of time.

    ``read`` and ``words`` as `MessageSignals.of` takes them.
    """
    said = log.flagged(CUSTOMER, REOPENED)
    before = np.concatenate([[0], np.cumsum(said)])
    of = log.ticket[said]
    starts = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=len(log)) + 1)])
    texts: list[str | None] = [None] * int(starts[-1])
    if text:
        for begin, subject, body in zip(starts[:-1].tolist(), log.subject.tolist(), log.body.tolist(), strict=True):
            both = "\n".join(part for part in (subject, body) if part)
            texts[begin] = both or None
        places = starts[of] + 1 + before[:-1][said] - before[log.line.starts[of]]
        for place, message in zip(places.tolist(), log.text[said].tolist(), strict=True):
            texts[place] = message
    return Messages(tuple(texts), starts, before, MessageSignals.of(texts, starts, read=read, words=words))
