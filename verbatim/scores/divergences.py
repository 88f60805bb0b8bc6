"""Signals that contradict each other, named: each a small function with a statistical condition.

``None`` (or nothing in the list) means that the condition does not hold, which is not proof of the contrary.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.errors import UserError
from verbatim.scores.definitions import Definition, Figure
from verbatim.scores.groups import require
from verbatim.scores.intervals import CONFIDENCE, Difference, rate_ratio
from verbatim.scores.score import rounded
from verbatim.scores.trends import Comparison, compare

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

CSAT_HIGH = 80.0  # per cent; above it the guides call CSAT good
STABLE_POINTS = 3.0
FEWEST_ANSWERS = 3  # on each side of an account's comparison


@dataclass(frozen=True, slots=True)
class Divergence:
    """``kind`` is one of the functions' names; ``statement`` is for people, ``evidence`` (JSON-ready) for checking."""

    kind: str
    statement: str
    evidence: Mapping[str, Any]


def csat_high_while_nps_falls(csat: Comparison, nps: Comparison, *, high: float = CSAT_HIGH) -> Divergence | None:
    """CSAT (a share) is above ``high`` and has not fallen, while NPS fell by more than noise.

    Raises:
        UserError: ``csat`` is not a share.
    """
    if csat.after.definition.figure is not Figure.SHARE:
        raise UserError("this compares the CSAT share with NPS; score CSAT with figure=share")
    value, change = csat.after.value, nps.change
    if value is None or value <= high or csat.is_fall or not nps.is_fall:
        return None
    return Divergence(
        "csat_high_while_nps_falls",
        f"CSAT is high ({value:.0f} %), yet NPS fell by {_amount(change)} points ({_interval(change)}): people are "
        "satisfied with support and less so with the company.",
        {"csat": _evidence(csat), "nps": _evidence(nps)},
    )


def csat_stable_while_complaints_rise(
    csat: Comparison, complaints: tuple[float, float], *, exposure: tuple[float, float] = (1.0, 1.0),
    within: float = STABLE_POINTS,
) -> Divergence | None:  # fmt: skip
    """CSAT moved by less than ``within`` points and no more than noise, while complaints rose by more than noise.

    ``complaints`` are counts ``(before, after)``, ``exposure`` what they arose from in the same unit (days, tickets).
    """
    ratio = rate_ratio(complaints[1], complaints[0], exposure=exposure[1], previous_exposure=exposure[0])
    change = csat.change
    if change.value is None or not change.is_noise or abs(change.value) >= within:
        return None
    if ratio.low is None or ratio.low <= 1:
        return None
    grew = "from none" if ratio.value is None else f"to {ratio.value:.1f} times"
    return Divergence(
        "csat_stable_while_complaints_rise",
        f"CSAT is stable ({change.value:+.1f} points, {_interval(change)}), yet complaints rose {grew} "
        f"({complaints[0]:g} before, {complaints[1]:g} after): those who complain may not be those who answer.",
        {
            "csat": _evidence(csat), "complaints": list(complaints), "exposure": list(exposure),
            "ratio": rounded(ratio.value), "ratio_low": rounded(ratio.low), "ratio_high": rounded(ratio.high),
        },
    )  # fmt: skip


def channel_falling_alone(
    before: pd.DataFrame, after: pd.DataFrame, definition: Definition, *, segment: str = "channel"
) -> Divergence | None:
    """Exactly one channel fell by more than noise, the others together did not, and it fell by more than they did.

    The counts frames have the column ``segment``. The confidence is shared among the channels (Bonferroni), so that
    many channels do not make one of them fall by chance.

    Raises:
        UserError: the column is missing.
    """
    require(before, [segment])
    require(after, [segment])
    channels = sorted(set(before[segment].dropna()) & set(after[segment].dropna()), key=str)
    if len(channels) < 2:
        return None
    shared = 1 - (1 - CONFIDENCE) / len(channels)
    fallen = []
    for channel in channels:
        sides = (before[before[segment] == channel], after[after[segment] == channel])
        comparison = compare(*sides, definition, confidence=shared)
        if comparison.is_fall:
            fallen.append((channel, comparison))
    if len(fallen) != 1:
        return None
    channel, alone = fallen[0]
    rest = compare(before[before[segment] != channel], after[after[segment] != channel], definition)
    gap = _difference_of_changes(alone.change, rest.change)
    if rest.is_fall or gap.is_noise is not False:
        return None
    name = definition.metric.value.upper()
    return Divergence(
        "channel_falling_alone",
        f"{name} falls in {channel} alone: {alone.change.value:+.1f} points ({_interval(alone.change, shared)}), "
        f"elsewhere {rest.change.value:+.1f}.",
        {segment: str(channel), "alone": _evidence(alone), "others": _evidence(rest), "confidence": shared},
    )


def accounts_falling_before_renewal(
    before: pd.DataFrame, after: pd.DataFrame, definition: Definition, accounts: pd.DataFrame, *, today: datetime,
    within_days: int = 120, key_accounts: Collection[str] | None = None,
) -> list[Divergence]:  # fmt: skip
    """Accounts whose mean answer fell by more than noise and that renew within ``within_days``; soonest first.

    The counts frames have ``account_id``; ``accounts`` has ``id``, ``renewal_at`` (aware) and perhaps ``name``.
    ``key_accounts`` limits the check to these ids. An account answers seldom, so the mean is compared (Welch), which
    needs fewer answers than a share; each side has at least three. Every account is tested at 95 %, so about one in
    forty falls by chance: ``evidence["checked"]`` says how many were tested.

    Raises:
        UserError: a column is missing.
    """
    require(accounts, ["id", "renewal_at"])
    require(before, ["account_id"])
    require(after, ["account_id"])
    last = pd.Timestamp(today) + pd.Timedelta(days=within_days)
    due = accounts[(accounts["renewal_at"] >= today) & (accounts["renewal_at"] <= last)]
    if key_accounts is not None:
        due = due[due["id"].isin(list(key_accounts))]
    mean = definition.headed(Figure.MEAN)
    compared = []
    for account in due.sort_values(["renewal_at", "id"]).to_dict("records"):
        sides = [frame[frame["account_id"] == account["id"]] for frame in (before, after)]
        if min(side["n"].sum() for side in sides) >= FEWEST_ANSWERS:
            compared.append((account, compare(sides[0], sides[1], mean)))
    return [
        _renewal(account, comparison, len(compared), pd.Timestamp(today))
        for account, comparison in compared
        if comparison.is_fall
    ]


def _renewal(account: Mapping[Any, Any], comparison: Comparison, checked: int, today: pd.Timestamp) -> Divergence:
    change, metric = comparison.change, comparison.after.definition.metric.value.upper()
    name = account.get("name")
    name = name if isinstance(name, str) and name.strip() else account["id"]
    days = (account["renewal_at"] - today).days
    return Divergence(
        "account_falling_before_renewal",
        f"{name} renews in {days} days and its mean {metric} went from {comparison.before.value:.1f} to "
        f"{comparison.after.value:.1f} ({_interval(change)}).",
        {
            "account_id": account["id"], "renewal_at": account["renewal_at"].isoformat(), "days": days,
            "mean": _evidence(comparison), "checked": checked,
        },
    )  # fmt: skip


def _difference_of_changes(one: Difference, other: Difference) -> Difference:
    """One change minus another, its interval from theirs (MOVER: Donner and Zou 2012)."""
    if one.value is None or one.low is None or one.high is None:
        return Difference(None, None, None)
    if other.value is None or other.low is None or other.high is None:
        return Difference(None, None, None)
    gap = one.value - other.value
    low = gap - hypot(one.value - one.low, other.high - other.value)
    return Difference(gap, low, gap + hypot(one.high - one.value, other.value - other.low))


def _evidence(comparison: Comparison) -> dict[str, Any]:
    change = comparison.change
    return {
        "before": rounded(comparison.before.value), "before_n": comparison.before.n,
        "after": rounded(comparison.after.value), "after_n": comparison.after.n,
        "change": rounded(change.value), "low": rounded(change.low), "high": rounded(change.high),
        "definition": comparison.after.definition.name,
    }  # fmt: skip


def _amount(change: Difference) -> str:
    return f"{abs(change.value or 0):.1f}"


def _interval(change: Difference, confidence: float = CONFIDENCE) -> str:
    if change.low is None or change.high is None:
        return "no interval"
    return f"{100 * confidence:.3g} % interval {change.low:+.1f} to {change.high:+.1f}"
