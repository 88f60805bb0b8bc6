"""The sweep: new answers and predictions → follow-ups, alerts and messages, each once, however often it runs.

A follow-up's id depends on its rule and subject only. One that nobody has touched follows its cause: it is withdrawn,
with a change that says so, when the answer is corrected and asks for nothing any more, and comes back if it does again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from verbatim.business_hours import BusinessHours
from verbatim.domain import Metric
from verbatim.followups import wanted as asking
from verbatim.followups.alerts import accounts_before_renewal, raise_alerts
from verbatim.followups.looking import Seen, placed, read_answers, surroundings, themes_of
from verbatim.followups.overdue import mark_overdue
from verbatim.followups.rules import Rule, effective_rules
from verbatim.followups.settling import settle_wanted
from verbatim.followups.timeline import tell_of_answers
from verbatim.messages.events import prediction_data
from verbatim.storage.tables import prediction, prediction_feedback, predictor, ticket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from verbatim.followups.wanted import Wanted
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

CLOSED = ("solved", "closed")


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep looked at and did, in follow-ups; ``told`` are messages about answers for timelines."""

    answers: int
    created: int
    refreshed: int
    withdrawn: int
    reopened: int
    overdue: int
    alerts: int
    told: int


def sweep(
    store: Store, settings: Settings, *, now: datetime | None = None, since: datetime | None = None
) -> SweepResult:
    """Make the follow-ups that the rules ask for at ``now``, and see which are overdue. Safe in several processes.

    ``since`` replaces the rules' windows: answers from then on, also older ones, ask for something.

    Raises:
        SettingsError: a rule of the settings does not read.
        StorageError: the database; what was written until then holds, and the same call carries on.
    """
    moment = now or datetime.now(UTC)
    rules = [found.rule for found in effective_rules(store, settings) if found.rule.active]
    hours = BusinessHours.from_settings(settings)
    with store.reading() as connection:
        answers = _answers(connection, rules, settings, moment, since)
        found, lows = _wanted(connection, rules, answers, settings, moment, since)
        warnings = accounts_before_renewal(connection, lows, settings, now=moment)
    starts = {rule.name: asking.scope_start(rule, moment, settings.timezone, since) for rule in rules}
    settled = settle_wanted(store, found, starts, hours, now=moment)
    alerts = raise_alerts(store, [*settled.alerts, *warnings], at=moment)
    late, late_alerts = mark_overdue(store, now=moment)
    told = tell_of_answers(store, settings, now=moment)
    return SweepResult(
        len(answers), settled.created, settled.refreshed, settled.withdrawn, settled.reopened, late,
        alerts + late_alerts, told,
    )  # fmt: skip


def wanted_since(store: Store, settings: Settings, rule: Rule, *, now: datetime, since: datetime) -> list[Wanted]:
    """What ``rule`` asks for from ``since`` to ``now``, whether or not it is there; nothing is written.

    Predictions are looked at as they stand, not as they stood.
    """
    with store.reading() as connection:
        answers = _answers(connection, [rule], settings, now, since)
        found, _ = _wanted(connection, [rule], answers, settings, now, since)
    return [one for one in found if one.fresh]


def _answers(
    connection: Connection, rules: Sequence[Rule], settings: Settings, now: datetime, since: datetime | None
) -> list[Seen]:
    """All that any rule needs, in one pass."""
    reading = [rule for rule in rules if rule.signal != "at_risk"]
    if not reading:
        return []
    start = min(asking.reading_start(rule, now, settings.timezone, since) for rule in reading)
    named = {rule.metric for rule in reading}
    metrics = [metric.value for metric in Metric] if None in named else sorted(str(name) for name in named)
    return read_answers(connection, metrics, start, now)


def _wanted(
    connection: Connection, rules: Sequence[Rule], answers: Sequence[Seen], settings: Settings, now: datetime,
    since: datetime | None,
) -> tuple[list[Wanted], list[Seen]]:  # fmt: skip
    """What the rules ask for, and the low answers of accounts that are looked at for renewals."""
    matched = _matched(rules, answers, settings, now, since)
    by_id = {seen.id: seen for rows in matched.values() for seen in rows}
    known = {seen.id: seen for seen in placed(connection, list(by_id.values()))}
    ticket_owned = {
        seen.id for rule in rules if rule.who == "ticket_owner" and rule.signal == "answer"
        for seen in matched[rule.name]
    }  # fmt: skip
    risky = _risky(connection, rules, settings, now, since)
    around = surroundings(
        connection, list(known.values()), [row["ticket_id"] for row in risky],
        agents_of=[known[key] for key in sorted(ticket_owned)],
    )  # fmt: skip
    found: list[Wanted] = []
    lows: list[Seen] = []
    for rule in rules:
        rows = [known[seen.id] for seen in matched[rule.name]]
        rows = [seen for seen in rows if asking.about_customer(rule, seen, around, settings.currency_rates)]
        fresh = since or now - timedelta(days=rule.window_days)
        if rule.signal == "answer":
            found += asking.of_answers(rule, rows, around, settings)
        elif rule.signal == "effort":
            themes = themes_of(connection, {seen.submission_id for seen in rows})
            found += asking.of_efforts(rule, rows, around, themes, settings, fresh_from=fresh)
        elif rule.signal == "account_low":
            start = asking.scope_start(rule, now, settings.timezone, since)
            found += asking.of_accounts(rule, rows, around, settings, start=start, fresh_from=fresh)
            lows += [seen for seen in rows if seen.occurred_at >= fresh]
        else:
            found += asking.of_predictions(rule, risky, around, settings)
    return found, lows


def _matched(
    rules: Sequence[Rule], answers: Sequence[Seen], settings: Settings, now: datetime, since: datetime | None
) -> dict[str, list[Seen]]:
    """The answers that each rule means, by scores alone."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for rule in rules:
        if rule.signal != "at_risk":
            start, matches = asking.reading_start(rule, now, settings.timezone, since), asking.matcher(rule, settings)
            found[rule.name] = [seen for seen in answers if seen.occurred_at >= start and matches(seen)]
    return found


def _risky(
    connection: Connection, rules: Sequence[Rule], settings: Settings, now: datetime, since: datetime | None
) -> list[dict[str, Any]]:
    """Open tickets whose newest prediction by an active predictor says "high", and since when one said so.

    Tickets that somebody snoozed are left out until then.
    """
    looking = [rule for rule in rules if rule.signal == "at_risk"]
    if not looking:
        return []
    start = min(asking.scope_start(rule, now, settings.timezone, since) for rule in looking)
    row = prediction.c
    made = (
        select(prediction)
        .join(predictor, (predictor.c.id == row.predictor_id) & (predictor.c.status == "active"))
        .join(ticket, ticket.c.id == row.ticket_id)
        .where(row.at >= start, row.at <= now, ticket.c.solved_at.is_(None), ticket.c.closed_at.is_(None))
        .where(or_(ticket.c.status.is_(None), ticket.c.status.not_in(CLOSED)))
        .order_by(row.at, row.made_at, row.id)
    )
    history: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for each in connection.execute(made).mappings():
        history[(each["ticket_id"], each["metric"])].append(dict(each))
    asleep = _snoozed(connection, now)
    return [
        {
            "ticket_id": key, "metric": metric, "newest": prediction_data(moments[-1]),
            "first_at": next(each["at"] for each in moments if each["band"] == "high"),
        }
        for (key, metric), moments in history.items()
        if moments[-1]["band"] == "high" and (key, metric) not in asleep
    ]  # fmt: skip


def _snoozed(connection: Connection, now: datetime) -> set[tuple[str, str]]:
    """Tickets and metrics whose newest feedback puts them off until after ``now``."""
    row = prediction_feedback.c
    said = select(row.ticket_id, row.metric, row.kind, row.until).where(row.kind.in_(("snooze", "withdrawn")))
    newest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for each in connection.execute(said.order_by(row.at, row.id)).mappings():
        newest[(each["ticket_id"], each["metric"])] = dict(each)
    return {key for key, each in newest.items() if each["kind"] == "snooze" and each["until"] and each["until"] > now}
