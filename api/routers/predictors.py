"""The versions of predictors: what they are worth, which is in use, and the way back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from api.access.allowed import Admin, WholeReader
from api.idempotency import Repeats
from api.problems import documented
from api.routers.predictions import Predicted
from api.shapes import Answer, Body, Id, PlainText
from api.wiring import SettingsDep, StoreDep
from models import registry
from verbatim.storage.store import Store

router = APIRouter(prefix="/predictors", tags=["predictors"])

CARD_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
MEDIA = {"md": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8"}


class PredictorOut(Answer):
    """A version of a predictor."""

    name: str = Field(examples=["csat-3"])
    metric: str = Field(examples=["csat"])
    status: str = Field(description="refused, ready, active or retired", examples=["active"])
    proven: bool = Field(description="whether the gate let it pass")
    target: str = Field(description="what counts as a bad rating", examples=["score <= 3"])
    created_at: datetime
    data_start: datetime = Field(description="first rated ticket it learnt from")
    data_end: datetime
    tickets: int = Field(examples=[4200])
    snapshots: int
    cases: int = Field(description="tickets that were rated badly", examples=[610])
    gate_reasons: list[str] = Field(description="what the gate said of it: why it passed, or why not")
    summary: dict[str, Any] = Field(description="headline metrics and settings of the training")
    activated_at: datetime | None
    retired_at: datetime | None


class Predictors(Answer):
    """Every version, newest first."""

    predictors: list[PredictorOut]


class PredictorChange(Body):
    """Why a version is taken into use or out of it."""

    note: Annotated[PlainText, Field(max_length=500)] | None = Field(None, examples=["better on August"])
    force: bool = Field(False, description="also where the gate refused it")


@router.get("")
def list_predictors(caller: WholeReader, store: StoreDep, metric: Predicted | None = None) -> Predictors:
    """List every trained version, with what it is worth and why it was refused, where it was."""
    found = registry.versions(store, metric)
    return Predictors(predictors=[_shown(one) for one in sorted(found, key=lambda one: one.created_at, reverse=True)])


@router.get("/{version}", responses=documented("not-found"))
def get_predictor(version: Id, caller: WholeReader, store: StoreDep) -> PredictorOut:
    """Show one version: `csat-3`, or the active one of a metric: `csat`."""
    return _shown(find_version(store, version))


@router.get(
    "/{version}/card", response_class=Response, responses={
        200: {"description": "The model card", "content": {"text/markdown": {}, "text/html": {}}},
        **documented("not-found"),
    },
)  # fmt: skip
def get_model_card(
    version: Id, caller: WholeReader, store: StoreDep, settings: SettingsDep,
    format: Annotated[Literal["md", "html"], Query()] = "md",  # noqa: A002
) -> Response:  # fmt: skip
    """Fetch the model card: what it is for, what it is worth, what it looks at, what it is not for."""
    from models.judging.card import card_html, card_markdown
    from models.judging.describing import facts_of
    from models.watching import open_version

    found = find_version(store, version)
    facts = facts_of(found, open_version(settings, found))
    text = card_html(facts) if format == "html" else card_markdown(facts)
    return Response(text, media_type=MEDIA[format], headers={"Content-Security-Policy": CARD_POLICY})


@router.post("/{version}/activate", responses=documented("not-found", "no-active-model"))
def activate_predictor(version: Id, change: PredictorChange, caller: Admin, store: StoreDep) -> PredictorOut:
    """Take a version into use; running servers swap to it within seconds, without dropping requests."""
    found = find_version(store, version)
    return _shown(registry.activate(store, found, person=caller.person, force=change.force, note=change.note))


@router.post("/{version}/retire", responses=documented("not-found"))
def retire_predictor(version: Id, change: PredictorChange, caller: Admin, store: StoreDep) -> PredictorOut:
    """Take a version out of use: predictions of its metric answer 409 until another is active."""
    return _shown(registry.retire(store, find_version(store, version), person=caller.person, note=change.note))


@router.post(
    "/{metric}/rollback", response_model=PredictorOut, responses=documented("not-found", "no-active-model", "conflict")
)  # fmt: skip
def roll_back_predictor(metric: Predicted, change: PredictorChange, caller: Admin, repeats: Repeats) -> Response:
    """Go back to the version that was in use before. Sent twice it goes back twice, or once an Idempotency-Key."""

    def go_back(store: Store) -> tuple[PredictorOut, int]:
        return _shown(registry.roll_back(store, metric, person=caller.person, note=change.note)), 200

    return repeats.once(caller, go_back)


def find_version(store: Store, word: str) -> registry.Registered:
    """A version by its name or id, or the active one of a metric.

    Raises:
        NotFoundError: there is none.
    """
    if word in ("csat", "ces"):
        return registry.resolve(store, word, None)
    return registry.resolve(store, None, word)


def _shown(one: registry.Registered) -> PredictorOut:
    names = (
        "name", "metric", "status", "proven", "target", "created_at", "data_start", "data_end", "tickets", "snapshots",
        "cases", "activated_at", "retired_at",
    )  # fmt: skip
    return PredictorOut(
        **{name: getattr(one, name) for name in names}, summary=dict(one.summary),
        gate_reasons=[str(reason) for reason in one.summary.get("gate_reasons", ())],
    )  # fmt: skip
