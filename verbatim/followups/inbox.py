"""What there is to do, and how it went: the inbox, page by page, and the counts of a span for reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import func, literal, select, tuple_

from verbatim.business_hours import EPOCH, BusinessHours
from verbatim.errors import InputError, NotFoundError
from verbatim.followups.sight import EVERYTHING
from verbatim.followups.states import STATES
from verbatim.storage.tables import follow_up, follow_up_change

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from verbatim.followups.sight import Sight
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

MOST = 1000


@dataclass(frozen=True, slots=True)
class Counts:
    """Follow-ups of a span: ``opened`` in it; contacted, resolved, given up, withdrawn and overdue within it.

    ``hours_to_contact`` is the median of business hours from the signal to the first contact; ``None``: none.
    ``open_now`` and ``overdue_now`` are those that were so at the end of what is stored, whatever the span.
    """

    opened: int
    contacted: int
    resolved: int
    cannot_resolve: int
    withdrawn: int
    overdue: int
    hours_to_contact: float | None
    open_now: int
    overdue_now: int


def inbox(
    store: Store, *, state: str | None = None, owner: str | None = None, who: str | None = None,
    account_id: str | None = None, overdue: bool | None = None, due_before: datetime | None = None,
    signal: str | None = None, rule: str | None = None, sight: Sight = EVERYTHING, after: str | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of ``follow_up``, the first due first; ``after`` is the id of the last one seen.

    Rows that come meanwhile are seen if they are due later than the last one seen; none is seen twice, unless its due
    time moves. ``sight`` is what the caller may see.

    Raises:
        NotFoundError: there is no follow-up ``after``.
        InputError: no such state, or a limit outside 1 to 1,000.
    """
    if state is not None and state not in STATES:
        raise InputError(f"{state!r} is no state of a follow-up; the states are {', '.join(STATES)}")
    if not 1 <= limit <= MOST:
        raise InputError(f"a page has 1 to {MOST} follow-ups, not {limit}")
    row = follow_up.c
    equal = ((row.state, state), (row.owner, owner), (row.who, who), (row.account_id, account_id),
             (row.signal, signal), (row.rule, rule))  # fmt: skip
    given = [column == value for column, value in equal if value is not None]
    wanted = select(follow_up).where(*given, *sight.of_follow_ups())
    if overdue is not None:
        late = row.overdue_at.is_not(None) & (row.state == "open")
        wanted = wanted.where(late if overdue else ~late)
    if due_before is not None:
        wanted = wanted.where(row.due_at < due_before)
    with store.reading() as connection:
        if after is not None:
            last = connection.execute(select(row.due_at, row.id).where(row.id == after)).one_or_none()
            if last is None:
                raise NotFoundError(f"there is no follow-up {after!r}; begin again without a cursor")
            bound = literal(last.due_at, row.due_at.type), literal(last.id, row.id.type)
            wanted = wanted.where(tuple_(row.due_at, row.id) > tuple_(*bound))
        found = connection.execute(wanted.order_by(row.due_at, row.id).limit(limit)).mappings()
        return [dict(each) for each in found]


def counts(store: Store, settings: Settings, *, start: datetime, end: datetime) -> Counts:
    """How closing the loop went in ``[start, end)``: each follow-up counts once for each state it reached then.

    Steps that were taken back do not count.
    """
    row, step = follow_up.c, follow_up_change.c
    undone = select(step.follow_up_id, step.undoes).where(step.undoes.is_not(None)).subquery()
    taken_back = (undone.c.follow_up_id == step.follow_up_id) & (undone.c.undoes == step.sequence)
    reached = (
        select(step.follow_up_id, step.to_state, step.at, row.occurred_at)
        .join(follow_up, row.id == step.follow_up_id)
        .outerjoin(undone, taken_back)
        .where(step.kind == "state", step.at < end, undone.c.undoes.is_(None))
        .where(step.at >= start)
        .order_by(step.at)
    )
    with store.reading() as connection:

        def count(*conditions: ColumnElement[bool]) -> int:
            found: int = connection.execute(select(func.count()).select_from(follow_up).where(*conditions)).scalar_one()
            return found

        steps = connection.execute(reached).all()
        first: dict[str, tuple[datetime, datetime]] = {}
        for each in steps:
            if each.to_state == "contacted":
                first.setdefault(each.follow_up_id, (each.occurred_at, each.at))
        by_state = {state: len({each.follow_up_id for each in steps if each.to_state == state}) for state in STATES}
        return Counts(
            opened=count(row.created_at >= start, row.created_at < end),
            contacted=by_state["contacted"], resolved=by_state["resolved"],
            cannot_resolve=by_state["cannot_resolve"], withdrawn=by_state["withdrawn"],
            overdue=count(row.overdue_at >= start, row.overdue_at < end),
            hours_to_contact=_median_hours(list(first.values()), settings),
            open_now=count(row.state == "open"), overdue_now=count(row.state == "open", row.overdue_at.is_not(None)),
        )  # fmt: skip


def _median_hours(spans: list[tuple[datetime, datetime]], settings: Settings) -> float | None:
    if not spans:
        return None
    micro = timedelta(microseconds=1)
    starts, ends = (np.array([(span[end] - EPOCH) // micro for span in spans], dtype=np.int64) for end in (0, 1))
    return round(float(np.median(BusinessHours.from_settings(settings).hours_between(starts, ends))), 3)
