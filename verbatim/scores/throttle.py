"""Whether a person may be asked now: at most one survey in 30 days, per metric and over all metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from verbatim.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Throttle:
    """Days that must pass between two surveys to one person: of any metric, and of one metric if it needs longer."""

    days: float = 30
    per_metric: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether to ask; if not, ``reason`` says why and ``next_at`` from when on one may (``None``: never)."""

    allowed: bool
    reason: str | None = None
    next_at: datetime | None = None


DEFAULT_THROTTLE = Throttle()


def may_ask(
    metric: str, now: datetime, history: Iterable[tuple[str, datetime]], *, throttle: Throttle = DEFAULT_THROTTLE,
    opted_out: bool = False,
) -> Permission:  # fmt: skip
    """Whether a person may be sent a ``metric`` survey ``now``, given what they were sent: ``(metric, asked at)``.

    A survey scheduled for later counts too. After exactly the number of days one may ask again.

    Raises:
        UserError: a time without a time zone, or a negative number of days.

    >>> from datetime import UTC
    >>> sent = [("nps", datetime(2026, 10, 1, tzinfo=UTC))]
    >>> may_ask("csat", datetime(2026, 10, 20, tzinfo=UTC), sent).reason
    'asked for nps on 2026-10-01, 19 days ago; 30 days between any two surveys'
    """
    if opted_out:
        return Permission(False, "this person asked not to be surveyed")
    refusals = []
    for asked, at in history:
        if at.tzinfo is None or now.tzinfo is None:
            raise UserError("a time has no time zone; every time here carries one")
        for days, rule in _rules(metric, asked, throttle):
            if days < 0:
                raise UserError(f"{days} days between surveys; it takes 0 or more")
            free_at = at + timedelta(days=days)
            if now < free_at and abs(now - at) < timedelta(days=days):
                refusals.append((free_at, f"{_said(asked, at, now)}; {days:g} days between {rule}"))
    if not refusals:
        return Permission(True)
    next_at, reason = max(refusals)
    return Permission(False, reason, next_at)


def _rules(metric: str, asked: str, throttle: Throttle) -> list[tuple[float, str]]:
    rules = [(throttle.days, "any two surveys")]
    if asked == metric and metric in throttle.per_metric:
        rules.append((throttle.per_metric[metric], f"two {metric} surveys"))
    return rules


def _said(asked: str, at: datetime, now: datetime) -> str:
    if at > now:
        return f"a {asked} survey is due on {at:%Y-%m-%d}"
    return f"asked for {asked} on {at:%Y-%m-%d}, {(now - at).days} days ago"
