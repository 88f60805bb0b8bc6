"""At risk: open tickets by predicted risk, what people say of it and do about it, and what the model is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.access.scopes import Scope
from api.jobs.kinds import ScoreOpen
from api.plain import PlainText
from api.problems import Refusal
from api.routers.job_shapes import NewScoring
from api.routers.jobs import Asking, create_job, list_jobs
from api.routers.predictions import Predicted
from api.routers.predictor_quality import get_predictor_quality
from api.routers.predictors import get_predictor, list_predictors
from api.routers.queue import Feedback, Order, give_feedback, list_at_risk
from api.web import comment_filters as filters
from api.web.comments import shaped
from api.web.forms import simply
from api.web.page import DONE, Brings, Looks, LooksAtAll, Page, PageRoute, Works
from verbatim.domain import local_midnight
from verbatim.errors import NotFoundError, VerbatimError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.routers.predictor_quality import ReliabilityBin

router = APIRouter(include_in_schema=False, route_class=PageRoute)

PATH = "/at-risk"
ROWS = 25
DONE |= {
    "risk-agree": "Noted: you agree. The ticket stays in the list.",
    "risk-disagree": "Noted: you doubt it. The ticket leaves the list until a newer prediction.",
    "risk-snooze": "Put off. The ticket comes back when the time is over.",
    "risk-acted": "Noted: somebody stepped in. The ticket leaves the list until a newer prediction.",
    "risk-withdrawn": "Taken back.",
    "risk-scoring": "The open tickets are being scored; load the page again in a moment.",
}
UNDOABLE = ("risk-agree", "risk-disagree", "risk-snooze", "risk-acted")
SNOOZES = {"4h": "4 hours", "1d": "tomorrow, 8:00", "3d": "in 3 days, 8:00", "7d": "in a week, 8:00"}
ACTIONS = ("call", "reply", "escalation", "discount", "other")
MORNING = timedelta(hours=8)
UNTYPED = dict.fromkeys(("ticket", "kind", "until", "action", "note"), "")
STAGES = {
    "creation": "just created", "first_reply": "after the first reply", "customer_message": "the customer wrote again",
    "before_close": "about to be closed",
}  # fmt: skip
NAME = Annotated[PlainText, Field(max_length=200)]


class Wish(BaseModel):
    """Which tickets, as the address says."""

    model_config = ConfigDict(extra="ignore")

    metric: Predicted = "csat"
    team: NAME | None = None
    account: NAME | None = None
    order: Order = "-risk"
    band: list[Literal["usual", "raised", "high"]] = Field(default_factory=list, max_length=3)
    least_value: float | None = Field(None, ge=0, le=1e15, allow_inf_nan=False)
    capacity: int | None = Field(None, ge=1, le=1000)
    waiting: bool = True
    after: Annotated[PlainText, Field(max_length=500)] | None = None


@router.get(PATH)
def tickets(page: Looks) -> Response:
    """The queue."""
    given = page.request.query_params.multi_items()
    kept = [(name, value) for name, value in given if value.strip()]
    if kept != given:
        return RedirectResponse(f"{PATH}?{urlencode(kept)}" if kept else PATH, 303)
    return _queue(page, kept)


@router.post(f"{PATH}/say")
def say(
    page: Works, ticket: Annotated[str, Form(max_length=200)],
    kind: Annotated[Literal["agree", "disagree", "snooze", "acted", "withdrawn"], Form()],
    metric: Annotated[Predicted, Form()] = "csat", until: Annotated[str, Form(max_length=40)] = "",
    action: Annotated[str, Form(max_length=200)] = "", note: Annotated[str, Form(max_length=2_000)] = "",
    query: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:  # fmt: skip
    """Say whether a risk is right, put the ticket off, or note that somebody stepped in; or take that back."""
    pairs = [(name, value) for name, value in parse_qsl(query) if name not in {"done", "ticket"}]
    end = _until(until, page.settings.timezone) if kind == "snooze" else None
    try:
        told = shaped(
            Feedback, ticket=ticket, kind=kind, until=end, action=(action.strip() or None) if kind == "acted" else None,
            note=note.strip() or None,
        )  # fmt: skip
        give_feedback(metric, told, page.caller, simply(page, "give_feedback"), page.store, page.settings)
    except Refusal as refusal:
        if int(refusal.kind.status) != 422:
            raise
        typed = {"ticket": ticket, "kind": kind, "until": until, "action": action, "note": note}
        return _queue(page, pairs, problem=refusal.detail, typed=typed)
    return page.back(f"{PATH}?{urlencode(pairs)}" if pairs else PATH, f"risk-{kind}", ticket=ticket)


@router.post(f"{PATH}/score")
def score(page: Brings, metric: Annotated[Predicted, Form()] = "csat") -> Response:
    """Score the open tickets now."""
    asking = Asking(page.service, simply(page, "create_job"))
    create_job(NewScoring(kind="score_open", arguments=ScoreOpen(metric=metric)), page.caller, asking)
    return page.back(f"{PATH}?{urlencode({'metric': metric})}", "risk-scoring")


@router.get(f"{PATH}/model")
def model(page: LooksAtAll) -> Response:
    """What the model in use is worth, or why none is."""
    metric: Predicted = "ces" if page.request.query_params.get("metric") == "ces" else "csat"
    versions = list_predictors(page.caller, page.store, metric).predictors
    try:
        used = get_predictor(metric, page.caller, page.store)
    except NotFoundError:
        return page.render(
            "model.html", metric=metric, versions=versions, used=None, quality=None, plot=None, watch=None
        )
    quality = get_predictor_quality(used.name, page.caller, page.store, page.settings)
    watches = list_jobs(page.caller, page.store, 1, None, "watch", "done").jobs
    return page.render(
        "model.html", metric=metric, versions=versions, used=used, quality=quality, plot=plot_of(quality.reliability),
        watch=watches[0] if watches else None,
    )  # fmt: skip


def _queue(
    page: Page, pairs: Sequence[tuple[str, str]], *, problem: str | None = None, typed: dict[str, str] | None = None
) -> Response:
    status, told = 200 if problem is None else 422, dict(pairs)
    bands = [value for name, value in pairs if name == "band"]
    wish, found, wrong = Wish(), None, None
    try:
        wish = Wish.model_validate({**told, "band": bands})
        found = list_at_risk(
            page.caller, page.store, wish.metric, True, wish.order, wish.team, wish.account, list(wish.band) or None,
            None, wish.least_value, wish.capacity, wish.waiting, ROWS, wish.after,
        )  # fmt: skip
    except ValidationError as error:
        status, wrong = 422, filters.message_of(error)
    except VerbatimError as error:
        status, wrong = filters.mendable(error)
    filtered = [(name, value) for name, value in pairs if name not in {"done", "ticket", "after"}]
    return page.render(
        "at_risk.html", status=status, wish=wish, found=found, wrong=wrong, problem=problem, typed=typed or UNTYPED,
        values={name: told.get(name, "") for name in ("team", "account", "least_value", "capacity")}, bands=bands,
        query=urlencode([pair for pair in pairs if pair[0] not in {"done", "ticket"}]), snoozes=SNOOZES,
        actions=ACTIONS, stages=STAGES, unready=_unready(page, wish.metric), may_say=page.caller.may(Scope.SCORE),
        scores=page.caller.may(Scope.WRITE) and not page.caller.restricted,
        narrowed=any(name not in {"metric", "order"} for name, _ in filtered),
        undo=told.get("ticket") if told.get("done") in UNDOABLE else None,
    )  # fmt: skip


def _unready(page: Page, metric: str) -> Refusal | None:
    """Why nothing predicts this metric here, in the service's own words: nothing is active, or it is being loaded."""
    try:
        page.service.scoring.shelf.take(metric)
    except Refusal as refusal:
        return refusal
    return None


def _until(word: str, zone: str) -> datetime | None:
    """When a snooze ends: hours from now, or 8 in the morning after some days on the organisation's clocks."""
    now = datetime.now(UTC)
    if word not in SNOOZES:
        return None
    if word.endswith("h"):
        return now + timedelta(hours=int(word[:-1]))
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=int(word[:-1]))
    return local_midnight(day, zone) + MORNING


SIDE, EDGE = 260.0, 36.0


def plot_of(bins: Sequence[ReliabilityBin]) -> dict[str, Any] | None:
    """The reliability plot: places in pixels of a square, 0 % to 100 %."""
    if not bins:
        return None

    def x(share: float) -> float:
        return round(EDGE + share * SIDE, 1)

    def y(share: float) -> float:
        return round(10 + (1 - share) * SIDE, 1)

    dots = [
        {"x": x(one.predicted), "y": y(one.observed), "low": y(one.low), "high": y(one.high), "bin": one}
        for one in bins
    ]
    ticks = [{"at": share, "x": x(share), "y": y(share)} for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    inside = sum(one.low <= one.predicted <= one.high for one in bins)
    return {
        "dots": dots, "ticks": ticks, "width": EDGE + SIDE + 14, "height": SIDE + 46, "left": EDGE,
        "right": EDGE + SIDE, "top": 10.0, "bottom": 10 + SIDE, "inside": inside, "of": len(bins),
    }  # fmt: skip
