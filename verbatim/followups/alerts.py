"""Alerts: what somebody should look at. Each is raised once for its cause, and stays until it is acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import literal, select, tuple_, update

from verbatim.domain import stable_key
from verbatim.errors import NotFoundError
from verbatim.followups.sight import EVERYTHING
from verbatim.messages.events import Message, alert_data
from verbatim.messages.outbox import emit
from verbatim.messages.rows import insert_new
from verbatim.storage.tables import account, alert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from verbatim.followups.looking import Seen
    from verbatim.followups.sight import Sight
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

KEY_SHARE = 0.8  # accounts at or above this quantile of value are key accounts
BEFORE_RENEWAL = timedelta(days=90)
CHUNK = 500


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """An alert to be raised: ``kind`` and ``about`` make its id, so that one cause raises it once.

    ``subject`` is the id of what it is about; ``message`` has no customer's words.
    """

    kind: str
    about: str
    severity: str
    subject: str
    message: str
    follow_up_id: str | None = None
    account_id: str | None = None

    def row(self, at: datetime) -> dict[str, Any]:
        """As a row of the table."""
        return {
            "id": stable_key(self.kind, self.about), "kind": self.kind, "severity": self.severity,
            "subject": self.subject, "message": self.message, "at": at, "follow_up_id": self.follow_up_id,
            "account_id": self.account_id, "acknowledged_at": None, "acknowledged_by": None,
        }  # fmt: skip


def raise_alerts(where: Store | Connection, drafts: Sequence[AlertDraft], *, at: datetime) -> int:
    """Keep the alerts that were not raised before, and tell other systems of them; gives how many are new."""
    from verbatim.storage.store import Store

    if isinstance(where, Store):
        raised = 0
        for first in range(0, len(drafts), CHUNK):
            with where.writing() as connection:
                raised += raise_alerts(connection, drafts[first : first + CHUNK], at=at)
        return raised
    rows = {row["id"]: row for row in (draft.row(at) for draft in drafts)}
    new = insert_new(where, alert, list(rows.values()))
    emit(where, [Message("alert.raised", key, at, alert_data(rows[key])) for key in sorted(new)], at=at)
    return len(new)


def accounts_before_renewal(
    connection: Connection, lows: Sequence[Seen], settings: Settings, *, now: datetime
) -> list[AlertDraft]:
    """Key accounts that gave a low score and renew within 90 days: one alert an account and renewal.

    Key accounts are the fifth of all that have a value (ARR, in one currency by ``currency_rates``) with the highest.
    """
    named = {seen.account_id for seen in lows} - {None}
    if not named:
        return []
    row = account.c
    valued = connection.execute(select(row.id, row.arr, row.currency, row.renewal_at).where(row.arr.is_not(None))).all()
    worth = {each.id: each.arr * settings.currency_rates.get(each.currency or "", 1.0) for each in valued}
    least = float(np.quantile(list(worth.values()), KEY_SHARE)) if worth else 0.0
    return [
        AlertDraft(
            "key_account_before_renewal", f"{each.id}:{each.renewal_at.date()}", "urgent", each.id,
            f"A key account gave a low score, and renews on {each.renewal_at.date()}.", account_id=each.id,
        )
        for each in valued
        if each.id in named and worth[each.id] >= least and each.renewal_at is not None
        and now <= each.renewal_at <= now + BEFORE_RENEWAL
    ]  # fmt: skip


def alerts(
    store: Store, *, kind: str | None = None, acknowledged: bool | None = None,
    sight: Sight = EVERYTHING, after: str | None = None, limit: int = 50,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of ``alert`` that the caller may see, the newest first; ``after`` is the id of the last one seen.

    Raises:
        NotFoundError: there is no alert ``after``.
    """
    row = alert.c
    wanted = select(alert).where(*sight.of_alerts())
    wanted = wanted if kind is None else wanted.where(row.kind == kind)
    if acknowledged is not None:
        wanted = wanted.where(row.acknowledged_at.is_not(None) if acknowledged else row.acknowledged_at.is_(None))
    with store.reading() as connection:
        if after is not None:
            last = connection.execute(select(row.at, row.id).where(row.id == after)).one_or_none()
            if last is None:
                raise NotFoundError(f"there is no alert {after!r}; begin again without a cursor")
            bound = literal(last.at, row.at.type), literal(last.id, row.id.type)
            wanted = wanted.where(tuple_(row.at, row.id) < tuple_(*bound))
        found = connection.execute(wanted.order_by(row.at.desc(), row.id.desc()).limit(limit)).mappings()
        return [dict(each) for each in found]


def acknowledge(store: Store, alert_id: str, *, person: str, at: datetime, sight: Sight = EVERYTHING) -> dict[str, Any]:
    """Note that ``person`` has seen an alert; the first one counts.

    Raises:
        NotFoundError: there is no such alert, or the caller may not see it.
    """
    row = alert.c
    this = [row.id == alert_id, *sight.of_alerts()]
    seen = update(alert).where(*this, row.acknowledged_at.is_(None))
    with store.writing() as connection:
        connection.execute(seen.values(acknowledged_at=at, acknowledged_by=person))
        found = connection.execute(select(alert).where(*this)).mappings().one_or_none()
    if found is None:
        raise NotFoundError(f"there is no alert {alert_id!r}; list the alerts to see their ids")
    return dict(found)


def take_back(store: Store, alert_id: str, *, sight: Sight = EVERYTHING) -> dict[str, Any]:
    """Let an alert wait again, as if nobody had acknowledged it.

    Raises:
        NotFoundError: there is no such alert, or the caller may not see it.
    """
    this = [alert.c.id == alert_id, *sight.of_alerts()]
    with store.writing() as connection:
        connection.execute(update(alert).where(*this).values(acknowledged_at=None, acknowledged_by=None))
        found = connection.execute(select(alert).where(*this)).mappings().one_or_none()
    if found is None:
        raise NotFoundError(f"there is no alert {alert_id!r}; list the alerts to see their ids")
    return dict(found)
