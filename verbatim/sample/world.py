"""Who there is: accounts with their health, contacts, and support agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from verbatim.sample import names
from verbatim.sample.planted import Milestone, milestones
from verbatim.sample.span import Span

Picked = TypeVar("Picked")

ACCOUNTS = 176
AGENTS = 25
DECLINE_DAYS = 150
NEW_SHARE = 0.22
_TIERS = (("Enterprise", 0.2), ("Business", 0.42), ("Starter", 0.38))
_ARR = {"Enterprise": 118_000.0, "Business": 31_000.0, "Starter": 7_200.0}
_CONTACTS = {"Enterprise": (6, 11), "Business": (3, 6), "Starter": (1, 3)}


@dataclass(frozen=True, slots=True)
class Account:
    """A customer. ``health`` and ``decline`` are points on the CSAT scale.

    ``nps_turn`` is the month of each quarter, 0 … 2, in which its contacts are asked for NPS.
    """

    id: str
    name: str
    tier: str
    arr: int
    region: names.Region
    industry: str
    owner: str
    since: datetime
    renewal_at: datetime
    health: float
    decline: float
    nps_turn: int

    @property
    def decline_from(self) -> datetime:
        """When a declining account begins to decline."""
        return self.renewal_at - timedelta(days=DECLINE_DAYS)

    def health_at(self, at: datetime) -> float:
        """Health with the decline so far, which grows evenly over its first 60 days and then stays."""
        days = (at - self.decline_from).total_seconds() / 86_400
        return self.health - self.decline * min(max(days / 60, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at an account; ``answering`` scales how often the person answers surveys."""

    id: str
    account: Account
    role: str
    name: str
    email: str
    language: str
    since: datetime
    activity: float
    answering: float


@dataclass(frozen=True, slots=True)
class Agent:
    """A support agent; ``skill`` is points of CSAT, ``leaves_at`` ends their work."""

    name: str
    team: str
    skill: float
    leaves_at: datetime | None


@dataclass(frozen=True, slots=True)
class World:
    """Everything that exists before the first ticket."""

    seed: int
    span: Span
    accounts: tuple[Account, ...]
    contacts: tuple[Contact, ...]
    agents: tuple[Agent, ...]
    milestones: tuple[Milestone, ...]


def build_world(span: Span, *, seed: int, size: float) -> World:
    """Accounts, contacts and agents for ``size`` times the usual organisation."""
    count = max(12, round(ACCOUNTS * size))
    rng = Random(f"{seed}:accounts")
    declining = frozenset(rng.sample(range(count), max(2, round(count * 0.085))))
    accounts = tuple(_account(number, span, seed, number in declining) for number in range(count))
    happened = milestones(span)
    return World(
        seed, span, accounts, tuple(_contacts(accounts, span, seed)), _agents(happened, seed, size), tuple(happened)
    )


def pick(rng: Random, weighted: tuple[tuple[Picked, float], ...]) -> Picked:
    """One of the choices, by weight."""
    at = rng.random() * sum(weight for _, weight in weighted)
    for choice, weight in weighted:
        at -= weight
        if at < 0:
            return choice
    return weighted[-1][0]


def _account(number: int, span: Span, seed: int, declines: bool) -> Account:
    rng = Random(f"{seed}:account:{number}")
    firsts, seconds = names.COMPANY_FIRST, names.COMPANY_SECOND
    first = firsts[number % len(firsts)]
    second, industry = seconds[(number // len(firsts) * 7 + number * 3) % len(seconds)]
    series = number // (len(firsts) * len(seconds))
    tier = pick(rng, (("Enterprise", 0.5), ("Business", 0.5)) if declines else _TIERS)
    region = pick(rng, tuple((region, region.weight) for region in names.REGIONS))
    until_renewal = rng.uniform(5, 70) if declines else rng.uniform(5, 350)
    renewal = (span.end + timedelta(days=until_renewal)).replace(hour=0, minute=0, second=0, microsecond=0)
    covered = -(-span.months // 12)
    is_new = not declines and rng.random() < NEW_SHARE
    years = rng.randint(1, covered) if is_new else covered + rng.choice((1, 1, 2, 3, 4, 5))
    return Account(
        id=f"ACC-{number + 1001}",
        name=f"{first} {second}" + (f" {series + 1}" if series else ""),
        tier=tier,
        arr=int(round(_ARR[tier] * rng.lognormvariate(0, 0.35), -2)),
        region=region,
        industry=industry,
        owner=rng.choice(names.OWNERS),
        since=renewal - timedelta(days=365 * years),
        renewal_at=renewal,
        health=rng.gauss(0.1, 0.12) if declines else rng.gauss(0, 0.2),
        decline=rng.uniform(1.1, 1.6) if declines else 0.0,
        nps_turn=number % 3,
    )


def _contacts(accounts: tuple[Account, ...], span: Span, seed: int) -> list[Contact]:
    contacts: list[Contact] = []
    for account in accounts:
        rng = Random(f"{seed}:contacts:{account.id}")
        domain = account.name.lower().replace(" ", "-") + ".example.com"
        for place in range(rng.randint(*_CONTACTS[account.tier])):
            language = pick(rng, account.region.languages)
            name = f"{rng.choice(names.FIRST_NAMES[language])} {rng.choice(names.LAST_NAMES[language])}"
            joined = account.since + timedelta(days=rng.uniform(0, 20))
            if place > 1 and joined < span.start and rng.random() < 0.42:
                joined = span.start + (span.end - span.start) * rng.uniform(-0.3, 0.97)
            contacts.append(
                Contact(
                    id=f"CON-{len(contacts) + 10001}",
                    account=account,
                    role="decision maker" if place == 0 else pick(rng, names.ROLES),
                    name=name,
                    email=f"{name.lower().replace(' ', '.')}{place or ''}@{domain}",
                    language=language,
                    since=min(max(joined, account.since), span.end - timedelta(days=1)).replace(
                        hour=0, minute=0, second=0, microsecond=0
                    ),
                    activity=rng.lognormvariate(0, 0.7),
                    answering=rng.uniform(0.7, 1.3),
                )
            )
    return contacts


def _agents(happened: list[Milestone], seed: int, size: float) -> tuple[Agent, ...]:
    rng = Random(f"{seed}:agents")
    count = max(2 * len(names.TEAMS), round(AGENTS * size))
    leave = next((milestone.at for milestone in happened if milestone.kind == "staffing"), None)
    leavers = frozenset(rng.sample(range(len(names.TEAMS), count), 3))  # the first of each team stays
    return tuple(
        Agent(
            name=names.AGENT_NAMES[number % len(names.AGENT_NAMES)]
            + (f" {number // len(names.AGENT_NAMES) + 1}" if number >= len(names.AGENT_NAMES) else ""),
            team=names.TEAMS[number % len(names.TEAMS)],
            skill=round(rng.gauss(0, 0.13), 3),
            leaves_at=leave if number in leavers else None,
        )
        for number in range(count)
    )
