"""What the page of accounts asks the API: scores account by account, tickets at risk, and which list an account is on.

At risk: an open ticket whose risk is raised or high, an open follow-up that is urgent or a warning, or a score whose
interval lies wholly below that of all accounts. Advocate: a score wholly above it, and none of these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import sqrt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from api.routers.asking import Answered
from api.routers.queue import list_at_risk
from api.web.scores import sheets
from api.web.scores_drawn import unit_of
from verbatim.domain import Metric, local_midnight
from verbatim.errors import EmptyError, NotFoundError
from verbatim.followups.by_account import open_by_account
from verbatim.storage.queries.restriction import account_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.routers.queue import AtRisk
    from api.routers.score_shapes import ScoreOut, ScoreRow, ScoreSheetOut
    from api.web.page import Page
    from verbatim.followups.by_account import Waiting

BY = "account_id"
MOST_RISKS = 1_000
FEWEST = 5  # answers, to be called an advocate


@dataclass(frozen=True, slots=True)
class Change:
    """After minus before, its interval from theirs (MOVER: Donner and Zou 2012); noise where it holds 0."""

    value: float
    low: float
    high: float

    @property
    def is_noise(self) -> bool:
        """Whether it may be nothing."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class Scored:
    """A metric over some days: all accounts together, each one, and each one in as many days before."""

    metric: Metric
    start: datetime
    end: datetime
    unit: str
    text: str
    total: ScoreOut
    rows: Mapping[str, ScoreRow]
    before: Mapping[str, ScoreRow]

    def change(self, key: str) -> Change | None:
        """How the account's score changed; ``None``: it has answers in one of both times only."""
        after, before = self.rows.get(key), self.before.get(key)
        if after is None or before is None:
            return None
        known = (after.score, after.low, after.high, before.score, before.low, before.high)
        if any(one is None for one in known):
            return None
        value, low, high, old, old_low, old_high = (float(one) for one in known if one is not None)
        gap = value - old
        return Change(gap, gap - sqrt((value - low) ** 2 + (old_high - old) ** 2),
                      gap + sqrt((high - value) ** 2 + (old - old_low) ** 2))  # fmt: skip

    def side(self, key: str) -> int:
        """-1: wholly below all accounts together, 1: wholly above, 0: neither, or too few answers to say."""
        row = self.rows.get(key)
        if row is None or row.low is None or row.high is None or self.total.low is None or self.total.high is None:
            return 0
        return -1 if row.high < self.total.low else 1 if row.low > self.total.high and row.n >= FEWEST else 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What else there is of accounts: open follow-ups by key, open tickets at raised or high risk by key."""

    waiting: Mapping[str, Waiting]
    risks: Mapping[str, Sequence[AtRisk]]

    def trouble(self, key: str) -> bool:
        """Whether something presses."""
        waiting = self.waiting.get(key)
        return bool(self.risks.get(key)) or (waiting is not None and waiting.pressing > 0)


def window(page: Page, days: int) -> tuple[datetime, datetime]:
    """The last whole days up to today's midnight on the organisation's clock, half-open."""
    zone = page.settings.timezone
    today = datetime.now(ZoneInfo(zone)).date()
    first, last = (local_midnight(day, zone) for day in (today - timedelta(days=days), today + timedelta(days=1)))
    return first.astimezone(UTC), last.astimezone(UTC)


def scored(page: Page, metric: Metric, days: int, keys: Sequence[str] | None = None) -> Scored | None:
    """The metric's main scale, account by account (those of ``keys``, or all); ``None``: there are no answers."""
    start, end = window(page, days)
    now = _sheet(page, metric, start, end, keys)
    if now is None:
        return None
    before = _sheet(page, metric, start - (end - start), start, keys)
    same = before is not None and before.scale == now.scale
    found = Scored(
        metric, start, end, unit_of(now), now.definition.text, now.total, _by_key(now),
        _by_key(before) if before is not None and same else {},
    )  # fmt: skip
    if keys is None:
        return found
    whole = sheets(page, metric, Answered(start, end, {}))
    main = next((sheet for sheet in whole if (sheet.scale, sheet.step) == (now.scale, now.step)), None)
    return found if main is None else replace(found, total=main.total)


def standing(page: Page, metric: Metric) -> Standing:
    """What presses, account by account; CSAT's predictions stand for NPS, which nothing predicts."""
    from api.routers.follow_ups import sight_of

    risks: dict[str, list[AtRisk]] = {}
    found = list_at_risk(
        page.caller, page.store, metric="ces" if metric is Metric.CES else "csat", band=["raised", "high"],
        limit=MOST_RISKS,
    )  # fmt: skip
    for one in found.tickets:
        if one.account is not None:
            risks.setdefault(account_key(one.account), []).append(one)
    return Standing(open_by_account(page.store, sight_of(page.caller)), risks)


def _sheet(
    page: Page, metric: Metric, start: datetime, end: datetime, keys: Sequence[str] | None
) -> ScoreSheetOut | None:
    where: dict[str, Any] = {} if keys is None else {BY: list(keys)}
    try:
        return sheets(page, metric, Answered(start, end, where), by=[BY])[0]
    except (EmptyError, NotFoundError):
        return None


def _by_key(sheet: ScoreSheetOut) -> dict[str, ScoreRow]:
    return {key: row for row in sheet.rows if (key := row.segments.get(BY)) is not None}
