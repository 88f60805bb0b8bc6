"""What the rules ask for, given the answers and predictions that are there.

It depends on these only, not on the order in which they came, nor on what was asked for before: a sweep compares it
with the follow-ups that exist.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from verbatim.domain import Metric, local_midnight, stable_key
from verbatim.followups.looking import Seen, Surroundings, feature_of
from verbatim.followups.matching import read_when, span_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from verbatim.followups.rules import Rule
    from verbatim.settings import Settings

OTHER = "no theme"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A follow-up that a rule asks for. ``fresh``: recent enough to be made, else only to be kept."""

    id: str
    rule: Rule
    occurred_at: datetime
    owner: str | None = None
    what: str = ""
    metric: str | None = None
    response_id: str | None = None
    ticket_id: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    theme_id: str | None = None
    customers: int | None = None
    fresh: bool = True
    prediction: Mapping[str, Any] | None = None  # what a message says of it


def scope_start(rule: Rule, now: datetime, tz: str, since: datetime | None = None) -> datetime:
    """From when on follow-ups of a rule are looked at again; months are looked at whole."""
    first = since or now - timedelta(days=rule.window_days)
    return month_start(first, tz) if rule.signal in ("effort", "account_low") else first


def reading_start(rule: Rule, now: datetime, tz: str, since: datetime | None = None) -> datetime:
    """From when on answers are needed for that."""
    first = scope_start(rule, now, tz, since)
    return first - timedelta(days=rule.within_days) if rule.signal == "account_low" else first


def month_start(moment: datetime, tz: str) -> datetime:
    """The beginning, in UTC, of the local month of ``moment``."""
    return local_midnight(moment.astimezone(ZoneInfo(tz)).date().replace(day=1), tz)


def matcher(rule: Rule, settings: Settings) -> Callable[[Seen], bool]:
    """Says whether a rule means an answer, by its metric, scale and value."""
    spans: dict[tuple[str, str], tuple[float, float] | None] = {}
    when = read_when(rule.when, rule.metric)

    def matches(seen: Seen) -> bool:
        key = (seen.metric, seen.scale)
        if key not in spans:
            meant = rule.metric in (None, seen.metric) and (not rule.scales or seen.scale in rule.scales)
            spans[key] = span_on(when, *key, settings.definitions.get(seen.metric)) if meant else None
        span = spans[key]
        return span is not None and span[0] <= seen.value <= span[1]

    return matches


def about_customer(rule: Rule, seen: Seen, around: Surroundings, rates: Mapping[str, float]) -> bool:
    """Whether segments, tier and value of the account are those that a rule asks for."""
    account = around.accounts.get(seen.account_id or "") or {}
    if rule.tiers and account.get("tier") not in rule.tiers:
        return False
    if rule.minimum_arr is not None:
        arr = account.get("arr")
        if arr is None or arr * rates.get(account.get("currency") or "", 1.0) < rule.minimum_arr:
            return False
    ticket = around.tickets.get(seen.ticket_id or "") or {}
    holders = (seen.segments, ticket.get("segments") or {}, account.get("segments") or {})
    for name, values in (rule.segments or {}).items():
        found = next((str(holder[name]) for holder in holders if holder.get(name) is not None), None)
        if found not in values:
            return False
    return True


def owner_of(rule: Rule, seen: Seen | None, ticket_id: str | None, account_id: str | None, around: Surroundings,
             settings: Settings) -> str | None:  # fmt: skip
    """The person who acts: as the rule says, else the one whom ``followup_owners`` names for the role."""
    found: str | None = None
    if rule.who == "person":
        return rule.person
    if rule.who == "account_owner":
        found = (around.accounts.get(account_id or "") or {}).get("owner")
    elif rule.who == "ticket_owner":
        of_ticket = ((around.tickets.get(ticket_id or "") or {}).get("segments") or {}).get("agent")
        found = (around.agents.get(seen.id) if seen else None) or of_ticket
    return found or settings.followup_owners.get(rule.who)


def of_answers(rule: Rule, matched: Iterable[Seen], around: Surroundings, settings: Settings) -> list[Wanted]:
    """One for each answer."""
    return [
        Wanted(
            stable_key(rule.name, seen.id), rule, seen.occurred_at,
            owner_of(rule, seen, seen.ticket_id, seen.account_id, around, settings), rule.what, seen.metric, seen.id,
            seen.ticket_id, seen.account_id, seen.contact_id,
        )
        for seen in matched
    ]  # fmt: skip


def of_efforts(
    rule: Rule, matched: Iterable[Seen], around: Surroundings, themes: Mapping[str, set[tuple[str, str]]],
    settings: Settings, *, fresh_from: datetime,
) -> list[Wanted]:  # fmt: skip
    """One for each theme (or feature, where comments say nothing) and local month, with the customers affected."""
    groups: dict[tuple[str, str, datetime], list[Seen]] = defaultdict(list)
    names: dict[tuple[str, str], str] = {}
    for seen in matched:
        subjects = {("theme", key): name for key, name in themes.get(seen.submission_id, ())}
        if not subjects:
            feature = feature_of(seen, around) or OTHER
            subjects = {("feature", feature): feature}
        names |= subjects
        for kind, key in subjects:
            groups[(kind, key, month_start(seen.occurred_at, settings.timezone))].append(seen)
    wanted = []
    for (kind, key, month), rows in groups.items():
        times = [seen.occurred_at for seen in rows]
        wanted.append(
            Wanted(
                stable_key(rule.name, kind, key, month.isoformat()), rule, min(times),
                owner_of(rule, None, None, None, around, settings), f"{rule.what.rstrip('.')}: {names[(kind, key)]}.",
                rule.metric or Metric.CES.value, theme_id=key if kind == "theme" else None,
                customers=len({seen.customer for seen in rows}), fresh=max(times) >= fresh_from,
            )
        )  # fmt: skip
    return wanted


def of_accounts(
    rule: Rule, matched: Iterable[Seen], around: Surroundings, settings: Settings, *, start: datetime,
    fresh_from: datetime,
) -> list[Wanted]:  # fmt: skip
    """One for each account and local month with a moment at which enough contacts had given such answers."""
    by_account: dict[str, list[Seen]] = defaultdict(list)
    for seen in sorted(matched, key=lambda seen: (seen.occurred_at, seen.id)):
        if seen.account_id is not None:
            by_account[seen.account_id].append(seen)
    wanted = []
    for account_id, rows in by_account.items():
        months: dict[datetime, list[tuple[datetime, int]]] = defaultdict(list)
        for moment, contacts in _together(rows, timedelta(days=rule.within_days)):
            if contacts >= rule.at_least and moment >= start:
                months[month_start(moment, settings.timezone)].append((moment, contacts))
        for month, moments in months.items():
            wanted.append(
                Wanted(
                    stable_key(rule.name, account_id, month.isoformat()), rule, moments[0][0],
                    owner_of(rule, None, None, account_id, around, settings), rule.what, rule.metric,
                    account_id=account_id, customers=max(n for _, n in moments), fresh=moments[-1][0] >= fresh_from,
                )
            )  # fmt: skip
    return wanted


def of_predictions(
    rule: Rule, risky: Sequence[Mapping[str, Any]], around: Surroundings, settings: Settings
) -> list[Wanted]:
    """One for each open ticket; ``risky`` has ``ticket_id``, ``metric``, ``first_at`` and ``newest`` (for messages)."""
    wanted: dict[str, Wanted] = {}
    for row in risky:
        if rule.metric not in (None, row["metric"]):
            continue
        ticket = around.tickets.get(row["ticket_id"]) or {}
        as_seen = Seen("", "", row["metric"], "", 0.0, row["first_at"], row["ticket_id"], ticket.get("account_id"),
                       ticket.get("contact_id"))  # fmt: skip
        if not about_customer(rule, as_seen, around, settings.currency_rates):
            continue
        key = stable_key(rule.name, row["ticket_id"])
        earlier = wanted.get(key)
        if earlier is None or (row["first_at"], row["metric"]) < (earlier.occurred_at, earlier.metric or ""):
            wanted[key] = Wanted(
                key, rule, row["first_at"],
                owner_of(rule, None, row["ticket_id"], as_seen.account_id, around, settings), rule.what,
                row["metric"], None, row["ticket_id"], as_seen.account_id, as_seen.contact_id,
                prediction=row["newest"],
            )  # fmt: skip
    return list(wanted.values())


def _together(rows: Sequence[Seen], span: timedelta) -> list[tuple[datetime, int]]:
    """At each answer, in order: how many contacts gave one within ``span`` up to it."""
    inside: deque[Seen] = deque()
    count: dict[str, int] = defaultdict(int)
    found = []
    for seen in rows:
        inside.append(seen)
        count[seen.voice] += 1
        while inside[0].occurred_at <= seen.occurred_at - span:
            gone = inside.popleft()
            count[gone.voice] -= 1
            if not count[gone.voice]:
                del count[gone.voice]
        found.append((seen.occurred_at, len(count)))
    return found
