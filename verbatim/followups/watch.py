"""What is looked at once a day: days on which several customers spoke of one theme, and advice about drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from verbatim.errors import EmptyError
from verbatim.findings import Layer, day_alarms, membership, themes_of_layer
from verbatim.followups.alerts import AlertDraft, raise_alerts
from verbatim.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

COLUMNS = ["id", "occurred_at", "account_id", "contact_id", "submission_id"]


@dataclass(frozen=True, slots=True)
class DriftAdvice:
    """That a predictor should be looked at: its id, what it is called ("csat-3"), and the advice."""

    predictor_id: str
    name: str
    advice: str


def watch(store: Store, settings: Settings, *, now: datetime, drift: Sequence[DriftAdvice] = ()) -> int:
    """Raise alerts for themes that burst within a day of this month, and for drift; gives how many are new."""
    advised = [
        AlertDraft("drift", f"{one.predictor_id}:{one.advice}", "warning", one.predictor_id,
                   f"{one.name}: {one.advice}")
        for one in drift
    ]  # fmt: skip
    return raise_alerts(store, [*theme_bursts(store, settings, now=now), *advised], at=now)


def theme_bursts(store: Store, settings: Settings, *, now: datetime) -> list[AlertDraft]:
    """Themes that more customers than usual spoke of within 24 hours, in the local month of ``now`` up to then.

    As `verbatim.findings.day_alarms` finds them; one alert a theme and month.
    """
    themes = queries.themes(store)
    if themes.empty:
        return []
    month = f"{now.astimezone(ZoneInfo(settings.timezone)):%Y-%m}"
    assigned = queries.assignments(store, end=now, by=())
    silent = set(themes.loc[themes["kind"] != "theme", "id"])
    telling = assigned[~assigned["theme_id"].isin(silent)].drop_duplicates("comment_id")
    comments = telling.rename(columns={"comment_id": "id"})[COLUMNS].reset_index(drop=True)
    try:
        found = day_alarms(
            comments, membership(assigned, themes), themes_of_layer(themes, Layer.ALL), month, tz=settings.timezone,
            several=settings.several_customers, seed=settings.seed,
        )  # fmt: skip
    except EmptyError:
        return []
    names = dict(zip(themes["id"], themes["name"], strict=True))
    return [
        AlertDraft(
            "theme_burst", f"{row['theme_id']}:{month}", "warning", row["theme_id"],
            f"{int(row['customers'])} customers spoke of {names[row['theme_id']]!r} within 24 hours; "
            f"{row['expected']:.1f} are usual.",
        )
        for row in found[found["alarm"]].to_dict("records")
    ]  # fmt: skip
