"""The open tickets of an account, with what was last predicted of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.reports.routine.model import OpenTicket, Risk
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from verbatim.reports.routine.spans import Days
    from verbatim.storage.store import Store

MOST = 12
MOST_REASONS = 3
DONE = ("solved", "closed", "resolved", "deleted")


def open_tickets(store: Store, account_id: str, days: Days) -> tuple[tuple[OpenTicket, ...], int]:
    """What nobody has solved as the store stands, riskiest first, then oldest; and how many more there are."""
    tickets = queries.tickets(store)
    status = tickets["status"].fillna("").astype(str).str.lower()
    unsolved = tickets["solved_at"].isna() & tickets["closed_at"].isna() & ~status.isin(DONE)
    own = tickets[(tickets["account_id"] == account_id) & unsolved]
    risks: dict[str, list[Risk]] = {}
    if len(own):
        stored = queries.predictions(store, ticket_ids=list(own["id"]))
        newest = stored.sort_values(["at", "made_at", "id"], ascending=[True, True, False], kind="stable")
        for row in newest.drop_duplicates(["ticket_id", "metric"], keep="last").to_dict("records"):
            risks.setdefault(row["ticket_id"], []).append(_risk(row, days))
    found = [_ticket(row, tuple(risks.get(row["id"], ())), days) for row in own.to_dict("records")]
    found.sort(key=lambda one: (-max((risk.risk for risk in one.predictions), default=0), one.opened_on or ""))
    return tuple(found[:MOST]), max(0, len(found) - MOST)


def _ticket(row: Mapping[Hashable, Any], risks: tuple[Risk, ...], days: Days) -> OpenTicket:
    opened = None if pd.isna(row["created_at"]) else days.local_day(row["created_at"])
    return OpenTicket(
        ticket=row["external_id"] or row["id"], status=row["status"], priority=row["priority"],
        opened_on=None if opened is None else opened.isoformat(),
        days_open=None if opened is None else max(0, (days.after - opened).days), predictions=risks,
    )  # fmt: skip


def _risk(row: Mapping[Hashable, Any], days: Days) -> Risk:
    risk, low, high = (round(100 * float(row[name]), 2) for name in ("probability", "low", "high"))
    reasons = tuple(str(reason["statement"]) for reason in row["reasons"] or () if "statement" in reason)
    on = days.local_day(row["at"]).isoformat()
    return Risk(str(row["metric"]).upper(), risk, low, high, row["band"], on, reasons[:MOST_REASONS])
