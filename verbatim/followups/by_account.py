"""What waits for whom, account by account: how many follow-ups are open, how many press, how many are overdue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from verbatim.followups.sight import EVERYTHING
from verbatim.storage.tables import follow_up

if TYPE_CHECKING:
    from verbatim.followups.sight import Sight
    from verbatim.storage.store import Store

PRESSING = ("urgent", "warning")
row = follow_up.c


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open follow-ups of an account: all, those that are urgent or a warning, and those that are overdue."""

    open: int
    pressing: int
    overdue: int


def open_by_account(store: Store, sight: Sight = EVERYTHING) -> dict[str, Waiting]:
    """Account's key → its open follow-ups; accounts without any are left out. ``sight`` is what the caller may see."""
    pressing = func.sum(case((row.severity.in_(PRESSING), 1), else_=0))
    overdue = func.sum(case((row.overdue_at.is_not(None), 1), else_=0))
    wanted = (
        select(row.account_id, func.count(), pressing, overdue)
        .where(row.state == "open", row.account_id.is_not(None), *sight.of_follow_ups())
        .group_by(row.account_id)
    )
    with store.reading() as connection:
        return {key: Waiting(int(n), int(press), int(late)) for key, n, press, late in connection.execute(wanted)}
