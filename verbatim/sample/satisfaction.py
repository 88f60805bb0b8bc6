"""How satisfied a customer is after a ticket: the sum of everything that drives it, in points of CSAT (1–5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import erf, log2, sqrt

from verbatim.sample.planted import THEME_BY_KEY

BASE = 4.9
NOISE = 0.75
SATISFIED_FROM = 4
PER_REOPEN = -1.05
PER_WAIT_DOUBLING = -0.23
PER_REASSIGNMENT = -0.37
PER_ESCALATION = -0.2
PER_CHANNEL_SWITCH = -0.15
CHANNEL_EFFECT = {"email": 0.0, "portal": -0.04, "chat": 0.04, "phone": 0.1}


@dataclass(frozen=True, slots=True)
class Handling:
    """What happened to a ticket, as far as it matters to the customer."""

    cause: str
    channel: str
    wait_hours: float
    reopens: int
    reassignments: int
    escalated: bool
    channel_switches: int
    agent_skill: float
    account_health: float


def contributions(handling: Handling) -> dict[str, float]:
    """Points of CSAT that each driver adds, by driver; the theme's has the name ``theme:<key>``."""
    theme = THEME_BY_KEY.get(handling.cause)
    return {
        "reopens": PER_REOPEN * handling.reopens,
        "wait": PER_WAIT_DOUBLING * log2(1 + handling.wait_hours / 2),
        "reassignments": PER_REASSIGNMENT * handling.reassignments,
        "escalation": PER_ESCALATION * handling.escalated,
        "channel_switches": PER_CHANNEL_SWITCH * handling.channel_switches,
        "channel": CHANNEL_EFFECT[handling.channel],
        "agent": handling.agent_skill,
        "account_health": handling.account_health,
        **({f"theme:{theme.key}": theme.csat_effect} if theme else {}),
    }


def mood(points: Mapping[str, float]) -> float:
    """Expected satisfaction on the scale 1–5, before noise; may lie outside it."""
    return BASE + sum(points.values())


def dissatisfied_probability(expected: float) -> float:
    """Probability of an answer below 4 where answers are rounded from a normal around ``expected``."""
    return (1 + erf((SATISFIED_FROM - 0.5 - expected) / (NOISE * sqrt(2)))) / 2
