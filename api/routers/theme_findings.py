"""What themes do to scores, which of them move, and what became of them; these read everything and take their time."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from api.access.allowed import WholeReader
from api.problems import documented
from api.routers.theme_finding_shapes import Chronic, Drivers, Emerging
from api.routers.theme_shapes import Changes, ThemeChangeOut
from api.shapes import From, Id, Name, PlainText, To, span
from api.themes.asking import ThemeTable, refuse_agents
from api.wiring import SettingsDep, StoreDep
from verbatim.domain import Metric
from verbatim.errors import NotFoundError

if TYPE_CHECKING:
    from datetime import date

    from api.access.caller import Caller
    from verbatim.identity.history import Change
    from verbatim.insights import DriverSheet
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

router = APIRouter(prefix="/themes", tags=["themes"])

Month = Annotated[
    Annotated[str, StringConstraints(pattern=r"^(19[7-9]\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])$", max_length=7)] | None,
    Query(description="YYYY-MM; without it that of the newest comment", examples=["2026-10"]),
]
Adjusted = Annotated[
    list[Name],
    Query(max_length=5, description="segments to adjust for, also `month`, beside the other themes", examples=[[]]),
]
Definition = Annotated[
    Annotated[PlainText, StringConstraints(max_length=200)] | None,
    Query(description="how to count the score, for example satisfied=5, net, mean", examples=[None]),
]


@router.get("/drivers", responses=documented("not-found", "nothing-yet"))
def list_drivers(
    metric: Metric, caller: WholeReader, store: StoreDep, settings: SettingsDep,
    layer: Annotated[Literal["top", "fine"], Query(description="themes at the top, or the finest")] = "top",
    start: From = None, end: To = None, adjust_for: Adjusted = [],  # noqa: B006
    definition: Definition = None,
) -> Drivers:  # fmt: skip
    """Say what each theme does to a score, adjusted for the other themes, with intervals.

    It reads every answer and comment: seconds on large stores.
    """
    sheet = _drivers(caller, store, settings, metric, layer, (start, end), adjust_for, definition)
    return Drivers.model_validate(sheet.to_dict())


@router.get("/emerging", responses=documented("nothing-yet"))
def list_emerging(caller: WholeReader, store: StoreDep, settings: SettingsDep, month: Month = None) -> Emerging:
    """Name the themes that are new, grow, shrink or fade up to a month, and days on which several said the same.

    The rate of false alarms is stated, and kept by permutation. It reads every comment: seconds on large stores.
    """
    found = _moving(store, settings, month)
    return Emerging.model_validate({name: found[name] for name in Emerging.model_fields})


@router.get("/chronic", responses=documented("nothing-yet"))
def list_chronic(caller: WholeReader, store: StoreDep, settings: SettingsDep, month: Month = None) -> Chronic:
    """Name the themes that have been unhappy for months, by what their run is longest.

    It reads every comment: seconds on large stores.
    """
    found = _moving(store, settings, month)
    shown = {quote for row in found["chronic"] for quote in row["quotes"]}
    texts = {key: text for key, text in found["quotes"].items() if key in shown}
    return Chronic.model_validate({**{name: found[name] for name in Chronic.model_fields}, "quotes": texts})


@router.get("/changes", responses=documented("nothing-yet"))
def list_changes(
    caller: WholeReader, store: StoreDep,
    history: Annotated[bool, Query(description="of every mining since the first, not of the last only")] = False,
    everything: Annotated[bool, Query(alias="all", description="also themes that just went on")] = False,
) -> Changes:  # fmt: skip
    """Say what became of the themes when comments were mined anew: new, split, merged, gone."""
    from verbatim.identity.history import theme_changes

    found = theme_changes(store, every_model=history)
    return Changes(changes=[shown_change(one) for one in found if everything or one.kind != "continued"])


@router.get("/{theme_id}/drivers", responses=documented("not-found", "nothing-yet"))
def get_theme_drivers(
    theme_id: Id, metric: Metric, caller: WholeReader, store: StoreDep, settings: SettingsDep, start: From = None,
    end: To = None, adjust_for: Adjusted = [],  # noqa: B006
    definition: Definition = None,
) -> Drivers:  # fmt: skip
    """Say what one theme does to a score, as GET /v1/themes/drivers does for all; `themes` has its row only."""
    theme = ThemeTable.read(store).find(theme_id)
    layer = "top" if theme["parent_id"] is None else "fine"
    sheet = _drivers(caller, store, settings, metric, layer, (start, end), adjust_for, definition).to_dict()
    rows = [row for row in sheet["themes"] if row["theme_id"] == theme["id"]]
    if not rows:
        raise NotFoundError(f"{theme['id']} has no answers to {metric.value.upper()} that come with a comment")
    return Drivers.model_validate({**sheet, "themes": rows})


def shown_change(one: Change) -> ThemeChangeOut:
    """A link between themes as shown."""
    return ThemeChangeOut.model_validate({**asdict(one), "kind": one.kind.value})


def _drivers(
    caller: Caller, store: Store, settings: Settings, metric: Metric, layer: str,
    days: tuple[date | None, date | None], adjust_for: list[str], definition: str | None,
) -> DriverSheet:  # fmt: skip
    from verbatim.insights import Span, driver_sheet

    refuse_agents(caller, adjust_for)
    chosen = Span.between(*span(settings, *days))
    return driver_sheet(store, settings, metric, span=chosen, segments=adjust_for, layer=layer, definition=definition)


def _moving(store: Store, settings: Settings, month: str | None) -> dict[str, Any]:
    from verbatim.insights import emerging_sheet

    return emerging_sheet(store, settings, month=month).to_dict()
