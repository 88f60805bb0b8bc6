"""What a rule would ask for, before it is saved: how many follow-ups, of whom, and which are there already."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from verbatim.followups.looking import by_ids
from verbatim.followups.reading_rules import read_rule
from verbatim.followups.rules import Rule, base_of, effective_rules
from verbatim.followups.sweep import wanted_since

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

PREVIEW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Preview:
    """What ``rule`` asks for within ``days``: ``follow_ups`` in all, ``there`` exist already.

    ``without_owner`` is how many nobody would be named for, ``busiest_day`` the most on one UTC day.
    """

    rule: Rule
    days: int
    follow_ups: int
    there: int
    without_owner: int
    busiest_day: int


def preview_rule(
    store: Store, settings: Settings, name: str, definition: Mapping[str, Any], *, now: datetime,
    days: int = PREVIEW_DAYS,
) -> Preview:  # fmt: skip
    """Try a rule, or changed fields of one, on the ``days`` before ``now``; nothing is written.

    Raises:
        InputError: a field that does not exist or fit.
    """
    from sqlalchemy import select

    from verbatim.storage.tables import follow_up

    base = next((found for found in effective_rules(store, settings) if found.rule.name == name), None)
    rule = Rule(**read_rule(name, definition, base_of(base)))
    found = wanted_since(store, settings, rule, now=now, since=now - timedelta(days=days))
    ids = [one.id for one in found]
    with store.reading() as connection:
        there = len(by_ids(connection, select(follow_up.c.id), follow_up.c.id, ids))
    daily = Counter(one.occurred_at.date() for one in found)
    return Preview(
        rule, days, len(found), there, sum(one.owner is None for one in found), max(daily.values(), default=0)
    )
