"""What several routers share: the base of bodies and answers, pages, and parameters that mean the same everywhere."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.plain import FIRST as FIRST
from api.plain import LAST as LAST
from api.plain import PlainText as PlainText
from api.plain import plain
from verbatim.domain import local_midnight
from verbatim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from verbatim.settings import Settings

MOST_ROWS = 1_000


def _in_range(moment: datetime) -> datetime:
    if not FIRST <= moment <= LAST:
        raise ValueError("is not between 1970 and 2200; send a time like 2026-10-31T14:00:00Z")
    return moment


Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(plain)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_range)]
Id = Annotated[str, Path(min_length=1, max_length=200), AfterValidator(plain)]


class Body(BaseModel):
    """A body or a part of one: what is not known is an error that names it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class Answer(BaseModel):
    """An answer or a part of one."""


class Page(Answer):
    """A page of a list; `next` is what `after` must be for the next one, null on the last."""

    next: str | None = Field(None, description="pass it as `after` to get the next page; null: this is the last")


Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="most rows on one page")]
After = Annotated[
    Annotated[str, AfterValidator(plain)] | None,
    Query(max_length=500, description="`next` of the page before", examples=[None]),
]
From = Annotated[
    date | None,
    Query(alias="from", description="first day, in the organisation's time zone", examples=["2026-10-01"]),
]
To = Annotated[date | None, Query(alias="to", description="the day after the last", examples=["2026-11-01"])]
Where = Annotated[
    list[Annotated[str, StringConstraints(max_length=300), AfterValidator(plain)]],
    Query(
        description="`segment=value`, for example channel=email; repeat for several: values of one segment are "
        "alternatives, segments are combined; an empty value means without one",
        max_length=20, examples=[["channel=email"]],
    ),
]  # fmt: skip


def span(settings: Settings, start: date | None, end: date | None) -> tuple[datetime | None, datetime | None]:
    """The half-open span in UTC.

    Raises:
        InputError: it holds no day, or one that no calendar of ours has.
    """
    for day in (start, end):
        if day is not None and not FIRST.date() < day < LAST.date():
            raise InputError(f"{day} is not between 1970 and 2200")
    if start is not None and end is not None and start >= end:
        raise InputError(f"from={start} is not before to={end}; to is the day after the last")
    zone = settings.timezone
    return (
        None if start is None else local_midnight(start, zone),
        None if end is None else local_midnight(end, zone),
    )  # fmt: skip


def segments_of(words: Iterable[str]) -> Mapping[str, Any]:
    """``channel=email`` and its like as a ``where`` of the queries.

    Raises:
        InputError: a word without ``=`` or without a name.
    """
    found: dict[str, list[str | None]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise InputError(f"where={word[:40]!r} should read where=segment=value")
        found.setdefault(name.strip(), []).append(value.strip() or None)
    return found
