"""Tickets: who asked what and when, how it was handled, and what is known of it at the end of the period."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from verbatim.sample import names
from verbatim.sample.causes import Cause, causes_in
from verbatim.sample.satisfaction import Handling, contributions, dissatisfied_probability, mood
from verbatim.sample.span import after
from verbatim.sample.timeline import Event, Handlers, Plan, play
from verbatim.sample.world import Agent, Contact, World, pick

TICKETS_A_MONTH = 760
_DAY_WEIGHTS = (1.1, 1.1, 1.05, 1.0, 0.85, 0.14, 0.1)
_MEDIAN_WAIT_HOURS = {"email": 3.4, "portal": 3.6, "chat": 0.15, "phone": 0.08}
_PRIORITY_WAIT = {"low": 1.6, "normal": 1.0, "high": 0.6, "urgent": 0.3}
_STAFFING_WAIT = 2.0
_OFTEN_REOPENED = frozenset({"mobile_sync", "integration_breaks", "approval_routing", "insights_workspace"})


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket as it stands at the end of the period; ``None`` and ``False`` for what has not happened yet."""

    id: str
    contact: Contact
    created_at: datetime
    cause: Cause
    product: str
    priority: str
    agent: Agent
    plan: Plan
    events: tuple[Event, ...]
    points: dict[str, float]
    expected: float

    @property
    def risk(self) -> float:
        """True probability that the customer is dissatisfied once the ticket is solved."""
        return dissatisfied_probability(self.expected)

    def last(self, kind: str) -> datetime | None:
        """When an event of this kind last happened."""
        return next((event.at for event in reversed(self.events) if event.kind == kind), None)

    def count(self, *kinds: str) -> int:
        """How many events of these kinds happened."""
        return sum(event.kind in kinds for event in self.events)

    @property
    def first_reply_at(self) -> datetime | None:
        """When an agent first replied."""
        return next((event.at for event in self.events if event.kind == "agent_replied"), None)

    @property
    def solved_at(self) -> datetime | None:
        """When it was last solved, unless reopened since."""
        solved, reopened = self.last("solved"), self.last("reopened")
        return None if solved is not None and reopened is not None and reopened > solved else solved

    @property
    def status(self) -> str:
        """new, open, pending (waiting for the customer), solved or closed."""
        if self.last("closed"):
            return "closed"
        if self.solved_at:
            return "solved"
        if self.first_reply_at is None:
            return "new"
        return "pending" if self.events[-1].kind == "agent_replied" else "open"

    @property
    def sla_met(self) -> bool | None:
        """Whether the first reply came within the target of the priority; ``None`` before the reply."""
        if self.first_reply_at is None:
            return None
        target = names.FIRST_REPLY_TARGET_HOURS[self.priority]
        return self.first_reply_at - self.created_at <= timedelta(hours=target)

    @property
    def first_contact_resolution(self) -> bool | None:
        """One reply by an agent solved it and it stayed solved; ``None`` before it is solved."""
        if self.solved_at is None:
            return None
        return self.count("agent_replied") == 1 and not self.count("reopened", "reassigned")


def build_tickets(world: World, *, size: float) -> list[Ticket]:
    """All tickets created in the period, oldest first, with ids in that order."""
    totals = list(accumulate(contact.activity for contact in world.contacts))
    tickets: list[Ticket] = []
    for month in range(world.span.months):
        rng = Random(f"{world.seed}:month:{month}")
        count = round(TICKETS_A_MONTH * size * rng.uniform(0.96, 1.04) * (0.94 + 0.12 * month / world.span.months))
        causes = causes_in(world.span, month)
        for number in range(max(count, 4)):
            tickets.append(_ticket(world, month, causes, totals, Random(f"{world.seed}:ticket:{month}:{number}")))
    tickets.sort(key=lambda ticket: (ticket.created_at, ticket.contact.id))
    return [replace(ticket, id=f"T-{number}") for number, ticket in enumerate(tickets, start=100_001)]


def _ticket(
    world: World, month: int, causes: tuple[tuple[Cause, float], ...], totals: list[float], rng: Random
) -> Ticket:
    created_at, contact = _who_and_when(world, month, totals, rng)
    cause = pick(rng, causes)
    channel = pick(rng, names.CHANNELS)
    priority = pick(rng, names.PRIORITIES)
    wait_hours = _wait_hours(world, created_at, channel, priority, rng)
    handlers = _handlers(world, cause, created_at, priority, rng)
    reopen_share = 0.15 if cause.key in _OFTEN_REOPENED else 0.07
    reopens = 0 if rng.random() > reopen_share else 1 if rng.random() < 0.8 else 2
    plan = Plan(
        created_at=created_at,
        channel=channel,
        switched_to=_switch(channel, rng),
        wait_hours=wait_hours,
        rounds=1 + sum(rng.random() < 0.4 for _ in range(3)),
        reopens=reopens,
        handlers=handlers,
    )
    points = contributions(
        Handling(
            cause=cause.key,
            channel=channel,
            wait_hours=wait_hours,
            reopens=reopens,
            reassignments=len(handlers.agents) - 1,
            escalated=handlers.escalated,
            channel_switches=int(plan.switched_to is not None),
            agent_skill=handlers.agents[-1].skill,
            account_health=contact.account.health_at(created_at),
        )
    )
    events = tuple(event for event in play(plan, contact.id, rng) if event.at < world.span.end)
    return Ticket(
        id="", contact=contact, created_at=created_at, cause=cause, product=rng.choice(cause.products),
        priority=priority, agent=_holder(handlers, events), plan=plan, events=events, points=points,
        expected=mood(points),
    )  # fmt: skip


def _who_and_when(world: World, month: int, totals: list[float], rng: Random) -> tuple[datetime, Contact]:
    first, last = world.span.starts[month], world.span.starts[month + 1]
    while True:
        contact = world.contacts[bisect_left(totals, rng.random() * totals[-1])]
        day = first + timedelta(days=rng.randrange((last - first).days))
        if rng.random() * _DAY_WEIGHTS[0] > _DAY_WEIGHTS[day.weekday()]:
            continue
        hour = min(max(rng.gauss(13, 2.8), 6.0), 21.5) - contact.account.region.utc_offset_hours
        created_at = after(day, hours=hour % 24)
        if contact.since <= created_at:
            return created_at, contact


def _wait_hours(world: World, created_at: datetime, channel: str, priority: str, rng: Random) -> float:
    hours = _MEDIAN_WAIT_HOURS[channel] * _PRIORITY_WAIT[priority] * rng.lognormvariate(0, 1.05)
    for milestone in world.milestones:
        if milestone.kind == "staffing" and created_at >= milestone.at:
            hours *= _STAFFING_WAIT
    if channel in ("email", "portal") and created_at.weekday() >= 5:
        monday = (created_at + timedelta(days=7 - created_at.weekday())).replace(hour=8, minute=0)
        hours += 0.6 * (monday - created_at).total_seconds() / 3600
    return min(max(hours, 0.02), 200.0)


def _switch(channel: str, rng: Random) -> str | None:
    if channel == "phone" or rng.random() > 0.09:
        return None
    return "email" if channel == "chat" else "phone"


def _handlers(world: World, cause: Cause, created_at: datetime, priority: str, rng: Random) -> Handlers:
    """Who held the ticket, in order: perhaps the wrong team first, perhaps a senior colleague last."""
    present = [agent for agent in world.agents if agent.leaves_at is None or agent.leaves_at > created_at]
    own = [agent for agent in present if agent.team == cause.team]
    others = [agent for agent in present if agent.team != cause.team]
    held = [rng.choice(others)] if rng.random() < 0.11 else []
    held.append(rng.choice(own))
    escalated = rng.random() < (0.14 if priority in ("high", "urgent") else 0.04)
    if escalated or rng.random() < 0.05:
        held.append(rng.choice([agent for agent in own if agent is not held[-1]] or others))
    return Handlers(tuple(held), escalated)


def _holder(handlers: Handlers, events: tuple[Event, ...]) -> Agent:
    return handlers.agents[sum(event.kind == "reassigned" for event in events)]
