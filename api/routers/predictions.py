"""Predictions for tickets in the body, for stored ones and in bulk; nothing that is sent here is kept."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from pydantic import Field, TypeAdapter, ValidationError

from api.access.allowed import Scorer
from api.access.caller import Caller
from api.express import Line
from api.live.scoring import TicketIn, as_json, demand_allowed, shown
from api.live.stored import stored_tickets
from api.problems import Refusal, documented
from api.routes import KEEPS_NOTHING
from api.shapes import Answer, Moment, Name
from api.shapes import Body as BodyModel
from api.wiring import Service, ServiceDep, StoreDep
from verbatim.errors import InputError, UserError

router = APIRouter(prefix="/predictions", tags=["predictions"])

Predicted = Literal["csat", "ces"]
MOST_LINES = 10_000
LINES_AT_ONCE = 500
MOST_BULK_BYTES = 100_000_000
NDJSON = "application/x-ndjson"

EXAMPLES: dict[str, Any] = {
    "waiting": {
        "summary": "A ticket that waits for an answer",
        "value": {
            "ticket": {
                "id": "T-1", "created_at": "2026-10-30T09:15:00Z", "account_id": "ACC-1161", "channel": "email",
                "priority": "high", "subject": "Export fails again",
                "body": "It failed three times, and nobody answers.",
            },
            "events": [{"at": "2026-10-30T11:02:00Z", "kind": "customer replied", "text": "Any news?"}],
            "at": "2026-10-30T15:00:00Z",
        },
    },
    "new": {
        "summary": "A ticket just created",
        "value": {"ticket": {"created_at": "2026-10-30T09:15:00Z", "channel": "chat", "subject": "How do I log in?"}},
    },
}  # fmt: skip
BULK_EXAMPLE = "\n".join(json.dumps(example["value"]) for example in EXAMPLES.values())


class ReasonOut(Answer):
    """One statement, and what it adds to the risk."""

    statement: str = Field(examples=["waiting for us: 4.0 h, usual for email 1.2 h"])
    points: float = Field(description="percentage points of risk; negative where it lowers it", examples=[7.3])


class LeverOut(Answer):
    """What would lower the risk, and to what."""

    what: str = Field(examples=["answer now"])
    probability: float = Field(examples=[0.19])


class SimilarTicket(Answer):
    """A past ticket with similar reasons, and how it was rated."""

    ticket: str
    score: float


class Prediction(Answer):
    """The risk that a ticket will be rated badly."""

    metric: str = Field(examples=["csat"])
    predictor: str = Field(description="which version predicted", examples=["csat-1"])
    target: str = Field(description="what counts as a bad rating", examples=["score <= 3"])
    ticket: str | None = Field(None, description="its id, where it has one", examples=["T-1"])
    probability: float = Field(description="0 to 1, calibrated", examples=[0.31])
    low: float = Field(description="lower end of its interval", examples=[0.22])
    high: float = Field(description="upper end of its interval", examples=[0.41])
    band: str = Field(description="usual, raised or high, by what the team can look at", examples=["raised"])
    expected_score: float | None = Field(None, examples=[3.9])
    stage: str = Field(description="how far the ticket is", examples=["customer_message"])
    usual: float | None = Field(None, description="the risk of a ticket about which nothing is known", examples=[0.15])
    reasons: list[ReasonOut]
    other_points: float | None = Field(None, description="what everything else adds, in points", examples=[-1.2])
    next_step: str | None = Field(None, examples=["answer now, and say when the next news will come"])
    levers: list[LeverOut]
    similar: list[SimilarTicket]
    not_known: list[str] = Field(description="columns that training had and this ticket has not", examples=[[]])
    features_hash: str = Field(description="the same features, the same hash")


class StoredIn(BodyModel):
    """Tickets that were ingested before, by your ids."""

    tickets: list[Name] = Field(min_length=1, max_length=1_000, examples=[["T-100017"]])
    at: Moment | None = Field(None, description="the moment to predict for; now unless given", examples=[None])
    reasons: bool = Field(True, examples=[True])


class Unscored(Answer):
    """A ticket that could not be scored, and why."""

    ticket: str
    problem: str


class StoredPredictions(Answer):
    """Predictions in the order of the ids."""

    predictions: list[Prediction]
    unscored: list[Unscored]


@router.post(
    "/{metric}", response_model=Prediction, openapi_extra=KEEPS_NOTHING, responses=documented("no-active-model")
)
async def predict_ticket(
    metric: Predicted, asked: Annotated[TicketIn, Body(openapi_examples=EXAMPLES)], caller: Scorer, service: ServiceDep
) -> Response:
    """Predict for a ticket in the body: risk with interval, reasons and next step. Nothing of it is stored.

    What is known of its account and contact from earlier tickets and ratings is used, if the ids are those that were
    ingested.
    """
    return Response(await _answer(service, caller, metric, asked), media_type="application/json")


async def _answer(service: Service, caller: Caller, metric: str, asked: TicketIn) -> bytes:
    return await service.scoring.one(metric, asked, caller)


async def _ahead(service: Service, caller: Caller, metric: str, body: bytes) -> bytes | None:
    return await service.scoring.ahead(metric, body, caller)


_READ = TypeAdapter(TicketIn)
LINE = Line(re.compile("/v1/predictions/(csat|ces)"), _READ, _answer, router.routes[-1], _ahead)


@router.post("/{metric}/stored", openapi_extra=KEEPS_NOTHING, responses=documented("no-active-model"))
def predict_stored(
    metric: Predicted, asked: StoredIn, caller: Scorer, store: StoreDep, service: ServiceDep
) -> StoredPredictions:
    """Predict for tickets that are in the store, by your ids; ids that are not there are listed under `unscored`."""
    known = stored_tickets(store, asked.tickets, caller.restriction)
    loaded = service.scoring.shelf.take(metric)
    there = [(name, known[name]) for name in dict.fromkeys(asked.tickets) if name in known]
    risks = loaded.scorer.score_many([ticket for _, ticket in there], at=asked.at, reasons=asked.reasons)
    absent = [name for name in dict.fromkeys(asked.tickets) if name not in known]
    found, unscored = [], [Unscored(ticket=name, problem="no such ticket here") for name in absent]
    for (name, _), risk in zip(there, risks, strict=True):
        if isinstance(risk, UserError):
            unscored.append(Unscored(ticket=name, problem=str(risk)))
        else:
            found.append(Prediction.model_validate(shown(metric, loaded, name, risk, restricted=caller.restricted)))
    return StoredPredictions(predictions=found, unscored=unscored)


@router.post(
    "/{metric}/bulk", openapi_extra={
        **KEEPS_NOTHING,
        "requestBody": {"required": True, "content": {NDJSON: {"schema": {"type": "string"}, "example": BULK_EXAMPLE}}},
    },
    response_class=StreamingResponse,
    responses={
        200: {"description": "A line for each line, in order", "content": {NDJSON: {"schema": {"type": "string"}}}},
        **documented("no-active-model", "unsupported-media-type"),
    },
)  # fmt: skip
async def predict_bulk(metric: Predicted, request: Request, caller: Scorer, service: ServiceDep) -> StreamingResponse:
    """Predict for up to 10,000 tickets: a line of JSON each, as in the body of a single one; answers come as lines.

    Each answer has `row` (from 1) and either a prediction or `problem`; a bad line does not stop the others.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != NDJSON:
        raise Refusal("unsupported-media-type", f"send {NDJSON}: a JSON object on each line")
    lines = [line for line in (await request.body()).split(b"\n") if line.strip()]
    if len(lines) > MOST_LINES:
        raise Refusal("too-large", f"{len(lines):,} lines are more than the {MOST_LINES:,} that are scored at once")
    if not lines:
        raise InputError("the body has no line; send a JSON object on each line")
    service.scoring.shelf.take(metric)

    async def answers() -> AsyncIterator[bytes]:
        for first in range(0, len(lines), LINES_AT_ONCE):
            part = lines[first : first + LINES_AT_ONCE]
            yield await run_in_threadpool(_scored, service, caller, metric, part, first + 1)

    return StreamingResponse(answers(), media_type=NDJSON)


def _scored(service: ServiceDep, caller: Scorer, metric: str, lines: list[bytes], first: int) -> bytes:
    asked = [_read(line, caller) for line in lines]
    loaded, risks = service.scoring.many(metric, asked)
    answers = []
    for row, (one, risk) in enumerate(zip(asked, risks, strict=True), start=first):
        name = None if isinstance(one, UserError) else one.ticket.id
        if isinstance(risk, Exception):
            answers.append(as_json({"row": row, "ticket": name, "problem": str(risk)}))
        else:
            answers.append(as_json({"row": row, **shown(metric, loaded, name, risk, restricted=caller.restricted)}))
    return b"\n".join(answers) + b"\n"


def _read(line: bytes, caller: Scorer) -> TicketIn | UserError:
    try:
        asked = _READ.validate_json(line)
        demand_allowed(caller.restriction, asked.ticket)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        return InputError(f"{where}: {problem['msg'].removeprefix('Value error, ')}" if where else problem["msg"])
    except Refusal as refusal:
        return InputError(refusal.detail)
    return asked
