"""Calculators: answers in, a score with its interval and definition out; nothing is stored."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import Field, StringConstraints, TypeAdapter, model_validator
from pydantic_core import to_json

from api.access.allowed import Scorer
from api.access.caller import Caller
from api.express import Line
from api.routers.score_shapes import ScoreOut
from api.routes import KEEPS_NOTHING
from api.shapes import Body as BodyModel
from api.shapes import PlainText
from verbatim.domain import Metric
from verbatim.scores.definitions import Definition, define
from verbatim.scores.single import score_few, tally_cells

router = APIRouter(prefix="/scores", tags=["scores"])

MOST_ANSWERS = 1_000_000
FEW = 2_000  # answers that are counted on the event loop: in less time than a thread takes to start
Text = Annotated[PlainText, StringConstraints(max_length=200)]
Cell = Annotated[
    Annotated[int, Field(ge=-(10**6), le=10**6)] | Annotated[float, Field(allow_inf_nan=False)] | Text | None,
    Field(description='7, "7", "Very satisfied", "n/a" or null'),
]


class Answers(BodyModel):
    """Answers one by one (`values`) or counted (`counts`: answer → how many)."""

    values: list[Cell] | None = Field(None, max_length=MOST_ANSWERS, examples=[[10, 2, 7, 8, 6]])
    counts: dict[Text, Annotated[int, Field(ge=0, le=10**12)]] | None = Field(None, max_length=1000, examples=[None])
    scale: Text | None = Field(None, description="name of a scale; without it the metric's default", examples=[None])
    definition: Text | None = Field(
        None, description="how it is counted, for example satisfied=5, net, mean", examples=[None]
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Answers:
        if (self.values is None) == (self.counts is None):
            raise ValueError("give either values or counts")
        return self


EXAMPLES: dict[str, Any] = {
    "values": {"summary": "Answers one by one", "value": {"values": [5, 4, 3, 5, 1]}},
    "counts": {"summary": "Counted answers", "value": {"counts": {"5": 12, "4": 4, "3": 2}}},
}


@router.post("/{metric}", response_model=ScoreOut, openapi_extra=KEEPS_NOTHING)
async def calculate_score(
    metric: Metric, answers: Annotated[Answers, Body(openapi_examples=EXAMPLES)], caller: Scorer
) -> Response:
    """Count CSAT, CES or NPS: score, 95 % interval, n, band, shares, and the definition that produced it.

    Nothing is stored. Raw cells are understood ("Very satisfied", "n/a"); a value that is not on the scale is an error.
    """
    return Response(await _answer(None, caller, metric, answers), media_type="application/json")


async def _answer(_: object, __: Caller, metric: str, answers: Answers) -> bytes:
    if answers.values is not None and len(answers.values) > FEW:
        return await run_in_threadpool(_scored, Metric(metric), answers)
    return _scored(Metric(metric), answers)


LINE = Line(re.compile("/v1/scores/(csat|ces|nps)"), TypeAdapter(Answers), _answer, router.routes[-1])


def _scored(metric: Metric, answers: Answers) -> bytes:
    definition = _definition(metric, answers.definition, answers.scale)
    cells = [(one, 1) for one in answers.values] if answers.values is not None else (answers.counts or {}).items()
    score = score_few(tally_cells(cells, definition.scale), definition)
    return to_json(score.to_dict(), inf_nan_mode="null")


@lru_cache(maxsize=1000)
def _definition(metric: Metric, text: str | None, scale: str | None) -> Definition:
    return define(metric, text, scale)
