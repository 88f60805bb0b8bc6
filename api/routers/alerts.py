"""Alerts: what somebody should look at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.access.allowed import Reader, Scorer
from api.access.caller import Caller
from api.problems import documented
from api.routers.follow_ups import sight_of
from api.routers.naming import with_names
from api.shapes import After, Answer, Id, Limit, Name, Page
from api.wiring import StoreDep
from verbatim.followups.alerts import acknowledge, alerts, take_back

router = APIRouter(prefix="/alerts", tags=["closing the loop"])

OVERDUE = "overdue"


class AlertOut(Answer):
    """Raised once for its cause; stays until somebody acknowledges it."""

    id: str = Field(examples=["d2b6" * 8])
    kind: str = Field(examples=["account_low"])
    severity: str = Field(examples=["urgent"])
    subject: str = Field(description="the key of what it is about", examples=["51d0" * 8])
    message: str = Field(examples=["3 contacts of one account gave low scores within a short time."])
    at: datetime
    follow_up_id: str | None
    account: str | None = Field(description="your id of the account it is about", examples=["ACC-1161"])
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class Alerts(Page):
    """A page of alerts, the newest first."""

    alerts: list[AlertOut]


@router.get("", responses=documented("not-found"))
def list_alerts(
    caller: Reader, store: StoreDep, kind: Annotated[Name | None, Query(examples=["overdue"])] = None,
    acknowledged: Annotated[bool | None, Query(description="only those that were, or that were not")] = None,
    limit: Limit = 50, after: After = None,
) -> Alerts:  # fmt: skip
    """List alerts, the newest first. Who sees which is as for follow-ups."""
    rows = alerts(store, kind=kind, acknowledged=acknowledged, sight=sight_of(caller), after=after, limit=limit)
    full = len(rows) == limit
    return Alerts(
        alerts=[_shown(row, caller) for row in with_names(store, rows)], next=rows[-1]["id"] if full else None
    )


@router.post("/{alert_id}/acknowledge", responses=documented("not-found"))
def acknowledge_alert(alert_id: Id, caller: Scorer, store: StoreDep) -> AlertOut:
    """Say that you have seen an alert. The first one counts: repeating it changes nothing."""
    row = acknowledge(store, alert_id, person=caller.person, at=datetime.now(UTC), sight=sight_of(caller))
    return _shown(with_names(store, [row])[0], caller)


@router.post("/{alert_id}/take-back", responses=documented("not-found"))
def take_back_alert(alert_id: Id, caller: Scorer, store: StoreDep) -> AlertOut:
    """Take back that an alert was seen: it waits again. Repeating it changes nothing."""
    row = take_back(store, alert_id, sight=sight_of(caller))
    return _shown(with_names(store, [row])[0], caller)


def _shown(row: dict[str, Any], caller: Caller) -> AlertOut:
    """What is overdue names who was to act: not to those who do not see single agents' ratings."""
    hidden = row["kind"] == OVERDUE and not caller.sees_agents
    return AlertOut.model_validate({**row, "message": "A follow-up is overdue."} if hidden else row)
