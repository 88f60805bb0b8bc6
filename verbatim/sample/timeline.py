"""The event log of one ticket: what was planned for it, played out in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal, NamedTuple

from verbatim.sample.span import after
from verbatim.sample.world import Agent

# What a message in the log is for; the words come from the phrase file of replies.
Purpose = Literal["chase", "ask", "answer", "solution", "again", "retry"]


class Event(NamedTuple):
    """One line of the log. ``purpose`` says which words a reply needs; ``None`` for events without text."""

    at: datetime
    kind: str
    actor: str
    before: str | None = None
    now: str | None = None
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Handlers:
    """The agents who hold a ticket, in order; the last one through an escalation or not."""

    agents: tuple[Agent, ...]
    escalated: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to happen to a ticket, before the period's end cuts it off."""

    created_at: datetime
    channel: str
    switched_to: str | None
    wait_hours: float
    rounds: int
    reopens: int
    handlers: Handlers


def play(plan: Plan, customer: str, rng: Random) -> list[Event]:
    """The full log in order of time, one second apart at least, from creation to closing."""
    log = _Log(plan.created_at, rng)
    log.add(0, "created", customer)
    replied_at = after(plan.created_at, hours=plan.wait_hours)
    agents = list(plan.handlers.agents)
    misrouted = len(agents) > 1 and agents[0].team != agents[1].team
    if misrouted and rng.random() < 0.7:
        _hand_over(log, agents, plan.wait_hours * rng.uniform(0.2, 0.5))
    if plan.wait_hours > 20 and rng.random() < 0.5:
        log.add(plan.wait_hours * rng.uniform(0.25, 0.45), "customer_replied", customer, purpose="chase")
    log.at = max(log.at, replied_at)
    _resolve(log, plan, agents, customer)
    for _ in range(plan.reopens):
        log.add(rng.lognormvariate(2.6, 0.8), "reopened", customer, purpose="again")
        log.add(rng.lognormvariate(1.2, 0.8), "agent_replied", agents[0].name, purpose="retry")
        log.add(rng.lognormvariate(2.0, 0.8), "solved", agents[0].name)
    log.add(96, "closed", "automation")
    return log.events


def _resolve(log: _Log, plan: Plan, agents: list[Agent], customer: str) -> None:
    """From the first reply to the first solution."""
    rng = log.rng
    for turn in range(plan.rounds - 1):
        log.add(rng.lognormvariate(0.8, 0.8) if turn else 0, "agent_replied", agents[0].name, purpose="ask")
        log.add(rng.lognormvariate(0.9, 1.0), "customer_replied", customer, purpose="answer")
        if plan.switched_to and turn == 0:
            log.add(0.2, "channel_switched", agents[0].name, before=plan.channel, now=plan.switched_to)
    if plan.switched_to and plan.rounds == 1:
        log.add(0, "agent_replied", agents[0].name, purpose="ask")
        log.add(0.5, "channel_switched", agents[0].name, before=plan.channel, now=plan.switched_to)
    while len(agents) > 1:
        if plan.rounds == 1 and not plan.switched_to:
            log.add(0, "agent_replied", agents[0].name, purpose="ask")
        if plan.handlers.escalated and len(agents) == 2:
            log.add(rng.uniform(0.3, 4), "escalated", agents[0].name, before="first line", now="second line")
        _hand_over(log, agents, rng.uniform(0.2, 3))
    answered_before = any(event.kind == "agent_replied" for event in log.events)
    solved_in = rng.lognormvariate(0.9, 0.9) if answered_before else 0.0
    log.add(solved_in, "agent_replied", agents[0].name, purpose="solution")
    log.add(rng.lognormvariate(-0.5, 1.0), "solved", agents[0].name)


def _hand_over(log: _Log, agents: list[Agent], hours: float) -> None:
    log.add(hours, "reassigned", agents[0].name, before=agents[0].name, now=agents[1].name)
    del agents[0]


class _Log:
    """Collects events; ``at`` is the moment of the latest."""

    def __init__(self, at: datetime, rng: Random) -> None:
        self.at = at
        self.rng = rng
        self.events: list[Event] = []

    def add(
        self,
        hours: float,
        kind: str,
        actor: str,
        *,
        before: str | None = None,
        now: str | None = None,
        purpose: Purpose | None = None,
    ) -> None:
        self.at = after(self.at, hours=max(hours, 1 / 3600 if self.events else 0.0))
        self.events.append(Event(self.at, kind, actor, before, now, purpose))
