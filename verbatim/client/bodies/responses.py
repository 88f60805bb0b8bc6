"""What is sent: responses.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NotRequired, TypedDict


class ResponseAnswer(TypedDict):
    """ResponseAnswer."""

    # what the question measures
    metric: NotRequired[Literal["csat", "ces", "nps", None]]
    # scale of the answer; needed but for NPS, which has one
    scale: NotRequired[
        Literal[
            "csat-5",
            "csat-5-excellent",
            "csat-5-amazing",
            "csat-5-reversed",
            "csat-7",
            "csat-10",
            "csat-3",
            "csat-2",
            "ces-7-ease",
            "ces-5-ease",
            "ces-5-effort",
            "nps",
            None,
        ]
    ]
    # the answer: a number on the scale, or one of its words; null: none
    score: NotRequired[float | str | bool | None]
    # what became of the question; without it the score says so
    status: NotRequired[Literal["answered", "not_applicable", "unanswered", None]]
    # the question, where one survey asks several of a kind
    question: NotRequired[str | None]
    # where on the way it was asked (CES), or relational / transactional (NPS)
    step: NotRequired[str | None]


class ResponseComment(TypedDict):
    """ResponseComment."""

    # the open question
    question: str | None
    # what was answered; null or blank: nothing (any more)
    text: NotRequired[str | None]


class ResponseRecord(TypedDict):
    """ResponseRecord."""

    # the survey response's own id at its source: the same id again updates it
    id: str | int | None
    # what the question measures
    metric: NotRequired[Literal["csat", "ces", "nps", None]]
    # scale of the answer; needed but for NPS, which has one
    scale: NotRequired[
        Literal[
            "csat-5",
            "csat-5-excellent",
            "csat-5-amazing",
            "csat-5-reversed",
            "csat-7",
            "csat-10",
            "csat-3",
            "csat-2",
            "ces-7-ease",
            "ces-5-ease",
            "ces-5-effort",
            "nps",
            None,
        ]
    ]
    # the answer: a number on the scale, or one of its words; null: none
    score: NotRequired[float | str | bool | None]
    # what became of the question; without it the score says so
    status: NotRequired[Literal["answered", "not_applicable", "unanswered", None]]
    # the question, where one survey asks several of a kind
    question: NotRequired[str | None]
    # where on the way it was asked (CES), or relational / transactional (NPS)
    step: NotRequired[str | None]
    # free text beside the score; null or blank: none (any more)
    comment: NotRequired[str | None]
    # instead of metric, scale, score …: several answers of one survey
    answers: NotRequired[Sequence[ResponseAnswer] | None]
    # several open answers, each with its question
    comments: NotRequired[Sequence[ResponseComment] | None]
    # when the survey was sent
    asked_at: NotRequired[datetime | str | None]
    # when it was answered
    answered_at: NotRequired[datetime | str | None]
    # id of the ticket, as in its own record
    ticket_id: NotRequired[str | int | None]
    # id of the account, as in its own record
    account_id: NotRequired[str | int | None]
    # id of the person, as in its own record; an e-mail address is hashed
    contact_id: NotRequired[str | int | None]
    # where several records are one filled-in survey: its id
    submission_id: NotRequired[str | int | None]
    # what to group by: names and short values
    segments: NotRequired[Mapping[str, str | float | bool | None] | None]
