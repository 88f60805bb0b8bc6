"""Which themes a comment speaks of, given what happened and how the person felt about it."""

from __future__ import annotations

from random import Random

from verbatim.sample.planted import THEME_BY_KEY, THEMES
from verbatim.sample.span import Span
from verbatim.sample.tickets import Ticket
from verbatim.sample.world import Contact, pick

TWO_THEMES_SHARE = 0.15
_Weighted = list[tuple[str | None, float]]


def after_ticket(ticket: Ticket, mood: float, rng: Random) -> tuple[str, ...]:
    """Theme keys, most important first, of a comment after a ticket; ``mood`` is on 1–5. May be empty."""
    weights = _complaints(ticket, mood) if mood < 3.5 else _praises(ticket, mood)
    return _one_or_two([*weights, *_asides(ticket, mood)], rng)


def on_mind(span: Span, month: int, recent: list[Ticket], rng: Random) -> tuple[str, ...]:
    """Theme keys of what a contact thinks of when asked about the product as a whole."""
    touched = {ticket.cause.key for ticket in recent}
    weights: _Weighted = [(None, 14.0)]
    for theme in THEMES:
        personal = 3.0 if theme.key in touched else 1.0
        weights.append((theme.key, theme.nps_weight * theme.strength(span, month) * personal))
    return _one_or_two(weights, rng)


def while_onboarding(span: Span, month: int, contact: Contact, rng: Random) -> tuple[str, ...]:
    """Theme keys of what a new contact met in the first weeks."""
    smooth = 1.5 if contact.account.health > 0 else 0.8
    weights: _Weighted = [(None, 9.0)]
    for theme in THEMES:
        luck = smooth if theme.polarity == "praise" else 1.0
        weights.append((theme.key, theme.onboarding_weight * theme.strength(span, month) * luck))
    return _one_or_two(weights, rng)


def _complaints(ticket: Ticket, mood: float) -> _Weighted:
    wait, plan = ticket.plan.wait_hours, ticket.plan
    moved = len(plan.handlers.agents) - 1
    cause = ticket.cause.key if ticket.cause.is_theme else None
    return [
        (cause, 2.4 if cause else 0.35),
        ("slow_reply", 1.9 if wait > 20 else 0.6 if wait > 6 else 0.0),
        ("handoffs", 1.0 * moved + (0.3 if ticket.plan.switched_to else 0.0)),
        ("fix_came_undone", 2.6 if plan.reopens else 0.0),
        ("outdated_docs", 0.16),
        (None, 0.3 if mood > 2.5 else 0.15),
    ]


def _praises(ticket: Ticket, mood: float) -> _Weighted:
    """A four of five often comes with what is missing, a five seldom."""
    wait, plan = ticket.plan.wait_hours, ticket.plan
    quick = wait < 1.5 and not plan.reopens and len(plan.handlers.agents) == 1
    cause = ticket.cause.key if ticket.cause.is_theme else None
    return [
        ("helpful_agent", 0.3 + 0.9 * max(plan.handlers.agents[-1].skill, 0.0)),
        ("fast_resolution", 0.55 if quick else 0.1 if wait < 4 else 0.0),
        (cause, (1.5 if mood < 4.5 else 0.42) if cause else 0.0),
        ("slow_reply", 0.25 if wait > 20 else 0.0),
        (None, 0.27),
    ]


def _asides(ticket: Ticket, mood: float) -> _Weighted:
    return [("role_permissions", 0.05), ("saves_time", 0.13 if mood >= 3.5 else 0.0)]


def _one_or_two(weights: _Weighted, rng: Random) -> tuple[str, ...]:
    first = pick(rng, tuple(weights))
    if first is None:
        return ()
    if rng.random() >= TWO_THEMES_SHARE * (1 if THEME_BY_KEY[first].polarity == "complaint" else 1.2):
        return (first,)
    merged: dict[str, float] = {}
    for key, weight in weights:
        if key is not None and key != first and weight > 0:
            merged[key] = merged.get(key, 0.0) + weight
    return (first, pick(rng, tuple(merged.items()))) if merged else (first,)
