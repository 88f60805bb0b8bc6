"""Follow-ups that were not done in time: marked once, with one alert each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select, update

from verbatim.followups.alerts import AlertDraft, raise_alerts
from verbatim.messages.events import Message, follow_up_data
from verbatim.messages.outbox import emit
from verbatim.storage.tables import follow_up

if TYPE_CHECKING:
    from datetime import datetime

    from verbatim.storage.store import Store

CHUNK = 500


def mark_overdue(store: Store, *, now: datetime) -> tuple[int, int]:
    """Mark what nobody took by ``task_due_at``, or where nobody was contacted by ``due_at``; gives (marked, alerts)."""
    row = follow_up.c
    untaken = and_(row.taken_at.is_(None), row.task_due_at < now)
    late = select(follow_up).where(row.state == "open", row.overdue_at.is_(None), or_(row.due_at < now, untaken))
    marked = raised = 0
    while True:
        with store.writing() as connection:
            found = (
                connection.execute(late.order_by(row.due_at, row.id).limit(CHUNK).with_for_update()).mappings().all()
            )
            if not found:
                return marked, raised
            rows = [{**dict(each), "overdue_at": now} for each in found]
            ids = [each["id"] for each in rows]
            connection.execute(update(follow_up).where(row.id.in_(ids)).values(overdue_at=now))
            emit(
                connection,
                [Message("followup.overdue", each["id"], now, follow_up_data(each)) for each in rows],
                at=now,
            )
            raised += raise_alerts(
                connection,
                [
                    AlertDraft(
                        "overdue", each["id"], each["severity"], each["id"],
                        f"A follow-up ({each['rule']}) is overdue; {each['owner'] or 'nobody'} is to act.",
                        each["id"], each["account_id"],
                    )
                    for each in rows
                ],
                at=now,
            )  # fmt: skip
            marked += len(rows)
