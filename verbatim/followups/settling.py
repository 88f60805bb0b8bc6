"""What is wanted against what is there: follow-ups made, brought up to date, withdrawn, and asked for again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from verbatim.domain import stable_key
from verbatim.followups.alerts import AlertDraft
from verbatim.followups.due import due_at
from verbatim.messages.events import Message, follow_up_data
from verbatim.messages.outbox import emit
from verbatim.messages.rows import insert_new
from verbatim.storage.tables import follow_up, follow_up_change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from verbatim.business_hours import BusinessHours
    from verbatim.followups.wanted import Wanted
    from verbatim.storage.store import Store

    Row = dict[str, Any]

MACHINE = "verbatim"
GONE = "What it came from was corrected or is over, and asks for nothing any more."
BACK = "What it came from asks for it again."
LATE = timedelta(days=1)  # an answer that reaches us later than this is due from when it does
MOVED = timedelta(days=62)  # how far back an earlier time of the same subject is looked for
CHUNK = 2000


@dataclass(slots=True)
class Settled:
    """Counts of follow-ups, and the alerts that come with those that were made."""

    created: int = 0
    refreshed: int = 0
    withdrawn: int = 0
    reopened: int = 0
    alerts: list[AlertDraft] = field(default_factory=list)


def settle_wanted(
    store: Store, wanted: Sequence[Wanted], starts: Mapping[str, datetime], hours: BusinessHours, *, now: datetime
) -> Settled:
    """Bring the table to what is ``wanted``; ``starts`` says by rule from when on follow-ups may be withdrawn.

    In transactions of a few thousand, each with its messages: after a crash the same call carries on.
    """
    there = _existing(store, starts)
    asked = {one.id: one for one in wanted}
    new = [one for key, one in sorted(asked.items()) if key not in there and one.fresh]
    settled = Settled()
    for first in range(0, len(new), CHUNK):
        rows = [_row(one, hours, now) for one in new[first : first + CHUNK]]
        with store.writing() as connection:
            made = insert_new(connection, follow_up, rows)
            told = zip(new[first : first + CHUNK], rows, strict=True)
            emit(connection, [each for one, row in told if one.id in made for each in _created(one, row, now)], at=now)
        settled.created += len(made)
        settled.alerts += [_account_alert(row) for row in rows if row["id"] in made and row["signal"] == "account_low"]
    changes = [change for key, row in sorted(there.items()) if (change := _change(row, asked.get(key), starts, hours))]
    for first in range(0, len(changes), CHUNK):
        with store.writing() as connection:
            for row, values in changes[first : first + CHUNK]:
                _apply(connection, row, values, settled, now)
    return settled


def _existing(store: Store, starts: Mapping[str, datetime]) -> dict[str, Row]:
    if not starts:
        return {}
    row = follow_up.c
    recent = row.occurred_at >= min(starts.values()) - MOVED
    with store.reading() as connection:
        found = connection.execute(select(follow_up).where(recent, row.rule.in_(list(starts)))).mappings()
        return {each["id"]: dict(each) for each in found}


def _row(one: Wanted, hours: BusinessHours, now: datetime) -> Row:
    rule = one.rule
    return {
        "id": one.id, "rule": rule.name, "signal": rule.signal, "state": "open", "reason": None, "created_at": now,
        "state_at": now, "overdue_at": None, "sequence": 0, "taken_at": None, **_follows(one), **_due(one, hours, now),
    }  # fmt: skip


def _follows(one: Wanted) -> Row:
    """The columns that follow the cause for as long as nobody has touched the follow-up."""
    rule = one.rule
    return {
        "who": rule.who, "owner": one.owner, "severity": rule.severity, "what": one.what, "metric": one.metric,
        "response_id": one.response_id, "ticket_id": one.ticket_id, "account_id": one.account_id,
        "contact_id": one.contact_id, "theme_id": one.theme_id, "customers": one.customers,
        "occurred_at": one.occurred_at,
    }  # fmt: skip


def _due(one: Wanted, hours: BusinessHours, created_at: datetime) -> Row:
    """Until when, counted from the signal, or from the making of the follow-up where it reached us late.

    They move with the signal only: what was promised stays when a rule or the calendar is edited.
    """
    rule, since = one.rule, one.occurred_at
    start = since if created_at - since <= LATE else created_at
    return {
        "task_due_at": due_at(rule.task_due, start, hours) if rule.task_due else None,
        "due_at": due_at(rule.due, start, hours),
    }  # fmt: skip


def _change(
    row: Row, one: Wanted | None, starts: Mapping[str, datetime], hours: BusinessHours
) -> tuple[Row, Row] | None:
    """What is to change in a follow-up that nobody has touched; ``None``: nothing."""
    if row["taken_at"] is not None or row["state"] not in ("open", "withdrawn"):
        return None
    if one is None:
        gone = row["state"] == "open" and row["occurred_at"] >= starts[row["rule"]]
        return (row, {"state": "withdrawn"}) if gone else None
    if one.rule.signal == "at_risk" and row["occurred_at"] < one.occurred_at:
        one = replace(one, occurred_at=row["occurred_at"])  # it said so before the window
    values = {name: value for name, value in _follows(one).items() if row[name] != value}
    if "occurred_at" in values:
        values |= _due(one, hours, row["created_at"])
    if row["state"] == "withdrawn":
        values["state"] = "open"
    return (row, values) if values else None


def _apply(connection: Connection, row: Row, values: Row, settled: Settled, now: datetime) -> None:
    """One change, unless somebody touched the follow-up meanwhile."""
    state = values.get("state")
    told = {**values, "sequence": row["sequence"] + 1, "state_at": now} if state else values
    same = (
        follow_up.c.id == row["id"], follow_up.c.sequence == row["sequence"], follow_up.c.taken_at.is_(None),
        follow_up.c.state == row["state"],
    )  # fmt: skip
    if not connection.execute(update(follow_up).where(*same).values(**told)).rowcount:
        return
    if state is None:
        settled.refreshed += 1
        return
    sequence, owner = told["sequence"], told.get("owner", row["owner"])
    note = {
        "id": stable_key(row["id"], str(sequence)), "follow_up_id": row["id"], "sequence": sequence, "at": now,
        "person": MACHINE, "kind": "state", "from_state": row["state"], "to_state": state, "from_owner": row["owner"],
        "to_owner": owner, "note": GONE if state == "withdrawn" else BACK,
    }  # fmt: skip
    connection.execute(insert(follow_up_change).values(**note))
    emit(connection, [Message("followup.changed", f"{row['id']}:{sequence}", now, follow_up_data(row | told))], at=now)
    settled.withdrawn += state == "withdrawn"
    settled.reopened += state == "open"


def _created(one: Wanted, row: Row, now: datetime) -> list[Message]:
    told = {"followup.created": follow_up_data(row), "prediction.high": one.prediction}
    return [Message(event, one.id, now, data) for event in one.rule.events if (data := told.get(event))]


def _account_alert(row: Row) -> AlertDraft:
    return AlertDraft(
        kind="account_low", about=row["id"], severity=row["severity"], subject=row["account_id"],
        message=f"{row['customers']} contacts of one account gave low scores within a short time.",
        follow_up_id=row["id"], account_id=row["account_id"],
    )  # fmt: skip
