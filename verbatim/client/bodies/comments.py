"""What is sent: comments.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NotRequired, TypedDict

from verbatim.client.words import Metric

CommentWish = TypedDict(
    "CommentWish",
    {
        "words": "NotRequired[str | None]",
        "theme": "NotRequired[Sequence[str]]",
        "no_theme": "NotRequired[bool]",
        "where": "NotRequired[Sequence[str]]",
        "from": "NotRequired[date | str | None]",
        "to": "NotRequired[date | str | None]",
        "question": "NotRequired[str | None]",
        "language": "NotRequired[str | None]",
        "metric": "NotRequired[Metric | None]",
        "lowest": "NotRequired[float | None]",
        "highest": "NotRequired[float | None]",
        "category": "NotRequired[str | None]",
        "sentiment_from": "NotRequired[float | None]",
        "sentiment_to": "NotRequired[float | None]",
        "informative": "NotRequired[bool | None]",
        "account": "NotRequired[str | None]",
        "ticket": "NotRequired[str | None]",
        "contact": "NotRequired[str | None]",
        "source": "NotRequired[str | None]",
    },
)
