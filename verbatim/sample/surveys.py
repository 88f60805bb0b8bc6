"""CSAT and CES after tickets, CES while onboarding, NPS each quarter: who was asked, who answered, and what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from verbatim.sample import topics
from verbatim.sample.comments import Writer, Written
from verbatim.sample.planted import THEME_BY_KEY
from verbatim.sample.satisfaction import NOISE
from verbatim.sample.span import after
from verbatim.sample.tickets import Ticket
from verbatim.sample.world import Contact, World

CES_TICKET_SHARE = 0.42
CES_NOISE, NPS_NOISE = 1.0, 1.65
INVERTED_SHARE = 0.02
_ONBOARDING_DAYS = (12, 45)
_RECENT = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Response:
    """One survey sent; ``score``, ``answered_at`` and ``written`` are ``None`` where it stayed unanswered."""

    id: str
    contact: Contact
    asked_at: datetime
    ticket: Ticket | None = None
    step: str = ""
    product: str = ""
    answered_at: datetime | None = None
    score: int | None = None
    resolved: bool | None = None
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Surveys:
    """The surveys of the period, each list in order of asking."""

    csat: list[Response]
    ces: list[Response]
    nps: list[Response]


@dataclass(frozen=True, slots=True)
class _Feeling:
    """How a person felt: the answer on the metric's scale and the same mood on 1–5."""

    score: int
    mood: float


def run_surveys(world: World, tickets: list[Ticket]) -> Surveys:
    """Ask after solved tickets, new contacts and, each quarter, everyone."""
    writer = Writer()
    solved = [ticket for ticket in tickets if ticket.solved_at is not None]
    by_contact: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        by_contact[ticket.contact.id].append(ticket)
    csat = [_csat(world, ticket, writer) for ticket in solved]
    ces = [_ces_ticket(world, ticket, writer) for ticket in solved]
    ces += [_ces_onboarding(world, contact, days, writer) for days in _ONBOARDING_DAYS for contact in world.contacts]
    nps = [
        _nps(world, contact, by_contact[contact.id], month, writer)
        for contact in world.contacts
        for month in range(contact.account.nps_turn, world.span.months, 3)
    ]
    return Surveys(_in_order(csat, "CSAT"), _in_order(ces, "CES"), _in_order(nps, "NPS"))


def _in_order(responses: list[Response | None], prefix: str) -> list[Response]:
    sent = sorted((one for one in responses if one), key=lambda one: (one.asked_at, one.contact.id, one.id))
    return [replace(one, id=f"{prefix}-{number}") for number, one in enumerate(sent, start=10_001)]


def _csat(world: World, ticket: Ticket, writer: Writer) -> Response | None:
    rng = Random(f"{world.seed}:csat:{ticket.id}")
    assert ticket.solved_at is not None  # noqa: S101
    asked_at = after(ticket.solved_at, hours=rng.uniform(0.5, 24))
    felt = rng.gauss(ticket.expected, NOISE)
    feeling = _Feeling(min(max(round(felt), 1), 5), min(max(felt, 1.0), 5.0))
    return _ticket_response(world, ticket, asked_at, feeling, step="", writer=writer, rng=rng)


def _ces_ticket(world: World, ticket: Ticket, writer: Writer) -> Response | None:
    rng = Random(f"{world.seed}:ces:{ticket.id}")
    closed_at = ticket.last("closed")
    if closed_at is None or rng.random() > CES_TICKET_SHARE:
        return None
    theme = THEME_BY_KEY.get(ticket.cause.key)
    expected = 5.35 + 0.95 * (ticket.expected - 4.0) + (0.6 * theme.ces_effect if theme else 0.0)
    felt = rng.gauss(expected, CES_NOISE)
    feeling = _Feeling(min(max(round(felt), 1), 7), min(max(1 + (felt - 1) * 4 / 6, 1.0), 5.0))
    asked_at = after(closed_at, hours=rng.uniform(1, 30))
    return _ticket_response(world, ticket, asked_at, feeling, step="ticket", writer=writer, rng=rng)


def _ticket_response(
    world: World, ticket: Ticket, asked_at: datetime, feeling: _Feeling, *, step: str, writer: Writer, rng: Random
) -> Response | None:
    if asked_at >= world.span.end:
        return None
    sent = Response(ticket.id, ticket.contact, asked_at, ticket, step, ticket.product)
    answered_at = _answered_at(world, sent, feeling.mood, rng)
    if answered_at is None:
        return sent
    told = _told(feeling.mood, rng)
    keys = topics.after_ticket(ticket, told, rng) if told is not None else ()
    facts = {
        "agent": ticket.agent.name.split()[0],
        "product": ticket.product if ticket.product != "Account" else "Ledger",
        "topic": writer.topic(ticket.cause.key, rng),
        "wait": _duration(ticket.plan.wait_hours),
    }
    written = _written(keys, told, sent.contact, facts, writer=writer, rng=rng)
    trouble = 0.55 if ticket.plan.reopens else 0.03
    resolved = rng.random() > min(trouble + 0.12 * max(3.4 - feeling.mood, 0), 0.9)
    return _answered(sent, answered_at, feeling.score, resolved, written)


def _ces_onboarding(world: World, contact: Contact, days: int, writer: Writer) -> Response | None:
    rng = Random(f"{world.seed}:onboarding:{days}:{contact.id}")
    asked_at = after(contact.since, hours=24 * rng.uniform(days, days + 15))
    if contact.since < world.span.start or asked_at >= world.span.end:
        return None
    keys = topics.while_onboarding(world.span, world.span.month_at(asked_at), contact, rng)
    effect = sum(THEME_BY_KEY[key].ces_effect for key in keys)
    felt = rng.gauss(5.5 + contact.account.health_at(asked_at) + effect, CES_NOISE)
    feeling = _Feeling(min(max(round(felt), 1), 7), min(max(1 + (felt - 1) * 4 / 6, 1.0), 5.0))
    sent = Response("", contact, asked_at, None, "onboarding", rng.choice(("Flow", "Ledger", "Depot")))
    return _untied(world, sent, feeling, keys, writer=writer, rng=rng)


def _nps(world: World, contact: Contact, tickets: list[Ticket], month: int, writer: Writer) -> Response | None:
    rng = Random(f"{world.seed}:nps:{contact.id}:{month}")
    asked_at = after(world.span.starts[month], hours=24 * 4 + rng.uniform(7, 200))
    if contact.since > asked_at - timedelta(days=30) or asked_at >= world.span.end:
        return None
    recent = [ticket for ticket in tickets if asked_at - _RECENT < ticket.created_at < asked_at]
    keys = topics.on_mind(world.span, month, recent, rng)
    experience = sum(ticket.expected - 4.0 for ticket in recent) / len(recent) if recent else 0.0
    effect = sum(THEME_BY_KEY[key].nps_effect for key in keys)
    expected = 8.45 + 2.0 * contact.account.health_at(asked_at) + 0.7 * experience + effect
    felt = rng.gauss(expected, NPS_NOISE)
    if felt < 4.5:  # the angry vote low on purpose
        felt -= rng.expovariate(0.6)
    feeling = _Feeling(min(max(round(felt), 0), 10), min(max(1 + felt * 0.4, 1.0), 5.0))
    return _untied(world, Response("", contact, asked_at), feeling, keys, writer=writer, rng=rng)


def _untied(
    world: World, sent: Response, feeling: _Feeling, keys: tuple[str, ...], *, writer: Writer, rng: Random
) -> Response:
    """A response that is about no ticket."""
    answered_at = _answered_at(world, sent, feeling.mood, rng)
    if answered_at is None:
        return sent
    facts = {
        "agent": rng.choice(world.agents).name.split()[0],
        "product": sent.product or rng.choice(("Flow", "Ledger", "Depot")),
        "topic": writer.topic("common", rng),
        "wait": _duration(rng.choice((26.0, 30.0, 50.0, 75.0, 100.0))),
    }
    written = _written(keys, _told(feeling.mood, rng), sent.contact, facts, writer=writer, rng=rng)
    return _answered(sent, answered_at, feeling.score, None, written)


def _answered(
    sent: Response, answered_at: datetime, score: int, resolved: bool | None, written: Written | None
) -> Response:
    return replace(sent, answered_at=answered_at, score=score, resolved=resolved, written=written)


def _answered_at(world: World, sent: Response, mood: float, rng: Random) -> datetime | None:
    """When the survey was answered, if it was: the unhappy and the delighted answer more often."""
    share = (0.335 + 0.085 * abs(mood - 3.8) ** 1.4) * sent.contact.answering
    delay_hours = min(rng.lognormvariate(2.3, 1.3), 24 * 20)
    answered_at = after(sent.asked_at, hours=delay_hours)
    return answered_at if rng.random() < share and answered_at < world.span.end else None


def _told(mood: float, rng: Random) -> float | None:
    """The mood the comment speaks with, ``None`` for no comment; a few read the scale the wrong way round."""
    if rng.random() > (0.94 if mood < 3.5 else 0.82):
        return None
    return 6 - mood if rng.random() < INVERTED_SHARE else mood


def _written(
    keys: tuple[str, ...],
    told: float | None,
    contact: Contact,
    facts: dict[str, str],
    *,
    writer: Writer,
    rng: Random,
) -> Written | None:
    if told is None:
        return None
    language = contact.language if rng.random() < 0.85 else "en"
    return writer.write(keys, mood=told, language=language, facts=facts, author=contact.name, rng=rng)


def _duration(hours: float) -> str:
    """Hours as people say them."""
    if hours < 1.5:
        return "an hour"
    if hours < 20:
        return f"{round(hours)} hours"
    if hours < 36:
        return "a day"
    days = round(hours / 24)
    return f"{('two', 'three', 'four', 'five', 'six')[days - 2]} days" if days < 7 else "a week"
