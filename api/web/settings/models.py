"""Predictors: their versions, which is in use, and the way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import Form, Response

from api.routers.predictors import (
    PredictorChange,
    activate_predictor,
    list_predictors,
    retire_predictor,
    roll_back_predictor,
)
from api.shapes import Id
from api.web.page import DONE, Administers, LooksAtAll
from api.web.settings.tabs import mendable, once, router, show, status_of, told
from verbatim.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.routers.predictors import PredictorOut
    from api.web.page import Page

DONE |= {
    "model-active": "The version is in use. Running servers swap to it within seconds.",
    "model-retired": "The version is out of use. Tickets are not predicted for its metric until another is active.",
    "model-back": "The version that was in use before is in use again.",
}
Note = Annotated[str, Form(max_length=500)]
HEADLINES = (
    ("roc_auc", "ROC AUC"), ("auc", "ROC AUC"), ("pr_auc", "PR AUC"), ("brier", "Brier"),
    ("brier_skill", "Brier skill"), ("lift", "lift"),
)  # fmt: skip


@router.get("/settings/models")
def models_page(page: LooksAtAll) -> Response:
    """Every version, with what it is worth."""
    return _listed(page)


@router.post("/settings/models/{version}/activate", name="activate_predictor")
def activate(page: Administers, version: Id, note: Note = "", *, force: Annotated[bool, Form()] = False) -> Response:
    """Take a version into use."""
    return _done(
        page, "model-active", version,
        lambda: activate_predictor(version, _change(note, force=force), page.caller, page.store),
    )  # fmt: skip


@router.post("/settings/models/{version}/retire", name="retire_predictor")
def retire(page: Administers, version: Id, note: Note = "") -> Response:
    """Take a version out of use."""
    return _done(
        page, "model-retired", version, lambda: retire_predictor(version, _change(note), page.caller, page.store)
    )  # fmt: skip


@router.post("/settings/models/{metric}/rollback", name="roll_back_predictor")
def roll_back(page: Administers, metric: Id, note: Note = "") -> Response:
    """Go back to the version before."""
    if metric not in {"csat", "ces"}:
        raise NotFoundError(f"nothing predicts {metric[:20]!r}; there are csat and ces")
    before = _active(page, metric)

    def go_back() -> None:
        roll_back_predictor(cast("Any", metric), _change(note), page.caller, once(page, "roll_back_predictor"))

    return _done(page, "model-back", before, go_back)


def _done(page: Page, code: str, version: str | None, act: Callable[[], object]) -> Response:
    """Do it, and say what takes it back: the version that was in use before, or the one that was taken out."""
    before = None if version is None else _in_use_with(page, version)
    try:
        act()
    except NotFoundError as error:  # no version before it, say
        return _listed(page, problem=str(error), status=404)
    except Exception as error:
        return _listed(page, problem=told(mendable(error)), status=status_of(error))
    back = {"model-active": before, "model-retired": version, "model-back": version}[code]
    return page.back("/settings/models", code, **({"undo": back} if back else {"retire": version or ""}))


def _in_use_with(page: Page, version: str) -> str | None:
    """The version of the same metric that is in use, if it is another one."""
    found = {one.name: one for one in list_predictors(page.caller, page.store).predictors}
    metric = found[version].metric if version in found else None
    return next((one.name for one in found.values() if one.metric == metric and one.status == "active"), None)


def _active(page: Page, metric: str) -> str | None:
    found = list_predictors(page.caller, page.store, cast("Any", metric)).predictors
    return next((one.name for one in found if one.status == "active"), None)


def _change(note: str, *, force: bool = False) -> PredictorChange:
    return PredictorChange(note=note.strip() or None, force=force)


def _listed(page: Page, *, problem: str | None = None, status: int = 200) -> Response:
    found = list_predictors(page.caller, page.store).predictors
    metrics = {name: [one for one in found if one.metric == name] for name in ("csat", "ces")}
    return show(
        page, "settings_models.html", status=status, problem=problem, metrics=metrics,
        names={one.name for one in found}, headline={one.name: _headline(one) for one in found},
        details={one.name: json.dumps(one.summary, indent=1, ensure_ascii=False) for one in found},
    )  # fmt: skip


def _headline(one: PredictorOut) -> str:
    """A few figures of the judgement, as far as the training told them."""
    told_so: Mapping[str, Any] = one.summary
    inner = told_so.get("metrics")
    figures = inner if isinstance(inner, dict) else told_so
    return ", ".join(
        f"{label} {figures[name]:.3g}"
        for name, label in HEADLINES
        if isinstance(figures.get(name), (int, float)) and not isinstance(figures[name], bool)
    )
