"""Calculators: answers in, a score with its interval and definition out; nothing is stored."""

from __future__ import annotations

from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field, model_validator

from verbatim.domain import Metric
from verbatim.scores.definitions import define
from verbatim.scores.score import read_answers, score_answers
from verbatim.scores.segments import score_counts

router = APIRouter(prefix="/scores", tags=["scores"])

MOST_ANSWERS = 1_000_000
Cell = Annotated[int | float | str | None, Field(description='7, "7", "Very satisfied", "n/a" or null')]


class Answers(BaseModel):
    """Answers one by one (``values``) or counted (``counts``: answer → how many)."""

    model_config = ConfigDict(extra="forbid")

    values: list[Cell] | None = Field(None, max_length=MOST_ANSWERS)
    counts: dict[str, Annotated[int, Field(ge=0, le=10**12)]] | None = Field(None, max_length=1000)
    scale: str | None = Field(None, description="name of a scale; without it the metric's default", max_length=40)
    definition: str | None = Field(None, description="for example satisfied=5, net, mean", max_length=200)

    @model_validator(mode="after")
    def _one_of_both(self) -> Answers:
        if (self.values is None) == (self.counts is None):
            raise ValueError("give either values or counts")
        return self


EXAMPLES: dict[str, Any] = {
    "values": {"summary": "Answers one by one", "value": {"values": [10, 2, 7, 8, 6]}},
    "counts": {"summary": "Counted answers", "value": {"counts": {"9": 12, "7": 4, "3": 2}}},
}


@router.post("/{metric}")
def calculate(metric: Metric, answers: Annotated[Answers, Body(openapi_examples=EXAMPLES)]) -> dict[str, Any]:
    """Count CSAT, CES or NPS: score, 95 % interval, n, band, shares, and the definition that produced it."""
    definition = define(metric, answers.definition, answers.scale)
    if answers.counts is None:
        return score_answers(answers.values or [], definition).to_dict()
    values = read_answers(list(answers.counts), definition.scale)
    counted = pd.DataFrame({"value": values, "n": list(answers.counts.values())}).dropna()
    return score_counts(counted, definition).to_dict()
